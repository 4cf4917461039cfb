package group

import (
	"context"
	"sync/atomic"
)

// Then calls f once, in a goroutine of its own, when [Result.Wait] would return,
// with what it returns: nil if every leaf is ready (ResultSet.then,
// AsyncResult.then), and an error where Celery would never call. A handle may have
// any number of them. Calling stop makes sure that f is not called, and reports
// whether it was in time for that; it does not wait for an f that runs. Like
// context.AfterFunc's, stop may be called any number of times.
func (r *Result) Then(ctx context.Context, f func(error)) (stop func() bool) {
	ctx, cancel := context.WithCancel(ctx)
	var decided atomic.Bool // either f runs or it was stopped
	go func() {
		defer cancel()
		if err := r.Wait(ctx); decided.CompareAndSwap(false, true) {
			f(err)
		}
	}()
	return func() bool {
		stopped := decided.CompareAndSwap(false, true)
		if stopped {
			cancel()
		}
		return stopped
	}
}
