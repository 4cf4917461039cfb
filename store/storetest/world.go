package storetest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

// Seed is where what is random in a test begins: BUNCH_SEED if that is set, the
// time otherwise.
func Seed(t *testing.T) uint64 {
	t.Helper()
	text := os.Getenv("BUNCH_SEED")
	if text == "" {
		return uint64(time.Now().UnixNano())
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("BUNCH_SEED=%q is not a whole number", text)
	}
	return n
}

// A world is what a history is about: few tasks and groups, so that they meet
// again and again, and trees in which all of them are mixed.
type world struct {
	tasks   []result.ID
	parents []result.ID                 // tasks too, which are parents more often than members
	groups  []result.ID                 // saved ids and nested ids are the same few
	trees   map[result.ID][]result.Tree // each extends the one before, but for the last
}

func newWorld(rng *rand.Rand) *world {
	w := &world{
		tasks:   []result.ID{"a", "a\x00", "ab", "b/c", "任务", "7", "9f8d7c6b-5a49-4e3f-8b2a-1c0d9e8f7a6b"},
		parents: []result.ID{"parent", "grand", root(3).ID(1)},
		groups:  []result.ID{"g", "g\x00", "h", "inner", root(1).ID(0), root(2).ID(0), "empty"},
		trees:   map[result.ID][]result.Tree{},
	}
	for i := range uint32(8) {
		w.tasks = append(w.tasks, root(1).ID(1+i))
	}
	for i := range uint32(4) {
		w.tasks = append(w.tasks, root(2).ID(1+i))
	}
	w.tasks = append(w.tasks, w.parents...)
	for _, id := range w.groups {
		first := w.tree(rng, id)
		if id == "empty" {
			first = result.Group(id)
		}
		second := w.grow(rng, first)
		w.trees[id] = []result.Tree{first, second, w.grow(rng, second), w.tree(rng, id)}
	}
	return w
}

// unused are the tasks that a tree does not name, in random order.
func (w *world) unused(rng *rand.Rand, tree result.Tree) []result.ID {
	have := leaves(tree)
	free := slices.DeleteFunc(slices.Clone(w.tasks), func(id result.ID) bool { return slices.Contains(have, id) })
	rng.Shuffle(len(free), func(i, k int) { free[i], free[k] = free[k], free[i] })
	return free
}

// leaf is a task, perhaps with a parent.
func (w *world) leaf(rng *rand.Rand, id result.ID) result.Tree {
	t := result.Task(id)
	if rng.IntN(4) > 0 || slices.Contains(w.parents, id) {
		return t
	}
	p := result.Task(w.parents[0])
	if rng.IntN(2) == 0 {
		p = p.WithParent(result.Task(w.parents[1]))
	}
	return t.WithParent(p)
}

// tree makes a random tree: some tasks, at times a run, and groups in it.
func (w *world) tree(rng *rand.Rand, id result.ID) result.Tree {
	t := result.Group(id)
	if rng.IntN(2) == 0 {
		t = t.Append(result.Tasks(root(1), 1, 1+rng.IntN(8)))
	}
	names := slices.DeleteFunc(slices.Clone(w.groups), func(g result.ID) bool { return g == id })
	rng.Shuffle(len(names), func(i, k int) { names[i], names[k] = names[k], names[i] })
	free := w.unused(rng, t)
	take := func() result.Tree {
		leaf := w.leaf(rng, free[0])
		free = free[1:]
		return leaf
	}
	for range rng.IntN(4) {
		t = t.Append(take())
	}
	for depth := rng.IntN(3); depth > 0; depth-- {
		in := result.Group(names[0])
		names = names[1:]
		for range rng.IntN(3) {
			in = in.Append(take())
		}
		if rng.IntN(2) == 0 {
			in = result.Group(names[0], in, take())
			names = names[1:]
		}
		t = t.Append(in)
	}
	if rng.IntN(3) == 0 {
		t = t.WithParent(result.Task(w.parents[2]))
	}
	return t
}

// grow adds members to a tree, at its end or at the end of a group in it.
func (w *world) grow(rng *rand.Rand, t result.Tree) result.Tree {
	free := w.unused(rng, t)
	more := []result.Tree{w.leaf(rng, free[0])}
	if rng.IntN(2) == 0 {
		more = append(more, w.leaf(rng, free[1]))
	}
	if rng.IntN(2) == 0 {
		return t.Append(more...)
	}
	grown := result.Group(t.ID())
	for m := range t.Members() {
		if m.IsGroup() && more != nil {
			m, more = m.Append(more...), nil
		}
		grown = grown.Append(m)
	}
	return grown.Append(more...).WithParent(t.Parent())
}

func pick[T any](rng *rand.Rand, from []T) T { return from[rng.IntN(len(from))] }

// any is a random tree of any kind: a task, a run, a saved group or part of one.
func (w *world) any(rng *rand.Rand) result.Tree {
	switch rng.IntN(5) {
	case 0:
		return result.Tasks(root(1), uint32(1+rng.IntN(3)), 1+rng.IntN(3))
	case 1:
		t := pick(rng, w.trees[pick(rng, w.groups)])
		if t.Len() > 0 {
			return t.At(rng.IntN(t.Len()))
		}
		return t
	case 2:
		return pick(rng, w.trees[pick(rng, w.groups)])
	}
	return w.leaf(rng, pick(rng, w.tasks))
}

// async is a random report.
func (w *world) async(rng *rand.Rand, b Backend, now time.Time) result.Async {
	a := result.Async{ID: pick(rng, w.tasks), State: pick(rng, allStates)}
	if rng.IntN(2) == 0 { // often enough that groups settle
		a.State = pick(rng, readyStates)
	}
	a.Value, _ = b.Marshal(fmt.Sprint("value ", rng.IntN(1000)))
	if rng.IntN(4) == 0 {
		a.Attempt = uint32(1 + rng.IntN(3))
	}
	if rng.IntN(4) == 0 {
		a.Done = now.Add(-time.Duration(rng.IntN(1e9)))
	}
	if rng.IntN(4) == 0 {
		a.Children = []result.Tree{}
		for range rng.IntN(3) {
			a.Children = append(a.Children, w.any(rng))
		}
	}
	if rng.IntN(4) == 0 {
		a.Request = &result.Request{Name: pick(rng, []string{"", "app.add"}), Retries: rng.IntN(3) - 1, Parent: pick(rng, w.parents)}
		a.Request.Args, _ = b.Marshal([]any{rng.IntN(10), "x"})
	}
	if a.State.Exception() {
		a.Error = &result.TaskError{Type: "E", Args: []any{rng.IntN(10), []any{"deep", nil}}, Traceback: "t"}
	}
	return a
}

// attributes are random attributes for a tree.
func (w *world) attributes(rng *rand.Rand, b Backend, t result.Tree) result.Attributes {
	var attr result.Attributes
	if rng.IntN(2) == 0 {
		attr.Labels = map[string]string{pick(rng, []string{"k", "l"}): pick(rng, []string{"", "v", "w=w"})}
	}
	if rng.IntN(2) == 0 {
		attr.Note, _ = b.Marshal(rng.IntN(100))
	}
	if rng.IntN(4) == 0 {
		attr.MaxAge = time.Duration(1+rng.IntN(60)) * time.Minute
	}
	for range rng.IntN(t.LeafCount() + 1) {
		in, _ := b.Marshal(fmt.Sprint("input ", rng.IntN(1000)))
		if rng.IntN(3) == 0 {
			in = nil
		}
		attr.Inputs = append(attr.Inputs, in)
	}
	return attr
}
