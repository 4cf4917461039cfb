package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store"
)

func (a *app) watchVerb() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "watch ID",
		Short: "Show the progress of a group until it is ready",
		Long: `Watch shows how far a group is until it is ready: as a bar on a terminal,
otherwise as a line for each change that it sees. It looks at the store once a
second and leaves it free in between, for 'bunch report'. Of a 'bunch run' that
has the store all the time it can see nothing.`,
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
		var (
			p, last result.Progress
			b       *bar
			shown   bool
		)
		err = a.wait(ctx, limit, func(s *store.Store) (bool, error) {
			t, err := findGroup(ctx, s, id)
			if err != nil {
				return false, err
			}
			if p, err = handle(s, t).Progress(ctx); err != nil {
				return false, err
			}
			if !shown && a.output != asJSON && isTerminal(os.Stderr) {
				b = newBar(p)
			}
			if !shown || !p.Equal(last) {
				if err := a.event(b, id, p); err != nil {
					return false, err
				}
			}
			shown, last = true, p
			if err := hopeless(id, p); err != nil {
				return false, err
			}
			return p.Ready(), nil
		})
		b.clear()
		if err != nil {
			return late(err, id, limit, p)
		}
		if b != nil {
			a.note("%s", tally(p))
		}
		return verdict(id, p)
	}
	return cmd
}

// event shows a change of progress: on b, if there is one, or as a line.
func (a *app) event(b *bar, id result.ID, p result.Progress) error {
	switch {
	case b != nil:
		b.show(p)
		return nil
	case a.output == asJSON:
		line := appendText([]byte(`{"id":`), string(id))
		line = appendPredicates(append(line, ','), p)
		line = appendProgress(append(line, `,"progress":`...), p)
		if err := a.line(append(line, '}')); err != nil {
			return err
		}
	default:
		if err := a.text(fmt.Sprintf("%d/%d  %s", settled(p), p.Leaves.Total(), tally(p))); err != nil {
			return err
		}
	}
	return a.out.Flush()
}
