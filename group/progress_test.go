package group_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

func TestPredicatesAreCelerys(t *testing.T) {
	S, F, R, P := result.Success, result.Failure, result.Revoked, result.Pending
	for _, c := range []struct {
		states                             []result.State
		ready, successful, failed, waiting bool
		completed                          int
	}{
		{nil, true, true, false, false, 0},
		{[]result.State{P}, false, false, false, true, 0},
		{[]result.State{S, S}, true, true, false, false, 2},
		{[]result.State{S, "PROGRESS"}, false, false, false, true, 1},
		{[]result.State{S, F}, true, false, true, false, 1},
		{[]result.State{P, F}, false, false, true, true, 0},
		{[]result.State{S, R}, true, false, false, false, 1},
		{[]result.State{result.Retry, result.Started}, false, false, false, true, 0},
	} {
		for _, saved := range []bool{true, false} {
			t.Run(fmt.Sprint(c.states, " saved ", saved), func(t *testing.T) {
				b, ctx := open(t), t.Context()
				var ids []result.ID
				for i, s := range c.states {
					ids = append(ids, result.ID(fmt.Sprint("t", i)))
					if s != P {
						report(t, b, s, ids[i])
					}
				}
				r := group.Of(b, result.Group("g", tasks(ids...)...))
				if saved {
					must(r.Save(ctx, nil))
				}
				got := fmt.Sprint(must(r.Ready(ctx)), must(r.Successful(ctx)), must(r.Failed(ctx)), must(r.Waiting(ctx)), must(r.CompletedCount(ctx)))
				want := fmt.Sprint(c.ready, c.successful, c.failed, c.waiting, c.completed)
				if got != want {
					t.Errorf("ready, successful, failed, waiting, completed: got %s, want %s", got, want)
				}
				if saved == (b.results.Load() > 0) {
					t.Errorf("%d reads of the results; a saved group needs none, another one does", b.results.Load())
				}
			})
		}
	}
}

// The leaves, counted one by one, must say what the engine's counts say; each
// checks the other.
func TestCountingLeavesAgreesWithTheCounts(t *testing.T) {
	rnd := random(t)
	for range 200 {
		b, ctx := open(t), t.Context()
		tree := randomTree(rnd)
		states := []result.State{result.Success, result.Success, result.Success, result.Failure, result.Revoked, result.Started, "CUSTOM"}
		for _, id := range leaves(tree) {
			if rnd.IntN(4) > 0 {
				report(t, b, states[rnd.IntN(len(states))], id)
			} else if rnd.IntN(4) == 0 {
				must(b.Forget(ctx, result.Task(id)))
			}
		}
		counted := must(group.Of(b, tree).Progress(ctx))
		saved := must(save(t, b, tree).Progress(ctx))
		if !counted.Equal(saved) {
			t.Fatalf("%v\ncounted %+v\nsaved   %+v", tree, counted, saved)
		}
	}
}

// randomTree nests a few levels of groups, some empty, with minted and other ids.
func randomTree(rnd *rand.Rand) result.Tree {
	root := result.Root{0: 1, 6: 0x80, 8: 0x80}
	n := 0
	var grow func(depth int) result.Tree
	grow = func(depth int) result.Tree {
		var members []result.Tree
		for range rnd.IntN(5) {
			n += 10
			switch k := rnd.IntN(4); {
			case k == 0 && depth < 4:
				members = append(members, grow(depth+1))
			case k == 1:
				members = append(members, result.Tasks(root, uint32(n), 1+rnd.IntN(9)))
			default:
				members = append(members, result.Task(result.ID(fmt.Sprint("t", n))))
			}
		}
		n++
		return result.Group(result.ID(fmt.Sprint("g", n)), members...)
	}
	return grow(0)
}

func TestAHandleSpeaksForItsOwnTree(t *testing.T) {
	b, ctx := open(t), t.Context()
	old := result.Group("g", tasks("a")...)
	r := save(t, b, old)
	save(t, b, old.Append(tasks("b")...)) // somebody adds a member
	report(t, b, result.Success, "a")
	if !must(r.Successful(ctx)) || must(must(group.Restore(ctx, b, "g")).Ready(ctx)) {
		t.Error("the old handle has one member, which is done; the saved group has two")
	}
	if err := r.Wait(ctx); err != nil {
		t.Error(err)
	}

	// Another tree under the id: this handle's leaves are its own.
	other := group.Of(b, result.Group("g", tasks("x", "y")...))
	if p := must(other.Progress(ctx)); p.Leaves.Of(result.Pending) != 2 {
		t.Errorf("progress %+v, want both x and y pending", p)
	}
}

func TestAHandleOutlivesItsOwnDelete(t *testing.T) {
	b := open(t)
	r := save(t, b, result.Group("g", tasks("a")...))
	report(t, b, result.Started, "a")
	must(r.Delete(t.Context()))
	done := start(t.Context(), b, r, waiters["Wait"])
	report(t, b, result.Success, "a")
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestAHandleOutlivesTheSavedGroup(t *testing.T) {
	b, ctx := open(t), t.Context()
	r := save(t, b, result.Group("g", tasks("a", "b")...))
	report(t, b, result.Success, "a", "b")
	must(group.Of(b, r.Tree()).Delete(ctx)) // by somebody else
	if !must(r.Ready(ctx)) || must(r.CompletedCount(ctx)) != 2 {
		t.Error("the results are still there")
	}
	if err := r.Wait(ctx); err != nil {
		t.Errorf("a group that is ready answers: %v", err)
	}
}
