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

// own is what is known of t as a saved group; zero if it is part of one.
func (t target) own() result.Saved {
	if !t.whole() {
		return result.Saved{}
	}
	return t.saved
}

// find looks up what id names.
func find(ctx context.Context, s *share, id result.ID) (target, error) {
	tree, saved, err := group.Find(ctx, s, id)
	if errors.Is(err, result.ErrNotFound) {
		err = unknown(id)
	}
	return target{tree, saved}, err
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
