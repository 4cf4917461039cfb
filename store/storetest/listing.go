package storetest

import (
	"fmt"
	"slices"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

func groups(all []result.Saved) []result.ID {
	var ids []result.ID
	for _, s := range all {
		ids = append(ids, s.ID)
	}
	return ids
}

// listing is what List promises.
func listing(t *T) {
	t.clause("the_last_created_first", func(t *T) {
		var want []result.ID
		for i := range 25 {
			id := result.ID(fmt.Sprint("g", (i*7)%25)) // in no order of ids
			if i%3 == 0 {
				id = root(byte(100 - i)).ID(0)
			}
			t.save(result.Group(id, result.Task("shared"), result.Task(id)), result.Attributes{Labels: map[string]string{"i": fmt.Sprint(i)}, Note: t.value(i), MaxAge: time.Hour})
			want = slices.Insert(want, 0, id)
			if i%5 == 0 {
				t.clock.add(-time.Second) // the clock has no say in it
			}
		}
		t.report("shared", result.Failure)
		for _, limit := range []int{0, 1, 2, 7, 24, 25, 26, 10_000} {
			got := groups(t.list(result.Query{Limit: limit}))
			t.want(slices.Equal(got, want), "by pages of %d they come as %q, not as %q", limit, got, want)
			page, next, err := t.List(t.ctx, result.Query{Limit: limit})
			t.ok("List", err)
			size := min(limit, 25)
			if limit == 0 {
				size = 25
			}
			t.want(len(page) == size, "a page of %d has %d", limit, len(page))
			t.want((next == "") == (size == 25), "after %d of 25 groups the next cursor is %q", len(page), next)
		}
		for _, s := range t.list(result.Query{}) {
			full := t.restore(s.ID)
			t.want(s.Tree.IsZero() && s.Note == nil, "a listing has trees or notes")
			full.Tree, full.Note = result.Tree{}, nil
			if diff := differSaved(s, full); diff != "" {
				t.broken("Restore and List of %q: %s", s.ID, diff)
			}
		}
		t.save(result.Group(want[3], result.Task("shared"), result.Task(want[3]), result.Task("more"))) // growing is not creating
		got := groups(t.list(result.Query{}))
		t.want(slices.Equal(got, want), "after one has grown they come as %q, not as %q", got, want)
	})

	t.clause("no_limit_means_a_hundred", func(t *T) {
		for i := range 101 {
			t.save(result.Group(result.ID(fmt.Sprint(i))))
		}
		page, next, err := t.List(t.ctx, result.Query{})
		t.ok("List", err)
		t.want(len(page) == 100 && next != "", "the first page has %d of 101 groups, the next cursor is %q", len(page), next)
	})

	t.clause("by_label_phase_and_time", func(t *T) {
		t0 := t.clock.now()
		minute := func(i int) time.Time { return t0.Add(time.Duration(i) * time.Minute) }
		save := func(id result.ID, labels map[string]string, states ...result.State) {
			tree := result.Group(id)
			for i, state := range states {
				task := result.ID(fmt.Sprint(id, i))
				tree = tree.Append(result.Task(task))
				t.report(task, state)
			}
			t.save(tree, result.Attributes{Labels: labels})
			t.clock.add(time.Minute)
		}
		save("empty", map[string]string{"k": ""})
		save("running", map[string]string{"k": "v"}, result.Success, result.Started)
		save("failing", map[string]string{"k": "v=w", "other": "v"}, result.Failure, result.Pending)
		save("done", nil, result.Success, result.Success)
		save("failed", map[string]string{"K": "v"}, result.Success, result.Failure)
		save("revoked", map[string]string{"kk": "v"}, result.Revoked)
		save("forgotten", map[string]string{"k": "v"}, result.Success)
		t.forget(result.Task("forgotten0"))
		for _, c := range []struct {
			q    result.Query
			want []result.ID
		}{
			{result.Query{Phase: result.Running}, []result.ID{"failing", "running"}},
			{result.Query{Phase: result.Settled}, []result.ID{"forgotten", "revoked", "failed", "done", "empty"}},
			{result.Query{Phase: result.Successful}, []result.ID{"done", "empty"}},
			{result.Query{Phase: result.Failed}, []result.ID{"failed", "failing"}},
			{result.Query{Label: "k"}, []result.ID{"forgotten", "failing", "running", "empty"}},
			{result.Query{Label: "k="}, []result.ID{"empty"}},
			{result.Query{Label: "k=v"}, []result.ID{"forgotten", "running"}},
			{result.Query{Label: "k=v=w"}, []result.ID{"failing"}},
			{result.Query{Label: "none"}, nil},
			{result.Query{Since: minute(4)}, []result.ID{"forgotten", "revoked", "failed"}},
			{result.Query{Before: minute(2)}, []result.ID{"running", "empty"}},
			{result.Query{Since: minute(1), Before: minute(3)}, []result.ID{"failing", "running"}},
			{result.Query{Since: minute(1).Add(1), Before: minute(2).Add(1)}, []result.ID{"failing"}},
			{result.Query{Since: minute(9)}, nil},
			{result.Query{Label: "k", Phase: result.Running, Before: minute(2)}, []result.ID{"running"}},
		} {
			for _, limit := range []int{0, 1, 2} {
				c.q.Limit = limit
				got := groups(t.list(c.q))
				t.want(slices.Equal(got, c.want), "%+v gives %q, not %q", c.q, got, c.want)
			}
		}
		t.retry(result.Task("failed1")) // phases follow the results
		got := groups(t.list(result.Query{Phase: result.Running}))
		t.want(slices.Equal(got, []result.ID{"failed", "failing", "running"}), "running are now %q", got)
	})

	t.clause("groups_that_come_and_go_between_pages", func(t *T) {
		for i := range 10 {
			t.save(result.Group(result.ID(fmt.Sprint("g", i))))
		}
		var got []result.ID
		q := result.Query{Limit: 2}
		for n := 0; ; n++ {
			page, next, err := t.List(t.ctx, q)
			t.ok("List", err)
			got = append(got, groups(page)...)
			if next == "" {
				break
			}
			q.Cursor = next
			switch n {
			case 0:
				t.delete("g8") // the one where the cursor stands
				t.save(result.Group("new"))
			case 1:
				t.delete("g9") // seen
				t.delete("g4") // not yet seen
				t.save(result.Group("g9"))
			}
		}
		want := []result.ID{"g9", "g8", "g7", "g6", "g5", "g3", "g2", "g1", "g0"}
		t.want(slices.Equal(got, want), "the pages have %q, not %q", got, want)
	})
}

// finding is what Find promises.
func finding(t *T) {
	t.clause("by_any_id_but_a_parents", func(t *T) {
		deep := result.Group("deep", result.Tasks(root(1), 5, 3), result.Task("t").WithParent(result.Task("parent")))
		one := result.Group("one", result.Group("in", deep, result.Task("x")), result.Task(root(2).ID(1))).WithParent(result.Task("before"))
		two := result.Group("two", deep, result.Task("y"))
		t.save(two)
		t.save(one)
		t.save(deep)
		t.save(result.Group("x", tasks("y")...))
		t.report("lone", result.Success)
		for id, want := range map[result.ID][]result.ID{
			"one": {"one"}, "two": {"two"}, "in": {"one"}, "deep": {"two", "one", "deep"}, "t": {"two", "one", "deep"},
			"x": {"one", "x"}, "y": {"two", "x"}, root(2).ID(1): {"one"},
			root(1).ID(5): {"two", "one", "deep"}, root(1).ID(7): {"two", "one", "deep"},
			root(1).ID(4): nil, root(1).ID(8): nil, root(2).ID(0): nil, root(2).ID(2): nil, root(3).ID(1): nil,
			"parent": nil, "before": nil, "lone": nil, "unknown": nil,
		} {
			got := t.find(id)
			t.want(slices.Equal(got, want), "%q is found in %q, not in %q", id, got, want)
		}
		t.delete("two")
		t.purge("x")
		for id, want := range map[result.ID][]result.ID{"two": nil, "deep": {"one", "deep"}, "y": nil, "x": {"one"}, root(1).ID(6): {"one", "deep"}} {
			got := t.find(id)
			t.want(slices.Equal(got, want), "after Delete %q is found in %q, not in %q", id, got, want)
		}
		t.save(two)
		got := t.find("deep")
		t.want(slices.Equal(got, []result.ID{"one", "deep", "two"}), "saved again it is found in %q", got)
	})
}
