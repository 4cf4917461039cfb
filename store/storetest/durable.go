package storetest

import (
	"sync"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

// reopen ends the engine as a kill would and goes on with what it kept.
func (t *T) reopen() {
	t.Helper()
	r, ok := t.Backend.(Reopener)
	if !ok {
		t.Skip("the engine keeps nothing across processes: there is nothing to reopen")
	}
	t.Backend = r.Reopen(t.T)
}

// durable is law 4.
func durable(t *T) {
	t.clauseKeeping(time.Hour, "every_kind_of_write", func(t *T) {
		inner := result.Group("inner", result.Tasks(root(2), 1, 3), result.Task("任务").WithParent(result.Task("p")))
		tree := result.Group(root(1).ID(0), result.Tasks(root(1), 1, 4), inner).WithParent(result.Task("before"))
		attr := result.Attributes{
			Labels: map[string]string{"kind": "test"}, Note: t.value("note"), MaxAge: time.Minute,
			Inputs: [][]byte{t.value("in 0"), nil, t.value("in 2")},
		}
		twice := func(what string, o result.Outcome) {
			t.Helper()
			t.want(o.Applied, "%s was not applied", what)
			saved, all := t.restore(tree.ID()), t.results(tree, result.Filter{Inputs: true})
			t.reopen()
			if diff := differSaved(t.restore(tree.ID()), saved); diff != "" {
				t.broken("after %s and reopening %s: %+v, not %+v", what, diff, t.restore(tree.ID()), saved)
			}
			for i, a := range t.results(tree, result.Filter{Inputs: true}) {
				t.same(a, all[i])
			}
			t.recount(tree.ID())
		}
		twice("Save", t.save(tree, attr))
		twice("Report", t.report(root(1).ID(1), result.Success))
		twice("Report", t.report("任务", result.Failure))
		twice("Retry", t.retry(result.Task("任务")))
		twice("Forget", t.forget(result.Task(root(2).ID(2))))
		twice("Revoke", t.revoke(inner))
		tree = tree.Append(result.Task("late"), result.Tasks(root(3), 1, 2))
		twice("Save of more members", t.save(tree))
		t.clock.add(time.Second)
		twice("Revoke", t.revoke(tree))

		t.save(inner)
		t.want(t.delete(tree.ID()).Applied, "Delete was not applied")
		t.reopen()
		_, err := t.Restore(t.ctx, tree.ID())
		t.fails("Restore of what was deleted", err, result.ErrNotFound)
		t.recount("inner")
		t.stands(root(1).ID(1), result.Success, 1, false)

		t.want(t.purge("inner").Applied, "Purge was not applied")
		t.reopen()
		_, err = t.Restore(t.ctx, "inner")
		t.fails("Restore of what was purged", err, result.ErrNotFound)
		t.stands("任务", result.Pending, 2, true)
		t.changes("a straggler's report", t.report("任务", result.Success), 0)

		t.clock.add(2 * time.Hour)
		t.want(t.sweep() > 0, "Sweep removed nothing")
		t.reopen()
		t.unknown("任务")
		t.unknown(root(1).ID(1))
	})

	t.clause("what_many_were_told", func(t *T) {
		const n, writers = 30, 4
		tree := result.Group("g", result.Tasks(root(1), 1, n*writers))
		t.save(tree)
		var wait sync.WaitGroup
		errs := make([]error, writers)
		for w := range writers {
			wait.Go(func() {
				for i := range n {
					a := result.Async{ID: root(1).ID(uint32(1 + i*writers + w)), State: allStates[(i+w)%len(allStates)]}
					if _, err := t.Report(t.ctx, a); err != nil {
						errs[w] = err
						return
					}
				}
			})
		}
		wait.Wait()
		for _, err := range errs {
			t.ok("Report", err)
		}
		t.reopen()
		for i, a := range t.results(tree, result.Filter{}) {
			want := allStates[(i/writers+i%writers)%len(allStates)]
			t.want(a.State == want, "%q was reported as %s and is %s", a.ID, want, a.State)
		}
		t.recount("g")
	})
}
