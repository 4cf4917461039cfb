package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/seed-1c955bc8/bunch/result"
)

// importSum is what became of documents.
type importSum struct {
	saved, there   int // groups
	applied, stood int // results
	bad            int
}

func (sum *importSum) add(s importSum) {
	sum.saved += s.saved
	sum.there += s.there
	sum.applied += s.applied
	sum.stood += s.stood
	sum.bad += s.bad
}

// storing is a batch on its way into the store.
type storing struct {
	b    *docBatch
	sum  importSum
	err  error
	done chan struct{}
}

func storeBatch(ctx context.Context, s *share, b *docBatch) *storing {
	st := &storing{b: b, done: make(chan struct{})}
	go func() {
		defer close(st.done)
		st.err = st.sum.apply(ctx, s, b, 0, b.len())
		slices.SortStableFunc(b.bad, func(x, y badDoc) int { return cmp.Compare(x.at.line, y.at.line) })
		st.sum.bad = len(b.bad)
	}()
	return st
}

// apply stores the documents of a batch that begin at from and end before to, in one
// step. If the store refuses one of them it has taken none, so each part is tried; what
// it refuses alone joins the bad ones. An error means that nothing more can be stored.
func (sum *importSum) apply(ctx context.Context, s *share, b *docBatch, from, to int) error {
	groups, reports := b.part(from, to)
	var saved, reported []result.Outcome
	var err error
	switch one := to-from == 1; {
	case one && len(groups) == 1: // it may be too large for SaveAll
		saved = make([]result.Outcome, 1)
		saved[0], err = s.Save(ctx, groups[0], result.Attributes{})
	case one:
		reported, err = s.Report(ctx, reports[0])
	default:
		saved, reported, err = s.SaveAll(ctx, groups, reports)
	}
	switch {
	case err == nil:
		sum.count(saved, reported)
		return nil
	case !refused(err):
		return err
	case to-from == 1:
		b.bad = append(b.bad, badDoc{b.place(from), err})
		return nil
	}
	middle := (from + to) / 2
	if len(groups) > 0 && len(reports) > 0 {
		middle = len(b.reports) // results are hardly ever refused
	}
	if err := sum.apply(ctx, s, b, from, middle); err != nil {
		return err
	}
	return sum.apply(ctx, s, b, middle, to)
}

func (sum *importSum) count(saved, reported []result.Outcome) {
	for _, o := range saved {
		if o.Applied {
			sum.saved++
		} else {
			sum.there++
		}
	}
	for _, o := range reported {
		if o.Applied {
			sum.applied++
		} else {
			sum.stood++
		}
	}
}

// refused reports whether the store will not take what it was given.
func refused(err error) bool {
	for _, e := range []error{result.ErrExist, result.ErrBadID, result.ErrBadState, result.ErrBadValue, result.ErrTooLarge, result.ErrDuplicate, result.ErrTooDeep} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// byteBar is a progress bar of how much was read. A nil one draws nothing.
type byteBar struct{ pb *progressbar.ProgressBar }

func newByteBar(info fs.FileInfo) *byteBar {
	if !isTerminal(os.Stderr) {
		return nil
	}
	total := int64(-1) // nobody knows
	if info.Mode().IsRegular() && info.Size() > 0 {
		total = info.Size()
	}
	return &byteBar{progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(os.Stderr),
		progressbar.OptionSetWidth(30),
		progressbar.OptionShowBytes(true),
		progressbar.OptionThrottle(50*time.Millisecond),
		progressbar.OptionSetRenderBlankState(true),
		progressbar.OptionClearOnFinish())}
}

func (b *byteBar) add(bytes int) {
	if b != nil {
		_ = b.pb.Add(bytes)
	}
}

// hide takes the bar off the screen until it moves again.
func (b *byteBar) hide() {
	if b != nil {
		_ = b.pb.Clear()
	}
}

// clear takes the bar off the screen, for good.
func (b *byteBar) clear() {
	if b != nil {
		_ = b.pb.Finish()
		_ = b.pb.Clear()
	}
}
