package main

import (
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

func (a *app) resumeVerb() *cobra.Command {
	var (
		opts     group.RunOptions
		attempts int
		timeout  time.Duration
	)
	cmd := &cobra.Command{
		Use:   "resume ID",
		Short: "Run what is left of a group that 'bunch run' began",
		Long: `Resume runs the tasks of a group that are not ready, with the lines, the
command, the directory and the limits of 'bunch run'. What was running when the
first run was killed runs again. With --failed, so does what has failed; what
was revoked stays revoked until 'bunch retry'. A group that is still running
should not be resumed: its tasks would run twice, though each counts once.`,
		Example: `  bunch resume 0193...
  bunch resume --failed --timeout 1h 0193...`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: a.completeGroups,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, id := cmd.Context(), result.ID(args[0])
			if err := checkRun(opts.Concurrency, max(attempts, 1), timeout); err != nil {
				return err
			}
			if err := id.Validate(); err != nil {
				return err
			}
			return a.change(ctx, true, func(s *share) error {
				saved, err := s.Restore(ctx, id)
				if errors.Is(err, result.ErrNotFound) {
					return unknown(id)
				}
				if err != nil {
					return err
				}
				j, err := parseJob(saved)
				if err == nil {
					err = j.check()
				}
				if err != nil {
					return err
				}
				if attempts > 0 {
					j.Attempts = attempts
				}
				if cmd.Flags().Changed("timeout") {
					j.Timeout = timeout
				}
				return a.drive(ctx, j, opts, false, func(o *group.RunOptions) (*group.Result, error) {
					return group.Resume(ctx, s, id, j.run, o)
				})
			})
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&opts.Failed, "failed", false, "also run again what has failed")
	flags.IntVarP(&opts.Concurrency, "jobs", "j", runtime.NumCPU(), "commands to run at once")
	flags.IntVar(&attempts, "attempts", 0, "tries of a task that fails (default as it was run)")
	flags.DurationVar(&timeout, "timeout", 0, "per command; 0: never (default as it was run)")
	return cmd
}

// unknown is the error for an id that names nothing here.
func unknown(id result.ID) error {
	return fmt.Errorf("%q: %w; 'bunch ls' lists the groups", string(id), result.ErrNotFound)
}
