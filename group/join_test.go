package group_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

func raised(err error) result.ID {
	var m *result.MemberError
	if errors.As(err, &m) {
		return m.ID
	}
	return result.ID(fmt.Sprint("no member: ", err))
}

func TestJoinGivesMemberOrder(t *testing.T) {
	rnd := random(t)
	for range 50 {
		b, ctx := open(t), t.Context()
		tree := randomTree(rnd)
		ids := leaves(tree)
		r := save(t, b, tree)
		done := make(chan error, 1)
		var got []result.ID
		go func() {
			var err error
			got, err = group.Join[result.ID](ctx, r)
			done <- err
		}()
		for _, i := range rnd.Perm(len(ids)) {
			report(t, b, result.Success, ids[i])
		}
		if err := <-done; err != nil || !slices.Equal(got, ids) {
			t.Fatalf("%v\n%v\n got %q\nwant %q", tree, err, got, ids)
		}
		all := must(r.Join(ctx, nil))
		if !slices.Equal(idsOf(all), ids) {
			t.Fatalf("%v\n got %q\nwant %q", tree, idsOf(all), ids)
		}
	}
}

func TestJoinFailsAsSoonAsAMemberHas(t *testing.T) {
	for _, state := range []result.State{result.Failure, result.Revoked} {
		for how, handle := range handles {
			t.Run(fmt.Sprint(state, " ", how), func(t *testing.T) {
				b := open(t)
				r := handle(t, b)
				done := start(t.Context(), b, r, waiters["Join"])
				report(t, b, state, "b")
				err := <-done
				if raised(err) != "b" {
					t.Fatalf("a is pending, b is %s: got %v", state, err)
				}
				var te *result.TaskError
				if !errors.As(err, &te) || te.Type != "Boom" {
					t.Errorf("the task's error is not in %v", err)
				}
				if raised(waiters["Join"](ended(t), r)) != "b" {
					t.Error("a failure that is there answers to an ended context")
				}
				report(t, b, state, "a")
				if err := waiters["Join"](t.Context(), r); raised(err) != "a" {
					t.Errorf("both failed, the first in member order is raised: got %v", err)
				}
				all, err := r.Join(t.Context(), &group.JoinOptions{NoPropagate: true})
				if err != nil || len(all) != 2 || all[0].State != state || all[1].Error == nil {
					t.Errorf("NoPropagate: %v, %v", all, err)
				}
			})
		}
	}
}

func TestJoinAsksAncestorsFirst(t *testing.T) {
	old := result.Group("old", tasks("o1", "o2")...)
	mid := result.Task("mid").WithParent(old)
	own := result.Task("own")
	tree := result.Group("g",
		result.Task("a").WithParent(mid),
		result.Group("n", result.Task("b").WithParent(own)).WithParent(result.Task("of a nested group")),
		result.Task("c").WithParent(mid),
	).WithParent(result.Task("of the group"))

	// Whatever else has failed, the first of these to have failed is raised.
	order := []result.ID{"o1", "o2", "mid", "a", "own", "b", "c"}
	for i, first := range order {
		for how, use := range map[string]func(*testing.T, group.Backend) *group.Result{
			"saved":     func(t *testing.T, b group.Backend) *group.Result { return save(t, b, tree) },
			"not saved": func(t *testing.T, b group.Backend) *group.Result { return group.Of(b, tree) },
		} {
			t.Run(fmt.Sprint(first, " ", how), func(t *testing.T) {
				b := open(t)
				report(t, b, result.Started, "a", "b", "c")
				report(t, b, result.Failure, "of a nested group", "of the group")
				r := use(t, b)
				done := start(t.Context(), b, r, waiters["Join"])
				report(t, b, result.Revoked, first)
				if err := <-done; raised(err) != first {
					t.Errorf("alone: got %v", err)
				}
				if err := waiters["Join"](ended(t), r); raised(err) != first {
					t.Errorf("to an ended context: got %v", err)
				}
				report(t, b, result.Failure, order[i+1:]...)
				if err := waiters["Join"](t.Context(), r); raised(err) != first {
					t.Errorf("with all after it: got %v", err)
				}
			})
		}
	}

	t.Run("in a group that is younger, too", func(t *testing.T) {
		b := open(t)
		x, y := result.Task("x"), result.Task("y")
		r := save(t, b, result.Group("g", result.Task("m").WithParent(result.Group("h", y, x).WithParent(x))))
		report(t, b, result.Failure, "x", "y")
		if err := waiters["Join"](t.Context(), r); raised(err) != "x" {
			t.Errorf("got %v", err)
		}
	})
	t.Run("failed after its leaf succeeded", func(t *testing.T) {
		b := open(t)
		r := save(t, b, tree)
		report(t, b, result.Success, "a", "b", "c")
		if err := waiters["Join"](t.Context(), r); err != nil {
			t.Errorf("pending ancestors are not waited for: %v", err)
		}
		report(t, b, result.Failure, "own")
		if err := waiters["Join"](t.Context(), r); raised(err) != "own" {
			t.Errorf("got %v", err)
		}
		if err := r.Wait(t.Context()); err != nil {
			t.Errorf("Wait does not ask ancestors: %v", err)
		}
	})
}

