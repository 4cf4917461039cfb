package memstore

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"maps"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

// Save saves a group, or adds members to a saved one.
//
// Labels, note and maximum age stay as they were first saved. Inputs are taken
// for every task that has none yet, so adding members can bring theirs along.
func (s *Store) Save(ctx context.Context, tree result.Tree, attr result.Attributes) (result.Outcome, error) {
	c, err := s.begin(ctx)
	if err != nil {
		return result.Outcome{}, err
	}
	defer s.mu.Unlock()
	if err := s.checkSave(tree, attr); err != nil {
		return result.Outcome{}, err
	}

	g := s.groups[tree.ID()]
	switch {
	case g == nil:
		g = &group{
			id:      tree.ID(),
			labels:  maps.Clone(attr.Labels),
			note:    bytes.Clone(attr.Note),
			maxAge:  attr.MaxAge,
			created: c.at,
		}
	case tree.Equal(g.tree):
		return result.Outcome{}, nil
	case !tree.Extends(g.tree):
		return result.Outcome{}, fmt.Errorf("%w: %q", result.ErrExist, string(g.id))
	case g.progress.Settled() && g.tree.Len() > 0:
		return result.Outcome{}, fmt.Errorf("%w: %q has settled and takes no more members", result.ErrExist, string(g.id))
	}

	next := *g
	next.setTree(tree, s.tasks)
	if n := next.progress.Leaves.Custom(); n > result.MaxCustomStates {
		return result.Outcome{}, crowded(g.id, n)
	}
	next.settled = time.Time{} // an empty group that grows has yet to settle
	*g = next
	if s.groups[g.id] == nil {
		s.created++
		g.seq = s.created
		s.groups[g.id] = g
	}
	for id, input := range inputs(tree, attr) {
		if t := s.task(id); len(input) > 0 && t.input == nil {
			t.input = bytes.Clone(input)
			s.tasks[id] = t
		}
	}
	c.settle(g)
	for w := range s.watchers {
		if w.group == g {
			w.poke()
		}
	}
	return result.Outcome{Applied: true, Settled: c.announced()}, nil
}

// checkSave refuses what cannot be saved whatever is there already.
func (s *Store) checkSave(tree result.Tree, attr result.Attributes) error {
	if !tree.IsGroup() {
		return fmt.Errorf("%w: %q is a task, not a group", result.ErrBadID, string(tree.ID()))
	}
	if err := tree.Validate(); err != nil {
		return err
	}
	if err := attr.Validate(tree); err != nil {
		return fmt.Errorf("group %q: %w", string(tree.ID()), err)
	}
	if err := s.checkValue("note", tree.ID(), attr.Note); err != nil {
		return err
	}
	for id, input := range inputs(tree, attr) {
		if err := s.checkValue("input", id, input); err != nil {
			return err
		}
	}
	return nil
}

// inputs ranges over the leaves that attr has an entry for.
func inputs(tree result.Tree, attr result.Attributes) iter.Seq2[result.ID, []byte] {
	return func(yield func(result.ID, []byte) bool) {
		i := 0
		for leaf := range tree.Leaves() {
			if i == len(attr.Inputs) || !yield(leaf.ID(), attr.Inputs[i]) {
				return
			}
			i++
		}
	}
}

// crowded refuses what would bring a group into too many custom states.
func crowded(id result.ID, n int) error {
	return fmt.Errorf("%w: the tasks of group %q would be in %d custom states at once, the most is %d",
		result.ErrTooLarge, string(id), n, result.MaxCustomStates)
}

// Restore reads a saved group.
func (s *Store) Restore(ctx context.Context, id result.ID) (result.Saved, error) {
	g, err := s.find(ctx, id)
	if err != nil {
		return result.Saved{}, err
	}
	defer s.mu.Unlock()
	saved := g.saved(s.opt.Retention)
	saved.Tree = g.tree
	saved.Note = bytes.Clone(g.note)
	return saved, nil
}

// Progress says how far a saved group is.
func (s *Store) Progress(ctx context.Context, id result.ID) (result.Progress, error) {
	g, err := s.find(ctx, id)
	if err != nil {
		return result.Progress{}, err
	}
	defer s.mu.Unlock()
	return g.progress, nil
}

// find locks the store and looks the group up. If it returns an error the store
// is free; otherwise the caller must unlock it.
func (s *Store) find(ctx context.Context, id result.ID) (*group, error) {
	if err := id.Validate(); err != nil {
		return nil, err
	}
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	g := s.groups[id]
	if g == nil {
		s.mu.Unlock()
		return nil, notSaved(id)
	}
	return g, nil
}
