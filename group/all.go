package group

import (
	"context"
	"iter"

	"github.com/seed-1c955bc8/bunch/result"
)

// All ranges over the results of all leaves: first those that are ready, in
// member order, then the others as they become so; each leaf exactly once
// (ResultSet.iter_native). Failures come as results. A leaf that is retried after
// it was given is not given again. The range ends when every leaf was given, or
// with an error, the last it gives: those of [Result.Wait]. What is ready is
// given before that. While the loop's body works, nobody waits for it.
func (r *Result) All(ctx context.Context) iter.Seq2[result.Async, error] {
	return func(yield func(result.Async, error) bool) {
		p := newPending(r)
		if p.left == 0 {
			return
		}
		give := func(a result.Async) bool { return yield(a, nil) }
		for n, err := range r.news(ctx) {
			more := true
			if err == nil {
				more, err = p.take(ctx, n, give)
			}
			if more && err != nil {
				more, err = p.rest(context.WithoutCancel(ctx), err, give)
			}
			if more && err != nil {
				yield(result.Async{}, err)
				return
			}
			if !more || p.left == 0 {
				return
			}
		}
	}
}

// rest answers for a group that is ready although waiting for it failed with
// cause; of any other, cause is what it returns.
func (p *pending) rest(ctx context.Context, cause error, give func(result.Async) bool) (more bool, err error) {
	if now, err := p.r.Progress(ctx); err != nil || !now.Ready() {
		return true, cause
	}
	if more, err = p.sweep(ctx, false, give); more && err == nil && p.left > 0 {
		err = cause
	}
	return more, err
}
