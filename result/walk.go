package result

import "iter"

// A Step is one stop of [Tree.Walk].
type Step struct {
	Tree  Tree // a task, a run of tasks, or a group
	Level int  // 0 for the tree the walk began with
	Leave bool // the walk is leaving this group; its members are behind it
}

// Walk ranges over the tree in member order: a group when it is entered, then
// what is in it, then the group again when it is left. Parents are not walked.
// There is no recursion, so no depth is too deep.
func (t Tree) Walk() iter.Seq[Step] {
	return func(yield func(Step) bool) {
		type frame struct {
			group Tree
			next  int
		}
		if t.IsZero() || !yield(Step{Tree: t}) || !t.IsGroup() {
			return
		}
		stack := []frame{{group: t}}
		for len(stack) > 0 {
			top := &stack[len(stack)-1]
			if top.next == len(top.group.node.members) {
				if !yield(Step{Tree: top.group, Level: len(stack) - 1, Leave: true}) {
					return
				}
				stack = stack[:len(stack)-1]
				continue
			}
			m := top.group.node.members[top.next]
			top.next++
			if !yield(Step{Tree: m, Level: len(stack)}) {
				return
			}
			if m.IsGroup() {
				stack = append(stack, frame{group: m})
			}
		}
	}
}

// LeafRuns ranges over the tasks of the tree in member order, minted neighbours
// within one group as one run.
func (t Tree) LeafRuns() iter.Seq[Tree] {
	return func(yield func(Tree) bool) {
		for s := range t.Walk() {
			if !s.Tree.IsGroup() && !yield(s.Tree) {
				return
			}
		}
	}
}

// Leaves ranges over the tasks of the tree in member order, one at a time.
func (t Tree) Leaves() iter.Seq[Tree] {
	return func(yield func(Tree) bool) {
		for r := range t.LeafRuns() {
			for i := range r.count {
				if !yield(r.at(i)) {
					return
				}
			}
		}
	}
}

// LeafIndex returns where in member order the task with this id stands among the
// leaves of t, counted from 0 as [Filter].Skip counts them; false if it is none of
// them. Runs are not visited task by task.
func (t Tree) LeafIndex(id ID) (at int, ok bool) {
	root, node, minted := id.Minted()
	for leaf := range t.LeafRuns() {
		if r, first, count, run := leaf.Run(); run && minted && r == root && node >= first && node-first < uint32(count) {
			return at + int(node-first), true
		}
		if leaf.ID() == id {
			return at, true
		}
		at += leaf.LeafCount()
	}
	return 0, false
}

// Groups ranges over the groups nested in the tree, in the order in which a
// walk enters them; t itself is not among them.
func (t Tree) Groups() iter.Seq[Tree] {
	return func(yield func(Tree) bool) {
		for s := range t.Walk() {
			if s.Tree.IsGroup() && !s.Leave && s.Level > 0 && !yield(s.Tree) {
				return
			}
		}
	}
}

// Ancestors ranges over a task's parents, the oldest first, as waiting for the
// task consults them: an ancestor that failed explains why the task never ran.
// A parent that is a group stands for its leaves.
func (t Tree) Ancestors() iter.Seq[Tree] {
	return func(yield func(Tree) bool) {
		var chain []Tree
		for p := t.Parent(); !p.IsZero(); p = p.Parent() {
			chain = append(chain, p)
		}
		for i := len(chain) - 1; i >= 0; i-- {
			if !yield(chain[i]) {
				return
			}
		}
	}
}

// List returns the id of t and then those of its parents, the nearest first:
// AsyncResult.as_list.
func (t Tree) List() []ID {
	var ids []ID
	for ; !t.IsZero(); t = t.Parent() {
		ids = append(ids, t.id)
	}
	return ids
}

// Lineage ranges over every task that forgetting the tree forgets: its leaves,
// and the ancestors of each leaf, at any remove. The parent of a group is not
// among them, unless a leaf leads to it. A shared ancestor comes once; tasks
// named by several parts of the tree may come more than once.
func (t Tree) Lineage() iter.Seq[Tree] {
	return func(yield func(Tree) bool) {
		seen := map[Tree]bool{} // ancestors are shared: a million leaves may have one parent
		queue := []Tree{t}
		for len(queue) > 0 {
			next := queue[len(queue)-1]
			queue = queue[:len(queue)-1]
			for r := range next.LeafRuns() {
				if !yield(r) {
					return
				}
				for leaf := r; ; { // up from the leaf, until known ground
					p := leaf.Parent()
					if p.IsZero() || seen[p] {
						break
					}
					seen[p] = true
					if p.IsGroup() { // stands for its leaves, whose ancestors count too
						queue = append(queue, p)
					} else if !yield(Task(p.id)) {
						return
					}
					leaf = p
				}
			}
		}
	}
}
