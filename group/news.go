package group

import (
	"context"
	"fmt"
	"iter"

	"github.com/seed-1c955bc8/bunch/result"
)

// news is an event of a backend as it concerns one handle.
type news struct {
	result.Event
	own   bool // Progress is that of the handle's own tree
	look  bool // Ready does not tell all that concerns the tree: look at the results
	alone bool // no saved group stands behind the tree
}

// news ranges over what happens to the tree and to the tasks. It watches the
// saved group with that tree, or the one it is a part of; if there is none, the
// leaves themselves. The first comes at once and asks for a look.
func (r *Result) news(ctx context.Context, tasks ...result.ID) iter.Seq2[news, error] {
	return func(yield func(news, error) bool) {
		id, own, err := r.watched(ctx)
		if err != nil {
			yield(news{}, err)
			return
		}
		if id == "" {
			for leaf := range r.tree.Leaves() {
				tasks = append(tasks, leaf.ID())
			}
		}
		first, was, forgotten := true, own, 0
		for ev, err := range r.backend.Watch(ctx, id, tasks...) {
			n := news{Event: ev, alone: id == "", own: own && r.owns(ev.Progress)}
			n.look = first || ev.Missed || n.own != was ||
				// In a tree of one's own a forgotten leaf shows in the counts.
				!n.own && (n.alone || ev.Progress.Leaves.Forgotten != forgotten)
			first, was, forgotten = false, n.own, ev.Progress.Leaves.Forgotten
			if !yield(n, err) || err != nil {
				return
			}
		}
	}
}

// watched returns the saved group whose news are those of the tree, "" if there
// is none, and whether its tree is the handle's own.
func (r *Result) watched(ctx context.Context) (id result.ID, own bool, err error) {
	for _, h := range []*Result{r, r.root} {
		saved, err := h.isSaved(ctx)
		if err != nil {
			return "", false, err
		}
		if saved {
			return h.ID(), h == r, nil
		}
	}
	return "", false, nil
}

// hopeless returns why a, a leaf that is not ready, will never become so: it was
// forgotten, or nobody knows it, which only a leaf without a saved group can be.
func (r *Result) hopeless(ctx context.Context, a result.Async, alone bool) error {
	if alone && a.State == result.Pending && !a.Forgotten {
		var err error
		if a, err = r.backend.Get(ctx, a.ID); err != nil {
			return err
		}
	}
	if a.Forgotten {
		return fmt.Errorf("task %q: %w; retry it before waiting for it", string(a.ID), result.ErrForgotten)
	}
	return nil
}

// stuck returns the error of the first leaf that is hopeless, nil if none is.
func (r *Result) stuck(ctx context.Context, alone bool) error {
	for a, err := range r.backend.Results(ctx, r.tree, result.Filter{Unready: true}) {
		if err == nil {
			err = r.hopeless(ctx, a, alone)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
