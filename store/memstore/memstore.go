// Package memstore keeps groups and results in memory: the contract of
// group.Backend in the plainest code there is. Read it to learn what an engine
// must do; the engine on disk is compared with it, answer by answer.
//
// There is one mutex. A write decides, changes the maps, wakes the watchers and
// answers, all under that mutex, so writes happen one after the other and no
// reader sees half of one. What no one said is not stored: a task that nobody
// reported has no entry, and a million minted members cost one range.
//
// Nothing survives the process, so of law 4 only the first half holds: an
// answered write is there for every later call.
package memstore

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// DefaultMaxValueSize is the most bytes of one value, input or note, if the
// options do not say otherwise: 16 MiB.
const DefaultMaxValueSize = 16 << 20

// Options says how a store behaves. The zero Options keeps everything for ever.
type Options struct {
	// Retention is how long a group and its results are kept after the group
	// settled, and a lone result after its last change. Zero is for ever.
	Retention time.Duration

	// Clock tells the time; nil means [time.Now].
	Clock func() time.Time

	// MaxValueSize is the most bytes of one value, input or note; zero means
	// [DefaultMaxValueSize].
	MaxValueSize int
}

// Store is an engine in memory. It satisfies group.Backend, and its methods may
// be called from any number of goroutines.
type Store struct {
	opt Options

	mu       sync.Mutex
	closed   bool
	created  uint64 // how many groups were ever saved: the creation sequence
	groups   map[result.ID]*group
	tasks    map[result.ID]task // what was said of a task; absent if nothing was
	watchers map[*watcher]bool
}

// New returns an empty store. A nil o means the zero Options.
func New(o *Options) *Store {
	s := &Store{
		groups:   map[result.ID]*group{},
		tasks:    map[result.ID]task{},
		watchers: map[*watcher]bool{},
	}
	if o != nil {
		s.opt = *o
	}
	if s.opt.Clock == nil {
		s.opt.Clock = time.Now
	}
	if s.opt.MaxValueSize == 0 {
		s.opt.MaxValueSize = DefaultMaxValueSize
	}
	return s
}

// Close ends every watcher with ErrClosed; after it every method gives
// ErrClosed. Closing twice is no error.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for w := range s.watchers {
		w.finish(result.ErrClosed)
	}
	return nil
}

// Marshal returns v as one CBOR item.
func (s *Store) Marshal(v any) ([]byte, error) { return encoding.Marshal(v) }

// Unmarshal reads one CBOR item into the pointer v.
func (s *Store) Unmarshal(data []byte, v any) error { return encoding.Unmarshal(data, v) }

// lock takes the mutex for one call. If it returns an error the mutex is free.
func (s *Store) lock(ctx context.Context) error {
	s.mu.Lock()
	err := ctx.Err()
	if s.closed {
		err = result.ErrClosed
	}
	if err != nil {
		s.mu.Unlock()
	}
	return err
}

// now is the time of a write: in UTC, to the microsecond.
func (s *Store) now() time.Time { return instant(s.opt.Clock()) }

func instant(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// checkValue refuses what is neither nothing nor one CBOR item of a decent size.
func (s *Store) checkValue(what string, id result.ID, data []byte) error {
	if len(data) == 0 {
		return nil
	}
	if len(data) > s.opt.MaxValueSize {
		return fmt.Errorf("%w: the %s of %q has %d bytes, the most is %d", result.ErrTooLarge, what, string(id), len(data), s.opt.MaxValueSize)
	}
	if err := encoding.Valid(data); err != nil {
		return fmt.Errorf("%w: the %s of %q is not one CBOR item: %w", result.ErrBadValue, what, string(id), err)
	}
	return nil
}

func notSaved(id result.ID) error {
	return fmt.Errorf("%w: no group %q is saved", result.ErrNotFound, string(id))
}
