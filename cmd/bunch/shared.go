package main

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store/remote"
)

// The methods of group.Backend, each made again where the store has gone.

// deaths is how many processes that have the store may die, one after the other,
// under one call that reads.
const deaths = 3

// moves reports whether what e refused with err goes on elsewhere. If the process
// that had the store has died, nobody knows what became of a write: that is an
// error, and the next call finds the store where it is by then. What only reads
// goes on, so often as left says.
func (s *share) moves(e engine, err error, left *int) bool {
	switch {
	case errors.Is(err, result.ErrClosed):
		return s.lost(e)
	case !errors.Is(err, remote.ErrLost):
		return false
	}
	*left--
	return s.lost(e) && *left >= 0
}

// final is the error of what cannot be begun again, so that it is not.
func final(err error, so string) error {
	if errors.Is(err, result.ErrClosed) || errors.Is(err, remote.ErrLost) {
		return fmt.Errorf("%v: %s", err, so)
	}
	return err
}

// write makes a call until it is answered.
func write[T any](ctx context.Context, s *share, call func(engine) (T, error)) (T, error) {
	return again(ctx, s, 0, call)
}

// read makes a call that changes nothing until it is answered.
func read[T any](ctx context.Context, s *share, call func(engine) (T, error)) (T, error) {
	return again(ctx, s, deaths, call)
}

func again[T any](ctx context.Context, s *share, left int, call func(engine) (T, error)) (T, error) {
	for {
		e, err := s.engine(ctx)
		if err != nil {
			var none T
			return none, err
		}
		answer, err := call(e)
		if !s.moves(e, err, &left) {
			return answer, err
		}
	}
}

func (s *share) Save(ctx context.Context, tree result.Tree, attr result.Attributes) (result.Outcome, error) {
	return write(ctx, s, func(e engine) (result.Outcome, error) { return e.Save(ctx, tree, attr) })
}

func (s *share) Restore(ctx context.Context, id result.ID) (result.Saved, error) {
	return read(ctx, s, func(e engine) (result.Saved, error) { return e.Restore(ctx, id) })
}

func (s *share) Delete(ctx context.Context, id result.ID) (result.Outcome, error) {
	return write(ctx, s, func(e engine) (result.Outcome, error) { return e.Delete(ctx, id) })
}

func (s *share) Purge(ctx context.Context, id result.ID) (result.Outcome, error) {
	return write(ctx, s, func(e engine) (result.Outcome, error) { return e.Purge(ctx, id) })
}

func (s *share) Report(ctx context.Context, reports ...result.Async) ([]result.Outcome, error) {
	return write(ctx, s, func(e engine) ([]result.Outcome, error) { return e.Report(ctx, reports...) })
}

func (s *share) SaveAll(ctx context.Context, trees []result.Tree, reports []result.Async) (saved, reported []result.Outcome, err error) {
	saved, err = write(ctx, s, func(e engine) (saved []result.Outcome, err error) {
		saved, reported, err = e.SaveAll(ctx, trees, reports)
		return saved, err
	})
	return saved, reported, err
}

func (s *share) Revoke(ctx context.Context, tree result.Tree) (result.Outcome, error) {
	return write(ctx, s, func(e engine) (result.Outcome, error) { return e.Revoke(ctx, tree) })
}

func (s *share) Retry(ctx context.Context, tree result.Tree) (result.Outcome, error) {
	return write(ctx, s, func(e engine) (result.Outcome, error) { return e.Retry(ctx, tree) })
}

func (s *share) Forget(ctx context.Context, tree result.Tree) (result.Outcome, error) {
	return write(ctx, s, func(e engine) (result.Outcome, error) { return e.Forget(ctx, tree) })
}

func (s *share) Progress(ctx context.Context, id result.ID) (result.Progress, error) {
	return read(ctx, s, func(e engine) (result.Progress, error) { return e.Progress(ctx, id) })
}

func (s *share) Get(ctx context.Context, id result.ID) (result.Async, error) {
	return read(ctx, s, func(e engine) (result.Async, error) { return e.Get(ctx, id) })
}

func (s *share) Find(ctx context.Context, id result.ID) ([]result.ID, error) {
	return read(ctx, s, func(e engine) ([]result.ID, error) { return e.Find(ctx, id) })
}

func (s *share) List(ctx context.Context, q result.Query) (page []result.Saved, next string, err error) {
	page, err = read(ctx, s, func(e engine) (page []result.Saved, err error) {
		page, next, err = e.List(ctx, q)
		return page, err
	})
	return page, next, err
}

// Results goes on behind the last result that was given.
func (s *share) Results(ctx context.Context, tree result.Tree, f result.Filter) iter.Seq2[result.Async, error] {
	return func(yield func(result.Async, error) bool) {
		f, left := f, deaths
		for moved := true; moved; {
			moved = false
			e, err := s.engine(ctx)
			if err != nil {
				yield(result.Async{}, err)
				return
			}
			var last result.ID
			for a, err := range e.Results(ctx, tree, f) {
				if moved = s.moves(e, err, &left); moved {
					break
				}
				if !yield(a, err) || err != nil {
					return
				}
				last = a.ID
			}
			if moved && last != "" {
				at, _ := tree.LeafIndex(last)
				f.Skip = at + 1
			}
		}
	}
}

// Watch goes on as after too much news: nobody knows what happened between.
func (s *share) Watch(ctx context.Context, id result.ID, tasks ...result.ID) iter.Seq2[result.Event, error] {
	return func(yield func(result.Event, error) bool) {
		left := deaths
		for moved, missed := true, false; moved; {
			moved = false
			e, err := s.engine(ctx)
			if err != nil {
				yield(result.Event{}, err)
				return
			}
			for ev, err := range e.Watch(ctx, id, tasks...) {
				if moved = s.moves(e, err, &left); moved {
					break
				}
				ev.Missed = ev.Missed || missed
				missed = false
				if !yield(ev, err) || err != nil {
					return
				}
			}
			missed = true
		}
	}
}

func (s *share) Marshal(v any) ([]byte, error)      { return encoding.Marshal(v) }
func (s *share) Unmarshal(data []byte, v any) error { return encoding.Unmarshal(data, v) }
