package result

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"sort"
)

// MaxDepth is how deep a tree may be: groups within groups and parents of
// parents together.
const MaxDepth = 10_000

// MaxNodes is how large a tree may be when it is written out, each parent below
// every tree that names it: tasks, groups and parents, where a run of minted
// tasks is one. Trees that share parents that share parents are small in memory
// and may be endless on paper.
const MaxNodes = 1 << 24

// A Tree is a task, or a group of trees; either may name a parent, what came
// before it in a chain. It is what Celery calls as_tuple: names and their order,
// no states. A Tree is an immutable value that is cheap to copy and safe to
// share; the zero Tree is no tree.
//
// A million tasks minted together are one run inside a Tree, a few words of
// memory, and no operation here visits them unless it is asked to.
type Tree struct {
	id    ID
	count int   // of a run: consecutive minted tasks from id on; otherwise 1
	node  *node // nil for a task without a parent
}

type node struct {
	group   bool
	parent  Tree
	members []Tree // runs are maximal: neighbours that continue each other are one
	ends    []span // ends[i] is where members[i] ends
	depth   int
	weight  int // nodes when written out, MaxNodes+1 for any number above MaxNodes
}

// span counts members: direct ones, and leaves at any depth.
type span struct{ direct, leaves int }

// Task returns the tree of one task.
func Task(id ID) Tree { return Tree{id: id, count: 1} }

// Tasks returns a run: count tasks with the ids root.ID(first) and on. A run is
// an argument for [Group] and [Tree.Append] and stands for count members there.
// It panics if count is not positive, the node numbers would overflow, or root is
// not the start of a UUID of version 8, as those of [NewRoot] are.
func Tasks(root Root, first uint32, count int) Tree {
	if root[6]>>4 != 8 || root[8]>>6 != 2 {
		panic("result.Tasks: the root is not of version 8, make it with NewRoot")
	}
	if count < 1 || uint64(first)+uint64(count)-1 > math.MaxUint32 {
		panic("result.Tasks: count out of range")
	}
	return Tree{id: root.ID(first), count: count}
}

// Group returns the tree of a group with these members, in this order.
// Whether the ids are good and no member is named twice is for [Tree.Validate].
func Group(id ID, members ...Tree) Tree {
	n := &node{group: true, depth: 1, weight: 1}
	n.append(members)
	return Tree{id: id, count: 1, node: n}
}

// WithParent returns t with p as its parent, or without one if p is the zero
// Tree. A run has no parent and is none: it panics, give one to each of its tasks.
func (t Tree) WithParent(p Tree) Tree {
	if t.count > 1 || p.count > 1 {
		panic("result.Tree.WithParent: a run of tasks has no parent and is none")
	}
	n := node{}
	if t.node != nil {
		n = *t.node
	}
	n.parent = p
	n.depth = 1 + p.Depth()
	n.weight = sum(1, p.weight())
	for _, m := range n.members {
		n.depth = max(n.depth, 1+m.Depth())
		n.weight = sum(n.weight, m.weight())
	}
	if !n.group && p.IsZero() {
		return Task(t.id)
	}
	return Tree{id: t.id, count: 1, node: &n}
}

// Append returns the group t with more members at its end; t itself stays as it
// was. It copies the list of members. It panics if t is a task.
func (t Tree) Append(members ...Tree) Tree {
	if !t.IsGroup() {
		panic("result.Tree.Append: a task has no members")
	}
	n := *t.node
	n.members, n.ends = slices.Clone(n.members), slices.Clone(n.ends)
	n.append(members)
	return Tree{id: t.id, count: 1, node: &n}
}

// append adds members in place: n must not be shared yet.
func (n *node) append(members []Tree) {
	n.members = slices.Grow(n.members, len(members))
	n.ends = slices.Grow(n.ends, len(members))
	for _, m := range members {
		end := n.end()
		end.direct += m.count
		end.leaves += m.LeafCount()
		n.depth = max(n.depth, 1+m.Depth())
		if last := len(n.members) - 1; last >= 0 && m.continues(n.members[last]) {
			n.members[last].count += m.count
			n.ends[last] = end
			continue
		}
		n.weight = sum(n.weight, m.weight())
		n.members = append(n.members, m)
		n.ends = append(n.ends, end)
	}
	if len(n.members) < cap(n.members)/2 { // most were put together as runs
		n.members, n.ends = slices.Clone(n.members), slices.Clone(n.ends)
	}
}

