// Package storetest is the contract of an engine as tests: the laws that
// group.Backend names L1 to L17, and what its comments promise beside them.
//
//	func TestLaws(t *testing.T)      { storetest.Run(t, open) }
//	func TestHistories(t *testing.T) { storetest.Histories(t, open) }
//
// [Run] checks one law after the other, each clause of it in a fresh store, and
// prints the law as a sentence where it is broken. [Histories] makes random
// histories and compares the engine with package memstore, answer by answer.
//
// Time is the test's own clock; nothing here sleeps or measures. A call that
// hangs is ended by the context after a minute, and that is a failure.
package storetest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

// Backend is an engine under test.
type Backend interface {
	group.Backend

	// Close ends the engine, and every watcher with ErrClosed. Closing twice is
	// no error.
	Close() error

	// Sweep removes what has expired by now and returns how many saved groups
	// and lone results that was.
	Sweep(context.Context) (int, error)
}

// Reopener is an engine that keeps its data when the process ends. An engine
// without it is not asked to keep acknowledged writes (L4).
type Reopener interface {
	// Reopen ends the engine without a goodbye, as a kill would, and opens its
	// data again. The old engine is not used after that.
	Reopen(t *testing.T) Backend
}

// Options is what a law asks of the engine it is tried on.
type Options struct {
	Retention time.Duration    // of settled groups and lone results; zero is for ever
	Clock     func() time.Time // the time to use, never nil
}

// Run tries every law on engines that open opens, each of them empty. Run
// closes them.
func Run(t *testing.T, open func(t *testing.T, o Options) Backend) {
	for _, l := range laws {
		t.Run(l.name, func(t *testing.T) {
			l.try(&T{T: t, law: l, open: open})
		})
	}
}

// A law is a promise and the test of it.
type law struct {
	name     string
	sentence string
	try      func(*T)
}

// hang is after how long a call that does not return counts as hung. No verdict
// depends on it otherwise.
const hang = time.Minute

// T is one clause of a law being tried on one engine.
type T struct {
	*testing.T
	law  law
	open func(t *testing.T, o Options) Backend

	Backend
	ctx   context.Context
	clock *clock
}

// clause tries one clause of the law on a fresh engine that keeps things for ever.
func (t *T) clause(name string, try func(*T)) { t.clauseKeeping(0, name, try) }

// clauseKeeping tries one clause on a fresh engine with a retention.
func (t *T) clauseKeeping(retention time.Duration, name string, try func(*T)) {
	t.T.Run(name, func(tt *testing.T) {
		c := &T{T: tt, law: t.law, open: t.open, clock: newClock()}
		ctx, cancel := context.WithTimeout(tt.Context(), hang)
		defer cancel()
		c.ctx = ctx
		c.Backend = t.open(tt, Options{Retention: retention, Clock: c.clock.now})
		defer func() { // the engine of the end, which may have been reopened
			if err := c.Close(); err != nil {
				tt.Errorf("Close: %v", err)
			}
		}()
		try(c)
	})
}

// broken fails the test, saying which law is broken and by what.
func (t *T) broken(format string, args ...any) {
	t.Helper()
	t.Fatalf("the law: %s\nbroken here: "+format, append([]any{t.law.sentence}, args...)...)
}

// want fails the test unless ok.
func (t *T) want(ok bool, format string, args ...any) {
	t.Helper()
	if !ok {
		t.broken(format, args...)
	}
}

// clock is a clock that a test moves by hand.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock {
	return &clock{at: time.Date(2025, time.March, 1, 12, 0, 0, 0, time.UTC)}
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// root is a root of minted ids, the same in every run; roots with different n
// are different.
func root(n byte) result.Root {
	return result.Root{0x01, 0x95, 0x51, 0x0a, 0x5c, n, 0x8a, 0xbc, 0xa1, 0xb2, 0xc3, n}
}
