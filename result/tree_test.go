package result_test

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"testing"

	. "github.com/seed-1c955bc8/bunch/result"
)

// TestRandomTreesAgree compares every way to look at a tree with the plain one.
func TestRandomTreesAgree(t *testing.T) {
	m := newMaker(random(t))
	for range 500 {
		p := m.tree(4)
		for _, tree := range []Tree{p.build(), p.pieces(m.Rand)} {
			agree(t, p, tree)
			if t.Failed() {
				t.Fatalf("in the tree %v", tree)
			}
		}
	}
}

func agree(t *testing.T, p *plain, tree Tree) {
	t.Helper()
	if tree.Len() != len(p.members) || tree.Depth() != p.depth() || tree.LeafCount() != len(p.leaves()) {
		t.Errorf("Len, Depth, LeafCount are %d, %d, %d; want %d, %d, %d", tree.Len(), tree.Depth(), tree.LeafCount(), len(p.members), p.depth(), len(p.leaves()))
	}
	if err := tree.Validate(); err != nil {
		t.Error(err)
	}
	var members, leaves, groups, ancestors []ID
	for _, q := range p.members {
		members = append(members, q.id)
	}
	for _, q := range p.leaves() {
		leaves = append(leaves, q.id)
	}
	for _, q := range p.groups()[1:] {
		groups = append(groups, q.id)
	}
	for q := p.parent; q != nil; q = q.parent {
		ancestors = append([]ID{q.id}, ancestors...)
	}
	same(t, "Members", ids(tree.Members()), members)
	same(t, "Leaves", ids(tree.Leaves()), leaves)
	same(t, "Groups", ids(tree.Groups()), groups)
	same(t, "Ancestors", ids(tree.Ancestors()), ancestors)
	slices.Reverse(ancestors)
	same(t, "List", tree.List(), append([]ID{p.id}, ancestors...))
	same(t, "Runs, one by one", apart(tree.Runs()), members)
	same(t, "LeafRuns, one by one", apart(tree.LeafRuns()), leaves)
	for i, q := range p.members {
		if at := tree.At(i); !at.Equal(q.build()) {
			t.Errorf("At(%d) is %v, want %v", i, at, q.build())
		}
	}
	maximal(t, tree)
	var steps []string
	for s := range tree.Walk() {
		for id := range each(s.Tree) {
			step := fmt.Sprint(s.Level, id)
			if s.Leave {
				step += " left"
			}
			steps = append(steps, step)
		}
	}
	same(t, "Walk", steps, p.walk(0))
	lineage := map[ID]bool{}
	for l := range tree.Lineage() {
		for id := range each(l) {
			lineage[id] = true
		}
	}
	if want := p.lineage(); fmt.Sprint(lineage) != fmt.Sprint(want) { // fmt sorts the keys
		t.Errorf("Lineage names %v, want %v", lineage, want)
	}
}

// maximal checks that no two neighbours could have been one run.
func maximal(t *testing.T, tree Tree) {
	t.Helper()
	var prev Tree
	for r := range tree.Runs() {
		root, first, _, ok := r.Run()
		if before, start, count, was := prev.Run(); ok && was && root == before && start+uint32(count) == first {
			t.Errorf("%q and %q are two runs and should be one", prev.ID(), r.ID())
		}
		prev = r
	}
}

func same[T comparable](t *testing.T, what string, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s gives %v, want %v", what, got, want)
	}
}

func ids(trees iter.Seq[Tree]) (all []ID) {
	for t := range trees {
		all = append(all, t.ID())
	}
	return all
}

// apart is ids for trees that may be runs.
func apart(trees iter.Seq[Tree]) (all []ID) {
	for t := range trees {
		all = slices.AppendSeq(all, each(t))
	}
	return all
}

// each ranges over the ids of a run, or the one id of any other tree.
func each(t Tree) iter.Seq[ID] {
	return func(yield func(ID) bool) {
		root, first, count, ok := t.Run()
		if !ok {
			yield(t.ID())
			return
		}
		for i := range count {
			if !yield(root.ID(first + uint32(i))) {
				return
			}
		}
	}
}

const million = 1_000_000

