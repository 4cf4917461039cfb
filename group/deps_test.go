package group_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

// started reports that a task has succeeded, with its id as the value, and has
// started others.
func started(t testing.TB, b group.Backend, id result.ID, children ...result.Tree) {
	t.Helper()
	put(t, b, result.Async{ID: id, State: result.Success, Value: must(b.Marshal(id)), Children: append([]result.Tree{}, children...)})
}

// pairs are the steps of a walk, and how it ended.
func pairs(t testing.TB, r *group.Result, intermediate bool) (all []string, err error) {
	for d, err := range r.Deps(t.Context(), intermediate) {
		if err != nil {
			return all, err
		}
		from := result.ID("")
		if d.Parent != nil {
			from = d.Parent.ID()
		}
		all = append(all, fmt.Sprint(from, ">", d.Child.ID()))
	}
	return all, nil
}

// diamond is a task that started two, which have started the same group and task.
func diamond(t testing.TB) *spy {
	b := open(t)
	shared := result.Group("a", tasks("x", "y")...) // a group of a task's name
	started(t, b, "a", tasks("b", "c")...)
	started(t, b, "b", shared, result.Task("d"))
	started(t, b, "c", result.Task("d"), shared)
	started(t, b, "d", result.Task("a")) // a cycle
	started(t, b, "x")
	report(t, b, result.Success, "y") // what it has started nobody said
	return b
}

func TestStarted(t *testing.T) {
	b, ctx := open(t), t.Context()
	root := result.Root{6: 0x80, 8: 0x80}
	p := result.Task("p")
	started(t, b, "t", result.Task("a").WithParent(p), result.Tasks(root, 1, 2), result.Group("g", tasks("x")...))
	started(t, b, "none")
	report(t, b, result.Success, "unknown")
	var ids []result.ID
	all := must(task(b, "t").Started(ctx))
	for _, r := range all {
		ids = append(ids, r.ID())
	}
	if want := []result.ID{"a", root.ID(1), root.ID(2), "g"}; !slices.Equal(ids, want) {
		t.Fatalf("%q, want %q", ids, want)
	}
	if all[0].Parent() == nil || all[0].Parent().ID() != "p" || !all[3].Tree().IsGroup() {
		t.Error("a handle has lost its parent, or its members")
	}
	report(t, b, result.Success, "x")
	if !must(all[3].Ready(ctx)) || must(all[1].Ready(ctx)) {
		t.Error("the handles do not answer")
	}
	if none := must(task(b, "none").Started(ctx)); none == nil || len(none) != 0 {
		t.Errorf("a task that started none: %v", none)
	}
	for _, id := range []result.ID{"unknown", "nobody"} {
		if got := must(task(b, id).Started(ctx)); got != nil {
			t.Errorf("%s: %v", id, got)
		}
	}
	if got := must(group.Of(b, result.Group("g", tasks("x", "y")...)).Started(ctx)); len(got) != 2 || got[1].ID() != "y" {
		t.Errorf("of a group: %v", got)
	}
}

func TestDepsAreBreadthFirst(t *testing.T) {
	b := diamond(t)
	got, err := pairs(t, task(b, "a"), false)
	want := []string{">a", "a>b", "a>c", "b>a", "b>d", "c>d", "c>a", "a>x", "a>y", "d>a"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v\nwant %q", got, err, want)
	}
	for range task(b, "a").Deps(t.Context(), false) {
		break // and goes no further
	}
}

func TestDepsOfWhatIsNotReady(t *testing.T) {
	b := open(t)
	started(t, b, "a", tasks("b", "c", "d")...)
	started(t, b, "b", result.Task("e"))
	put(t, b, result.Async{ID: "c", State: result.Started, Children: tasks("not yet")})
	report(t, b, result.Success, "d", "e")
	got, err := pairs(t, task(b, "a"), false)
	if want := []string{">a", "a>b", "a>c"}; !slices.Equal(got, want) || !errors.Is(err, result.ErrIncomplete) || !strings.Contains(err.Error(), `"c"`) {
		t.Errorf("%q, %v; want %q and that c is not complete", got, err, want)
	}
	got, err = pairs(t, task(b, "a"), true)
	if want := []string{">a", "a>b", "a>c", "a>d", "b>e"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("intermediate: %q, %v; want %q", got, err, want)
	}
	_ = b.Backend.(interface{ Close() error }).Close()
	if got, err := pairs(t, task(b, "a"), true); len(got) != 1 || !errors.Is(err, result.ErrClosed) {
		t.Errorf("closed: %q, %v", got, err)
	}
}

