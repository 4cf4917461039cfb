package group_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"testing"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

// The last result comes, and then the deadline, while somebody sleeps: there is an
// answer, whichever wakes him.
func TestTheDeadlineRightAfterTheLastResult(t *testing.T) {
	for range 20 {
		eachWay(t, func(t *testing.T, b *spy, r *group.Result, wait func(context.Context, *group.Result) error) {
			ctx, cancel := context.WithCancel(t.Context())
			report(t, b, result.Success, "a")
			done := start(ctx, b, r, wait)
			report(t, b, result.Success, "b")
			cancel()
			if err := <-done; err != nil {
				t.Errorf("all were ready when the context ended: %v", err)
			}
		})
	}
}

// Both options and deadline reach all that is nested.
func TestNestedGroupsGetTheSameOptions(t *testing.T) {
	tree := result.Group("g", result.Task("a"), result.Group("n", result.Task("b"), result.Group("m", tasks("c")...)))
	for name, b := range map[string]group.Backend{"memstore": open(t), "store": openStore(t)} {
		r := save(t, b, tree)
		report(t, b, result.Success, "a", "b")
		for how, opts := range map[string]*group.JoinOptions{"join": nil, "no propagation": {NoPropagate: true}} {
			if _, err := r.Join(ended(t), opts); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s, %s: a nested task is pending: %v", name, how, err)
			}
		}
		report(t, b, result.Failure, "c")
		if _, err := r.Join(t.Context(), nil); raised(err) != "c" {
			t.Errorf("%s: a nested task has failed: %v", name, err)
		}
		all, err := r.Join(t.Context(), &group.JoinOptions{NoPropagate: true})
		if err != nil || len(all) != 3 || !all[2].Failed() {
			t.Errorf("%s: not propagated: %v, %v", name, all, err)
		}
	}
}

// A handle that is given up takes nothing from another one with the same id.
func TestAHandleGivenUpTakesNothingWithIt(t *testing.T) {
	b := open(t)
	one := save(t, b, result.Group("g", tasks("a", "b")...))
	two := group.Of(b, one.Tree())
	ctx, cancel := context.WithCancel(t.Context())
	first, second := start(ctx, b, one, waiters["Wait"]), start(t.Context(), b, two, waiters["Join"])
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	one = nil
	runtime.GC() // Celery's finaliser would take the other one's waiting with it
	report(t, b, result.Success, "a", "b")
	if err := <-second; err != nil {
		t.Error(err)
	}
}

func TestManyWaitersOnOneHandle(t *testing.T) {
	for how, handle := range handles {
		t.Run(how, func(t *testing.T) {
			b := open(t)
			r := handle(t, b)
			var done []<-chan error
			for range 10 {
				for _, wait := range waiters {
					done = append(done, start(t.Context(), b, r, wait))
				}
			}
			report(t, b, result.Success, "b", "a")
			for _, d := range done {
				if err := <-d; err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// TestDeepParents: a line of parents as long as may be.
func TestDeepParents(t *testing.T) {
	for name, b := range map[string]group.Backend{"memstore": open(t), "store": openStore(t)} {
		ctx, line := t.Context(), result.Task("p0")
		for i := 1; line.Depth() < result.MaxDepth-1; i++ {
			line = result.Task(result.ID(fmt.Sprint("p", i))).WithParent(line)
		}
		tree := result.Group("g", line)
		r := save(t, b, tree)
		report(t, b, result.Success, line.ID())
		if v, err := group.Join[string](ctx, must(group.Restore(ctx, b, "g"))); err != nil || !slices.Equal(v, []string{string(line.ID())}) {
			t.Errorf("%s: %v, %v", name, v, err)
		}
		report(t, b, result.Failure, "p7000")
		report(t, b, result.Failure, "p0")
		if err := r.Throw(ctx); raised(err) != "p0" {
			t.Errorf("%s: the oldest is raised: %v", name, err)
		}
		if list := tree.At(0).List(); len(list) != result.MaxDepth-1 || list[0] != line.ID() || list[len(list)-1] != "p0" {
			t.Errorf("%s: a list of %d", name, len(list))
		}
		if out := must(r.Forget(ctx)); out.Changed != 3 { // the leaf, and the two of whom something is known
			t.Errorf("%s: forgot %d", name, out.Changed)
		}
	}
}

// TestNestedMembersKeepTheirOrder: as a chord's header Celery turns them around.
func TestNestedMembersKeepTheirOrder(t *testing.T) {
	tree := result.Group("g", result.Group("n", tasks("a", "b", "c")...), result.Task("d"))
	for name, b := range map[string]group.Backend{"memstore": open(t), "store": openStore(t)} {
		save(t, b, tree)
		report(t, b, result.Success, "d", "c", "a", "b")
		r := must(group.Restore(t.Context(), b, "g"))
		values := must(group.Join[string](t.Context(), r))
		if got := fmt.Sprint(group.Nest(r.Tree(), values)); got != "[[a b c] d]" {
			t.Errorf("%s: %s", name, got)
		}
	}
}
