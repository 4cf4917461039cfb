package group

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed-1c955bc8/bunch/result"
)

// Async reads what is stored of a task, without waiting: AsyncResult's state,
// result, info, traceback, date_done, children and what was stored of its request.
// As in Celery a task that nobody knows is PENDING, and so is one whose result
// was forgotten. The handle of a group gives an error matching [result.ErrBadID]:
// a group has progress, and no state.
func (r *Result) Async(ctx context.Context) (result.Async, error) {
	if err := r.isTask(); err != nil {
		return result.Async{}, err
	}
	a, err := r.backend.Get(ctx, r.ID())
	if errors.Is(err, result.ErrNotFound) {
		return result.Async{ID: r.ID(), State: result.Pending, Attempt: 1}, nil
	}
	return a, err
}

func (r *Result) isTask() error {
	if r.tree.IsGroup() || r.tree.LeafCount() != 1 {
		return fmt.Errorf("%w: %q is no task but a group of them: use Progress, Join or All", result.ErrBadID, string(r.ID()))
	}
	return nil
}

// Exists reports whether anybody has reported more of the task than that it is
// PENDING (AsyncResult.exists); of a group, whether one is saved under its id.
func (r *Result) Exists(ctx context.Context) (bool, error) {
	if r.tree.IsGroup() {
		_, err := r.backend.Progress(ctx, r.ID())
		if errors.Is(err, result.ErrNotFound) {
			return false, nil
		}
		return err == nil, err
	}
	a, err := r.Async(ctx)
	return err == nil && a.State != result.Pending, err
}

// Get waits for a task and returns its value as a T (AsyncResult.get). A value
// that is a tree of results is read as a [result.Tree]. Like [Join] it raises the
// first failure among the task's ancestors, the oldest first, and then its own,
// as soon as there is one. A task without a value gives the zero T; so does one
// that is IGNORED when Get is called, at once: nobody is going to report its
// result. Errors are those of [Result.Join], and [result.ErrBadID] for a group.
func Get[T any](ctx context.Context, r *Result) (T, error) {
	var none T
	if err := r.isTask(); err != nil {
		return none, err
	}
	// An answer that is there is given even if the context has ended.
	a, err := r.Async(context.WithoutCancel(ctx))
	if err != nil || a.State == result.Ignored {
		return none, err
	}
	values, err := Join[T](ctx, r)
	if err != nil {
		return none, err
	}
	return values[0], nil
}

// Throw returns what [Result.Join] would raise now, without waiting: nil as long
// as nothing has failed (ResultSet.maybe_throw, AsyncResult.maybe_throw). Unlike
// Celery's it asks the ancestors of a leaf before the leaf, as waiting does.
func (r *Result) Throw(ctx context.Context) error {
	_, err := collect(ctx, r, ancestors(r.tree), func(a result.Async) (result.State, error) { return a.State, nil })
	return err
}
