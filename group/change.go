package group

import (
	"context"

	"github.com/seed-1c955bc8/bunch/result"
)

// Save makes the group durable under its id (GroupResult.save). Saving it again
// as it is changes nothing; see [Backend] for when members may be added. Nil
// attributes mean none. Errors are those of Backend.Save: [result.ErrExist] if
// another tree has the id, [result.ErrDuplicate], [result.ErrBadID] and so on.
func (r *Result) Save(ctx context.Context, attr *result.Attributes) (result.Outcome, error) {
	if attr == nil {
		attr = &result.Attributes{}
	}
	out, err := r.backend.Save(ctx, r.tree, *attr)
	if err == nil {
		r.saved.Store(true)
	}
	return out, err
}

// Delete removes the saved group and leaves every result (GroupResult.delete).
// The handle goes on answering for its tree. Deleting twice is no error.
func (r *Result) Delete(ctx context.Context) (result.Outcome, error) {
	r.saved.Store(false)
	return r.backend.Delete(ctx, r.ID())
}

// Purge removes the saved group and forgets its results, in one step. Celery has
// no such operation: there a crash between forget and delete leaves one of them.
func (r *Result) Purge(ctx context.Context) (result.Outcome, error) {
	r.saved.Store(false)
	return r.backend.Purge(ctx, r.ID())
}

// Forget drops the results of the leaves and of their ancestors
// (GroupResult.forget); the saved group and the group's own parent stay. What was
// forgotten takes no report until [Result.Retry].
func (r *Result) Forget(ctx context.Context) (result.Outcome, error) {
	return r.backend.Forget(ctx, r.tree)
}

// Revoke records every leaf that is not ready as REVOKED, at any depth
// (GroupResult.revoke). Nothing that is running is stopped, but its report comes
// too late, and [Run] does not start a revoked task.
func (r *Result) Revoke(ctx context.Context) (result.Outcome, error) {
	return r.backend.Revoke(ctx, r.tree)
}

// Retry reopens every leaf that is FAILURE, REVOKED or forgotten, under the next
// attempt number. Nothing reopens a SUCCESS.
func (r *Result) Retry(ctx context.Context) (result.Outcome, error) {
	return r.backend.Retry(ctx, r.tree)
}