// TestAMillionIsNoMoreThanTen: what a run does not have to name, it must not cost.
func TestAMillionIsNoMoreThanTen(t *testing.T) {
	root := rootOf(0)
	ops := map[string]func(g Tree, n int){
		"Group":     func(g Tree, n int) { Group("g", Tasks(root, 1, n)) },
		"Append":    func(g Tree, n int) { g.Append(Tasks(root, uint32(n)+1, n)) },
		"At":        func(g Tree, n int) { g.At(n - 1) },
		"Len":       func(g Tree, n int) { _ = g.Len() + g.LeafCount() + g.Depth() },
		"LeafRuns":  func(g Tree, n int) { count(t, g.LeafRuns(), 1) },
		"Runs":      func(g Tree, n int) { count(t, g.Runs(), 1) },
		"Lineage":   func(g Tree, n int) { count(t, g.Lineage(), 1) },
		"Validate":  func(g Tree, n int) { check(t, g.Validate() == nil) },
		"Equal":     func(g Tree, n int) { check(t, g.Equal(Group("g", Tasks(root, 1, n)))) },
		"Extends":   func(g Tree, n int) { check(t, g.Append(Tasks(root, uint32(n)+1, n)).Extends(g)) },
		"Inputs":    func(g Tree, n int) { check(t, Attributes{Inputs: make([][]byte, 1)}.Validate(g) == nil) },
		"LeaveWalk": func(g Tree, n int) { count(t, g.Groups(), 0) },
	}
	for name, op := range ops {
		small, large := Group("g", Tasks(root, 1, 10)), Group("g", Tasks(root, 1, million))
		few := testing.AllocsPerRun(5, func() { op(small, 10) })
		many := testing.AllocsPerRun(5, func() { op(large, million) })
		if many > few || many > 40 {
			t.Errorf("%s allocates %.0f times for a million members, %.0f times for ten", name, many, few)
		}
	}
}

func check(t *testing.T, ok bool) {
	t.Helper()
	if !ok {
		t.Error("false, want true")
	}
}

func count(t *testing.T, trees iter.Seq[Tree], want int) {
	t.Helper()
	n := 0
	for range trees {
		n++
	}
	if n != want {
		t.Errorf("%d, want %d", n, want)
	}
}

func TestAMillionOneByOne(t *testing.T) {
	root := rootOf(0)
	g := Group("g", Tasks(root, 1, million))
	n := uint32(1)
	for l := range g.Leaves() {
		if n%99_991 == 1 && l.ID() != root.ID(n) {
			t.Fatalf("leaf %d is %q", n, l.ID())
		}
		n++
	}
	if n != million+1 {
		t.Fatalf("%d leaves", n-1)
	}
	if last := g.At(million - 1); last.ID() != root.ID(million) || last.LeafCount() != 1 {
		t.Fatalf("the last member is %v", last)
	}
}

func TestRunsAreJoined(t *testing.T) {
	r, s := rootOf(1), rootOf(2)
	top := uint32(math.MaxUint32)
	for _, c := range []struct {
		name    string
		members []Tree
		runs    int
	}{
		{"two that follow", []Tree{Tasks(r, 1, 3), Tasks(r, 4, 2)}, 1},
		{"single ones", []Tree{Task(r.ID(1)), Task(r.ID(2)), Task(r.ID(3))}, 1},
		{"a gap", []Tree{Tasks(r, 1, 3), Tasks(r, 5, 2)}, 2},
		{"backwards", []Tree{Tasks(r, 4, 2), Tasks(r, 1, 3)}, 2},
		{"two roots", []Tree{Tasks(r, 1, 3), Tasks(s, 4, 2)}, 2},
		{"one between", []Tree{Task(r.ID(1)), Task("x"), Task(r.ID(2))}, 3},
		{"a parent", []Tree{Task(r.ID(1)), Task(r.ID(2)).WithParent(Task("p")), Task(r.ID(3))}, 3},
		{"a group", []Tree{Task(r.ID(1)), Group(r.ID(2))}, 2},
		{"the last number and the first", []Tree{Task(r.ID(top)), Task(r.ID(0))}, 2},
		{"another spelling", []Tree{Task(r.ID(1)), Task("01020304-0501-8007-8009-0A0B00000002")}, 2},
	} {
		g := Group("g", c.members...)
		got := 0
		for range g.Runs() {
			got++
		}
		if got != c.runs {
			t.Errorf("%s: %d runs, want %d", c.name, got, c.runs)
		}
	}
}

