package storetest

import (
	"fmt"

	"github.com/seed-1c955bc8/bunch/result"
)

// nested is law 10.
func nested(t *T) {
	t.clause("direct_and_by_leaves", func(t *T) {
		tree := result.Group("g",
			result.Task("a"),
			result.Group("one", tasks("b", "c")...),
			result.Tasks(root(1), 1, 3),
			result.Group("two", result.Group("three", tasks("d")...), result.Group("hole")),
		)
		t.save(tree)
		check := func(when string, completed int, successes, failures int) {
			t.Helper()
			p := t.progress("g")
			t.want(p.Total == 6 && p.Leaves.Total() == 7, "%s: %d direct members and %d leaves, not 6 and 7", when, p.Total, p.Leaves.Total())
			t.want(p.Completed == completed, "%s: %d direct members are complete, not %d", when, p.Completed, completed)
			t.want(p.Leaves.Of(result.Success) == successes && p.Leaves.Of(result.Failure) == failures, "%s: the leaves are counted as %+v", when, p.Leaves)
			t.recount("g")
		}
		check("at first", 0, 0, 0)
		t.report("b", result.Success)
		check("with half of a nested group", 0, 1, 0)
		t.report("c", result.Failure)
		check("with a failed half", 0, 1, 1)
		t.retry(tree)
		check("with it reopened", 0, 1, 0)
		t.report("c", result.Success)
		check("with all of a nested group", 1, 2, 0)
		t.report("d", result.Success)
		check("with a group in a group", 2, 3, 0)
		t.reports(t.async(root(1).ID(2), result.Success), t.async("a", result.Failure), t.async(root(1).ID(3), result.Revoked))
		check("with one of a run", 3, 4, 1)
		t.forget(result.Task("d"))
		check("with the deepest forgotten", 2, 3, 1)
		t.forget(tree)
		check("with all forgotten", 0, 0, 0)
		t.retry(tree)
		for _, id := range leaves(tree) {
			t.report(id, result.Success)
		}
		check("with all done", 6, 7, 0)
		p := t.progress("g")
		t.want(p.Ready() && p.Successful(), "with all done it is ready %v, successful %v", p.Ready(), p.Successful())
	})

	t.clause("an_empty_nested_group_is_complete", func(t *T) {
		t.save(result.Group("g", result.Group("hole"), result.Group("hollow", result.Group("deep hole")), result.Task("a")))
		p := t.progress("g")
		t.want(p.Total == 3 && p.Completed == 2 && p.Leaves.Total() == 1, "it counts %+v", p)
		t.recount("g")
	})

	t.clause("at_any_depth", func(t *T) {
		tree := result.Group("level 0", tasks("bottom")...)
		const depth = 300
		for i := 1; i < depth; i++ {
			tree = result.Group(result.ID(fmt.Sprint("level ", i)), result.Task(result.ID(fmt.Sprint("task ", i))), tree)
		}
		t.save(tree)
		id := tree.ID()
		t.recount(id)
		t.report("bottom", result.Success)
		t.recount(id)
		t.want(t.progress(id).Total == 2 && t.progress(id).Leaves.Total() == depth, "it counts %+v", t.progress(id))
		t.settles("Revoke of the rest", t.revoke(tree), id)
		t.recount(id)
		t.want(t.restore(id).Tree.Equal(tree), "the tree came back changed")
	})

	t.clause("every_state_is_counted", func(t *T) {
		var all []result.ID
		for _, state := range allStates {
			all = append(all, result.ID("in "+state), result.ID("also in "+state))
		}
		t.save(result.Group("g", result.Group("in", tasks(all...)...)))
		for _, state := range allStates {
			t.reports(t.async(result.ID("in "+state), state), t.async(result.ID("also in "+state), state))
		}
		p := t.progress("g")
		for _, state := range allStates {
			t.want(p.Leaves.Of(state) == 2, "%d tasks are counted in %s, not 2", p.Leaves.Of(state), state)
		}
		t.recount("g")
	})
}
