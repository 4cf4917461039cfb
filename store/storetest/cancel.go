package storetest

import (
	"context"
	"errors"
	"sync"

	"github.com/seed-1c955bc8/bunch/result"
)

// cancelled is law 15.
func cancelled(t *T) {
	t.clause("before_the_call", func(t *T) {
		tree := result.Group("g", tasks("failed", "pending", "done")...)
		t.save(tree)
		t.reports(t.async("failed", result.Failure), t.async("done", result.Success))
		before, all := t.restore("g"), t.results(tree, result.Filter{})
		ctx, cancel := context.WithCancel(t.ctx)
		cancel()
		for what, op := range map[string]func() error{
			"Save":          func() error { _, err := t.Save(ctx, result.Group("new"), result.Attributes{}); return err },
			"Save of more":  func() error { _, err := t.Save(ctx, tree.Append(result.Task("x")), result.Attributes{}); return err },
			"Delete":        func() error { _, err := t.Delete(ctx, "g"); return err },
			"Purge":         func() error { _, err := t.Purge(ctx, "g"); return err },
			"Report":        func() error { _, err := t.Report(ctx, t.async("pending", result.Success)); return err },
			"Report of new": func() error { _, err := t.Report(ctx, t.async("new", result.Success)); return err },
			"Revoke":        func() error { _, err := t.Revoke(ctx, tree); return err },
			"Retry":         func() error { _, err := t.Retry(ctx, tree); return err },
			"Forget":        func() error { _, err := t.Forget(ctx, tree); return err },
			"Results":       func() error { _, err := collect(t.Results(ctx, tree, result.Filter{})); return err },
		} {
			t.fails(what, op(), context.Canceled)
			if diff := differSaved(t.restore("g"), before); diff != "" {
				t.broken("after a cancelled %s %s: %+v, not %+v", what, diff, t.restore("g"), before)
			}
			for i, a := range t.results(tree, result.Filter{}) {
				t.same(a, all[i])
			}
			t.unknown("new")
			_, err := t.Restore(t.ctx, "new")
			t.fails("Restore of what was not saved", err, result.ErrNotFound)
		}
		t.recount("g")
	})

	t.clause("a_range_stops", func(t *T) {
		tree := result.Group("g", result.Tasks(root(1), 1, 20_000))
		t.save(tree)
		ctx, cancel := context.WithCancel(t.ctx)
		defer cancel()
		n := 0
		var last error
		for _, err := range t.Results(ctx, tree, result.Filter{}) {
			last = err
			if n++; n == 3 {
				cancel()
			}
		}
		t.fails("Results, cancelled in its loop", last, context.Canceled)
		t.want(n < 20_000, "the range went on to its end")
	})

	t.clause("while_it_waits_for_its_turn", func(t *T) {
		// Each writer reports pairs, and its context may end at any moment: a
		// pair is there as a whole or not at all, and is there if it was answered.
		const writers, pairs = 6, 40
		tree := result.Group("g", result.Tasks(root(1), 0, 2*writers*pairs))
		t.save(tree)
		pair := func(w, i int) (a, b result.ID) {
			n := uint32(2 * (w*pairs + i))
			return root(1).ID(n), root(1).ID(n + 1)
		}
		errs := make([][]error, writers)
		var wait sync.WaitGroup
		for w := range writers {
			wait.Go(func() {
				for i := range pairs {
					ctx, cancel := context.WithCancel(t.ctx)
					a, b := pair(w, i)
					started := make(chan struct{})
					go func() { close(started); cancel() }()
					if i%2 == 0 {
						<-started
					}
					_, err := t.Report(ctx, result.Async{ID: a, State: result.Success}, result.Async{ID: b, State: result.Failure})
					errs[w] = append(errs[w], err)
					cancel()
				}
			})
		}
		wait.Wait()
		for w := range writers {
			for i := range pairs {
				a, b := pair(w, i)
				there, err := t.get(a).State.Ready(), errs[w][i]
				t.want(there == t.get(b).State.Ready(), "of the two reports of one call one is there")
				t.want(err == nil || errors.Is(err, context.Canceled), "Report gives the error %v", err)
				t.want(there == (err == nil), "the reports are there: %v, and the call gave the error %v", there, err)
			}
		}
		t.recount("g")
	})

	t.clause("a_refused_call_applies_nothing", func(t *T) {
		t.save(result.Group("g", tasks("a", "b", "c")...))
		for i, bad := range []result.Async{
			{ID: "", State: result.Success},
			{ID: "b"},
			{ID: "b", State: result.Success, Value: []byte{0xff}},
		} {
			_, err := t.Report(t.ctx, t.async("a", result.Success), bad, t.async("c", result.Success))
			t.want(err != nil, "bad report %d was taken", i)
			for _, id := range []result.ID{"a", "b", "c"} {
				t.stands(id, result.Pending, 1, false)
			}
			t.recount("g")
		}
		_, err := t.Save(t.ctx, result.Group("h", tasks("d")...), result.Attributes{Inputs: [][]byte{{0xff}}})
		t.fails("Save", err, result.ErrBadValue)
		_, err = t.Restore(t.ctx, "h")
		t.fails("Restore", err, result.ErrNotFound)
		t.unknown("d")
		t.want(len(t.find("d")) == 0, "a member of what was refused is found in %q", t.find("d"))
	})
}