func TestTreesDoNotChange(t *testing.T) {
	r := rootOf(1)
	members := []Tree{Tasks(r, 1, 3), Task("x"), Task(r.ID(9))}
	g := Group("g", members...)
	before := g.String()
	members[1] = Task("y")
	a, b := g.Append(Task(r.ID(10))), g.Append(Task("z"))
	g.WithParent(Task("p"))
	if g.String() != before {
		t.Errorf("the group became %v", g)
	}
	if a.Len() != 6 || b.Len() != 6 || a.At(5).ID() != r.ID(10) || b.At(5).ID() != "z" {
		t.Errorf("two that were appended to one: %v, %v", a, b)
	}
	// However much room is left behind the members, two appends do not share it.
	for n := range 40 {
		before := g.String()
		a, b := g.Append(Task(r.ID(uint32(20+2*n)))), g.Append(Task("z"))
		if g.String() != before || a.At(n+5).ID() != r.ID(uint32(20+2*n)) || b.At(n+5).ID() != "z" {
			t.Fatalf("%v and %v were appended to one of %d members", a, b, n+5)
		}
		g = a
		if c := g.Append(Task(r.ID(uint32(21 + 2*n)))); c.Len() != n+7 || g.Len() != n+6 || g.String() != a.String() {
			t.Fatalf("a run went on in %v, and in %v", c, g)
		}
	}
	if p := g.WithParent(Task("p")).WithParent(Tree{}); !p.Equal(g) {
		t.Errorf("with a parent and without it again: %v", p)
	}
	if p := Task("t").WithParent(Task("p")).WithParent(Tree{}); p != Task("t") || p.Depth() != 1 {
		t.Errorf("a task with a parent and without it again: %v", p)
	}
}

func TestPanics(t *testing.T) {
	r := rootOf(1)
	g := Group("g", Tasks(r, 5, 3), Task("x"))
	for name, f := range map[string]func(){
		"no tasks":         func() { Tasks(r, 1, 0) },
		"too many tasks":   func() { Tasks(r, math.MaxUint32, 2) },
		"a root of none":   func() { Tasks(Root{}, 1, 2) },
		"another version":  func() { Tasks(Root{6: 0x40, 8: 0x80}, 1, 2) },
		"another variant":  func() { Tasks(Root{6: 0x80, 8: 0xc0}, 1, 1) },
		"parent of a run":  func() { Tasks(r, 1, 2).WithParent(Task("p")) },
		"run as a parent":  func() { Task("t").WithParent(Tasks(r, 1, 2)) },
		"append to a task": func() { Task("t").Append(Task("u")) },
		"before the first": func() { g.At(-1) },
		"after the last":   func() { g.At(4) },
		"member of a task": func() { Task("t").At(0) },
	} {
		func() {
			defer func() {
				if text, ok := recover().(string); !ok || len(text) < 8 || text[:7] != "result." {
					t.Errorf("%s: no panic of package result but %q", name, text)
				}
			}()
			f()
		}()
	}
	Tasks(r, math.MaxUint32, 1) // the last number is one
}

func TestRangesEnd(t *testing.T) {
	p := Task("p").WithParent(Task("q"))
	g := Group("g", Task("a").WithParent(p), Tasks(rootOf(1), 1, 3), Group("h", Task("b")), Group("i", Task("c")))
	g = g.WithParent(Task("r").WithParent(Task("s")))
	for name, trees := range map[string]iter.Seq[Tree]{
		"Members": g.Members(), "Runs": g.Runs(), "Leaves": g.Leaves(), "LeafRuns": g.LeafRuns(),
		"Groups": g.Groups(), "Ancestors": g.Ancestors(), "Lineage": g.Lineage(),
		"Walk": func(yield func(Tree) bool) { g.Walk()(func(s Step) bool { return yield(s.Tree) }) },
	} {
		all := ids(trees)
		for stop := range all {
			var got []ID
			for t := range trees { // goes on after the end of a range: the runtime panics
				got = append(got, t.ID())
				if len(got) == stop+1 {
					break
				}
			}
			same(t, name, got, all[:stop+1])
		}
	}
}

// TestLeafIndex: every leaf stands where the walk has it, and nothing else stands
// anywhere.
func TestLeafIndex(t *testing.T) {
	root := Root{6: 0x80, 8: 0x80}
	tree := Group("g", Tasks(root, 5, 3), Task("a").WithParent(Task("p")),
		Group("in", Tasks(root, 8, 4), Task("b")), Task(root.ID(1)))
	n := 0
	for leaf := range tree.Leaves() {
		if at, ok := tree.LeafIndex(leaf.ID()); at != n || !ok {
			t.Errorf("%q is leaf %d, %v; want %d", leaf.ID(), at, ok, n)
		}
		n++
	}
	for _, id := range []ID{"g", "in", "p", "", root.ID(4), root.ID(12), root.ID(0)} {
		if at, ok := tree.LeafIndex(id); ok {
			t.Errorf("%q is leaf %d", id, at)
		}
	}
}
