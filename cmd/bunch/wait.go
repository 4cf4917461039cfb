package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store"
)

// longestPause is the longest time between two looks at the store.
const longestPause = time.Second

// wait looks at the store again and again, until look says that it is done or
// time is up: then it gives context.DeadlineExceeded. Without a time there is no
// end; none at all means one look.
//
// A store belongs to one process, so nothing in it changes while this one has
// it: between two looks it is closed, for those to come in who report. Whoever
// has it then for longer, such as a run, is waited for too.
func (a *app) wait(ctx context.Context, limit *time.Duration, look func(*store.Store) (done bool, err error)) error {
	began := time.Now()
	pause := 50 * time.Millisecond
	for first := true; ; first = false {
		done := false
		err := a.read(ctx, func(s *store.Store) (err error) {
			done, err = look(s)
			return err
		})
		if busy := errors.Is(err, result.ErrLocked) && !first; done || err != nil && !busy {
			return err
		}
		pause = min(2*pause, longestPause)
		if limit != nil {
			left := *limit - time.Since(began)
			if left <= 0 {
				return context.DeadlineExceeded
			}
			pause = min(pause, left)
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// late is the error of a wait that took too long, or err.
func late(err error, id result.ID, limit *time.Duration, p result.Progress) error {
	if !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	after := ""
	if *limit > 0 {
		after = fmt.Sprintf(" after %v", *limit)
	}
	return exitf(exitTimeout, "%q is not ready%s: %s", string(id), after, tally(p))
}

// hopeless is the error for waiting for what was forgotten, nil if nothing was.
func hopeless(id result.ID, p result.Progress) error {
	if p.Leaves.Forgotten == 0 || p.Ready() {
		return nil
	}
	return fmt.Errorf("%q: %d of its results were %w; 'bunch retry' reopens them", string(id), p.Leaves.Forgotten, result.ErrForgotten)
}

// timeoutFlag adds --timeout to cmd. The function it returns gives the limit, nil
// if there is none.
func timeoutFlag(cmd *cobra.Command) func() (*time.Duration, error) {
	limit := cmd.Flags().Duration("timeout", 0, "wait no longer; 0: not at all (default no limit)")
	return func() (*time.Duration, error) {
		switch {
		case *limit < 0:
			return nil, usage("--timeout %v: it cannot be negative", *limit)
		case cmd.Flags().Changed("timeout"):
			return limit, nil
		}
		return nil, nil
	}
}

// now returns a context whose deadline has passed: an operation that waits
// answers what it can answer at once.
func now(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithDeadline(ctx, time.Unix(0, 0))
}
