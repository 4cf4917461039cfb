package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-1c955bc8/bunch/result"
)

// until returns the context of a wait that ends after limit, if there is one.
func until(ctx context.Context, limit *time.Duration) (context.Context, context.CancelFunc) {
	if limit == nil {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, *limit)
}

// late is the error of a wait that took too long, or err.
func late(err error, id result.ID, limit *time.Duration, p result.Progress) error {
	if !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	after := ""
	switch {
	case limit == nil:
		after = ", and this store may only be read"
	case *limit > 0:
		after = fmt.Sprintf(" after %v", *limit)
	}
	return exitf(exitTimeout, "%q is not ready%s: %s", string(id), after, tally(p))
}

// gaveUp is the error of a wait for t that has failed with err.
func gaveUp(ctx context.Context, s *share, t target, limit *time.Duration, err error) error {
	if t.tree.IsZero() || ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, result.ErrForgotten) {
		return err
	}
	p, failed := handle(s, t).Progress(ctx)
	if failed != nil {
		return failed
	}
	if stuck := hopeless(t.id(), p); stuck != nil {
		return stuck
	}
	return late(err, t.id(), limit, p)
}

// limit is that of a wait. In a store that may only be read nothing would change.
func (s *share) limit(limit *time.Duration) *time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.frozen {
		return new(time.Duration)
	}
	return limit
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
