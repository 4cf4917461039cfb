package group

import (
	"context"
	"errors"
	"iter"

	"github.com/seed-1c955bc8/bunch/result"
)

// Progress says how far the group is, without waiting.
func (r *Result) Progress(ctx context.Context) (result.Progress, error) {
	saved, err := r.isSaved(ctx)
	if err != nil {
		return result.Progress{}, err
	}
	if saved {
		p, err := r.backend.Progress(ctx, r.ID())
		if err == nil && r.owns(p) || err != nil && !errors.Is(err, result.ErrNotFound) {
			return p, err
		}
	}
	return r.count(ctx)
}

// Ready reports whether every leaf is in a ready state, SUCCESS, FAILURE or
// REVOKED (GroupResult.ready). An empty group is.
func (r *Result) Ready(ctx context.Context) (bool, error) {
	p, err := r.Progress(ctx)
	return err == nil && p.Ready(), err
}

// Successful reports whether every leaf succeeded (GroupResult.successful). An
// empty group is successful.
func (r *Result) Successful(ctx context.Context) (bool, error) {
	p, err := r.Progress(ctx)
	return err == nil && p.Successful(), err
}

// Failed reports whether any leaf failed (GroupResult.failed). As in Celery, a
// revoked leaf is no failure.
func (r *Result) Failed(ctx context.Context) (bool, error) {
	p, err := r.Progress(ctx)
	return err == nil && p.Failed(), err
}

// Waiting reports whether any leaf is not ready (GroupResult.waiting).
func (r *Result) Waiting(ctx context.Context) (bool, error) {
	p, err := r.Progress(ctx)
	return err == nil && p.Waiting(), err
}

// CompletedCount returns how many direct members succeeded
// (GroupResult.completed_count); a nested group is one, once all of it did.
func (r *Result) CompletedCount(ctx context.Context) (int, error) {
	p, err := r.Progress(ctx)
	return p.Completed, err
}

// isSaved reports whether exactly this tree is saved under its own id. The
// answer yes is remembered; whoever finds it outdated clears r.saved.
func (r *Result) isSaved(ctx context.Context) (bool, error) {
	if r.saved.Load() {
		return true, nil
	}
	if !r.tree.IsGroup() {
		return false, nil
	}
	saved, err := r.backend.Restore(ctx, r.ID())
	if errors.Is(err, result.ErrNotFound) {
		return false, nil
	}
	if err != nil || !saved.Tree.Equal(r.tree) {
		return false, err
	}
	r.saved.Store(true)
	return true, nil
}

// owns reports whether p, the progress of the group saved under r's id, is that
// of r's tree. A saved tree only grows, so comparing sizes is enough.
func (r *Result) owns(p result.Progress) bool {
	return p.Total == r.tree.Len() && p.Leaves.Total() == r.tree.LeafCount()
}

// count works out the progress from the leaves.
func (r *Result) count(ctx context.Context) (result.Progress, error) {
	p := result.Progress{Total: r.tree.Len()}
	if !r.tree.IsGroup() {
		p.Total = 1
	}
	direct, stop := iter.Pull(r.tree.Runs())
	defer stop()
	var member result.Tree // the direct member, or run of them, that is being counted
	left, whole := 0, true // how many of its leaves are to come; whether all before succeeded
	for a, err := range r.backend.Results(ctx, r.tree, result.Filter{}) {
		if err != nil {
			return result.Progress{}, err
		}
		if a.Forgotten {
			p.Leaves.Forgotten++
		} else {
			p.Leaves = p.Leaves.Add(a.State, 1)
		}
		for more := true; left == 0 && more; {
			member, more = direct()
			left, whole = member.LeafCount(), true
			if left == 0 && more {
				p.Completed++ // an empty group is successful
			}
		}
		left--
		whole = whole && a.Successful()
		if a.Successful() && !member.IsGroup() || whole && left == 0 && member.IsGroup() {
			p.Completed++
		}
	}
	for _, more := direct(); more; _, more = direct() {
		p.Completed++ // empty groups at the end
	}
	return p, nil
}
