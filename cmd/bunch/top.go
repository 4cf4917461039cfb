package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/spf13/cobra"

	"github.com/seed-1c955bc8/bunch/store/remote"
)

func (a *app) topVerb() *cobra.Command {
	return &cobra.Command{
		Use:   "top",
		Short: "Show the groups and how far they are, live",
		Long: `Top shows the latest groups on the terminal, how far they are, how fast, and
how long they will still take; and of one of them its tasks. Progress is pushed
as it happens, new groups show within a second. Others use the store meanwhile.

Keys: up and down or j and k choose, enter shows the tasks, esc goes back, /
filters by id, state and label, p pauses, r revokes what is not ready, once it
is confirmed, ? explains the bars, q ends.`,
		Example: `  bunch top
  NO_COLOR=1 bunch top`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !isTerminal(a.in) || !isTerminal(os.Stdout) || a.output == asJSON || a.output == asRaw {
				return usage("top draws on a terminal; elsewhere 'bunch ls' lists the groups and 'bunch watch' follows one")
			}
			for {
				err := a.read(cmd.Context(), func(s *share) error { return a.top(cmd.Context(), s) })
				if !errors.Is(err, remote.ErrLost) {
					return err
				}
				// The process that had the store was killed: this is the moment to look.
			}
		},
	}
}

// top draws until the user has seen enough.
func (a *app) top(ctx context.Context, s *share) error {
	if s.dir == "" {
		return nil // there is nothing to see, and that was said
	}
	// A line on standard error in between would tear the picture.
	var notes strings.Builder
	err := a.err
	a.err = &notes
	defer func() {
		a.err = err
		fmt.Fprint(a.err, notes.String())
	}()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	m := newTop(ctx, s, s.dir)
	_, failed := tea.NewProgram(m, tea.WithContext(ctx), tea.WithInput(a.in), tea.WithOutput(os.Stdout),
		tea.WithoutSignalHandler(), tea.WithFPS(20)).Run()
	cancel()
	m.going.Wait()
	switch {
	case m.err != nil:
		return m.err
	case ctx.Err() != nil && errors.Is(failed, tea.ErrProgramKilled) && !errors.Is(failed, tea.ErrProgramPanic):
		return context.Cause(ctx)
	}
	return failed
}
