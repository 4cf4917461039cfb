package group

import (
	"context"
	"iter"

	"github.com/seed-1c955bc8/bunch/result"
)

// Watch ranges over the group's progress: as it is now, at once, and again
// whenever it has changed. A loop that is slow is given the newest and not all
// between. The range ends once the group is ready, or with an error, the last it
// gives: those of [Result.Wait].
//
// Celery has nothing like it: a program there asks completed_count again and
// again, one round trip for each member.
func (r *Result) Watch(ctx context.Context) iter.Seq2[result.Progress, error] {
	return func(yield func(result.Progress, error) bool) {
		if r.tree.LeafCount() == 0 {
			p, err := r.Progress(context.WithoutCancel(ctx))
			yield(p, err)
			return
		}
		var last *result.Progress
		for n, err := range r.news(ctx) {
			p := n.Progress
			if err == nil && !n.own {
				p, err = r.count(ctx)
			}
			if err != nil {
				var failed error
				if p, failed = r.Progress(context.WithoutCancel(ctx)); failed != nil || !p.Ready() {
					yield(result.Progress{}, err)
					return
				}
			}
			if (last == nil || !last.Equal(p)) && !yield(p, nil) || p.Ready() {
				return
			}
			last = &p
			if n.alone || p.Leaves.Forgotten > 0 {
				if err := r.stuck(ctx, n.alone); err != nil {
					yield(result.Progress{}, err)
					return
				}
			}
		}
	}
}
