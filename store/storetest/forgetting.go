package storetest

import (
	"github.com/seed-1c955bc8/bunch/result"
)

// forgetting is law 9.
func forgetting(t *T) {
	t.clause("delete_leaves_every_result", func(t *T) {
		inner := result.Group("inner", tasks("b")...)
		tree := result.Group("g", result.Task("a"), result.Tasks(root(1), 1, 2), inner)
		t.save(tree)
		t.save(inner)
		t.reports(t.async("a", result.Success), t.async("b", result.Failure), t.async(root(1).ID(2), result.Started))
		before := t.results(tree, result.Filter{})
		o := t.delete("g")
		t.want(o.Applied && o.Changed == 0 && len(o.Settled) == 0, "Delete says %+v", o)
		_, err := t.Restore(t.ctx, "g")
		t.fails("Restore", err, result.ErrNotFound)
		_, err = t.Progress(t.ctx, "g")
		t.fails("Progress", err, result.ErrNotFound)
		t.want(len(t.list(result.Query{})) == 1, "the deleted group is listed")
		t.want(len(t.find("a")) == 0 && len(t.find("b")) == 1, "Find still knows the deleted group")
		for i, a := range t.results(tree, result.Filter{}) {
			t.same(a, before[i])
		}
		t.recount("inner")
		o = t.delete("g")
		t.want(!o.Applied, "a second Delete was applied")
		t.save(tree) // and it counts again
		t.recount("g", "inner")
	})

	t.clause("forget_drops_leaves_and_their_ancestors", func(t *T) {
		grand := result.Task("grand")
		parent := result.Task("parent").WithParent(grand)
		chain := result.Group("chain", result.Task("link"), result.Task("other link").WithParent(result.Task("aunt")))
		tree := result.Group("g",
			result.Task("a").WithParent(parent),
			result.Task("b").WithParent(parent),
			result.Group("in", result.Task("c").WithParent(chain), result.Tasks(root(1), 1, 2)).WithParent(result.Task("in's parent")),
		).WithParent(result.Task("g's parent"))
		t.save(tree)
		forgotten := []result.ID{"a", "b", "c", root(1).ID(1), root(1).ID(2), "parent", "grand", "link", "other link", "aunt"}
		kept := []result.ID{"g's parent", "in's parent", root(1).ID(3), "stranger"}
		for _, id := range append(forgotten, kept...) {
			t.report(id, result.Success)
		}
		t.report("grand", result.Failure)
		t.changes("Forget", t.forget(tree), len(forgotten))
		for _, id := range forgotten {
			t.same(t.stands(id, result.Pending, 1, true), result.Async{ID: id, State: result.Pending, Attempt: 1, Forgotten: true})
		}
		for _, id := range kept {
			t.stands(id, result.Success, 1, false)
		}
		t.recount("g")
		t.changes("a second Forget", t.forget(tree), 0)
		t.want(t.restore("g").Tree.Equal(tree), "Forget changed the saved tree")
	})

	t.clause("an_ancestor_nobody_knows_is_left_alone", func(t *T) {
		tree := result.Task("a").WithParent(result.Task("unknown").WithParent(result.Task("member").WithParent(result.Task("reported"))))
		t.save(result.Group("g", tasks("member")...))
		t.report("reported", result.Started)
		o := t.forget(tree)
		t.changes("Forget", o, 3)
		t.want(o.State == result.Pending && o.Attempt == 1, "the outcome says %s, attempt %d", o.State, o.Attempt)
		t.unknown("unknown")
		t.stands("a", result.Pending, 1, true)
		t.stands("member", result.Pending, 1, true)
		t.stands("reported", result.Pending, 1, true)
		t.recount("g")
	})

	t.clause("forgotten_takes_no_report_until_retry", func(t *T) {
		t.save(result.Group("g", tasks("t", "never reported")...))
		t.reports(t.async("t", result.Failure), t.async("lone", result.Started))
		for _, id := range []result.ID{"t", "never reported", "lone", "lone, never reported"} {
			t.forget(result.Task(id))
			for _, state := range allStates {
				for attempt := range uint32(3) {
					a := t.async(id, state)
					a.Attempt = attempt
					o := t.reports(a)[0]
					t.changes("a report of what was forgotten", o, 0)
					t.want(o.State == result.Pending && o.Attempt == 1, "it says that %s, attempt %d, stands", o.State, o.Attempt)
				}
			}
			t.changes("Revoke of what was forgotten", t.revoke(result.Task(id)), 0)
			t.stands(id, result.Pending, 1, true)
			o := t.retry(result.Task(id))
			t.changes("Retry of what was forgotten", o, 1)
			t.want(o.State == result.Retry && o.Attempt == 2, "Retry says %s, attempt %d", o.State, o.Attempt)
			t.same(t.stands(id, result.Retry, 2, false), result.Async{ID: id, State: result.Retry, Attempt: 2})
			a := t.async(id, result.Success)
			a.Attempt = 1
			t.changes("a straggler of the first attempt", t.reports(a)[0], 0)
			t.changes("a report of the second attempt", t.report(id, result.Success), 1)
			t.changes("Forget of the second attempt", t.forget(result.Task(id)), 1)
			t.stands(id, result.Pending, 2, true) // the attempt is not forgotten
		}
		t.recount("g")
	})

	t.clause("a_shared_result_is_forgotten_everywhere", func(t *T) {
		one := result.Group("one", result.Task("s"), result.Task(root(1).ID(1)))
		two := result.Group("two", result.Group("in", result.Task("s")), result.Tasks(root(1), 1, 2))
		t.save(one)
		t.save(two)
		t.reports(t.async("s", result.Success), t.async(root(1).ID(1), result.Success), t.async(root(1).ID(2), result.Success))
		t.forget(one)
		t.recount("one", "two")
		p := t.progress("two")
		t.want(p.Leaves.Forgotten == 2 && p.Leaves.Of(result.Success) == 1 && p.Completed == 1, "the other group counts %+v", p)
	})

	t.clause("purge_is_both", func(t *T) {
		tree := result.Group("g", result.Task("a").WithParent(result.Task("parent")), result.Tasks(root(1), 1, 2)).WithParent(result.Task("before"))
		other := result.Group("other", tasks("a", "b")...)
		t.save(tree, result.Attributes{Inputs: [][]byte{t.value("in")}})
		t.save(other)
		t.reports(t.async("a", result.Success), t.async("parent", result.Success), t.async("before", result.Success), t.async("b", result.Success))
		t.save(result.Group("same name")) // a task may have the name of a group
		o := t.purge("g")
		t.want(o.Applied && o.Changed == 4, "Purge says %+v", o)
		_, err := t.Restore(t.ctx, "g")
		t.fails("Restore", err, result.ErrNotFound)
		for _, id := range []result.ID{"a", "parent", root(1).ID(1), root(1).ID(2)} {
			t.stands(id, result.Pending, 1, true)
		}
		t.stands("before", result.Success, 1, false)
		t.stands("b", result.Success, 1, false)
		t.recount("other")
		t.changes("a straggler's report", t.report(root(1).ID(1), result.Success), 0)
		o = t.purge("g")
		t.want(!o.Applied && o.Changed == 0 && len(o.Settled) == 0, "a second Purge says %+v", o)

		t.save(tree)
		t.recount("g")
		t.want(t.progress("g").Leaves.Forgotten == 3, "saved again it counts %+v", t.progress("g"))
		o = t.purge("g")
		t.want(o.Applied && o.Changed == 0, "Purge of a group whose results are forgotten says %+v", o)
	})

	t.clause("nothing_else_is_touched", func(t *T) {
		// Neighbours of every kind: next to it in a run, in name, in a group.
		tree := result.Group("g", result.Tasks(root(1), 5, 3), result.Task("t"), result.Task(root(2).ID(0)))
		near := []result.ID{root(1).ID(0), root(1).ID(4), root(1).ID(8), root(1).ID(1<<32 - 1), root(2).ID(1), "t\x00", "t/", "s", "u", "tt", "g"}
		for _, id := range near {
			t.report(id, result.Success)
		}
		t.save(tree)
		t.save(result.Group("g\x00", tasks("t")...))
		for _, id := range leaves(tree) {
			t.report(id, result.Success)
		}
		for _, op := range []func(){func() { t.forget(tree) }, func() { t.purge("g") }, func() { t.save(tree) }, func() { t.delete("g") }, func() { t.retry(tree) }} {
			op()
			for _, id := range near {
				t.stands(id, result.Success, 1, false)
			}
			t.recount("g\x00")
		}
	})
}
