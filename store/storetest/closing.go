package storetest

import (
	"sync"

	"github.com/seed-1c955bc8/bunch/result"
)

// closing is what Close promises.
func closing(t *T) {
	t.clause("every_method_gives_ErrClosed", func(t *T) {
		tree := result.Group("g", tasks("a", "b")...)
		t.save(tree)
		t.report("a", result.Failure)
		results := t.Results(t.ctx, tree, result.Filter{})
		watch := t.Watch(t.ctx, "g")
		t.ok("Close", t.Close())
		t.ok("Close again", t.Close())
		ended := func(what string, err error) {
			t.Helper()
			t.fails(what+" after Close", err, result.ErrClosed)
		}
		for what, op := range map[string]func() error{
			"Save":         func() error { _, err := t.Save(t.ctx, result.Group("new"), result.Attributes{}); return err },
			"Restore":      func() error { _, err := t.Restore(t.ctx, "g"); return err },
			"Delete":       func() error { _, err := t.Delete(t.ctx, "g"); return err },
			"Purge":        func() error { _, err := t.Purge(t.ctx, "g"); return err },
			"Report":       func() error { _, err := t.Report(t.ctx, result.Async{ID: "b", State: result.Success}); return err },
			"Revoke":       func() error { _, err := t.Revoke(t.ctx, tree); return err },
			"Retry":        func() error { _, err := t.Retry(t.ctx, tree); return err },
			"Forget":       func() error { _, err := t.Forget(t.ctx, tree); return err },
			"Progress":     func() error { _, err := t.Progress(t.ctx, "g"); return err },
			"Results":      func() error { _, err := collect(t.Results(t.ctx, tree, result.Filter{})); return err },
			"Results kept": func() error { _, err := collect(results); return err },
			"Get":          func() error { _, err := t.Get(t.ctx, "a"); return err },
			"List":         func() error { _, _, err := t.List(t.ctx, result.Query{}); return err },
			"Find":         func() error { _, err := t.Find(t.ctx, "a"); return err },
			"Sweep":        func() error { _, err := t.Sweep(t.ctx); return err },
			"Watch": func() (last error) {
				for _, last = range t.Watch(t.ctx, "", "a") {
				}
				return last
			},
			"Watch kept": func() (last error) {
				for _, last = range watch {
				}
				return last
			},
		} {
			ended(what, op())
		}
	})

	t.clause("a_watch_ends", func(t *T) {
		t.save(result.Group("g", tasks("a")...))
		group, task := t.watch(t.ctx, "g"), t.watch(t.ctx, "", "a")
		collect := t.waiters(t.ctx, 5, "g")
		t.ok("Close", t.Close())
		group.ends(result.ErrClosed)
		task.ends(result.ErrClosed)
		for _, err := range collect() {
			t.fails("waiting", err, result.ErrClosed)
		}
	})

	t.clause("a_range_over_results_ends", func(t *T) {
		tree := result.Group("g", result.Tasks(root(1), 1, 20_000))
		t.save(tree)
		var last error
		n := 0
		for _, err := range t.Results(t.ctx, tree, result.Filter{}) {
			last = err
			if n++; n == 2 {
				t.ok("Close", t.Close())
			}
		}
		t.fails("Results, closed in its loop", last, result.ErrClosed)
	})

	t.clause("while_others_call", func(t *T) {
		// Nothing hangs and nothing crashes: each call is done or gives ErrClosed.
		tree := result.Group("g", result.Tasks(root(1), 1, 50))
		t.save(tree)
		var wait, begun sync.WaitGroup
		errs := make([]error, 6)
		begun.Add(len(errs))
		for i := range errs {
			wait.Go(func() {
				for n := 0; errs[i] == nil; n++ {
					switch i {
					case 0:
						_, errs[i] = t.Report(t.ctx, result.Async{ID: root(1).ID(uint32(1 + n%50)), State: "CUSTOM"})
					case 1:
						_, errs[i] = collect(t.Results(t.ctx, tree, result.Filter{}))
					case 2:
						_, errs[i] = t.Progress(t.ctx, "g")
					case 3:
						for _, err := range t.Watch(t.ctx, "g") {
							if errs[i] = err; n%2 == 0 || err != nil {
								break
							}
						}
					case 4:
						_, _, errs[i] = t.List(t.ctx, result.Query{})
					case 5:
						_, errs[i] = t.Revoke(t.ctx, result.Task(root(2).ID(uint32(n))))
					}
					if n == 0 {
						begun.Done()
					}
				}
			})
		}
		begun.Wait()
		t.ok("Close", t.Close())
		wait.Wait()
		for _, err := range errs {
			t.fails("a call during Close", err, result.ErrClosed)
		}
	})
}
