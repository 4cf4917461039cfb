package group_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store/memstore"
)

func numbers(n int) []int {
	var is []int
	for i := range n {
		is = append(is, i)
	}
	return is
}

func double(_ context.Context, i int) (int, error) { return 2 * i, nil }

func TestRunKeepsEveryResult(t *testing.T) {
	b, ctx := open(t), t.Context()
	var now, most atomic.Int64
	gate := make(chan bool)
	r, err := group.Run(ctx, b, numbers(50), func(ctx context.Context, i int) (int, error) {
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		if i < 4 { // the first four meet, so as many run at once; no more may
			select {
			case gate <- true:
			case <-gate:
			}
		}
		return 2 * i, nil
	}, &group.RunOptions{Concurrency: 4, Labels: map[string]string{"k": "v"}, Note: must(b.Marshal("note"))})
	if err != nil {
		t.Fatal(err)
	}
	got := must(group.Join[int](ctx, r))
	for i, v := range got {
		if v != 2*i {
			t.Fatalf("value %d is %d", i, v)
		}
	}
	if len(got) != 50 || most.Load() > 4 || most.Load() < 2 {
		t.Errorf("%d values, %d at once, want 50 and at most 4", len(got), most.Load())
	}
	saved := must(b.Restore(ctx, r.ID()))
	if saved.Labels["k"] != "v" || len(saved.Note) == 0 {
		t.Errorf("saved with %v and note %x", saved.Labels, saved.Note)
	}
}

func TestRunOfNothingIsReady(t *testing.T) {
	b := open(t)
	r, err := group.Run(t.Context(), b, nil, double, nil)
	if err != nil || !must(r.Ready(t.Context())) {
		t.Fatal(err)
	}
	must(group.Restore(t.Context(), b, r.ID()))
}

// stateOf is how the only task of a group stands.
func stateOf(t *testing.T, r *group.Result) result.Async {
	t.Helper()
	all, err := r.Join(t.Context(), &group.JoinOptions{NoPropagate: true})
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	return all[0]
}

func TestRunRecordsFailures(t *testing.T) {
	type cause = func(context.Context, int) (any, error)
	for name, c := range map[string]struct {
		fn              cause
		typ, text, rest string
	}{
		"error": {func(context.Context, int) (any, error) {
			return nil, &fs.PathError{Op: "open", Path: "x", Err: fs.ErrNotExist}
		}, "*fs.PathError", "open x: file does not exist", ""},
		"task error": {func(context.Context, int) (any, error) {
			return nil, fmt.Errorf("so: %w", &result.TaskError{Type: "KeyError", Args: []any{"k"}})
		}, "KeyError", "k", ""},
		"panic":        {func(context.Context, int) (any, error) { panic("ouch") }, "panic", "ouch", "run_test.go"},
		"goexit":       {func(context.Context, int) (any, error) { runtime.Goexit(); return nil, nil }, "runtime.Goexit", "the task ended its goroutine", ""},
		"not UTF-8":    {func(context.Context, int) (any, error) { return nil, errors.New("\xff") }, "*errors.errorString", "\uFFFD", ""},
		"not storable": {func(context.Context, int) (any, error) { return make(chan int), nil }, "EncodeError", "", ""},
		"too large":    {func(context.Context, int) (any, error) { return strings.Repeat("x", 2000), nil }, "EncodeError", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := memstore.New(&memstore.Options{MaxValueSize: 1000})
			r, err := group.Run(t.Context(), b, []int{1}, c.fn, nil)
			if err != nil {
				t.Fatalf("a task that fails is no error of the run: %v", err)
			}
			a := stateOf(t, r)
			if a.State != result.Failure || a.Error == nil || a.Error.Type != c.typ {
				t.Fatalf("got %s %+v, want a FAILURE of type %s", a.State, a.Error, c.typ)
			}
			if c.text != "" && (len(a.Error.Args) != 1 || a.Error.Args[0] != c.text) {
				t.Errorf("args %q, want %q", a.Error.Args, c.text)
			}
			if !strings.Contains(a.Error.Traceback, c.rest) {
				t.Errorf("traceback %q", a.Error.Traceback)
			}
		})
	}
}

