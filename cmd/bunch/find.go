package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

// A target is what an id on the command line names: a saved group, a group
// nested in one, a task of one, or a task that belongs to none.
type target struct {
	tree  result.Tree
	saved result.Saved // the saved group that is or holds it; zero for a lone task
}

func (t target) id() result.ID { return t.tree.ID() }

// whole reports whether t is a saved group itself.
func (t target) whole() bool { return t.tree.IsGroup() && t.saved.ID == t.id() }

// find looks up what id names. Groups and tasks are separate namespaces: a group
// comes before a task of the same id.
func find(ctx context.Context, s *share, id result.ID) (target, error) {
	saved, err := s.Restore(ctx, id)
	if err == nil {
		return target{saved.Tree, saved}, nil
	}
	if !errors.Is(err, result.ErrNotFound) {
		return target{}, err
	}
	roots, err := s.Find(ctx, id)
	if err != nil {
		return target{}, err
	}
	for _, root := range roots {
		saved, err := s.Restore(ctx, root)
		if err != nil {
			return target{}, err
		}
		if part, ok := within(saved.Tree, id); ok {
			return target{part, saved}, nil
		}
	}
	if _, err := s.Get(ctx, id); err != nil {
		if errors.Is(err, result.ErrNotFound) {
			err = unknown(id)
		}
		return target{}, err
	}
	return target{tree: result.Task(id)}, nil
}

// within returns the part of t with this id, a group rather than a task.
func within(t result.Tree, id result.ID) (part result.Tree, ok bool) {
	root, node, minted := id.Minted()
	for s := range t.Walk() {
		if s.Leave {
			continue
		}
		if s.Tree.ID() == id {
			part, ok = s.Tree, true
			if s.Tree.IsGroup() {
				return part, true
			}
		}
		r, first, count, run := s.Tree.Run()
		if run && minted && r == root && node >= first && node-first < uint32(count) {
			part, ok = result.Task(id), true // the tasks of a run have no parents
		}
	}
	return part, ok
}

// completeGroups offers the ids of the latest groups to the shell.
func (a *app) completeGroups(cmd *cobra.Command, _ []string, _ string) (ids []cobra.Completion, _ cobra.ShellCompDirective) {
	_ = a.read(cmd.Context(), func(s *share) error {
		page, _, err := s.List(cmd.Context(), result.Query{})
		for _, g := range page {
			ids = append(ids, cobra.CompletionWithDesc(clean(string(g.ID)), tally(g.Progress)))
		}
		return err
	})
	return ids, cobra.ShellCompDirectiveNoFileComp
}

// handle returns the group, or the task, as what package group knows about.
func handle(s *share, t target) *group.Result { return group.Of(s, t.tree) }
