package storetest

import (
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

// answers is law 5.
func answers(t *T) {
	t.clause("an_unknown_group", func(t *T) {
		t.report("g", result.Success) // a task of that name is another thing
		t.save(result.Group("outer", result.Group("inner", tasks("a")...)))
		for _, id := range []result.ID{"g", "never", "inner", root(1).ID(0)} {
			_, err := t.Restore(t.ctx, id)
			t.fails("Restore", err, result.ErrNotFound)
			_, err = t.Progress(t.ctx, id)
			t.fails("Progress", err, result.ErrNotFound)
			events := 0
			for _, err = range t.Watch(t.ctx, id) {
				events++
			}
			t.want(events == 1, "Watch of an unknown group gave %d events", events)
			t.fails("Watch", err, result.ErrNotFound)
			o := t.delete(id)
			t.want(!o.Applied, "Delete of an unknown group was applied")
			o = t.purge(id)
			t.want(!o.Applied && o.Changed == 0, "Purge of an unknown group was applied")
		}
		t.stands("g", result.Success, 1, false)
	})

	t.clause("an_empty_group", func(t *T) {
		tree := result.Group("g")
		t.save(tree)
		s := t.restore("g")
		t.want(s.Tree.IsGroup() && s.Tree.Len() == 0, "an empty group came back as %v", s.Tree)
		p := t.progress("g")
		t.want(p.Equal(result.Progress{}), "an empty group has the counts %+v", p)
		t.want(p.Ready() && p.Successful() && !p.Failed() && !p.Waiting(), "the predicates of an empty group are wrong")
		t.want(len(t.results(tree, result.Filter{})) == 0, "an empty group has results")
	})

	t.clause("pending_and_unknown", func(t *T) {
		tree := result.Group("g", result.Task("foreign"), result.Tasks(root(1), 1, 3), result.Group("in", tasks("deep")...)).WithParent(result.Task("parent"))
		t.save(tree)
		for _, id := range []result.ID{"foreign", root(1).ID(1), root(1).ID(3), "deep"} {
			t.same(t.stands(id, result.Pending, 1, false), result.Async{ID: id, State: result.Pending, Attempt: 1})
		}
		for _, id := range []result.ID{root(1).ID(0), root(1).ID(4), root(2).ID(1), "in", "g", "parent", "other"} {
			t.unknown(id)
			one := t.results(result.Task(id), result.Filter{}) // a range over any tree is fine
			t.same(one[0], result.Async{ID: id, State: result.Pending, Attempt: 1})
		}
		t.reports(result.Async{ID: "lone", State: result.Pending})
		t.stands("lone", result.Pending, 1, false)
		for _, a := range t.results(result.Group("not saved", tasks("foreign", "lone", "other")...), result.Filter{}) {
			t.same(a, result.Async{ID: a.ID, State: result.Pending, Attempt: 1})
		}
		t.unknown("other")
	})

	t.clause("forgotten", func(t *T) {
		t.save(result.Group("g", tasks("a", "b")...))
		t.report("a", result.Success)
		t.forget(result.Group("any", tasks("a", "b", "c")...))
		for _, id := range []result.ID{"a", "b", "c"} {
			a := t.stands(id, result.Pending, 1, true)
			t.same(a, result.Async{ID: id, State: result.Pending, Attempt: 1, Forgotten: true})
		}
		p := t.progress("g")
		t.want(p.Leaves.Forgotten == 2 && p.Leaves.Of(result.Pending) == 0, "two forgotten tasks are counted as %+v", p)
		t.want(!p.Ready() && p.Waiting() && p.Settled(), "the predicates of a forgotten group are wrong")
	})

	t.clause("a_deleted_groups_members_are_unknown", func(t *T) {
		t.save(result.Group("g", result.Task("done"), result.Tasks(root(1), 1, 2), result.Task("pending")))
		t.save(result.Group("h", result.Task(root(1).ID(2))))
		t.report("done", result.Success)
		t.delete("g")
		t.stands("done", result.Success, 1, false)
		t.unknown("pending")
		t.unknown(root(1).ID(1))
		t.stands(root(1).ID(2), result.Pending, 1, false)
	})

	t.clauseKeeping(time.Hour, "a_waiter_is_told_what_is_gone", func(t *T) {
		// Whoever waits for a task looks at it when news comes: there must be news.
		tree := result.Group("g", tasks("member")...)
		t.save(tree)
		w := t.watch(t.ctx, "", "member")
		t.forget(tree)
		w.until("the task was forgotten", func() bool { return t.get("member").Forgotten })

		t.save(result.Group("h", tasks("named")...))
		w = t.watch(t.ctx, "", "named")
		t.delete("h")
		w.event("the group that named the task was deleted")
		t.unknown("named")

		t.report("lone", result.Started)
		w = t.watch(t.ctx, "", "lone")
		t.clock.add(time.Hour)
		t.want(t.sweep() > 0, "the lone result did not expire")
		w.event("the task expired")
		t.unknown("lone")

		t.save(result.Group("short", tasks("old")...), result.Attributes{MaxAge: time.Minute})
		group, task := t.watch(t.ctx, "short"), t.watch(t.ctx, "", "old")
		t.clock.add(time.Minute)
		t.want(t.sweep() > 0, "the group did not expire")
		group.ends(result.ErrNotFound)
		task.event("the group that named the task expired")
		t.unknown("old")
	})
}
