package main

import (
	"context"
	"fmt"
	"iter"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-1c955bc8/bunch/encoding/jsonline"
	"github.com/seed-1c955bc8/bunch/result"
)

func (a *app) watchVerb() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "watch ID",
		Short: "Show the progress of a group until it is ready",
		Long: `Watch shows how far a group is until it is ready: as a bar on a terminal,
otherwise as a line for each change that it sees. Others may use the store
meanwhile, and it may be a 'bunch run' that is watched.`,
		Example:           `  bunch watch 0193... && bunch join 0193...`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: a.completeGroups,
	}
	timeout := timeoutFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ctx, id := cmd.Context(), result.ID(args[0])
		limit, err := timeout()
		if err != nil {
			return err
		}
		if err := id.Validate(); err != nil {
			return err
		}
		return a.read(ctx, func(s *share) error {
			t, err := findGroup(ctx, s, id)
			if err != nil {
				return err
			}
			p, err := a.watch(ctx, s, t, s.limit(limit))
			if err != nil {
				return late(err, id, limit, p)
			}
			return verdict(id, p)
		})
	}
	return cmd
}

// watch shows the progress of a group until it is ready, and returns the last.
func (a *app) watch(ctx context.Context, s *share, t target, limit *time.Duration) (p result.Progress, err error) {
	if p, err = handle(s, t).Progress(ctx); err != nil {
		return p, err
	}
	var b *bar
	if a.output != asJSON && isTerminal(os.Stderr) {
		b = newBar(p, 0) // as the run shows it that is watched
	}
	defer b.clear()
	if err := a.event(b, t.id(), p); err != nil || p.Ready() {
		return p, err
	}
	waiting, cancel := until(ctx, limit)
	defer cancel()
	for next, err := range progress(waiting, s, t) {
		if err == nil && !next.Equal(p) {
			p = next
			err = a.event(b, t.id(), p)
		}
		if stuck := hopeless(t.id(), p); stuck != nil {
			return p, stuck
		}
		if err != nil || p.Ready() {
			return p, err
		}
	}
	return p, nil
}

// progress ranges over how far a group is. A saved one may grow meanwhile.
func progress(ctx context.Context, s *share, t target) iter.Seq2[result.Progress, error] {
	if !t.whole() {
		return handle(s, t).Watch(ctx)
	}
	return func(yield func(result.Progress, error) bool) {
		for e, err := range s.Watch(ctx, t.id()) {
			if !yield(e.Progress, err) {
				return
			}
		}
	}
}

// event shows a change of progress: on b, if there is one, or as a line, which
// stays where the bar was when the group is ready.
func (a *app) event(b *bar, id result.ID, p result.Progress) error {
	switch {
	case b != nil && !p.Ready():
		b.show(p)
		return nil
	case a.output == asJSON:
		if err := a.line(jsonline.AppendEvent(nil, id, p)); err != nil {
			return err
		}
	default:
		b.clear()
		if err := a.text(fmt.Sprintf("%d/%d  %s", settled(p), p.Leaves.Total(), tally(p))); err != nil {
			return err
		}
	}
	return a.out.Flush()
}
