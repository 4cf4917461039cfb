package storetest

import (
	"fmt"
	"sync"

	"github.com/seed-1c955bc8/bunch/result"
)

// counts is law 2.
func counts(t *T) {
	t.clause("after_every_operation", func(t *T) {
		// Two groups that share a minted task, a foreign task and a nested group.
		shared := result.Group("shared", result.Tasks(root(1), 3, 2), result.Task("s"))
		a := result.Group("a", result.Tasks(root(1), 1, 2), result.Task("x"), shared, result.Group("empty"))
		b := result.Group("b", shared, result.Task(root(1).ID(1)), result.Task("x").WithParent(result.Task("p")))
		steps := []func(){
			func() { t.report("x", result.Started) },
			func() { t.save(a) },
			func() { t.report(root(1).ID(3), result.Success) },
			func() { t.save(b) },
			func() { t.report("p", result.Success) },
			func() { t.report("x", "PROGRESS") },
			func() { t.report("x", result.Ignored) },
			func() { t.reports(t.async("s", result.Success), t.async(root(1).ID(4), result.Success)) },
			func() { t.forget(result.Task(root(1).ID(3))) },
			func() { t.save(shared) },
			func() { t.retry(shared) },
			func() { t.revoke(b) },
			func() { t.retry(a) },
			func() {
				t.reports(t.async("x", result.Failure), t.async(root(1).ID(1), result.Failure), t.async("x", result.Success))
			},
			func() { t.save(a.Append(result.Task("late"), result.Group("late group", tasks("deep")...))) },
			func() { t.report("deep", result.Success) },
			func() { t.forget(b) },
			func() { t.retry(result.Task("x")) },
			func() { t.purge("b") },
			func() { t.retry(a) },
			func() { t.delete("shared") },
			func() { t.revoke(a) },
		}
		saved := []result.ID{"a", "b", "shared"}
		for _, step := range steps {
			step()
			for _, id := range saved {
				if _, err := t.Restore(t.ctx, id); err == nil {
					t.recount(id)
				}
			}
		}
	})

	t.clause("a_run_of_many", func(t *T) {
		const n = 10_000
		tree := result.Group(root(1).ID(0), result.Tasks(root(1), 1, n))
		t.save(tree)
		want := result.Progress{Total: n}
		want.Leaves = want.Leaves.Add(result.Pending, n)
		t.want(t.progress(tree.ID()).Equal(want), "fresh counts of %d members are %+v", n, t.progress(tree.ID()))
		for i := 0; i < n; i += 2500 {
			var batch []result.Async
			for k := range 500 {
				batch = append(batch, result.Async{ID: root(1).ID(uint32(1 + i + k)), State: allStates[k%len(allStates)]})
			}
			t.reports(batch...)
		}
		t.recount(tree.ID())
		ready := t.progress(tree.ID()).Leaves.Ready()
		t.changes("Revoke", t.revoke(tree), n-ready)
		t.recount(tree.ID())
	})

	t.clause("while_writers_write", func(t *T) {
		const n, writers = 60, 4
		inner := result.Group("inner", result.Tasks(root(2), 1, n/2))
		outer := result.Group("outer", inner, result.Tasks(root(3), 1, n/2))
		t.save(inner)
		t.save(outer)
		var wait sync.WaitGroup
		errs := make([]error, writers)
		for w := range writers {
			wait.Go(func() {
				for i := range n {
					id := root(byte(2 + (i+w)%2)).ID(uint32(1 + (i*7+w)%(n/2)))
					var err error
					switch (i + w) % 5 {
					case 0:
						_, err = t.Report(t.ctx, result.Async{ID: id, State: result.State(fmt.Sprint("CUSTOM", w))})
					case 1:
						_, err = t.Report(t.ctx, result.Async{ID: id, State: result.Failure}, result.Async{ID: id, State: result.Success})
					case 2:
						_, err = t.Retry(t.ctx, outer)
					case 3:
						_, err = t.Forget(t.ctx, result.Task(id))
					case 4:
						_, err = t.Report(t.ctx, result.Async{ID: id, State: result.Success})
					}
					if err != nil {
						errs[w] = err
						return
					}
				}
			})
		}
		done := make(chan struct{})
		go func() { wait.Wait(); close(done) }()
		for running := true; running; {
			select {
			case <-done:
				running = false
			default:
			}
			for id, want := range map[result.ID]int{"inner": n / 2, "outer": n} {
				p, err := t.Progress(t.ctx, id)
				t.ok("Progress", err)
				t.want(p.Leaves.Total() == want, "the counts of %q add up to %d, not %d: %+v", id, p.Leaves.Total(), want, p)
				for state, k := range p.Leaves.All() {
					t.want(k > 0, "the counts of %q have %d tasks in %s", id, k, state)
				}
			}
		}
		for _, err := range errs {
			t.ok("a write", err)
		}
		t.recount("inner", "outer")
	})

	t.clause("after_reopening", func(t *T) {
		tree := result.Group("g", result.Tasks(root(1), 1, 5), result.Group("inner", tasks("a", "b")...))
		t.save(tree)
		t.report("a", result.Success)
		t.report(root(1).ID(2), "CUSTOM")
		t.forget(result.Task("b"))
		before := t.progress("g")
		t.reopen()
		t.recount("g")
		t.want(t.progress("g").Equal(before), "the counts were %+v and are %+v", before, t.progress("g"))
		t.report(root(1).ID(2), result.Failure)
		t.retry(tree)
		t.recount("g")
	})
}
