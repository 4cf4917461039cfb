package store

import (
	"fmt"
	"iter"

	"github.com/seed-1c955bc8/bunch/result"
)

// A survey is what there is already of a tree's leaves: all that Save must know
// before it writes.
type survey struct {
	progress result.Progress
	left     map[uint32]uint64 // by ordinal of a direct nested group: leaves not successful
	own      bool              // there are leaves under the group's own root
	nested   bool
}

// survey counts the results that are there. Where nothing was reported yet a run
// of a million costs one look.
func (b *batch) survey(seq uint64, tree result.Tree) (survey, error) {
	s := survey{left: map[uint32]uint64{}}
	s.progress.Total = tree.Len()
	s.progress.Leaves = s.progress.Leaves.Add(result.Pending, tree.LeafCount())
	for ordinal, nested := range placedGroups(tree) {
		s.left[ordinal] = uint64(nested.LeafCount())
		s.nested = true
	}
	for ordinal, run := range placedRuns(tree) {
		if root, first, count, ok := ownRun(tree.ID(), run); ok {
			s.own = true
			err := b.stored(root, first, count, func(e entry) error {
				s.count(ordinal, e.rec.Async)
				return nil
			})
			if err != nil {
				return s, err
			}
			continue
		}
		for id := range tasks(run) {
			e, err := b.entry(id)
			if err != nil {
				if err = b.passOver(err); err != nil {
					return s, err
				}
				continue
			}
			s.count(ordinal, e.rec.Async)
			if len(e.members)/membershipLen >= maxNamers && !names(e.members, seq) {
				return s, fmt.Errorf("%w: task %q is in %d saved groups already", result.ErrTooLarge, string(id), maxNamers)
			}
		}
	}
	for nested := range foreignGroups(tree) {
		members, err := memberships(b, idKey(keyNests, nested.ID()))
		if err != nil {
			if err = b.passOver(err); err != nil {
				return s, err
			}
			continue
		}
		if len(members)/membershipLen >= maxNesters && !names(members, seq) {
			return s, fmt.Errorf("%w: group %q is nested in %d saved groups already", result.ErrTooLarge, string(nested.ID()), maxNesters)
		}
	}
	if s.progress.Leaves.Custom() > result.MaxCustomStates {
		return s, fmt.Errorf("%w: the members are in more than %d custom states", result.ErrTooLarge, result.MaxCustomStates)
	}
	for _, left := range s.left {
		if left == 0 {
			s.progress.Completed++
		}
	}
	return s, nil
}

func (s *survey) count(ordinal uint32, a result.Async) {
	s.progress.Leaves = count(s.progress.Leaves.Add(result.Pending, -1), a, +1)
	switch {
	case a.State != result.Success || a.Forgotten:
	case ordinal == 0:
		s.progress.Completed++
	default:
		s.left[ordinal]--
	}
}

// link writes who names a foreign leaf, who nests a group, and what is left below
// each direct nested group.
func (b *batch) link(seq uint64, tree result.Tree, s survey) error {
	for ordinal, run := range placedRuns(tree) {
		if _, _, _, ok := ownRun(tree.ID(), run); ok {
			continue
		}
		for id := range tasks(run) {
			if err := b.addMembership(idKey(keyResult, id), seq, ordinal); err != nil {
				return err
			}
		}
	}
	for nested := range foreignGroups(tree) {
		if err := b.addMembership(idKey(keyNests, nested.ID()), seq, 0); err != nil {
			return err
		}
	}
	for ordinal, left := range s.left {
		if err := b.setNumber(seqKey(keyDirect, seq, ordinal), left); err != nil {
			return err
		}
		if err := b.pause(); err != nil {
			return err
		}
	}
	return nil
}

// unlink removes what link wrote.
func (b *batch) unlink(seq uint64, tree result.Tree) error {
	for _, run := range placedRuns(tree) {
		if _, _, _, ok := ownRun(tree.ID(), run); ok {
			continue
		}
		for id := range tasks(run) {
			if err := b.dropMembership(idKey(keyResult, id), seq); err != nil {
				return err
			}
		}
	}
	for nested := range foreignGroups(tree) {
		if err := b.dropMembership(idKey(keyNests, nested.ID()), seq); err != nil {
			return err
		}
	}
	for ordinal := range placedGroups(tree) {
		if err := b.delete(seqKey(keyDirect, seq, ordinal)); err != nil {
			return err
		}
		if err := b.pause(); err != nil {
			return err
		}
	}
	return nil
}

// foreignGroups ranges over the nested groups that tree's own root does not lead
// to.
func foreignGroups(tree result.Tree) iter.Seq[result.Tree] {
	return func(yield func(result.Tree) bool) {
		root, own := ownRoot(tree.ID())
		for nested := range tree.Groups() {
			if r, _, ok := nested.ID().Minted(); own && ok && r == root {
				continue
			}
			if !yield(nested) {
				return
			}
		}
	}
}

// stored calls do with the results that are stored of a run of minted tasks.
func (b *batch) stored(root result.Root, first uint32, count int, do func(entry) error) error {
	return b.eachKey(keyResult, root, first, count, func(id result.ID) error {
		e, err := b.entry(id)
		if err != nil {
			return b.passOver(err)
		}
		return do(e)
	})
}
