package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/seed-1c955bc8/bunch/result"
)

// wait is a waiter as package group makes one: it registers, looks, and sleeps
// until there is news. It counts itself as registered once it has looked.
func (t *T) wait(ctx context.Context, id result.ID, registered *sync.WaitGroup) (result.Progress, error) {
	first := true
	for e, err := range t.Watch(ctx, id) {
		if err != nil {
			if first {
				registered.Done()
			}
			return result.Progress{}, err
		}
		if first {
			registered.Done()
			first = false
		}
		if e.Progress.Ready() {
			return e.Progress, nil
		}
	}
	return result.Progress{}, errors.New("the watch ended without an error")
}

// waiters lets n waiters wait and returns when all have registered; collect
// returns how each ended.
func (t *T) waiters(ctx context.Context, n int, id result.ID) (collect func() []error) {
	var registered, done sync.WaitGroup
	errs := make([]error, n)
	registered.Add(n)
	for i := range n {
		done.Go(func() {
			p, err := t.wait(ctx, id, &registered)
			if err == nil && !p.Ready() {
				err = fmt.Errorf("the wait returned at %+v", p)
			}
			errs[i] = err
		})
	}
	registered.Wait()
	return func() []error { done.Wait(); return errs }
}

// waiting is law 7, as far as an engine keeps it.
func waiting(t *T) {
	tree := result.Group("g", result.Tasks(root(1), 1, 3), result.Group("in", tasks("a", "b")...))

	t.clause("every_waiter_learns_that_the_group_is_ready", func(t *T) {
		t.save(tree)
		collect := t.waiters(t.ctx, 8, "g")
		for i, id := range leaves(tree) {
			t.report(id, result.Started)
			t.report(id, readyStates[i%3])
		}
		for _, err := range collect() {
			t.ok("waiting", err)
		}
	})

	t.clause("a_group_that_is_ready_says_so_at_once", func(t *T) {
		t.save(tree)
		t.revoke(tree)
		for _, err := range t.waiters(t.ctx, 3, "g")() {
			t.ok("waiting", err)
		}
		t.save(result.Group("empty"))
		for _, err := range t.waiters(t.ctx, 3, "empty")() {
			t.ok("waiting for an empty group", err)
		}
	})

	t.clause("a_group_that_is_not_ready_is_waited_for", func(t *T) {
		// What a waiter must not mistake for readiness: all the other changes.
		t.save(tree)
		w := t.watch(t.ctx, "g")
		ids := leaves(tree)
		ready := map[result.ID]bool{}
		last := 0
		step := func(change func()) {
			t.Helper()
			change()
			want := t.progress("g")
			w.until("the change showed", func() bool { return w.last.Progress.Equal(want) })
			t.want(!w.last.Progress.Ready(), "the group says that it is ready at %+v", want)
			for _, id := range w.seen[last:] {
				t.want(ready[id], "the watch names %q as ready, which is not", id)
			}
			last = len(w.seen)
		}
		step(func() { t.report(ids[0], result.Started) })
		step(func() { t.report(ids[0], "PROGRESS") })
		ready[ids[1]] = true
		step(func() { t.report(ids[1], result.Failure) })
		delete(ready, ids[1])
		step(func() { t.retry(result.Task(ids[1])) })
		step(func() { t.forget(tree) }) // settled, and yet not ready
		step(func() { t.retry(result.Task(ids[2])) })
	})

	t.clause("a_context_that_ends_ends_the_wait", func(t *T) {
		t.save(tree)
		t.report("a", result.Success)
		ctx, cancel := context.WithCancel(t.ctx)
		collect := t.waiters(ctx, 4, "g")
		other := t.waiters(t.ctx, 4, "g")
		cancel()
		for _, err := range collect() {
			t.fails("waiting", err, context.Canceled)
		}
		t.revoke(tree)
		for _, err := range other() {
			t.ok("waiting with another context", err)
		}
		expired, cancel := context.WithDeadline(t.ctx, t.clock.now().AddDate(-50, 0, 0))
		defer cancel()
		t.save(result.Group("unready", tasks("c")...))
		for _, err := range t.waiters(expired, 2, "unready")() {
			t.fails("waiting with a deadline that has passed", err, context.DeadlineExceeded)
		}
	})

	t.clause("a_group_that_goes_away_ends_the_wait", func(t *T) {
		for name, end := range map[string]func(){
			"Delete": func() { t.delete("g") },
			"Purge":  func() { t.purge("g") },
			"Delete and Save": func() {
				t.delete("g")
				t.save(tree)
				t.delete("g")
			},
		} {
			t.save(tree)
			collect := t.waiters(t.ctx, 4, "g")
			end()
			for _, err := range collect() {
				t.want(errors.Is(err, result.ErrNotFound), "after %s waiting ended with %v", name, err)
			}
			t.retry(tree)
		}
		t.save(tree)
		w := t.watch(t.ctx, "g")
		t.delete("g")
		t.save(tree)
		w.ends(result.ErrNotFound) // another group of the same name
	})

	t.clause("no_waiter_is_missed_whoever_comes_first", func(t *T) {
		for round := range 30 {
			id := result.ID(fmt.Sprint("round ", round))
			member := id + " member"
			t.save(result.Group(id, result.Task(member)))
			var registered, done sync.WaitGroup
			errs := make([]error, 4)
			registered.Add(len(errs))
			for i := range errs { // unlike above, the report races with registering
				done.Go(func() { _, errs[i] = t.wait(t.ctx, id, &registered) })
			}
			t.report(member, result.Success)
			done.Wait()
			for _, err := range errs {
				t.ok("waiting", err)
			}
		}
	})
}