func TestJoinReadsValues(t *testing.T) {
	b, ctx := open(t), t.Context()
	r := save(t, b, result.Group("g", tasks("a", "b")...))
	report(t, b, result.Success, "a")
	must(b.Report(ctx, result.Async{ID: "b", State: result.Success}))
	if got, err := group.Join[string](ctx, r); err != nil || !slices.Equal(got, []string{"a", ""}) {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := group.Join[int](ctx, r); err == nil {
		t.Error("a text was read as a number")
	}
}

func TestNest(t *testing.T) {
	root := result.Root{6: 0x80, 8: 0x80}
	tree := result.Group("g", result.Task("a"), result.Group("n", result.Tasks(root, 1, 2), result.Group("empty")), result.Task("b"))
	got := group.Nest(tree, []int{1, 2, 3, 4})
	if want := []any{1, []any{2, 3, []any{}}, 4}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := group.Nest(result.Group("g"), []int{}); !reflect.DeepEqual(got, []any{}) {
		t.Errorf("empty: got %#v", got)
	}

	deep := result.Task("leaf")
	for i := range result.MaxDepth {
		deep = result.Group(result.ID(fmt.Sprint("g", i)), deep)
	}
	var at any = group.Nest(deep, []int{7})
	for range result.MaxDepth {
		at = at.([]any)[0]
	}
	if at != 7 {
		t.Errorf("at the bottom of a deep tree: %v", at)
	}
	defer func() {
		if recover() == nil {
			t.Error("too few elements were taken")
		}
	}()
	group.Nest(tree, []int{1})
}

func TestJoinAsksASharedAncestorOnce(t *testing.T) {
	b := open(t)
	parent := group.New(b, 100).Tree()
	var members []result.Tree
	for i := range 100 {
		members = append(members, result.Task(result.ID(fmt.Sprint(i))).WithParent(parent))
	}
	r := save(t, b, result.Group("g", members...))
	report(t, b, result.Success, leaves(r.Tree())...)
	must(r.Join(t.Context(), nil))
	// The ancestor when it begins to wait, then all leaves, and again the ancestor.
	if n := b.results.Load(); n != 3 {
		t.Errorf("read results %d times, want 3", n)
	}
}

// A million that are done are read once, whatever else happens.
func TestJoinReadsADoneGroupOnce(t *testing.T) {
	b := open(t)
	r := group.New(b, 1000)
	must(r.Save(t.Context(), nil))
	report(t, b, result.Success, leaves(r.Tree())...)
	if _, err := group.Join[string](context.Background(), r); err != nil {
		t.Fatal(err)
	}
	if n := b.results.Load(); n != 1 || b.gets.Load() != 0 {
		t.Errorf("%d reads of all results and %d of single ones, want 1 and 0", n, b.gets.Load())
	}
}
