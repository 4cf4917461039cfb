package group_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

// A member that was taken out is not waited for, one that was put in is.
func TestASetIsLookedAtAsItIs(t *testing.T) {
	b, ctx := open(t), t.Context()
	report(t, b, result.Started, "slow")
	report(t, b, result.Success, "a", "b")
	set := result.NewSet(tasks("a", "slow", "b")...)
	before := group.Of(b, set.Group("s"))
	check(set.Remove("slow"))
	after := group.Of(b, set.Group("s"))
	if !must(after.Successful(ctx)) || must(before.Ready(ctx)) || must(after.CompletedCount(ctx)) != 2 {
		t.Error("the handles do not speak for the set as it was, and as it is")
	}
	set.Clear()
	if r := group.Of(b, set.Group("s")); !must(r.Ready(ctx)) || must(r.CompletedCount(ctx)) != 0 || r.Tree().Len() != 0 {
		t.Error("a set that was cleared is empty")
	}
}

// TestEmptyGroups: what an empty group answers, in either engine, saved or not.
func TestEmptyGroups(t *testing.T) {
	for name, b := range map[string]group.Backend{"memstore": open(t), "store": openStore(t)} {
		for _, saved := range []bool{false, true} {
			t.Run(fmt.Sprint(name, " saved ", saved), func(t *testing.T) {
				r := group.Of(b, result.Group("g"))
				if saved {
					save(t, b, r.Tree())
					r = must(group.Restore(t.Context(), b, "g"))
				}
				ctx := t.Context()
				got := fmt.Sprint(must(r.Ready(ctx)), must(r.Successful(ctx)), must(r.Failed(ctx)), must(r.Waiting(ctx)), must(r.CompletedCount(ctx)))
				if got != "true true false false 0" || !r.Tree().IsGroup() {
					t.Errorf("ready, successful, failed, waiting, completed: %s", got)
				}
				for name, wait := range waiters {
					if err := wait(ended(t), r); err != nil {
						t.Errorf("%s: %v", name, err)
					}
				}
				for range r.All(ctx) {
					t.Error("All gives something")
				}
				if all, err := r.Join(ctx, nil); err != nil || len(all) != 0 {
					t.Errorf("Join gives %v, %v", all, err)
				}
				if err := r.Throw(ctx); err != nil {
					t.Error(err)
				}
				must(r.Forget(ctx))
				must(r.Revoke(ctx))
			})
		}
	}
}

// TestEqualityIsByNames: of groups by id, members in order and parent; of tasks by
// id; and never of one with the other.
func TestEqualityIsByNames(t *testing.T) {
	b := open(t)
	g := func(id result.ID, members ...result.ID) *group.Result {
		return group.Of(b, result.Group(id, tasks(members...)...))
	}
	with := func(r *group.Result, parent result.ID) *group.Result {
		return group.Of(b, r.Tree().WithParent(result.Task(parent)))
	}
	same := func(x, y *group.Result) bool { return x.Tree().Equal(y.Tree()) }
	switch {
	case !same(g("g", "a", "b"), g("g", "a", "b").On(openStore(t))):
		t.Error("a group is not equal to itself elsewhere")
	case same(g("g", "a", "b"), g("h", "a", "b")), same(g("g", "a", "b"), g("g", "b", "a")), same(g("g", "a", "b"), g("g", "a")):
		t.Error("another id, order or member makes no difference")
	case !same(with(g("g", "a"), "p"), with(g("g", "a"), "p")), same(with(g("g", "a"), "p"), g("g", "a")), same(with(g("g", "a"), "p"), with(g("g", "a"), "q")):
		t.Error("the parent is no part of equality")
	case !same(task(b, "a"), task(b, "a")), same(task(b, "a"), task(b, "b")), same(task(b, "a"), g("a")):
		t.Error("tasks are not equal by id")
	}
	if seen := map[result.ID]bool{task(b, "a").ID(): true}; !seen[task(b, "a").ID()] || seen[task(b, "b").ID()] {
		t.Error("an id is no key")
	}
}

// TestSavedRestoredDeleted is a group's life, in either engine and between them.
func TestSavedRestoredDeleted(t *testing.T) {
	ctx := t.Context()
	one, two := open(t), openStore(t)
	tree := result.Group("g", result.Task("a").WithParent(result.Task("p")), result.Group("n", tasks("b")...), result.Group("hole")).WithParent(result.Group("before", tasks("x")...))
	for name, b := range map[string]group.Backend{"memstore": one, "store": two} {
		r := save(t, b, tree)
		restored, err := group.Restore(ctx, b, "g")
		if err != nil || !restored.Tree().Equal(tree) || restored.Parent().ID() != "before" || restored.Tree().At(1).At(0).ID() != "b" {
			t.Errorf("%s: %v", name, err)
		}
		if out := must(r.Save(ctx, nil)); out.Applied {
			t.Errorf("%s: saving again changed something", name)
		}
		must(r.Delete(ctx))
		if _, err := group.Restore(ctx, b, "g"); !errors.Is(err, result.ErrNotFound) {
			t.Errorf("%s: deleted: %v", name, err)
		}
		must(r.Delete(ctx))
	}
	save(t, one, tree)
	if _, err := group.Restore(ctx, two, "g"); !errors.Is(err, result.ErrNotFound) {
		t.Errorf("another backend has it: %v", err)
	}
}

// TestFailuresAreListed: who wants to know all that failed, not the first.
func TestFailuresAreListed(t *testing.T) {
	b := open(t)
	r := save(t, b, result.Group("g", tasks("a", "b", "c", "d")...))
	report(t, b, result.Failure, "b", "d")
	report(t, b, result.Success, "a", "c")
	var failed []result.ID
	for _, a := range must(r.Join(t.Context(), &group.JoinOptions{NoPropagate: true})) {
		if a.Failed() {
			failed = append(failed, a.ID)
		}
	}
	if !slices.Equal(failed, []result.ID{"b", "d"}) {
		t.Errorf("%q", failed)
	}
}
