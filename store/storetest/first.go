package storetest

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

var (
	readyStates   = []result.State{result.Success, result.Failure, result.Revoked}
	unreadyStates = []result.State{result.Pending, result.Received, result.Started, result.Rejected, result.Retry, result.Ignored, "PROGRESS", "进度 50%"}
	allStates     = slices.Concat(readyStates, unreadyStates)
)

// firstReady is law 1.
func firstReady(t *T) {
	t.clause("a_ready_result_takes_no_report", func(t *T) {
		for _, first := range readyStates {
			for _, later := range allStates {
				id := result.ID(fmt.Sprintf("%s then %s", first, later))
				o := t.report(id, first)
				t.changes("the first ready report", o, 1)
				stood := t.stands(id, first, 1, false)
				t.clock.add(time.Second)
				again := t.async(id, later)
				again.Value = t.value("another")
				o = t.reports(again)[0]
				t.changes("a report of "+string(id), o, 0)
				t.want(o.State == first && o.Attempt == 1, "the outcome says that %s, attempt %d, stands, not %s", o.State, o.Attempt, first)
				t.same(t.get(id), stood)
			}
		}
	})

	t.clause("between_unready_states_the_latest_wins", func(t *T) {
		tree := result.Group("g", result.Task("t"))
		t.save(tree)
		for _, from := range unreadyStates {
			for _, to := range unreadyStates {
				t.report("t", from)
				want := t.async("t", to)
				o := t.reports(want)[0]
				t.changes(fmt.Sprintf("a report of %s over %s", to, from), o, 1)
				t.want(o.State == to && o.Attempt == 1, "the outcome says %s, attempt %d, not %s, attempt 1", o.State, o.Attempt, to)
				want.Attempt = 1
				t.same(t.stands("t", to, 1, false), want)
				t.recount("g")
			}
		}
	})

	t.clause("a_report_keeps_what_it_says", func(t *T) {
		done := time.Date(2024, 2, 29, 23, 59, 59, 123456789, time.FixedZone("east", 3600))
		for _, state := range allStates {
			id := result.ID("keeps " + string(state))
			a := t.async(id, state)
			a.Error = &result.TaskError{Type: "E", Args: []any{"text", true, nil, []byte{0, 255}, []any{"deep"}}, Module: "m", Traceback: "t"}
			a.Done = done
			a.Input, a.Forgotten = t.value("ignored"), true
			t.reports(a)
			got := t.get(id)
			a.Input, a.Forgotten, a.Attempt = nil, false, 1
			a.Done = time.Time{}
			if state.Ready() {
				a.Done = done.Truncate(time.Microsecond)
				t.want(got.Done.Location() == time.UTC, "the time of completion is in %v, not UTC", got.Done.Location())
			}
			t.same(got, a)

			none := result.Async{ID: id + " and nothing", State: state}
			t.reports(none)
			none.Attempt = 1
			if state.Ready() {
				none.Done = t.clock.now()
			}
			t.same(t.get(none.ID), none)
		}
	})

	t.clause("one_call_applies_in_order", func(t *T) {
		a, b, c := t.async("t", result.Started), t.async("t", result.Failure), t.async("t", result.Success)
		out := t.reports(a, b, c, t.async("u", result.Success))
		for i, want := range []bool{true, true, false, true} {
			t.want(out[i].Applied == want, "report %d: Applied is %v", i, out[i].Applied)
		}
		t.want(out[2].State == result.Failure, "the third report of the call says that %s stands, not FAILURE", out[2].State)
		t.stands("t", result.Failure, 1, false)
		out = t.reports()
		t.want(len(out) == 0, "no reports, but %d outcomes", len(out))
	})

	t.clause("retry_reopens_what_failed_and_nothing_else", func(t *T) {
		t.save(result.Group("g", tasks("untouched")...))
		for _, state := range allStates {
			id := result.ID("was " + string(state))
			t.report(id, state)
			before := t.get(id)
			o := t.retry(result.Task(id))
			if !state.Propagates() {
				t.changes("Retry of a task in "+string(state), o, 0)
				t.want(o.State == state && o.Attempt == 1, "Retry says %s, attempt %d, stands; not %s, attempt 1", o.State, o.Attempt, state)
				t.same(t.get(id), before)
				continue
			}
			t.changes("Retry of a task in "+string(state), o, 1)
			t.want(o.State == result.Retry && o.Attempt == 2, "Retry says %s, attempt %d, stands; not RETRY, attempt 2", o.State, o.Attempt)
			want := before
			want.State, want.Attempt, want.Value, want.Done = result.Retry, 2, nil, time.Time{}
			t.same(t.stands(id, result.Retry, 2, false), want)
			t.changes("a second Retry", t.retry(result.Task(id)), 0)
		}
		o := t.retry(result.Task("untouched"))
		t.changes("Retry of a member nobody reported", o, 0)
		t.want(o.State == result.Pending && o.Attempt == 1, "it stands at %s, attempt %d", o.State, o.Attempt)
		t.changes("Retry of a task nobody knows", t.retry(result.Task("unknown")), 0)
		t.unknown("unknown")
	})

	t.clause("a_report_for_another_attempt_is_not_applied", func(t *T) {
		named := func(state result.State, attempt uint32) result.Outcome {
			a := t.async("t", state)
			a.Attempt = attempt
			return t.reports(a)[0]
		}
		t.changes("a report of attempt 2 of a task nobody reported", named(result.Success, 2), 0)
		t.unknown("t")
		t.changes("a report of attempt 1", named(result.Failure, 1), 1)
		t.retry(result.Task("t"))
		for _, state := range allStates {
			for _, attempt := range []uint32{1, 3, 1<<32 - 1} {
				o := named(state, attempt)
				t.changes(fmt.Sprintf("a report of attempt %d while 2 is current", attempt), o, 0)
				t.want(o.State == result.Retry && o.Attempt == 2, "it says that %s, attempt %d, stands", o.State, o.Attempt)
			}
		}
		t.changes("a report of the current attempt", named(result.Started, 2), 1)
		t.changes("a report that names no attempt", named(result.Revoked, 0), 1)
		t.stands("t", result.Revoked, 2, false)
		t.retry(result.Task("t"))
		t.changes("a report of the third attempt", named(result.Success, 3), 1)
		t.changes("Retry of SUCCESS", t.retry(result.Task("t")), 0)
		t.stands("t", result.Success, 3, false)
	})

	t.clause("revoke_leaves_what_is_ready", func(t *T) {
		var ids []result.ID
		for _, state := range allStates {
			id := result.ID("t " + string(state))
			t.report(id, state)
			ids = append(ids, id)
		}
		tree := result.Group("g", append(tasks(ids...), result.Group("inner", tasks("unreported")...))...)
		t.save(tree)
		t.clock.add(time.Minute)
		before := t.results(tree, result.Filter{})
		o := t.revoke(tree)
		t.changes("Revoke", o, len(unreadyStates)+1)
		for i, a := range t.results(tree, result.Filter{}) {
			if i < len(readyStates) {
				t.same(a, before[i])
				continue
			}
			t.same(a, result.Async{ID: a.ID, State: result.Revoked, Attempt: 1, Done: t.clock.now(), Error: result.RevokedError("revoked")})
		}
		t.recount("g")
		t.changes("a second Revoke", t.revoke(tree), 0)
		o = t.revoke(result.Task("alone"))
		t.want(o.Applied && o.State == result.Revoked && o.Attempt == 1, "Revoke of a task nobody knew: %+v", o)
		t.stands("alone", result.Revoked, 1, false)
	})

	t.clause("of_many_at_once_one_wins", func(t *T) {
		const tasks, rivals = 40, 6
		t.save(result.Group("g", result.Tasks(root(1), 1, tasks)))
		outcomes := make([][]result.Outcome, rivals)
		errs := make([]error, rivals)
		var wait sync.WaitGroup
		for r := range rivals {
			wait.Go(func() {
				for i := range tasks {
					a := result.Async{ID: root(1).ID(uint32(1 + i)), State: readyStates[(r+i)%3]}
					a.Error = &result.TaskError{Type: fmt.Sprint("rival ", r)}
					out, err := t.Report(t.ctx, a)
					if err != nil {
						errs[r] = err
						return
					}
					outcomes[r] = append(outcomes[r], out[0])
				}
			})
		}
		wait.Wait()
		for _, err := range errs {
			t.ok("Report", err)
		}
		for i := range tasks {
			id := root(1).ID(uint32(1 + i))
			winner := -1
			for r := range rivals {
				if outcomes[r][i].Applied {
					t.want(winner < 0, "two reports of %q say that they were applied", id)
					winner = r
				}
			}
			t.want(winner >= 0, "no report of %q was applied", id)
			a := t.stands(id, readyStates[(winner+i)%3], 1, false)
			t.want(a.Error != nil && a.Error.Type == fmt.Sprint("rival ", winner), "%q holds %v, but rival %d won", id, a.Error, winner)
			for r := range rivals {
				t.want(outcomes[r][i].State == a.State, "rival %d was told that %s stands, but it is %s", r, outcomes[r][i].State, a.State)
			}
		}
		t.recount("g")
	})

	t.clause("of_many_retries_one_wins", func(t *T) {
		for attempt := uint32(1); attempt <= 20; attempt++ {
			t.report("t", result.Failure)
			var wait sync.WaitGroup
			changed := make([]int, 4)
			errs := make([]error, 4)
			for r := range changed {
				wait.Go(func() {
					o, err := t.Retry(t.ctx, result.Task("t"))
					changed[r], errs[r] = o.Changed, err
				})
			}
			wait.Wait()
			total := 0
			for r := range changed {
				t.ok("Retry", errs[r])
				total += changed[r]
			}
			t.want(total == 1, "%d of the Retries at once say that they reopened the task", total)
			t.stands("t", result.Retry, attempt+1, false)
		}
	})
}