func TestRunTriesAgain(t *testing.T) {
	b, ctx := open(t), t.Context()
	var seen []string
	try := 0
	r, err := group.Run(ctx, b, []string{"in"}, func(ctx context.Context, in string) (int, error) {
		a := must(b.Get(ctx, group.TaskID(ctx)))
		seen = append(seen, fmt.Sprint(a.State, " ", a.Error != nil, " ", in))
		if try++; try < 3 {
			return 0, errors.New("not yet")
		}
		return try, nil
	}, &group.RunOptions{Attempts: 3})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"PENDING false in", "RETRY true in", "RETRY true in"}; !slices.Equal(seen, want) {
		t.Errorf("tries saw %q, want %q", seen, want)
	}
	if got := must(group.Join[int](ctx, r)); got[0] != 3 {
		t.Errorf("got %v", got)
	}

	tries := 0
	r, _ = group.Run(ctx, b, []int{1}, func(context.Context, int) (int, error) {
		tries++
		return 0, errors.New("never")
	}, &group.RunOptions{Attempts: 2})
	if a := stateOf(t, r); tries != 2 || a.State != result.Failure {
		t.Errorf("%d tries, %s; want 2, FAILURE", tries, a.State)
	}
}

func TestRunEndsTasksThatOverrun(t *testing.T) {
	b := open(t)
	opts := &group.RunOptions{Timeout: time.Nanosecond}
	r, err := group.Run(t.Context(), b, []int{1}, func(ctx context.Context, _ int) (int, error) {
		<-ctx.Done()
		return 0, fmt.Errorf("stopped")
	}, opts)
	if err != nil {
		t.Fatal(err)
	}
	if a := stateOf(t, r); a.State != result.Failure || a.Error.Type != "TimeLimitExceeded" {
		t.Errorf("got %s %v", a.State, a.Error)
	}
	r, _ = group.Run(t.Context(), b, []int{1}, func(ctx context.Context, _ int) (int, error) {
		<-ctx.Done()
		return 1, nil
	}, opts)
	if a := stateOf(t, r); a.State != result.Success {
		t.Errorf("late, but with a value: got %s %v", a.State, a.Error)
	}
}

// early is an engine that reads results all at once, before it gives the first:
// what it gives may be outdated.
type early struct{ group.Backend }

func (b early) Results(ctx context.Context, tree result.Tree, f result.Filter) iter.Seq2[result.Async, error] {
	var all []result.Async
	for a, err := range b.Backend.Results(ctx, tree, f) {
		all = append(all, must(a, err))
	}
	return func(yield func(result.Async, error) bool) {
		for _, a := range all {
			if !yield(a, nil) {
				return
			}
		}
	}
}

func TestRunDoesNotStartWhatIsRevoked(t *testing.T) {
	b, ctx := early{open(t)}, t.Context()
	var ran []int
	var r *group.Result
	_, err := group.Run(ctx, b, numbers(5), func(ctx context.Context, i int) (int, error) {
		ran = append(ran, i)
		must(b.Revoke(ctx, r.Tree().At(1)))
		must(b.Forget(ctx, r.Tree().At(3)))
		return i, nil
	}, &group.RunOptions{Concurrency: 1, Saved: func(saved *group.Result) {
		must(group.Restore(ctx, b, saved.ID())) // it is durable by now
		r = saved
	}})
	if err != nil || !slices.Equal(ran, []int{0, 2, 4}) {
		t.Errorf("ran %v, want 0, 2 and 4; %v", ran, err)
	}
}

