package group

import (
	"cmp"
	"context"
	"fmt"

	"github.com/seed-1c955bc8/bunch/result"
)

// JoinOptions changes what [Result.Join] does; nil means none of it.
type JoinOptions struct {
	// NoPropagate makes Join wait for every leaf and return failures as results
	// rather than as an error: Celery's propagate=False, at any depth.
	NoPropagate bool
}

// Join waits for all leaves and returns their results in member order, those of
// nested groups in their place: GroupResult.join, and GroupResult.get. Use
// [Nest] for lists within lists.
//
// A FAILURE or REVOKED is an error, a *[result.MemberError], as soon as there is
// one, even if an earlier member is pending. Of several it is the first in the
// order in which Celery looks: for each leaf its own ancestors, the oldest first,
// then itself. An ancestor is only asked whether it raises, not waited for; the
// group's own parent is not asked. Other errors are those of [Result.Wait]; the
// only deadline is the context's.
func (r *Result) Join(ctx context.Context, opts *JoinOptions) ([]result.Async, error) {
	propagate := opts == nil || !opts.NoPropagate
	return join(ctx, r, propagate, func(a result.Async) (result.Async, error) { return a, nil })
}

// Join is [Result.Join] for values: those of all leaves in member order, as
// [Codec] reads them. A task that succeeded without a value gives the zero T.
func Join[T any](ctx context.Context, r *Result) ([]T, error) {
	return join(ctx, r, true, func(a result.Async) (v T, err error) {
		if a.Value == nil {
			return v, nil
		}
		if err = r.backend.Unmarshal(a.Value, &v); err != nil {
			err = fmt.Errorf("value of task %q: %w", string(a.ID), err)
		}
		return v, err
	})
}

// join waits, then reads. If a leaf was reopened in between, it starts again.
func join[T any](ctx context.Context, r *Result, propagate bool, read func(result.Async) (T, error)) ([]T, error) {
	var throws *throwers
	if propagate {
		throws = ancestors(r.tree)
	}
	for {
		if err := r.wait(ctx, throws); err != nil {
			return nil, err
		}
		// There is an answer now, so the context's end does not matter any more.
		values, err := collect(context.WithoutCancel(ctx), r, throws, read)
		if err != nil || len(values) == r.tree.LeafCount() {
			return values, err
		}
		r.saved.Store(false) // or another tree stands under this id: look again
	}
}

// collect reads all leaves in one pass. Fewer values than leaves, and no error,
// means that some leaf is not ready and none raises.
func collect[T any](ctx context.Context, r *Result, throws *throwers, read func(result.Async) (T, error)) ([]T, error) {
	var before []ancestor
	if throws != nil {
		before = throws.list
	}
	values := make([]T, 0, r.tree.LeafCount())
	at := 0
	for a, err := range r.backend.Results(ctx, r.tree, result.Filter{}) {
		if err != nil {
			return nil, err
		}
		for ; len(before) > 0 && before[0].at == at; before = before[1:] {
			if thrown, err := throw(ctx, r.backend, before[0].tree); thrown != nil || err != nil {
				return nil, cmp.Or(thrown, err)
			}
		}
		if thrown := a.Throw(); thrown != nil && throws != nil {
			return nil, thrown
		}
		if a.State.Ready() {
			v, err := read(a)
			if err != nil {
				return nil, err
			}
			values = append(values, v)
		}
		at++
	}
	return values, nil
}
