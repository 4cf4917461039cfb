package memstore

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/seed-1c955bc8/bunch/result"
)

// Get reads the result of one task.
func (s *Store) Get(ctx context.Context, id result.ID) (result.Async, error) {
	if err := id.Validate(); err != nil {
		return result.Async{}, err
	}
	if err := s.lock(ctx); err != nil {
		return result.Async{}, err
	}
	defer s.mu.Unlock()
	if !s.known(id) {
		return result.Async{}, fmt.Errorf("%w: nobody knows a task %q", result.ErrNotFound, string(id))
	}
	return s.task(id).async(id), nil
}

// Results ranges over the leaves of tree that filter takes, in member order. It
// reads them one by one, and holds no lock while the loop's body runs.
func (s *Store) Results(ctx context.Context, tree result.Tree, filter result.Filter) iter.Seq2[result.Async, error] {
	return func(yield func(result.Async, error) bool) {
		if err := tree.Validate(); err != nil {
			yield(result.Async{}, err)
			return
		}
		if err := s.lock(ctx); err != nil {
			yield(result.Async{}, err)
			return
		}
		s.mu.Unlock()
		skip := filter.Skip
		for leaf := range tree.Leaves() {
			if skip > 0 {
				skip--
				continue
			}
			a, err := s.result(ctx, leaf.ID(), filter.Inputs)
			if err != nil {
				yield(result.Async{}, err)
				return
			}
			if filter.Takes(a) && !yield(a, nil) {
				return
			}
		}
	}
}

func (s *Store) result(ctx context.Context, id result.ID, input bool) (result.Async, error) {
	if err := s.lock(ctx); err != nil {
		return result.Async{}, err
	}
	defer s.mu.Unlock()
	t := s.task(id)
	a := t.async(id)
	if input {
		a.Input = bytes.Clone(t.input)
	}
	return a, nil
}

// Find gives the ids of the saved groups that have id in their tree.
func (s *Store) Find(ctx context.Context, id result.ID) ([]result.ID, error) {
	if err := id.Validate(); err != nil {
		return nil, err
	}
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	var found []*group
	for _, g := range s.groups {
		if g.id == id || g.nested[id] || g.names(id) {
			found = append(found, g)
		}
	}
	slices.SortFunc(found, byCreation)
	var ids []result.ID
	for _, g := range found {
		ids = append(ids, g.id)
	}
	return ids, nil
}
