package group_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

// put reports one result as it is.
func put(t testing.TB, b group.Backend, a result.Async) {
	t.Helper()
	if out, err := b.Report(t.Context(), a); err != nil || !out[0].Applied {
		t.Fatalf("reporting %q: %+v, %v", a.ID, out, err)
	}
}

func task(b group.Backend, id result.ID) *group.Result { return group.Of(b, result.Task(id)) }

func TestAsyncReadsWhatIsStored(t *testing.T) {
	b, ctx := open(t), t.Context()
	a := must(task(b, "nobody").Async(ctx))
	if a.ID != "nobody" || a.State != result.Pending || a.Value != nil || a.Error != nil || !a.Done.IsZero() || a.Children != nil || a.Request != nil {
		t.Errorf("unknown: %+v", a)
	}
	save(t, b, result.Group("g", tasks("saved")...))
	if a := must(task(b, "saved").Async(ctx)); a.State != result.Pending {
		t.Errorf("saved: %+v", a)
	}

	done := time.Date(2024, 5, 6, 7, 8, 9, 123456000, time.FixedZone("", 3600))
	full := result.Async{
		ID: "t", State: result.Success, Value: must(b.Marshal(42)), Done: done, Children: tasks("c"),
		Request: &result.Request{Name: "add", Args: must(b.Marshal([]int{2, 2})), Kwargs: must(b.Marshal(map[string]int{})), Worker: "w", Queue: "q", Retries: 3},
	}
	put(t, b, full)
	a = must(task(b, "t").Async(ctx))
	q := a.Request
	if a.State != result.Success || !bytes.Equal(a.Value, full.Value) || !a.Done.Equal(done) || a.Done.Location() != time.UTC || len(a.Children) != 1 {
		t.Errorf("%+v", a)
	}
	if q == nil || q.Name != "add" || !bytes.Equal(q.Args, full.Request.Args) || !bytes.Equal(q.Kwargs, full.Request.Kwargs) || q.Worker != "w" || q.Queue != "q" || q.Retries != 3 {
		t.Errorf("the request is %+v", q)
	}

	for _, state := range []result.State{result.Failure, result.Retry} {
		id := result.ID(state)
		put(t, b, result.Async{ID: id, State: state, Error: &result.TaskError{Type: "E", Traceback: "line 1"}})
		a := must(task(b, id).Async(ctx))
		if a.State != state || a.Error == nil || a.Error.Traceback != "line 1" || a.Done.IsZero() != (state == result.Retry) {
			t.Errorf("%s: %+v", state, a)
		}
	}

	for _, tree := range []result.Tree{result.Group("g"), result.Tasks(result.Root{6: 0x80, 8: 0x80}, 1, 2)} {
		if _, err := group.Of(b, tree).Async(ctx); !errors.Is(err, result.ErrBadID) {
			t.Errorf("%v is no task: %v", tree, err)
		}
		if _, err := group.Get[int](ctx, group.Of(b, tree)); !errors.Is(err, result.ErrBadID) {
			t.Errorf("%v is no task to get: %v", tree, err)
		}
	}
}

