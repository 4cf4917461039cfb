package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"sync"
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
		st.err = st.sum.apply(ctx, s, b)
		close(st.done)
	}()
	return st
}

// savers is how many groups are saved at once, so that they share syncs.
const savers = 256

// apply stores a batch: the results in one step, the groups at the same time.
// What the store will not take joins the bad ones of the batch; an error means
// that nothing more can be stored.
func (sum *importSum) apply(ctx context.Context, s *share, b *docBatch) error {
	outcomes := make([]result.Outcome, len(b.groups))
	errs := make([]error, len(b.groups))
	next := make(chan int, len(b.groups))
	for i := range b.groups {
		next <- i
	}
	close(next)
	// All at once, so that the store has the results of a group still in memory when
	// it counts them.
	var wg sync.WaitGroup
	var err error
	wg.Go(func() { err = sum.report(ctx, s, b, 0, len(b.reports)) })
	for range min(savers, len(b.groups)) {
		wg.Go(func() {
			for i := range next {
				outcomes[i], errs[i] = s.Save(ctx, b.groups[i].tree, result.Attributes{})
			}
		})
	}
	wg.Wait()
	for i, failed := range errs {
		switch {
		case refused(failed):
			b.bad = append(b.bad, badDoc{b.groups[i].at, failed})
		case failed != nil:
			err = cmp.Or(err, failed)
		case outcomes[i].Applied:
			sum.saved++
		default:
			sum.there++
		}
	}
	slices.SortStableFunc(b.bad, func(x, y badDoc) int { return cmp.Compare(x.at.line, y.at.line) })
	sum.bad += len(b.bad)
	return err
}

// report reports from up to to. If the store refuses one of them it has taken
// none, so each half is tried.
func (sum *importSum) report(ctx context.Context, s *share, b *docBatch, from, to int) error {
	if from == to {
		return nil
	}
	outcomes, err := s.Report(ctx, b.reports[from:to]...)
	switch {
	case !refused(err):
		for _, o := range outcomes {
			if o.Applied {
				sum.applied++
			} else {
				sum.stood++
			}
		}
		return err
	case to-from == 1:
		b.bad = append(b.bad, badDoc{b.places[from], err})
		return nil
	}
	middle := (from + to) / 2
	if err := sum.report(ctx, s, b, from, middle); err != nil {
		return err
	}
	return sum.report(ctx, s, b, middle, to)
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
