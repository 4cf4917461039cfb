package storetest

import (
	"fmt"
	"sync"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

// settling is law 3.
func settling(t *T) {
	t.clause("by_report", func(t *T) {
		inner := result.Group("inner", tasks("b", "c")...)
		outer := result.Group("outer", result.Task("a"), inner)
		t.save(outer)
		t.save(inner)
		t.settles("the first report", t.report("b", result.Success))
		t.settles("an unready report", t.report("c", result.Started))
		t.clock.add(time.Minute)
		t.settles("the last report of inner", t.report("c", result.Failure), "inner")
		t.want(t.restore("inner").Settled.Equal(t.clock.now()), "inner settled at %v, now is %v", t.restore("inner").Settled, t.clock.now())
		t.settles("a late report", t.report("c", result.Success))
		t.settles("the last report of outer", t.report("a", result.Revoked), "outer")
		t.clock.add(time.Minute)
		t.settles("a late report", t.report("a", result.Success))
		t.want(t.restore("outer").Settled.Equal(t.clock.now().Add(-time.Minute)), "a late report moved the time of settling")
		t.recount("inner", "outer")
	})

	t.clause("the_report_of_a_batch_that_did_it", func(t *T) {
		t.save(result.Group("first", tasks("a", "b")...))
		t.save(result.Group("second", tasks("c", "a")...))
		t.save(result.Group("third", tasks("b", "a")...))
		out := t.reports(t.async("a", result.Success), t.async("a", result.Success), t.async("b", result.Success),
			t.async("b", result.Failure), t.async("c", result.Success))
		t.settles("report 0", out[0])
		t.settles("report 1", out[1])
		t.settles("report 2", out[2], "first", "third")
		t.settles("report 3", out[3])
		t.settles("report 4", out[4], "second")
	})

	t.clause("by_save", func(t *T) {
		t.settles("Save of an empty group", t.save(result.Group("empty")), "empty")
		t.settles("Save of the same", t.save(result.Group("empty")))
		t.settles("Save of a group of empty groups", t.save(result.Group("hollow", result.Group("hole"))), "hollow")
		t.reports(t.async("a", result.Success), t.async("b", result.Failure))
		t.forget(result.Task("c"))
		tree := result.Group("done", tasks("a", "b", "c")...)
		t.settles("Save of a group whose tasks are done", t.save(tree), "done")
		t.settles("Save of the same", t.save(tree))
		t.settles("Save of a group with one task to come", t.save(result.Group("more", tasks("a", "d")...)))
		for _, id := range []result.ID{"empty", "hollow", "done"} {
			t.want(t.restore(id).Settled.Equal(t.clock.now()), "%q settled at %v, now is %v", id, t.restore(id).Settled, t.clock.now())
		}
		t.recount("empty", "hollow", "done", "more")
	})

	t.clause("by_growing_an_empty_group", func(t *T) {
		empty := result.Group("g")
		t.save(empty)
		t.settles("Save of more members", t.save(empty.Append(result.Task("a"))))
		t.want(t.restore("g").Settled.IsZero(), "the grown group settled at %v", t.restore("g").Settled)
		t.settles("the report", t.report("a", result.Success), "g")
		t.save(result.Group("h"))
		t.clock.add(time.Hour)
		t.settles("Save of a member that is done", t.save(result.Group("h", tasks("a")...)), "h") // another group has settled now
		t.want(t.restore("h").Settled.Equal(t.clock.now()), "it settled at %v", t.restore("h").Settled)
		t.recount("g", "h")
	})

	t.clause("by_revoke", func(t *T) {
		inner := result.Group("inner", tasks("a", "b")...)
		t.save(result.Group("outer", inner, result.Task("c")))
		t.save(inner)
		t.save(result.Group("other", tasks("a")...))
		t.settles("Revoke of inner", t.revoke(inner), "inner", "other")
		t.settles("Revoke of inner again", t.revoke(inner))
		t.settles("Revoke of c", t.revoke(result.Task("c")), "outer")
		t.recount("inner", "outer", "other")
	})

	t.clause("by_forget", func(t *T) {
		t.save(result.Group("g", tasks("a", "b")...))
		t.report("a", result.Success)
		t.settles("Forget of the ready one", t.forget(result.Task("a")))
		t.settles("Forget of the pending one", t.forget(result.Task("b")), "g")
		t.settles("Forget again", t.forget(result.Task("b")))
		t.clock.add(time.Hour)
		t.settles("Forget of the group", t.forget(result.Group("g", tasks("a", "b")...)))
		t.want(t.restore("g").Settled.Equal(t.clock.now().Add(-time.Hour)), "forgetting again moved the time of settling")
		t.recount("g")

		t.save(result.Group("h", result.Task("child").WithParent(result.Task("parent"))))
		t.save(result.Group("of parent", tasks("parent")...))
		t.settles("Forget of a child and so of its parent", t.forget(result.Task("child").WithParent(result.Task("parent"))), "h", "of parent")
	})

	t.clause("by_purge_of_another", func(t *T) {
		t.save(result.Group("one", tasks("a")...))
		t.save(result.Group("two", tasks("a", "b")...))
		t.save(result.Group("three", tasks("a")...))
		t.settles("Purge", t.purge("two"), "one", "three")
		t.recount("one", "three")
	})

	t.clause("forgetting_a_settled_group_announces_nothing", func(t *T) {
		tree := result.Group("g", tasks("a", "b")...)
		t.save(tree)
		t.reports(t.async("a", result.Success), t.async("b", result.Success))
		at := t.restore("g").Settled
		t.clock.add(time.Hour)
		t.settles("Forget", t.forget(tree))
		t.want(t.restore("g").Settled.Equal(at), "it settled at %v and now says %v", at, t.restore("g").Settled)
	})

	t.clause("again_after_retry", func(t *T) {
		tree := result.Group("g", tasks("a", "b", "c")...)
		t.save(tree)
		t.report("a", result.Success)
		t.report("b", result.Failure)
		t.settles("the last report", t.report("c", result.Revoked), "g")
		for range 3 {
			t.settles("Retry", t.retry(tree))
			t.want(t.restore("g").Settled.IsZero(), "after Retry it still says that it settled at %v", t.restore("g").Settled)
			t.clock.add(time.Second)
			t.settles("the first report of two", t.report("b", result.Failure))
			t.settles("the last report of two", t.report("c", result.Failure), "g")
			t.want(t.restore("g").Settled.Equal(t.clock.now()), "it settled at %v, now is %v", t.restore("g").Settled, t.clock.now())
		}
		t.forget(tree)
		t.settles("Retry of what was forgotten", t.retry(result.Task("a")))
		t.settles("a new report", t.report("a", result.Success), "g")
	})

	t.clause("once_however_many_write", func(t *T) {
		const n, writers, rounds = 24, 6, 5
		// Every task is in two groups, and half of them in a third.
		var run = result.Tasks(root(1), 1, n)
		all := result.Group("all", run)
		groups := []result.Tree{all, result.Group("nested", result.Group("in", run)), result.Group("half", result.Tasks(root(1), 1, n/2))}
		for _, g := range groups {
			t.save(g)
		}
		for round := range rounds {
			announced := make([]map[result.ID]int, writers)
			errs := make([]error, writers)
			var wait sync.WaitGroup
			for w := range writers {
				announced[w] = map[result.ID]int{}
				wait.Go(func() {
					for i := range n {
						id := root(1).ID(uint32(1 + (i+w*n/writers)%n))
						var out []result.Outcome
						var err error
						if o := (result.Outcome{}); (i+w+round)%3 == 0 {
							o, err = t.Revoke(t.ctx, result.Task(id))
							out = []result.Outcome{o}
						} else {
							out, err = t.Report(t.ctx, result.Async{ID: id, State: result.Failure})
						}
						if err != nil {
							errs[w] = err
							return
						}
						for _, o := range out {
							for _, g := range o.Settled {
								announced[w][g]++
							}
						}
					}
				})
			}
			wait.Wait()
			for _, err := range errs {
				t.ok("a write", err)
			}
			for _, g := range groups {
				total := 0
				for w := range writers {
					total += announced[w][g.ID()]
				}
				t.want(total == 1, "round %d: %d operations announced that %q settled", round, total, g.ID())
			}
			t.recount("all", "nested", "half")
			t.changes(fmt.Sprint("Retry ", round), t.retry(all), n)
		}
	})
}
