package store

import (
	"cmp"
	"encoding/binary"
	"iter"
	"slices"

	"github.com/seed-1c955bc8/bunch/result"
)

// place says where minted members of a group's own root are in its tree.
// Ordinal is 0 for direct members, else 1 more than the position of the nested
// group that holds them.
type place struct {
	first, last uint32
	ordinal     uint32
}

// ownPlace finds a minted member of g's own root in g's tree.
func (b *batch) ownPlace(g *group, node uint32) (ordinal uint32, ok bool, err error) {
	if !g.head.Own {
		return 0, false, nil
	}
	if g.own == nil {
		tree, err := b.tree(g)
		if err != nil {
			return 0, false, err
		}
		g.own = ownPlaces(tree)
		b.s.live.remember(g)
	}
	i, _ := slices.BinarySearchFunc(g.own, node, func(p place, node uint32) int { return cmp.Compare(p.last, node) })
	if i == len(g.own) || node < g.own[i].first {
		return 0, false, nil
	}
	return g.own[i].ordinal, true, nil
}

// ownPlaces lists the runs of t's own root in t.
func ownPlaces(t result.Tree) []place {
	root, ok := ownRoot(t.ID())
	if !ok {
		return nil
	}
	places := []place{}
	for ordinal, leaves := range placedRuns(t) {
		if r, first, count, ok := mintedRun(leaves); ok && r == root {
			places = append(places, place{first, first + uint32(count-1), ordinal})
		}
	}
	slices.SortFunc(places, func(a, b place) int { return cmp.Compare(a.first, b.first) })
	return places
}

// ownRoot returns the root of which id is the group itself: node 0.
func ownRoot(id result.ID) (result.Root, bool) {
	root, node, ok := id.Minted()
	return root, ok && node == 0
}

// mintedRun is Tree.Run, also for a minted task that has a parent.
func mintedRun(t result.Tree) (root result.Root, first uint32, count int, ok bool) {
	if root, first, count, ok = t.Run(); ok {
		return root, first, count, true
	}
	root, first, ok = t.ID().Minted()
	return root, first, 1, ok
}

// ownRun is mintedRun for leaves under the own root of group id: those need no
// membership, since their ids lead to the group.
func ownRun(id result.ID, leaves result.Tree) (root result.Root, first uint32, count int, ok bool) {
	own, ok := ownRoot(id)
	if !ok {
		return root, 0, 0, false
	}
	root, first, count, ok = mintedRun(leaves)
	return root, first, count, ok && root == own
}

// tasks ranges over the ids of a run, or of a single task.
func tasks(run result.Tree) iter.Seq[result.ID] {
	return func(yield func(result.ID) bool) {
		for leaf := range run.Leaves() {
			if !yield(leaf.ID()) {
				return
			}
		}
	}
}

// placed ranges over the leaves of t in member order, runs as one, and over its
// direct nested groups when they are entered, each with the ordinal of its place.
func placed(t result.Tree) iter.Seq2[uint32, result.Tree] {
	return func(yield func(uint32, result.Tree) bool) {
		position := uint32(0) // of the direct member that the walk is at
		for step := range t.Walk() {
			ordinal := position + 1
			switch {
			case step.Level == 0 || step.Tree.IsGroup() && step.Level > 1:
				continue
			case step.Leave:
				position++
				continue
			case step.Level == 1 && !step.Tree.IsGroup():
				ordinal = 0
				position += uint32(step.Tree.LeafCount())
			}
			if !yield(ordinal, step.Tree) {
				return
			}
		}
	}
}

// placedRuns ranges over the leaves of t, each run with the ordinal of its place.
func placedRuns(t result.Tree) iter.Seq2[uint32, result.Tree] {
	return func(yield func(uint32, result.Tree) bool) {
		for ordinal, m := range placed(t) {
			if !m.IsGroup() && !yield(ordinal, m) {
				return
			}
		}
	}
}

// placedGroups ranges over the direct nested groups of t.
func placedGroups(t result.Tree) iter.Seq2[uint32, result.Tree] {
	return func(yield func(uint32, result.Tree) bool) {
		position := uint32(0)
		for m := range t.Runs() {
			if !m.IsGroup() {
				position += uint32(m.LeafCount())
				continue
			}
			position++
			if !yield(position, m) {
				return
			}
		}
	}
}

// A namer is a saved group that names a task, and where.
type namer struct {
	*group
	ordinal uint32
}

// namers returns the saved groups that name a task, in the order of their
// creation.
func (b *batch) namers(task entry) ([]namer, error) {
	var list []namer
	if root, node, ok := task.id.Minted(); ok {
		g, err := b.group(nodeKey(keyHead, root, 0))
		if err != nil {
			return nil, err
		}
		if g != nil {
			ordinal, ok, err := b.ownPlace(g, node)
			if err != nil {
				return nil, err
			}
			if ok {
				list = append(list, namer{g, ordinal})
			}
		}
	}
	for members := task.members; len(members) > 0; members = members[membershipLen:] {
		g, err := b.groupBySeq(binary.BigEndian.Uint64(members))
		if err != nil {
			return nil, err
		}
		if g != nil {
			list = append(list, namer{g, binary.BigEndian.Uint32(members[8:])})
		}
	}
	if len(list) > 1 {
		slices.SortFunc(list, func(a, b namer) int { return cmp.Compare(a.head.Seq, b.head.Seq) })
	}
	return list, nil
}