func (n *node) end() span {
	if len(n.ends) == 0 {
		return span{}
	}
	return n.ends[len(n.ends)-1]
}

// continues reports whether t is the minted tasks right after those of prev, so
// that both are one run.
func (t Tree) continues(prev Tree) bool {
	if t.node != nil || prev.node != nil {
		return false
	}
	root, first, ok := t.id.Minted()
	if !ok {
		return false
	}
	prevRoot, prevFirst, ok := prev.id.Minted()
	return ok && root == prevRoot && uint64(prevFirst)+uint64(prev.count) == uint64(first)
}

// ID returns the id of the task or group; of a run, that of its first task.
func (t Tree) ID() ID { return t.id }

// IsZero reports whether t is no tree at all.
func (t Tree) IsZero() bool { return t.count == 0 }

// IsGroup reports whether t is a group rather than a task.
func (t Tree) IsGroup() bool { return t.node != nil && t.node.group }

// Parent returns the parent, the zero Tree if there is none.
func (t Tree) Parent() Tree {
	if t.node == nil {
		return Tree{}
	}
	return t.node.parent
}

// Depth returns how deep t is: 1 for a task, more by one than the deepest of
// members and parent otherwise; 0 for the zero Tree.
func (t Tree) Depth() int {
	if t.node == nil {
		return min(t.count, 1)
	}
	return t.node.depth
}

// weight is how many nodes t has when written out, a run being one, or
// MaxNodes+1 if there are more than MaxNodes.
func (t Tree) weight() int {
	if t.node == nil {
		return min(t.count, 1)
	}
	return t.node.weight
}

// sum adds weights, none of which is over MaxNodes+1.
func sum(a, b int) int { return min(a+b, MaxNodes+1) }

// Len returns the number of direct members of a group, 0 for a task.
func (t Tree) Len() int {
	if t.node == nil {
		return 0
	}
	return t.node.end().direct
}

// LeafCount returns the number of tasks below a group, at any depth; 1 for a
// task, the number of its tasks for a run.
func (t Tree) LeafCount() int {
	if !t.IsGroup() {
		return t.count
	}
	return t.node.end().leaves
}

// At returns direct member i, counted from 0. It panics if there is none.
func (t Tree) At(i int) Tree {
	if i < 0 || i >= t.Len() {
		panic(fmt.Sprintf("result.Tree.At: member %d of %d", i, t.Len()))
	}
	n := t.node
	k := sort.Search(len(n.ends), func(k int) bool { return i < n.ends[k].direct })
	m := n.members[k]
	return m.at(i - (n.ends[k].direct - m.count))
}

// at returns task i of a run; any other tree is its own only element.
func (t Tree) at(i int) Tree {
	if t.count <= 1 {
		return t
	}
	root, first, _ := t.id.Minted()
	return Task(root.ID(first + uint32(i)))
}

// Members ranges over the direct members of a group, in order, runs one task at
// a time.
func (t Tree) Members() iter.Seq[Tree] {
	return func(yield func(Tree) bool) {
		for m := range t.Runs() {
			for i := range m.count {
				if !yield(m.at(i)) {
					return
				}
			}
		}
	}
}

// Runs ranges over the direct members of a group, in order, minted neighbours
// as one run ([Tree.Run] tells). What a store keeps as a range stays a range.
func (t Tree) Runs() iter.Seq[Tree] {
	return func(yield func(Tree) bool) {
		if t.node == nil {
			return
		}
		for _, m := range t.node.members {
			if !yield(m) {
				return
			}
		}
	}
}

// Run returns where a run of minted tasks lies. A single minted task without a
// parent is a run of one; for any other tree ok is false.
func (t Tree) Run() (root Root, first uint32, count int, ok bool) {
	if t.node != nil {
		return Root{}, 0, 0, false
	}
	root, first, ok = t.id.Minted()
	return root, first, t.count, ok
}
