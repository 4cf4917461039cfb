package group

import (
	"context"

	"github.com/seed-1c955bc8/bunch/result"
)

// Wait returns nil once every leaf is ready, whether it succeeded or not. It
// sleeps until the backend has news; there is no interval. A group that is ready
// answers even to a context that has ended. Other than the context's error it
// gives, at once, one matching [result.ErrForgotten] if a leaf was forgotten, and
// [result.ErrNotFound] if the group is deleted or expires, or if it is not saved
// and a leaf is known to nobody.
func (r *Result) Wait(ctx context.Context) error { return r.wait(ctx, nil) }

// wait is Wait, which also returns nil as soon as a result throws, if throws is
// given: a leaf's, or that of one of the ancestors there.
func (r *Result) wait(ctx context.Context, throws *throwers) error {
	if r.tree.LeafCount() == 0 {
		return nil
	}
	w := waiter{r: r, throws: throws}
	for n, err := range r.news(ctx, throws.ids()...) {
		done := false
		if err == nil {
			done, err = w.hear(ctx, n)
		}
		if err != nil && w.answers(context.WithoutCancel(ctx)) {
			return nil
		}
		if done || err != nil {
			return err
		}
	}
	return result.ErrClosed // a backend's range never ends without saying why
}

// waiter is one waiting for one tree. When every event carries the progress of
// the tree itself, that is all it looks at.
type waiter struct {
	r       *Result
	throws  *throwers
	pending *pending // nil as long as it was not needed
	thrown  bool     // a leaf was seen that throws
}

// hear takes an event in and reports whether the waiting is over.
func (w *waiter) hear(ctx context.Context, n news) (done bool, err error) {
	if w.throws != nil && (n.look || w.throws.any(n.Ready)) {
		if thrown, err := w.throws.first(ctx, w.r.backend); thrown != nil || err != nil {
			return thrown != nil, err
		}
	}
	if !n.own {
		return w.follow(ctx, n)
	}
	w.pending = nil
	switch {
	case n.Progress.Ready() || w.throws != nil && propagates(n.Progress):
		return true, nil
	case n.Progress.Leaves.Forgotten > 0:
		return false, w.r.stuck(ctx, n.alone)
	}
	return false, nil
}

// follow keeps account of the leaves of a tree that nobody counts. Bits of leaves
// that were reopened are stale, so the last word is a look at all of them.
func (w *waiter) follow(ctx context.Context, n news) (done bool, err error) {
	note := func(a result.Async) bool {
		w.thrown = w.thrown || a.State.Propagates()
		return true
	}
	if !n.look && w.pending != nil {
		if _, err = w.pending.take(ctx, n, note); err != nil {
			return false, err
		}
	}
	if n.look || w.pending == nil || w.pending.left == 0 {
		w.pending, w.thrown = newPending(w.r), false
		_, err = w.pending.sweep(ctx, n.alone, note)
	}
	if w.thrown && w.throws != nil {
		return true, nil
	}
	return err == nil && w.pending.left == 0, err
}

// answers reports whether there is an answer although waiting for it has failed.
func (w *waiter) answers(ctx context.Context) bool {
	p, err := w.r.Progress(ctx)
	if err != nil {
		return false
	}
	if p.Ready() || w.throws == nil {
		return p.Ready()
	}
	thrown, _ := w.throws.first(ctx, w.r.backend)
	return thrown != nil || propagates(p)
}

// propagates reports whether any leaf is in a state that raises.
func propagates(p result.Progress) bool {
	return p.Leaves.Of(result.Failure)+p.Leaves.Of(result.Revoked) > 0
}
