package result_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	. "github.com/seed-1c955bc8/bunch/result"
)

// nested returns groups within groups, n levels with the task at the bottom.
func nested(n int) Tree {
	t := Task("t")
	for i := range n - 1 {
		t = Group(ID(fmt.Sprint("g", i)), t)
	}
	return t
}

// chained returns a task with parents of parents, n levels with itself.
func chained(n int) Tree {
	t := Task("p")
	for i := range n - 1 {
		t = Task(ID(fmt.Sprint("t", i))).WithParent(t)
	}
	return t
}

func TestDepth(t *testing.T) {
	for name, make := range map[string]func(int) Tree{
		"nested":  nested,
		"chained": chained,
		"both":    func(n int) Tree { return nested(n / 2).WithParent(chained(n - 1)) },
	} {
		tree := make(MaxDepth)
		if tree.Depth() != MaxDepth {
			t.Fatalf("%s: a depth of %d", name, tree.Depth())
		}
		if err := tree.Validate(); err != nil {
			t.Errorf("%s, %d levels: %v", name, MaxDepth, err)
		}
		over := make(MaxDepth + 1)
		if err := over.Validate(); !errors.Is(err, ErrTooDeep) || !strings.Contains(fmt.Sprint(err), fmt.Sprintf("%q", over.ID())) {
			t.Errorf("%s, a level more: %v", name, err)
		}
		if !tree.Equal(make(MaxDepth)) || tree.Equal(make(MaxDepth-1)) || !tree.Extends(make(MaxDepth)) {
			t.Errorf("%s: not equal to itself, or to less", name)
		}
	}
}

// TestNoDepthIsTooDeep goes far beyond what is saved: whoever reports a tree that
// is too deep must live to print it.
func TestNoDepthIsTooDeep(t *testing.T) {
	const n = 200_000
	a, b := nested(n), chained(n)
	if got := a.String(); strings.Count(got, "], [") != n-1 || !strings.HasSuffix(got, `[[["t", null], null]`+strings.Repeat("]]", n-1)) {
		t.Errorf("nested: %d bytes", len(got))
	}
	if got := b.String(); strings.Count(got, "[[") != n || !strings.HasSuffix(got, `[["p", null], null]`+strings.Repeat("], null]", n-1)) {
		t.Errorf("chained: %d bytes", len(got))
	}
	steps := 0
	for range a.Walk() {
		steps++
	}
	if steps != 2*(n-1)+1 {
		t.Errorf("%d steps", steps)
	}
	count(t, a.Groups(), n-2)
	count(t, b.Ancestors(), n-1)
	count(t, b.Lineage(), n)
	check(t, a.Equal(nested(n)) && b.Equal(chained(n)))
}

// steps returns a group whose members are the steps of one chain.
func steps(n int) Tree {
	members := []Tree{Task("step-0")}
	for i := 1; i < n; i++ {
		members = append(members, Task(ID(fmt.Sprint("step-", i))).WithParent(members[i-1]))
	}
	return Group("chain", members...)
}

// TestMembersOfOneChain: all the steps of a chain in one group are many members
// with long, shared lines of parents. Work that grows with the square of their
// number shows in the memory it takes.
func TestMembersOfOneChain(t *testing.T) {
	for name, f := range map[string]func(g, again Tree){
		"Validate": func(g, again Tree) { check(t, g.Validate() == nil) },
		"Equal":    func(g, again Tree) { check(t, g.Equal(again)) },
		"Extends":  func(g, again Tree) { check(t, g.Append(Task("x")).Extends(again)) },
		"Lineage":  func(g, again Tree) { count(t, g.Lineage(), 2*g.Len()-1) },
	} {
		used := func(n int) float64 {
			g, again := steps(n), steps(n)
			return bytes(func() { f(g, again) })
		}
		if ratio := used(4000) / used(500); ratio > 20 {
			t.Errorf("%s takes %.0f times as much for 8 times as many", name, ratio)
		}
	}
}

// TestParentsInsideEachOther: groups within groups, each of them the parent of a
// task too.
func TestParentsInsideEachOther(t *testing.T) {
	used := func(n int) float64 {
		g := Group("bottom")
		var tasks []Tree
		for i := range n {
			tasks = append(tasks, Task(ID(fmt.Sprint("t", i))).WithParent(g))
			g = Group(ID(fmt.Sprint("g", i)), g)
		}
		top := Group("top", g).Append(tasks...)
		return bytes(func() { check(t, top.Validate() == nil) })
	}
	if ratio := used(2000) / used(250); ratio > 20 {
		t.Errorf("Validate takes %.0f times as much for 8 times as many", ratio)
	}
}

// bytes returns how many bytes f allocates.
func bytes(f func()) float64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return float64(after.TotalAlloc - before.TotalAlloc)
}

// doubled returns a tree that has 2^n leaves among its parents, and their
// parents, when it is written out, and n when everything shared is seen once.
func doubled(n int) Tree {
	g := Group("g")
	for i := range n {
		a, b := Task(ID(fmt.Sprint("a", i))), Task(ID(fmt.Sprint("b", i)))
		g = Group(ID(fmt.Sprint("g", i)), a.WithParent(g), b.WithParent(g))
	}
	return g
}

// TestWhatIsSharedIsSeenOnce would not end if it were not so.
func TestWhatIsSharedIsSeenOnce(t *testing.T) {
	const n = 100
	g := doubled(n)
	if err := g.Validate(); !errors.Is(err, ErrTooLarge) || !strings.Contains(err.Error(), `"g99"`) {
		t.Error(err) // nobody could write it
	}
	check(t, g.Equal(doubled(n)))
	check(t, g.Append(Task("x")).Extends(doubled(n)))
	check(t, !doubled(n).Extends(g.Append(Task("x"))))
	count(t, g.Lineage(), 2*n)
}

// TestTheLargestTree is at the bound and one beyond, however it got there.
func TestTheLargestTree(t *testing.T) {
	g, x, y, z := doubled(22), Task("x"), Task("y"), Task("z") // MaxNodes - 3 nodes
	full := g.Append(x, y, z)
	for name, c := range map[string]struct {
		tree Tree
		want error
	}{
		"at the bound":           {full, nil},
		"a member more":          {full.Append(Task("w")), ErrTooLarge},
		"a run is one":           {g.Append(x, y, Tasks(rootOf(1), 1, million)), nil},
		"a run that goes on":     {g.Append(x, y, Tasks(rootOf(1), 1, 3), Task(rootOf(1).ID(4))), nil},
		"a run and a gap":        {g.Append(x, y, Tasks(rootOf(1), 1, 3), Task(rootOf(1).ID(5))), ErrTooLarge},
		"a parent":               {g.WithParent(x.WithParent(y.WithParent(z))), nil},
		"a parent more":          {full.WithParent(Task("w")), ErrTooLarge},
		"the parent taken away":  {full.WithParent(Task("w")).WithParent(Tree{}), nil},
		"another parent":         {g.WithParent(full).WithParent(x.WithParent(y)), nil},
		"as a parent":            {x.WithParent(g.Append(y, z)), nil},
		"as a parent, and below": {Group("h", x.WithParent(g.Append(y, z))), ErrTooLarge},
		"twice the parent":       {Group("h", x.WithParent(g), y.WithParent(g)), ErrTooLarge},
	} {
		if err := c.tree.Validate(); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}