func TestResumeRunsWhatIsLeftAndNothingTwice(t *testing.T) {
	rnd := random(t)
	for range 20 {
		b := open(t)
		n := 1 + rnd.IntN(40)
		stopAt := rnd.IntN(n)
		var mu sync.Mutex
		finished := map[result.ID]int{}
		ctx, cancel := context.WithCancel(t.Context())
		work := func(ctx context.Context, i int) (int, error) {
			if i == stopAt {
				cancel()
			}
			if i >= stopAt && i%2 == 0 { // interrupted; the odd ones return a value all the same
				<-ctx.Done()
				return 0, ctx.Err()
			}
			mu.Lock()
			defer mu.Unlock()
			finished[group.TaskID(ctx)]++
			return 2 * i, nil
		}
		r, err := group.Run(ctx, b, numbers(n), work, &group.RunOptions{Concurrency: 3})
		p := must(r.Progress(t.Context()))
		if err == nil && p.Waiting() || err != nil && !errors.Is(err, context.Canceled) {
			t.Fatalf("with %d of %d done: %v", p.Leaves.Ready(), n, err)
		}
		if p.Leaves.Of(result.Success) != len(finished) || p.Failed() {
			t.Fatalf("%d tasks returned a value; recorded %+v", len(finished), p.Leaves)
		}
		stopAt = n // from now on nothing interrupts
		again, err := group.Resume(t.Context(), b, r.ID(), work, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := must(group.Join[int](t.Context(), again)); len(got) != n || got[n-1] != 2*(n-1) {
			t.Fatalf("got %v", got)
		}
		for id, times := range finished {
			if times != 1 {
				t.Errorf("%q was finished %d times", id, times)
			}
		}
	}
}

func TestRunEndsWithTheContext(t *testing.T) {
	b := open(t)
	if r, err := group.Run(ended(t), b, numbers(3), double, nil); r != nil || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("before it began: %v, %v", r, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	r, err := group.Run(ctx, b, numbers(3), double, &group.RunOptions{Saved: func(*group.Result) { cancel() }})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	if p := must(r.Progress(t.Context())); p.Leaves.Of(result.Pending) != 3 {
		t.Errorf("tasks were started: %+v", p)
	}

	for range 20 { // the next task may be on its way or not
		ctx, cancel := context.WithCancel(t.Context())
		r, err := group.Run(ctx, early{b}, numbers(2), func(context.Context, int) (int, error) {
			cancel()
			return 0, nil
		}, &group.RunOptions{Concurrency: 1})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("with a task left: got %v", err)
		}
		if p := must(r.Progress(t.Context())); p.Leaves.Of(result.Success) != 1 || p.Leaves.Of(result.Pending) != 1 {
			t.Fatalf("one task returned a value, the other was not to start: %+v", p)
		}
	}
}

func TestResumeOfWhatFailed(t *testing.T) {
	b, ctx := open(t), t.Context()
	fail := true
	work := func(_ context.Context, i int) (int, error) {
		if i == 1 && fail {
			return 0, errors.New("no")
		}
		return i, nil
	}
	var id result.ID
	must(group.Run(ctx, b, numbers(4), work, &group.RunOptions{Concurrency: 1, Saved: func(r *group.Result) {
		id = r.ID()
		must(b.Revoke(ctx, r.Tree().At(2)))
		must(b.Forget(ctx, r.Tree().At(3)))
	}}))
	states := func() []result.State {
		var s []result.State
		for c := range must(group.Restore(ctx, b, id)).Children() {
			s = append(s, must(b.Get(ctx, c.ID())).State)
		}
		return s
	}
	fail = false
	must(group.Resume(ctx, b, id, work, nil))
	if got := states(); !slices.Equal(got, []result.State{"SUCCESS", "FAILURE", "REVOKED", "PENDING"}) {
		t.Errorf("resumed: %v", got)
	}
	must(group.Resume(ctx, b, id, work, &group.RunOptions{Failed: true}))
	if got := states(); !slices.Equal(got, []result.State{"SUCCESS", "SUCCESS", "REVOKED", "PENDING"}) {
		t.Errorf("resumed with what failed: %v", got)
	}
	if a := must(b.Get(ctx, must(group.Restore(ctx, b, id)).Tree().At(1).ID())); a.Attempt != 2 {
		t.Errorf("attempt %d, want 2", a.Attempt)
	}
}

func TestResumeRefusesInputsThatDoNotFit(t *testing.T) {
	b, ctx := open(t), t.Context()
	r := group.New(b, 2)
	must(r.Save(ctx, &result.Attributes{Inputs: [][]byte{must(b.Marshal("text"))}}))
	_, err := group.Resume(ctx, b, r.ID(), double, &group.RunOptions{Concurrency: 1})
	if err == nil || !strings.Contains(err.Error(), string(r.Tree().At(0).ID())) {
		t.Errorf("a text where a number is wanted: %v", err)
	}
	report(t, b, result.Success, r.Tree().At(0).ID())
	_, err = group.Resume(ctx, b, r.ID(), double, nil)
	if err == nil || !strings.Contains(err.Error(), string(r.Tree().At(1).ID())) {
		t.Errorf("no input: %v", err)
	}
	if p := must(r.Progress(ctx)); p.Failed() {
		t.Errorf("the mistake was recorded as a failure: %+v", p)
	}
	if _, err := group.Resume(ctx, b, "nobody", double, nil); !errors.Is(err, result.ErrNotFound) {
		t.Errorf("unknown group: %v", err)
	}
	if _, err := group.Run(ctx, b, []chan int{nil}, func(context.Context, chan int) (int, error) { return 0, nil }, nil); err == nil {
		t.Error("an input that cannot be written was taken")
	}
}

// full is an engine that takes no reports.
type full struct{ group.Backend }

func (b full) Report(context.Context, ...result.Async) ([]result.Outcome, error) {
	return nil, result.ErrNoSpace
}

func TestRunEndsWhenAReportFails(t *testing.T) {
	ran := 0
	r, err := group.Run(t.Context(), full{open(t)}, numbers(10), func(context.Context, int) (int, error) {
		ran++
		return 0, nil
	}, &group.RunOptions{Concurrency: 1})
	if !errors.Is(err, result.ErrNoSpace) || r == nil || ran != 1 {
		t.Errorf("ran %d tasks, want 1; %v", ran, err)
	}
}
