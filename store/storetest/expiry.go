package storetest

import (
	"errors"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

const retention = 24 * time.Hour

// gone checks that nothing of a group or its tasks is left.
func (t *T) gone(id result.ID, tasks ...result.ID) {
	t.Helper()
	_, err := t.Restore(t.ctx, id)
	t.fails("Restore of the expired group", err, result.ErrNotFound)
	_, err = t.Progress(t.ctx, id)
	t.fails("Progress of the expired group", err, result.ErrNotFound)
	for _, s := range t.list(result.Query{}) {
		t.want(s.ID != id, "the expired group %q is listed", id)
	}
	for _, task := range tasks {
		t.unknown(task)
		t.want(len(t.find(task)) == 0, "the expired task %q is found in %q", task, t.find(task))
	}
}

// sweeps checks how many groups and lone results have expired by now.
func (t *T) sweeps(when string, want int) {
	t.Helper()
	got := t.sweep()
	t.want(got == want, "%s, Sweep removed %d groups and lone results, not %d", when, got, want)
}

// expires checks when a group says that it expires.
func (t *T) expires(id result.ID, want time.Time) {
	t.Helper()
	got := t.restore(id).Expires
	t.want(got.Equal(want), "%q says that it expires at %v, not at %v", id, got, want)
}

// expiry is law 8.
func expiry(t *T) {
	t.clauseKeeping(retention, "from_the_moment_it_settled", func(t *T) {
		tree := result.Group("g", result.Tasks(root(1), 1, 2), result.Group("in", tasks("a")...))
		t.save(tree, result.Attributes{Inputs: [][]byte{t.value(1), t.value(2), t.value(3)}})
		t.expires("g", time.Time{})
		t.report("a", result.Success)
		t.clock.add(10 * retention)
		t.sweeps("while unsettled", 0)
		t.stands("a", result.Success, 1, false)
		t.reports(t.async(root(1).ID(1), result.Failure), t.async(root(1).ID(2), result.Revoked))
		t.expires("g", t.clock.now().Add(retention))
		t.clock.add(retention - time.Second)
		t.sweeps("a second too early", 0)
		t.recount("g")
		t.clock.add(time.Second)
		t.sweeps("at the moment of expiry", 1)
		t.gone("g", "a", root(1).ID(1), root(1).ID(2))
		t.sweeps("again", 0)

		t.save(tree) // nothing is left that would count
		for _, a := range t.results(tree, result.Filter{Inputs: true}) {
			t.same(a, result.Async{ID: a.ID, State: result.Pending, Attempt: 1})
		}
		t.recount("g")
	})

	t.clause("no_retention_is_for_ever", func(t *T) {
		t.save(result.Group("g", tasks("a")...))
		t.save(result.Group("aged", tasks("a")...), result.Attributes{MaxAge: time.Hour})
		t.reports(t.async("a", result.Success), t.async("lone", result.Success))
		t.expires("g", time.Time{})
		t.expires("aged", time.Time{})
		t.clock.add(1000 * retention)
		t.sweeps("without a retention", 0)
		t.recount("g", "aged")
		t.stands("lone", result.Success, 1, false)
	})

	t.clauseKeeping(retention, "an_empty_group_settles_when_it_is_saved", func(t *T) {
		t.save(result.Group("g"))
		t.expires("g", t.clock.now().Add(retention))
		t.clock.add(retention)
		t.sweeps("after the retention", 1)
		t.gone("g")
	})

	t.clauseKeeping(retention, "retry_and_growing_take_it_back", func(t *T) {
		tree := result.Group("g", tasks("a", "b")...)
		t.save(tree)
		t.save(result.Group("empty"))
		t.reports(t.async("a", result.Failure), t.async("b", result.Success))
		t.clock.add(retention / 2)
		t.retry(tree)
		t.save(result.Group("empty", tasks("c")...))
		t.expires("g", time.Time{})
		t.expires("empty", time.Time{})
		t.clock.add(10 * retention)
		t.sweeps("after Retry", 0)
		t.stands("b", result.Success, 1, false)
		t.report("a", result.Success)
		t.expires("g", t.clock.now().Add(retention))
		t.clock.add(retention)
		t.sweeps("after it settled again", 1)
		t.gone("g", "a", "b")
		t.recount("empty")
	})

	t.clauseKeeping(retention, "forgotten_counts_as_settled", func(t *T) {
		tree := result.Group("g", tasks("a", "b")...)
		t.save(tree)
		t.report("a", result.Success)
		t.clock.add(time.Hour)
		t.forget(result.Task("b"))
		t.expires("g", t.clock.now().Add(retention))
		t.clock.add(time.Hour)
		t.forget(result.Task("a"))
		t.expires("g", t.clock.now().Add(retention-time.Hour))
		t.clock.add(retention - time.Hour)
		t.sweeps("after the retention", 1)
		t.gone("g", "a", "b")
	})

	t.clauseKeeping(retention, "a_maximum_age", func(t *T) {
		age := result.Attributes{MaxAge: time.Hour}
		t.save(result.Group("never", tasks("a", "shared")...), age)
		t.save(result.Group("settles", tasks("b")...), age)
		t.save(result.Group("retried", tasks("c")...), age)
		t.save(result.Group("other", tasks("shared", "d")...))
		born := t.clock.now()
		t.expires("never", born.Add(time.Hour))
		t.clock.add(time.Minute)
		t.reports(t.async("a", result.Started), t.async("shared", result.Success), t.async("b", result.Success), t.async("c", result.Failure))
		t.expires("settles", t.clock.now().Add(retention))
		t.retry(result.Task("c"))
		t.expires("retried", born.Add(time.Hour))
		t.clock.add(58 * time.Minute)
		t.sweeps("before the maximum age", 0)
		t.clock.add(time.Minute)
		t.sweeps("at the maximum age", 2)
		t.gone("never", "a")
		t.gone("retried", "c")
		t.stands("shared", result.Success, 1, false)
		t.recount("settles", "other")
		t.clock.add(retention)
		t.sweeps("after the retention", 1)
		t.gone("settles", "b")
		t.recount("other")
	})

	t.clause("a_maximum_age_without_retention", func(t *T) {
		t.save(result.Group("g", tasks("a")...), result.Attributes{MaxAge: time.Hour})
		t.clock.add(time.Hour)
		t.sweeps("at the maximum age", 1)
		t.gone("g", "a")
	})

	t.clauseKeeping(retention, "a_shared_result_goes_with_the_last_group", func(t *T) {
		shared := result.Group("shared", result.Task("s"), result.Task(root(1).ID(1)))
		t.save(result.Group("first", shared, result.Task("f")))
		t.save(shared)
		t.reports(t.async("s", result.Success), t.async(root(1).ID(1), result.Success)) // shared settles
		t.clock.add(retention / 2)
		t.report("f", result.Success) // first settles
		t.clock.add(retention / 2)
		t.sweeps("when shared expires", 1)
		t.gone("shared")
		t.stands("s", result.Success, 1, false)
		t.recount("first")
		t.clock.add(retention / 2)
		t.sweeps("when first expires", 1)
		t.gone("first", "s", "f", root(1).ID(1))

		// Both in one sweep.
		t.save(result.Group("x", tasks("both")...))
		t.save(result.Group("y", tasks("both")...))
		t.report("both", result.Success)
		t.clock.add(retention)
		t.sweeps("when both expire", 2)
		t.gone("x", "both")
	})

	t.clauseKeeping(retention, "a_lone_result_after_its_last_change", func(t *T) {
		t.reports(t.async("once", result.Success), t.async("twice", result.Started), t.async("retried", result.Failure), t.async("taken", result.Success))
		t.forget(result.Task("forgotten"))
		t.clock.add(retention / 2)
		t.report("once", result.Failure) // not applied, so no change
		t.report("twice", result.Started)
		t.retry(result.Task("retried"))
		t.save(result.Group("g", tasks("taken", "pending")...))
		t.clock.add(retention / 2)
		t.sweeps("after the retention of two", 2)
		t.unknown("once")
		t.unknown("forgotten")
		t.stands("twice", result.Started, 1, false)
		t.stands("retried", result.Retry, 2, false)
		t.clock.add(retention / 2)
		t.sweeps("after the retention of the others", 2)
		t.unknown("twice")
		t.unknown("retried")
		t.clock.add(10 * retention)
		t.sweeps("while a group names it", 0)
		t.recount("g")
		t.stands("taken", result.Success, 1, false)
	})

	t.clauseKeeping(retention, "what_delete_left_alone", func(t *T) {
		tree := result.Group("g", result.Task("a"), result.Task("pending"), result.Task("b"), result.Task(root(1).ID(1)))
		t.save(tree)
		t.save(result.Group("keeps", tasks("b")...))
		t.save(result.Group("purged", tasks("p", "q")...))
		t.reports(t.async("a", result.Success), t.async("b", result.Success), t.async(root(1).ID(1), result.Started), t.async("p", result.Success))
		t.clock.add(retention * 3 / 4)
		t.delete("g")
		t.purge("purged")
		t.clock.add(retention / 4)
		t.sweeps("when keeps expires", 1)
		t.unknown("b")
		t.stands("a", result.Success, 1, false)
		t.clock.add(retention / 2)
		t.sweeps("before the retention from Delete", 0)
		t.stands("a", result.Success, 1, false)
		t.stands("q", result.Pending, 1, true)
		t.clock.add(retention / 4)
		t.sweeps("at the retention from Delete", 4)
		for _, id := range []result.ID{"a", root(1).ID(1), "p", "q"} {
			t.unknown(id)
		}
	})

	t.clauseKeeping(retention, "an_ancestor_is_no_member", func(t *T) {
		t.save(result.Group("g", result.Task("a").WithParent(result.Task("parent"))).WithParent(result.Task("before")))
		t.reports(t.async("a", result.Success), t.async("parent", result.Success), t.async("before", result.Success))
		t.clock.add(retention / 2)
		t.report("late", result.Success)
		t.clock.add(retention / 2)
		t.sweeps("the group and two lone results", 3)
		t.gone("g", "a", "parent", "before")
		t.stands("late", result.Success, 1, false)
	})

	t.clauseKeeping(retention, "what_expired_can_be_used_again", func(t *T) {
		tree := result.Group("g", tasks("a")...)
		for round := range 3 {
			_, err := t.Restore(t.ctx, "g")
			t.want(errors.Is(err, result.ErrNotFound), "round %d begins with the group there", round)
			t.save(tree)
			t.report("a", result.Failure)
			t.retry(tree)
			t.settles("the report", t.report("a", result.Success), "g")
			t.stands("a", result.Success, 2, false)
			t.clock.add(retention)
			t.sweeps("after the retention", 1)
			t.gone("g", "a")
		}
	})
}
