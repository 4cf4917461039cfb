package storetest

import (
	"fmt"
	"slices"

	"github.com/seed-1c955bc8/bunch/result"
)

// mixed is a tree in which the order of members is not that of any key: minted
// runs and single ones of several roots, foreign ids, groups in groups, parents.
func mixed() result.Tree {
	r, s := root(9), root(1)
	deep := result.Group("deep", result.Task("z"), result.Tasks(s, 20, 3), result.Group("hole"), result.Task("a"))
	return result.Group(r.ID(0),
		result.Task("任务"),
		result.Tasks(r, 1, 4),
		deep,
		result.Task(r.ID(9)), result.Task(r.ID(7)), result.Task(r.ID(8)),
		result.Task(s.ID(1)).WithParent(result.Task("parent")),
		result.Tasks(r, 5, 2),
		result.Group("last", result.Task("b"), result.Task("0"), result.Tasks(r, 100, 2)),
		result.Task("m"),
		result.Task("9f8d7c6b-5a49-4e3f-8b2a-1c0d9e8f7a6b"),
		result.Tasks(s, 2, 3),
	)
}

// leaves lists the ids of a tree's tasks, from its members alone.
func leaves(tree result.Tree) []result.ID {
	if !tree.IsGroup() {
		return []result.ID{tree.ID()}
	}
	var ids []result.ID
	for m := range tree.Members() {
		ids = append(ids, leaves(m)...)
	}
	return ids
}

func named(all []result.Async) []result.ID {
	var ids []result.ID
	for _, a := range all {
		ids = append(ids, a.ID)
	}
	return ids
}

// order is law 6.
func order(t *T) {
	t.clause("results_come_in_member_order", func(t *T) {
		tree := mixed()
		want := leaves(tree)
		check := func(when string) {
			t.Helper()
			got := named(t.results(tree, result.Filter{}))
			t.want(slices.Equal(got, want), "%s the results come as\n%q, not as\n%q", when, got, want)
		}
		check("before Save")
		t.save(tree)
		check("after Save")
		for i := range want { // reported in another order than that of members
			t.report(want[(i*7+3)%len(want)], allStates[i%len(allStates)])
		}
		check("after reports")
		got := named(t.results(t.restore(tree.ID()).Tree, result.Filter{}))
		t.want(slices.Equal(got, want), "of the restored tree they come as\n%q, not as\n%q", got, want)
		t.forget(result.Task(want[3]))
		t.delete(tree.ID())
		check("after Delete")
		t.recountUnsaved(tree)
	})

	t.clause("a_filter_takes_what_it_says", func(t *T) {
		tree := mixed()
		t.save(tree)
		ids := leaves(tree)
		for i, id := range ids {
			if i%4 != 3 {
				t.report(id, allStates[i%len(allStates)])
			}
		}
		t.forget(result.Task(ids[0]))
		all := t.results(tree, result.Filter{})
		for skip := range len(all) + 2 {
			for _, f := range []result.Filter{{}, {Ready: true}, {Unready: true}, {Ready: true, Unready: true}, {Inputs: true}} {
				f.Skip = skip
				var want []result.Async
				for i, a := range all {
					if i >= skip && f.Takes(a) {
						want = append(want, a)
					}
				}
				got := t.results(tree, f)
				t.want(slices.Equal(named(got), named(want)), "%+v takes %q, not %q", f, named(got), named(want))
				for i := range got {
					t.same(got[i], want[i])
				}
			}
		}
	})

	t.clause("of_part_of_a_tree_or_across_trees", func(t *T) {
		tree := mixed()
		t.save(tree)
		for _, id := range leaves(tree) {
			t.report(id, result.Success)
		}
		r := root(9)
		other := result.Group("view", result.Task("m"), result.Tasks(r, 3, 3), result.Task("unknown"), result.Task("z"), result.Task("任务"), result.Task(r.ID(2)))
		got := t.results(other, result.Filter{})
		t.want(slices.Equal(named(got), leaves(other)), "they come as %q, not as %q", named(got), leaves(other))
		for _, a := range got {
			t.want(a.State == result.Success || a.ID == "unknown", "%q is %s", a.ID, a.State)
		}
		run := t.results(result.Tasks(r, 2, 4), result.Filter{Skip: 1})
		t.want(slices.Equal(named(run), []result.ID{r.ID(3), r.ID(4), r.ID(5)}), "a run without its first gives %q", named(run))
	})

	t.clause("a_range_may_stop_and_be_used_again", func(t *T) {
		tree := mixed()
		t.save(tree)
		seq := t.Results(t.ctx, tree, result.Filter{})
		for stop := range 5 {
			n := 0
			for _, err := range seq {
				t.ok("Results", err)
				if n++; n > stop {
					break
				}
			}
		}
		all, err := collect(seq)
		t.ok("Results", err)
		t.want(len(all) == tree.LeafCount(), "the range gives %d results when it is used again", len(all))
	})

	t.clause("news_comes_in_the_order_of_application", func(t *T) {
		tree := mixed()
		t.save(tree)
		w := t.watch(t.ctx, tree.ID())
		want := leaves(tree)
		slices.Reverse(want)
		var batch []result.Async
		for i, id := range want {
			batch = append(batch, t.async(id, result.Started), t.async(id, readyStates[i%3]), t.async(id, result.Success))
			if i%3 == 2 {
				t.reports(batch...)
				batch = nil
			}
		}
		if len(batch) > 0 {
			t.reports(batch...)
		}
		w.until("all were ready", func() bool { return w.last.Progress.Ready() && len(w.seen) >= len(want) })
		t.want(slices.Equal(w.seen, want), "they were named as\n%q, not as\n%q", w.seen, want)
	})

	t.clause("many_pages_of_one_root", func(t *T) {
		const n = 3000
		tree := result.Group("g", result.Tasks(root(1), 1, n), result.Task("foreign"), result.Tasks(root(1), n+1, n))
		t.save(tree)
		for i := 0; i < 2*n; i += 97 {
			t.report(root(1).ID(uint32(1+i)), result.Success)
		}
		i := 0
		for a, err := range t.Results(t.ctx, tree, result.Filter{}) {
			t.ok("Results", err)
			want := result.ID("foreign")
			switch {
			case i < n:
				want = root(1).ID(uint32(1 + i))
			case i > n:
				want = root(1).ID(uint32(i))
			}
			t.want(a.ID == want, "result %d is of %q, not of %q", i, a.ID, want)
			i++
		}
		t.want(i == 2*n+1, "there are %d results", i)
		t.recount("g")
	})
}

// recountUnsaved checks that each result of a tree is what Get says, or pending.
func (t *T) recountUnsaved(tree result.Tree) {
	t.Helper()
	for _, a := range t.results(tree, result.Filter{}) {
		got, err := t.Get(t.ctx, a.ID)
		if err != nil {
			t.fails("Get", err, result.ErrNotFound)
			got = result.Async{ID: a.ID, State: result.Pending, Attempt: 1}
		}
		if diff := differ(t.Backend, got, a); diff != "" {
			t.broken("%s", fmt.Sprintf("Get and Results of %q: %s", a.ID, diff))
		}
	}
}
