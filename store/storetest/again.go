package storetest

import (
	"slices"

	"github.com/seed-1c955bc8/bunch/result"
)

// savingAgain is law 13.
func savingAgain(t *T) {
	r := root(1)
	inner := result.Group("in", tasks("x", "y")...).WithParent(result.Task("in's parent"))
	tree := result.Group("g", result.Task("a"), inner, result.Tasks(r, 1, 3)).WithParent(result.Task("parent"))

	t.clause("the_same_changes_nothing", func(t *T) {
		attr := result.Attributes{Labels: map[string]string{"k": "v"}, Note: t.value(1), Inputs: [][]byte{t.value("in")}}
		t.want(t.save(tree, attr).Applied, "the first Save was not applied")
		t.report("x", result.Success)
		before := t.restore("g")
		t.clock.add(retention)
		other := result.Attributes{Labels: map[string]string{"k": "w", "l": ""}, Note: t.value(2), MaxAge: retention, Inputs: [][]byte{t.value("other"), t.value("y")}}
		for range 2 {
			o := t.save(tree, other)
			t.want(!o.Applied && o.Changed == 0 && len(o.Settled) == 0, "Save of the same tree says %+v", o)
			if diff := differSaved(t.restore("g"), before); diff != "" {
				t.broken("after saving the same tree %s: %+v, not %+v", diff, t.restore("g"), before)
			}
		}
		all := t.results(tree, result.Filter{Inputs: true})
		t.want(slices.Equal(all[0].Input, t.value("in")) && all[1].Input == nil, "inputs were taken from the second Save")
		t.revoke(tree)
		t.want(!t.save(tree).Applied, "Save of the same settled tree was applied")
	})

	t.clause("added_members_are_taken", func(t *T) {
		t.save(tree, result.Attributes{Labels: map[string]string{"k": "v"}, Note: t.value("note")})
		t.reports(t.async("x", result.Success), t.async("early", result.Failure))
		before := t.restore("g")
		t.clock.add(retention)
		grow := func(more result.Tree) {
			t.Helper()
			o := t.save(more, result.Attributes{Labels: map[string]string{"other": ""}})
			t.want(o.Applied && len(o.Settled) == 0, "Save of more members says %+v", o)
			s := t.restore("g")
			t.want(s.Tree.Equal(more), "the tree is %v, not %v", s.Tree, more)
			t.want(s.Created.Equal(before.Created) && slices.Equal(s.Note, before.Note) && s.Labels["k"] == "v" && len(s.Labels) == 1, "growing changed the rest: %+v", s)
			t.recount("g")
			t.want(slices.Equal(named(t.results(s.Tree, result.Filter{})), leaves(more)), "the members are out of order")
			for _, id := range leaves(more) {
				t.want(slices.Contains(t.find(id), "g"), "the member %q is not found", id)
			}
		}
		grow(tree.Append(result.Task("early")))
		t.want(t.progress("g").Leaves.Of(result.Failure) == 1, "a result that was there does not count")
		more := tree.Append(result.Task("early"), result.Group("new", tasks("n")...), result.Tasks(root(2), 1, 100))
		grow(more)
		// Members at the end of a nested group, and at the end of the root again.
		bigger := result.Group("g", result.Task("a"), inner.Append(result.Task("z"), result.Tasks(root(3), 1, 2)))
		for m := range more.Members() {
			if m.ID() != "a" && m.ID() != "in" {
				bigger = bigger.Append(m)
			}
		}
		bigger = bigger.WithParent(result.Task("parent")).Append(result.Group("hole"))
		grow(bigger)
		o := t.revoke(bigger)
		t.settles("Revoke of all", o, "g")
	})

	t.clause("any_other_tree_is_refused", func(t *T) {
		t.save(tree)
		t.report("x", result.Success)
		before := t.restore("g")
		parent := result.Task("parent")
		run := result.Tasks(r, 1, 3)
		for what, other := range map[string]result.Tree{
			"no parent":              result.Group("g", result.Task("a"), inner, run),
			"another parent":         tree.WithParent(result.Task("other")),
			"a parent with a parent": tree.WithParent(parent.WithParent(result.Task("p"))),
			"a group as parent":      tree.WithParent(result.Group("parent")),
			"a member less":          result.Group("g", result.Task("a"), inner).WithParent(parent),
			"a shorter run":          result.Group("g", result.Task("a"), inner, result.Tasks(r, 1, 2)).WithParent(parent),
			"another order":          result.Group("g", inner, result.Task("a"), run).WithParent(parent),
			"a member in front":      result.Group("g", result.Task("new"), result.Task("a"), inner, run).WithParent(parent),
			"a member between":       result.Group("g", result.Task("a"), result.Task("new"), inner, run).WithParent(parent),
			"a group for a task":     result.Group("g", result.Group("a"), inner, run).WithParent(parent),
			"a parent for a member":  result.Group("g", result.Task("a").WithParent(parent), inner, run).WithParent(parent),
			"a nested member less":   result.Group("g", result.Task("a"), result.Group("in", tasks("x")...).WithParent(result.Task("in's parent")), run).WithParent(parent),
			"a nested member between": result.Group("g", result.Task("a"),
				result.Group("in", tasks("x", "new", "y")...).WithParent(result.Task("in's parent")), run).WithParent(parent),
			"a nested group without parent": result.Group("g", result.Task("a"), result.Group("in", tasks("x", "y")...), run).WithParent(parent),
			"nothing":                       result.Group("g"),
		} {
			_, err := t.Save(t.ctx, other, result.Attributes{Labels: map[string]string{"new": ""}})
			t.fails("Save of a tree with "+what, err, result.ErrExist)
			if diff := differSaved(t.restore("g"), before); diff != "" {
				t.broken("after the refusal of a tree with %s %s", what, diff)
			}
			t.recount("g")
		}
		t.want(len(t.find("new")) == 0, "a member of a refused tree is found in %q", t.find("new"))
		t.unknown("new")
	})

	t.clause("a_settled_group_takes_no_more", func(t *T) {
		t.save(tree)
		t.save(result.Group("hollow", result.Group("hole")))
		t.revoke(tree)
		_, err := t.Save(t.ctx, tree.Append(result.Task("late")), result.Attributes{})
		t.fails("Save of more members of a settled group", err, result.ErrExist)
		t.want(t.restore("g").Tree.Equal(tree), "the settled group grew")
		t.unknown("late")
		_, err = t.Save(t.ctx, result.Group("hollow", result.Group("hole"), result.Task("late")), result.Attributes{})
		t.fails("Save of more members of a group with an empty group in it", err, result.ErrExist)
		t.forget(tree)
		_, err = t.Save(t.ctx, tree.Append(result.Task("late")), result.Attributes{})
		t.fails("Save of more members of a forgotten group", err, result.ErrExist)
		t.retry(result.Task("a"))
		t.want(t.save(tree.Append(result.Task("late"))).Applied, "a reopened group takes no more members")
		t.recount("g")
	})

	t.clause("an_empty_group_grows", func(t *T) {
		t.save(result.Group("g"))
		t.want(t.save(result.Group("g", tasks("a")...)).Applied, "an empty group takes no members")
		t.recount("g")
		t.report("a", result.Success)
		_, err := t.Save(t.ctx, result.Group("g", tasks("a", "b")...), result.Attributes{})
		t.fails("Save of more members", err, result.ErrExist)
		t.want(t.save(result.Group("h")).Applied, "an empty group was not saved")
		t.want(t.save(result.Group("h", result.Group("in"))).Applied, "an empty group takes no group")
		t.recount("h")
	})

	t.clause("only_the_roots_id_is_used", func(t *T) {
		t.save(tree)
		_, err := t.Restore(t.ctx, "in")
		t.fails("Restore of a nested id", err, result.ErrNotFound)
		_, err = t.Progress(t.ctx, "in")
		t.fails("Progress of a nested id", err, result.ErrNotFound)
		t.want(slices.Equal(t.find("in"), []result.ID{"g"}), "the nested group is found in %q", t.find("in"))
		other := result.Group("in", tasks("y", "another")...) // not the nested copy
		t.want(t.save(other).Applied, "a nested id counts as used")
		t.want(t.restore("in").Tree.Equal(other), "the saved group of a nested id is %v", t.restore("in").Tree)
		t.want(t.restore("g").Tree.Equal(tree), "saving a nested id changed the outer tree")
		t.want(t.save(other.Append(result.Task("z"))).Applied, "a group that is nested elsewhere does not grow")
		t.want(t.restore("g").Tree.Equal(tree), "growing a group changed its nested copy")
		t.want(slices.Equal(t.find("in"), []result.ID{"g", "in"}), "it is found in %q", t.find("in"))
		t.report("y", result.Success)
		t.recount("g", "in")
		t.delete("in")
		t.recount("g")
		t.want(slices.Equal(t.find("in"), []result.ID{"g"}), "after Delete the nested group is found in %q", t.find("in"))
	})

	t.clause("a_deleted_id_is_free", func(t *T) {
		t.save(tree)
		t.delete("g")
		other := result.Group("g", tasks("other")...)
		t.want(t.save(other).Applied, "the id of a deleted group counts as used")
		t.want(t.restore("g").Tree.Equal(other), "it came back as %v", t.restore("g").Tree)
		t.want(len(t.find("a")) == 0, "a member of the deleted tree is found in %q", t.find("a"))
		t.recount("g")
	})
}
