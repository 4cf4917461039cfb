package storetest

import (
	"errors"
	"slices"
	"strings"

	"github.com/seed-1c955bc8/bunch/result"
)

// odd are ids that an engine might confuse: prefixes of one another, with the
// bytes that keys are made of, and UUIDs that are almost of the minted form.
var odd = []result.ID{
	"a", "ab", "abc", "a\x00", "a\x00b", "a\x00\x00", "\x00", "\x00\x00", "a/", "a/b", "/", "//", "a/b/c", "\x01", "\x7f", "A",
	"任务", "任", "e\u0301", "\u00e9", "\U0010ffff", " ", "a ", "\n", "null", "0", "00", "-1", "%s", "../x", "'\"", "\u202e",
	result.ID(strings.Repeat("x", 255)), result.ID(strings.Repeat("x", 254)), result.ID(strings.Repeat("\x00", 255)), result.ID(strings.Repeat("界", 85)),
	root(1).ID(0), root(1).ID(1), root(1).ID(1<<32 - 1), root(2).ID(1), // minted
	result.ID(strings.ToUpper(string(root(1).ID(1)))),                              // text: not canonical
	result.ID("{" + root(1).ID(1) + "}"),                                           // text
	result.ID(strings.ReplaceAll(string(root(1).ID(1)), "-", "")),                  // text
	"0195510a-5c01-4abc-a1b2-c3010000000a",                                         // version 4
	"0195510a-5c01-8abc-01b2-c30100000001",                                         // version 8, another variant
	"00000000-0000-8000-8000-000000000000", "ffffffff-ffff-8fff-bfff-ffffffffffff", // the ends of the minted range
	"00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
	"user:42", "celery-task-meta-a", "g", "g\x00in",
}

// ids is law 11.
func ids(t *T) {
	t.clause("as_tasks", func(t *T) {
		tree := result.Group("g", tasks(odd...)...)
		t.save(tree)
		for i, id := range odd {
			t.report(id, allStates[i%len(allStates)])
		}
		for i, id := range odd {
			want := t.async(id, allStates[i%len(allStates)])
			want.Attempt = 1
			if want.State.Ready() {
				want.Done = t.clock.now()
			}
			t.same(t.get(id), want)
			t.want(slices.Equal(t.find(id), []result.ID{"g"}), "Find of %q gives %q", id, t.find(id))
		}
		got := named(t.results(t.restore("g").Tree, result.Filter{}))
		t.want(slices.Equal(got, odd), "the results come as\n%q, not as\n%q", got, odd)
		t.recount("g")
		for i, id := range odd { // one goes, and no other
			t.forget(result.Task(id))
			for k, other := range odd {
				if a := t.get(other); a.Forgotten != (k <= i) {
					t.broken("after forgetting up to %q, %q is forgotten: %v", id, other, a.Forgotten)
				}
			}
		}
		t.recount("g")
	})

	t.clause("as_groups", func(t *T) {
		for i, id := range odd {
			t.save(result.Group(id, result.Task(id), result.Task(odd[(i+1)%len(odd)])), result.Attributes{Labels: map[string]string{"n": string(id)}})
		}
		for i, id := range odd {
			s := t.restore(id)
			t.want(s.Labels["n"] == string(id) && s.Tree.At(1).ID() == odd[(i+1)%len(odd)], "%q came back as %v, %q", id, s.Tree, s.Labels)
			o := t.report(id, result.Success)
			for _, g := range o.Settled {
				t.want(t.progress(g).Settled(), "%q is announced and has not settled", g)
			}
		}
		all := t.list(result.Query{})
		t.want(len(all) == len(odd), "%d groups are listed, not %d", len(all), len(odd))
		for i, s := range all {
			t.want(s.ID == odd[len(odd)-1-i], "place %d of the list has %q, not %q", i, s.ID, odd[len(odd)-1-i])
		}
		t.recount(odd...)
		for i, id := range odd {
			t.want(t.delete(id).Applied, "Delete of %q was not applied", id)
			t.recount(odd[i+1:]...)
		}
	})

	t.clause("as_nested_groups", func(t *T) {
		tree := result.Group("outer")
		for _, id := range odd {
			tree = tree.Append(result.Group(id, result.Task(id)))
		}
		t.save(tree)
		for _, id := range odd {
			t.report(id, result.Success)
			t.want(slices.Equal(t.find(id), []result.ID{"outer"}), "Find of %q gives %q", id, t.find(id))
		}
		t.recount("outer")
		t.want(t.progress("outer").Completed == len(odd), "%d of %d nested groups are complete", t.progress("outer").Completed, len(odd))
	})

	t.clause("a_group_and_a_task_of_one_name", func(t *T) {
		t.save(result.Group("x", result.Task("x")))
		t.report("x", result.Success)
		t.recount("x")
		t.forget(result.Task("x"))
		t.recount("x")
		t.delete("x")
		t.stands("x", result.Pending, 1, true)
	})

	t.clause("bad_ids_are_refused", func(t *T) {
		bad := []result.ID{"", result.ID(strings.Repeat("x", 256)), "\xff", "a\xc3", "\xed\xa0\x80", result.ID(strings.Repeat("x", 254) + "\xff")}
		for _, id := range bad {
			_, err := t.Report(t.ctx, t.async("good", result.Success), result.Async{ID: id, State: result.Success})
			t.fails("Report", err, result.ErrBadID)
			for _, tree := range []result.Tree{result.Group(id), result.Group("g", result.Task(id)), result.Group("g", result.Group(id)),
				result.Group("g", result.Task("t").WithParent(result.Task(id))), result.Group("g").WithParent(result.Group("p", result.Task(id)))} {
				_, err = t.Save(t.ctx, tree, result.Attributes{})
				t.fails("Save", err, result.ErrBadID)
			}
			for _, tree := range []result.Tree{result.Task(id), result.Group("g", result.Task("good"), result.Task(id))} {
				_, err = t.Revoke(t.ctx, tree)
				t.fails("Revoke", err, result.ErrBadID)
				_, err = t.Retry(t.ctx, tree)
				t.fails("Retry", err, result.ErrBadID)
				_, err = t.Forget(t.ctx, tree)
				t.fails("Forget", err, result.ErrBadID)
				_, err = collect(t.Results(t.ctx, tree, result.Filter{}))
				t.fails("Results", err, result.ErrBadID)
			}
			_, err = t.Get(t.ctx, id)
			t.refuses("Get", err)
			_, err = t.Restore(t.ctx, id)
			t.refuses("Restore", err)
			_, err = t.Progress(t.ctx, id)
			t.refuses("Progress", err)
		}
		t.unknown("good")
		t.want(len(t.list(result.Query{})) == 0, "a group with a bad id was saved")
	})
}

// refuses checks the error of a question about a bad id.
func (t *T) refuses(what string, err error) {
	t.Helper()
	t.want(errors.Is(err, result.ErrBadID) || errors.Is(err, result.ErrNotFound), "%s of a bad id gives the error %v", what, err)
}