func TestATaskWithoutAnIDIsRefused(t *testing.T) {
	b, ctx := open(t), t.Context()
	for name, err := range map[string]error{
		"Async": second(task(b, "").Async(ctx)),
		"Get":   second(group.Get[int](ctx, task(b, ""))),
		"Ready": second(task(b, "").Ready(ctx)),
		"Save":  second(group.Of(b, result.Group("")).Save(ctx, nil)),
	} {
		if !errors.Is(err, result.ErrBadID) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestExists(t *testing.T) {
	b, ctx := open(t), t.Context()
	save(t, b, result.Group("saved", tasks("member")...))
	report(t, b, result.Success, "done", "forgotten")
	report(t, b, result.Retry, "retried")
	report(t, b, "CUSTOM", "custom")
	must(task(b, "forgotten").Forget(ctx))
	for id, want := range map[result.ID]bool{"done": true, "retried": true, "custom": true, "member": false, "nobody": false, "forgotten": false} {
		if got := must(task(b, id).Exists(ctx)); got != want {
			t.Errorf("%q: %v", id, got)
		}
	}
	for id, want := range map[result.ID]bool{"saved": true, "member": false} {
		if got := must(group.Of(b, result.Group(id)).Exists(ctx)); got != want {
			t.Errorf("group %q: %v", id, got)
		}
	}
	_ = b.Backend.(interface{ Close() error }).Close()
	for _, r := range []*group.Result{task(b, "done"), group.Of(b, result.Group("saved"))} {
		if got, err := r.Exists(ctx); got || !errors.Is(err, result.ErrClosed) {
			t.Errorf("closed: %v, %v", got, err)
		}
	}
}

// TestTaskPredicates: in which states a task is ready, successful or failed.
func TestTaskPredicates(t *testing.T) {
	for state, want := range map[result.State]string{
		result.Success: "true true false", result.Failure: "true false true", result.Revoked: "true false false",
		result.Retry: "false false false", result.Pending: "false false false", "PROGRESS": "false false false",
	} {
		b, ctx := open(t), t.Context()
		if state != result.Pending { // nobody says anything of a pending one
			report(t, b, state, "t")
		}
		r := task(b, "t")
		if got := fmt.Sprint(must(r.Ready(ctx)), must(r.Successful(ctx)), must(r.Failed(ctx))); got != want {
			t.Errorf("%s: ready, successful, failed: %s, want %s", state, got, want)
		}
	}
}

func TestGet(t *testing.T) {
	b, ctx := open(t), t.Context()
	report(t, b, result.Success, "yes")
	put(t, b, result.Async{ID: "none", State: result.Success})
	put(t, b, result.Async{ID: "null", State: result.Success, Value: must(b.Marshal(nil))})
	report(t, b, result.Failure, "no")
	report(t, b, result.Revoked, "off")
	if v, err := group.Get[string](ctx, task(b, "yes")); v != "yes" || err != nil {
		t.Errorf("%q, %v", v, err)
	}
	for _, id := range []result.ID{"none", "null"} {
		if v, err := group.Get[*int](ctx, task(b, id)); v != nil || err != nil {
			t.Errorf("%s: %v, %v", id, v, err)
		}
	}
	if _, err := group.Get[int](ctx, task(b, "yes")); err == nil {
		t.Error("a text was read as a number")
	}
	for _, id := range []result.ID{"no", "off"} {
		_, err := group.Get[string](ctx, task(b, id))
		var e *result.TaskError
		if raised(err) != id || !errors.As(err, &e) || e.Type != "Boom" || !slices.Equal(e.Args, []any{string(id)}) {
			t.Errorf("%s: %v", id, err)
		}
		all, err := task(b, id).Join(ctx, &group.JoinOptions{NoPropagate: true})
		if err != nil || len(all) != 1 || all[0].Error == nil || all[0].Error.Type != "Boom" {
			t.Errorf("%s, without propagation: %v, %v", id, all, err)
		}
	}
}

func TestGetWaits(t *testing.T) {
	b := open(t)
	for _, state := range []result.State{result.Started, result.Retry} {
		report(t, b, state, "t")
		if _, err := group.Get[int](ended(t), task(b, "t")); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", state, err)
		}
	}
	if _, err := group.Get[int](ended(t), task(b, "nobody")); err == nil {
		t.Error("a value of a task that nobody knows")
	}
	if _, err := group.Get[int](t.Context(), task(b, "nobody")); !errors.Is(err, result.ErrNotFound) {
		t.Errorf("waiting for a task that nobody knows: %v", err)
	}
	done := start(t.Context(), b, task(b, "t"), func(ctx context.Context, r *group.Result) error {
		v, err := group.Get[string](ctx, r)
		if v != "t" {
			err = fmt.Errorf("%q, %w", v, err)
		}
		return err
	})
	report(t, b, result.Success, "t")
	if err := <-done; err != nil {
		t.Error(err)
	}
	if v, err := group.Get[string](ended(t), task(b, "t")); v != "t" || err != nil {
		t.Errorf("what is there is given to an ended context too: %q, %v", v, err)
	}
}

func TestGetAsksAncestorsFirst(t *testing.T) {
	get := func(ctx context.Context, r *group.Result) error { return second(group.Get[string](ctx, r)) }
	old, mid := result.Task("old"), result.Task("mid")
	tree := result.Task("t").WithParent(mid.WithParent(old))
	t.Run("without waiting", func(t *testing.T) {
		for _, first := range []result.ID{"mid", "old"} {
			b := open(t)
			report(t, b, result.Failure, first)
			if err := get(t.Context(), group.Of(b, tree)); raised(err) != first { // nobody knows the task
				t.Errorf("%s has failed: %v", first, err)
			}
			report(t, b, result.Failure, "t")
			if err := get(t.Context(), group.Of(b, tree)); raised(err) != first {
				t.Errorf("%s has failed, and the task: %v", first, err)
			}
		}
		b := open(t)
		report(t, b, result.Failure, "mid", "old")
		if err := get(ended(t), group.Of(b, tree)); raised(err) != "old" {
			t.Errorf("the oldest is raised: %v", err)
		}
	})
	t.Run("while waiting", func(t *testing.T) {
		b := open(t)
		report(t, b, result.Started, "t", "mid")
		report(t, b, result.Success, "old")
		done := start(t.Context(), b, group.Of(b, tree), get)
		report(t, b, result.Revoked, "mid")
		if err := <-done; raised(err) != "mid" {
			t.Error(err)
		}
	})
	t.Run("good ones", func(t *testing.T) {
		b := open(t)
		report(t, b, result.Success, "old", "mid")
		report(t, b, result.Started, "t")
		done := start(t.Context(), b, group.Of(b, tree), get)
		report(t, b, result.Success, "t")
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestGetOfAnIgnoredTaskAnswersAtOnce(t *testing.T) {
	b := open(t)
	put(t, b, result.Async{ID: "t", State: result.Ignored, Value: must(b.Marshal(7))})
	for _, ctx := range []context.Context{t.Context(), ended(t)} {
		if v, err := group.Get[int](ctx, task(b, "t")); v != 0 || err != nil {
			t.Errorf("%v, %v", v, err)
		}
	}
}

// TestAValueMayBeATree: what a task has started, returned as its value.
func TestAValueMayBeATree(t *testing.T) {
	deep := result.Task("leaf").WithParent(result.Task("before"))
	for i := range 9_000 {
		deep = result.Group(result.ID(fmt.Sprint("g", i)), deep)
	}
	for name, b := range map[string]group.Backend{"memstore": open(t), "store": openStore(t)} {
		put(t, b, result.Async{ID: "t", State: result.Success, Value: must(b.Marshal(deep))})
		got, err := group.Get[result.Tree](t.Context(), task(b, "t"))
		if err != nil || !got.Equal(deep) {
			t.Errorf("%s: it came back as another; %v", name, err)
		}
		report(t, b, result.Success, "leaf")
		if v, err := group.Join[string](t.Context(), group.Of(b, got)); err != nil || !slices.Equal(v, []string{"leaf"}) {
			t.Errorf("%s: joined: %q, %v", name, v, err)
		}
	}
}

func TestThrow(t *testing.T) {
	b, ctx := open(t), t.Context()
	tree := result.Group("g", result.Task("a"), result.Group("n", result.Task("b").WithParent(result.Task("p"))), result.Task("c")).WithParent(result.Task("of the group"))
	report(t, b, result.Failure, "of the group")
	for _, r := range []*group.Result{group.Of(b, tree), save(t, b, tree)} {
		if err := r.Throw(ctx); err != nil {
			t.Errorf("nothing has failed: %v", err)
		}
	}
	r := group.Of(b, tree)
	for _, id := range []result.ID{"c", "b", "p", "a"} { // each before those that failed already
		report(t, b, result.Failure, id)
		if err := r.Throw(ctx); raised(err) != id {
			t.Errorf("%q has failed: %v", id, err)
		}
		if err := r.Throw(ended(t)); err == nil {
			t.Error("nothing, for an ended context")
		}
	}
	for id, want := range map[result.ID]bool{"c": true, "of the group": true, "nobody": false} {
		if err := task(b, id).Throw(ctx); (raised(err) == id) != want || (err == nil) == want {
			t.Errorf("task %q: %v", id, err)
		}
	}
	if err := group.Of(b, result.Task("x").WithParent(result.Task("p"))).Throw(ctx); raised(err) != "p" {
		t.Errorf("of a task's parent: %v", err)
	}
	if len(b.asleep) > 0 {
		t.Error("something waited")
	}
}

func TestForgetOfATaskReachesItsAncestors(t *testing.T) {
	b, ctx := open(t), t.Context()
	report(t, b, result.Success, "a", "b", "c", "other")
	r := group.Of(b, result.Task("c").WithParent(result.Task("b").WithParent(result.Task("a"))))
	must(r.Forget(ctx))
	for _, id := range []result.ID{"a", "b", "c"} {
		if a := must(b.Get(ctx, id)); !a.Forgotten || a.Value != nil || a.State != result.Pending {
			t.Errorf("%q: %+v", id, a)
		}
	}
	if a := must(b.Get(ctx, "other")); a.Forgotten {
		t.Error("what nobody named was forgotten")
	}
	must(r.Forget(ctx)) // again is no error
}