func TestCollectAndLeaf(t *testing.T) {
	b, ctx := diamond(t), t.Context()
	var got []result.ID
	for a, err := range task(b, "a").Collect(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		var v result.ID
		if err := b.Unmarshal(a.Value, &v); err != nil || v != a.ID {
			t.Errorf("the value of %q is %q, %v", a.ID, v, err)
		}
		got = append(got, a.ID)
	}
	if want := []result.ID{"a", "b", "c", "d", "x", "y"}; !slices.Equal(got, want) {
		t.Errorf("%q, want each once: %q", got, want)
	}
	if v, err := group.Leaf[string](ctx, task(b, "a")); v != "y" || err != nil {
		t.Errorf("the leaf is %q, %v", v, err)
	}
	if _, err := group.Leaf[int](ctx, task(b, "a")); err == nil || !strings.Contains(err.Error(), `"y"`) {
		t.Errorf("a text as a number: %v", err)
	}

	started(t, b, "top", tasks("fails", "never")...)
	report(t, b, result.Failure, "fails")
	if _, err := group.Leaf[string](ctx, task(b, "top")); raised(err) != "fails" {
		t.Errorf("below it a task has failed: %v", err)
	}
	if _, err := group.Leaf[string](ctx, task(b, "never")); !errors.Is(err, result.ErrIncomplete) {
		t.Errorf("nobody knows it: %v", err)
	}
	put(t, b, result.Async{ID: "bare", State: result.Success})
	if v, err := group.Leaf[string](ctx, task(b, "bare")); v != "" || err != nil {
		t.Errorf("without a value: %q, %v", v, err)
	}
	for range task(b, "a").Collect(ctx) {
		break
	}
}

func TestGraph(t *testing.T) {
	b := diamond(t)
	report(t, b, result.Started, "slow \"\\\x1b[2J")
	started(t, b, "top", result.Task("a"), result.Task("slow \"\\\x1b[2J"))
	var out bytes.Buffer
	if err := task(b, "top").Graph(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	want := `digraph "top" {
	n0 [label="top", shape=oval, style=solid]
	n1 [label="a", shape=oval, style=solid]
	n0 -> n1
	n2 [label="\"slow \\\"\\\\\\x1b[2J\"", shape=oval, style=dashed]
	n0 -> n2
	n3 [label="b", shape=oval, style=solid]
	n1 -> n3
	n4 [label="c", shape=oval, style=solid]
	n1 -> n4
	n5 [label="a", shape=box, style=solid]
	n3 -> n5
	n6 [label="d", shape=oval, style=solid]
	n3 -> n6
	n4 -> n6
	n4 -> n5
	n7 [label="x", shape=oval, style=solid]
	n5 -> n7
	n8 [label="y", shape=oval, style=solid]
	n5 -> n8
	n6 -> n1
}
`
	if out.String() != want {
		t.Errorf("got %s", out.String())
	}
	if err := task(b, "top").Graph(t.Context(), broken{}); !errors.Is(err, errBroken) {
		t.Errorf("what cannot be written: %v", err)
	}
}

var errBroken = errors.New("broken")

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errBroken }

// TestALongLineOfTasks: each of 10,000 has started the next.
func TestALongLineOfTasks(t *testing.T) {
	const n = result.MaxDepth
	for name, b := range map[string]group.Backend{"memstore": open(t), "store": openStore(t)} {
		var reports []result.Async
		for i := range n {
			a := result.Async{ID: result.ID(fmt.Sprint("t", i)), State: result.Success, Value: must(b.Marshal(i)), Children: []result.Tree{}}
			if i+1 < n {
				a.Children = tasks(result.ID(fmt.Sprint("t", i+1)))
			}
			if reports = append(reports, a); len(reports) == group.MaxReports {
				must(b.Report(t.Context(), reports...))
				reports = nil
			}
		}
		if v, err := group.Leaf[int](t.Context(), task(b, "t0")); v != n-1 || err != nil {
			t.Errorf("%s: %v, %v", name, v, err)
		}
		var out bytes.Buffer
		if err := task(b, "t0").Graph(t.Context(), &out); err != nil || strings.Count(out.String(), "\n") != 2*n+1 {
			t.Errorf("%s: %d lines, %v", name, strings.Count(out.String(), "\n"), err)
		}
	}
}
