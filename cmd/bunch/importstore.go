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

// apply stores a batch in one step. What the store will not take joins the bad ones
// of the batch; an error means that nothing more can be stored.
func (sum *importSum) apply(ctx context.Context, s *share, b *docBatch) error {
	saved, reported, err := s.SaveAll(ctx, b.groups, b.reports)
	if refused(err) || errors.Is(err, errors.ErrUnsupported) {
		return sum.applyEach(ctx, s, b)
	}
	sum.reported(reported)
	for _, o := range saved {
		sum.save(o)
	}
	sum.bad += len(b.bad)
	return err
}

// savers is how many groups are saved at once, so that they share syncs.
const savers = 256

// applyEach stores the documents of a batch one by one, since the store refuses one
// of them, or is another process's.
func (sum *importSum) applyEach(ctx context.Context, s *share, b *docBatch) error {
	outcomes := make([]result.Outcome, len(b.groups))
	errs := make([]error, len(b.groups))
	next := make(chan int, len(b.groups))
	for i := range b.groups {
		next <- i
	}
	close(next)
	// Results first: a group whose results are there is counted once.
	err := sum.report(ctx, s, b, 0, len(b.reports))
	var wg sync.WaitGroup
	for range min(savers, len(b.groups)) {
		wg.Go(func() {
			for i := range next {
				outcomes[i], errs[i] = s.Save(ctx, b.groups[i], result.Attributes{})
			}
		})
	}
	wg.Wait()
	for i, failed := range errs {
		switch {
		case refused(failed):
			b.bad = append(b.bad, badDoc{b.groupPlaces[i], failed})
		case failed != nil:
			err = cmp.Or(err, failed)
		default:
			sum.save(outcomes[i])
		}
	}
	slices.SortStableFunc(b.bad, func(x, y badDoc) int { return cmp.Compare(x.at.line, y.at.line) })
	sum.bad += len(b.bad)
	return err
}

func (sum *importSum) save(o result.Outcome) {
	if o.Applied {
		sum.saved++
	} else {
		sum.there++
	}
}

func (sum *importSum) reported(outcomes []result.Outcome) {
	for _, o := range outcomes {
		if o.Applied {
			sum.applied++
		} else {
			sum.stood++
		}
	}
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
		sum.reported(outcomes)
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
