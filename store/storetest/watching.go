package storetest

import (
	"fmt"
	"slices"
	"sync"

	"github.com/seed-1c955bc8/bunch/result"
)

// mostNews is how many ready tasks are kept for a watcher that does not take them.
const mostNews = 4096

// watching is what Watch promises beside the laws.
func watching(t *T) {
	tree := result.Group("g", result.Tasks(root(1), 1, 3), result.Group("in", tasks("a", "b")...))

	t.clause("the_first_event_is_how_things_stand", func(t *T) {
		t.save(tree)
		t.report("a", result.Success)
		w := t.watch(t.ctx, "g", "a", "stranger")
		t.want(w.last.Progress.Equal(t.progress("g")), "the first event says %+v, the group stands at %+v", w.last.Progress, t.progress("g"))
		w = t.watch(t.ctx, "", "stranger")
		t.want(w.last.Progress.Equal(result.Progress{}), "without a group an event says %+v", w.last.Progress)
		t.watch(t.ctx, "") // nothing at all may be watched, too
	})

	t.clause("tasks_of_the_group_and_others", func(t *T) {
		t.save(tree)
		both, group, alone := t.watch(t.ctx, "g", "stranger"), t.watch(t.ctx, "g"), t.watch(t.ctx, "", "stranger", "b")
		t.report("somebody else", result.Success)
		t.report("stranger", result.Failure)
		t.report("b", result.Started)
		t.report("b", result.Success)
		t.report(root(1).ID(2), result.Revoked)
		for w, want := range map[*news][]result.ID{
			both:  {"stranger", "b", root(1).ID(2)},
			group: {"b", root(1).ID(2)},
			alone: {"stranger", "b"},
		} {
			w.until("all were named", func() bool { return len(w.seen) >= len(want) })
			t.want(slices.Equal(w.seen, want), "the watch names %q, not %q", w.seen, want)
		}
		both.until("the counts came", func() bool { return both.last.Progress.Equal(t.progress("g")) })
	})

	t.clause("every_kind_of_change_is_news", func(t *T) {
		t.save(tree)
		w := t.watch(t.ctx, "g")
		task := t.watch(t.ctx, "", "a")
		for what, change := range []func(){
			func() { t.report("a", result.Started) },
			func() { t.report("a", "PROGRESS") },
			func() { t.report("a", result.Failure) },
			func() { t.retry(tree) },
			func() { t.forget(result.Task("a")) },
			func() { t.retry(result.Task("a")) },
			func() { t.revoke(tree) },
			func() { t.retry(tree) },
			func() { t.purgeOther("a") },
		} {
			change()
			want := t.progress("g")
			w.until(fmt.Sprint("the counts of change ", what), func() bool { return w.last.Progress.Equal(want) })
			task.event(fmt.Sprint("change ", what))
		}
		t.retry(result.Task("a"))
		w.until("Retry showed", func() bool { return w.last.Progress.Equal(t.progress("g")) })
		t.save(tree.Append(result.Task("late")))
		w.until("the group had grown", func() bool { return w.last.Progress.Total == 5 })
		t.report("late", result.Success)
		w.until("the late member was named", func() bool { return slices.Contains(w.seen, "late") })
	})

	t.clause("news_is_put_together_for_a_slow_loop", func(t *T) {
		const n = 10_000
		many := result.Group("many", result.Tasks(root(2), 1, n))
		t.save(many)
		w := t.watch(t.ctx, "many") // takes nothing while all is written
		var batch []result.Async
		for i := range n {
			batch = append(batch, result.Async{ID: root(2).ID(uint32(1 + i)), State: result.Success})
			if len(batch) == 1000 {
				t.reports(batch...)
				batch = nil
			}
		}
		missed := false
		w.until("all were ready", func() bool {
			missed = missed || w.last.Missed
			return w.last.Progress.Ready()
		})
		t.want(missed, "of %d ready tasks %d were named, and none was said to be missed", n, len(w.seen))
		t.want(len(w.seen) <= mostNews, "%d ready tasks were kept for a loop that did not take them, the most is %d", len(w.seen), mostNews)
		for i, id := range w.seen {
			t.want(id == root(2).ID(uint32(1+i)), "place %d of the news names %q", i, id)
		}
		t.report("stranger", result.Success)
		t.retry(many)
		t.purgeOther(root(2).ID(1))
		w.until("the loop was told of what came later", func() bool { return w.last.Progress.Leaves.Forgotten == 1 && !w.last.Missed })
	})

	t.clause("many_watchers_at_once", func(t *T) {
		const watchers = 16
		t.save(tree)
		all := leaves(tree)
		var begun, done sync.WaitGroup
		seen := make([][]result.ID, watchers)
		errs := make([]error, watchers)
		begun.Add(watchers)
		for i := range watchers {
			done.Go(func() {
				first := true
				for e, err := range t.Watch(t.ctx, "g") {
					if first {
						begun.Done()
						first = false
					}
					seen[i] = append(seen[i], e.Ready...)
					if errs[i] = err; err != nil || e.Progress.Ready() && len(seen[i]) >= len(all) {
						return
					}
				}
			})
		}
		begun.Wait()
		var writers sync.WaitGroup
		for i, id := range all {
			writers.Go(func() { _, _ = t.Report(t.ctx, result.Async{ID: id, State: readyStates[i%3]}) })
		}
		writers.Wait()
		done.Wait()
		for i := range watchers {
			t.ok("Watch", errs[i])
			t.want(slices.Equal(seen[i], seen[0]), "two watchers saw different orders: %q and %q", seen[i], seen[0])
			t.want(len(seen[i]) == len(all), "a watcher was told of %q", seen[i])
		}
	})

	t.clause("a_watch_that_is_left_is_over", func(t *T) {
		t.save(tree)
		for range 100 {
			for _, err := range t.Watch(t.ctx, "g", "a") {
				t.ok("Watch", err)
				break
			}
		}
		t.revoke(tree)
	})
}

// purgeOther saves another group of a task and purges it.
func (t *T) purgeOther(id result.ID) {
	t.Helper()
	t.save(result.Group("other", result.Task(id)))
	t.purge("other")
}
