package main

import (
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/group"
)

const runLong = `Run makes one task of every line of standard input (empty lines do not count),
saves them as a group, runs them, and records each result as it comes. If it is
killed, 'bunch resume' runs what is left and nothing that succeeded.

The line replaces {} wherever that stands in the arguments; where it stands
nowhere, the line becomes the last argument. No shell is involved, unless CMD
is one: then prefer sh -c 'echo "$1"' sh {} to {} within the script, since a
line may hold anything. Without CMD, each line is itself a command for the
shell.

A task's value is {"exit", "output", "truncated", "duration"}: the exit code,
what the command wrote to standard output and error, whether that was over 64
KiB and its middle left out, and seconds. Output that is not UTF-8 is kept as
bytes, base64 in JSON. An exit code other than 0 is a FAILURE, an ExitError,
and more than --timeout a TimeLimitExceeded, with exc_message [exit, output,
truncated, duration].

Commands run in this directory, now and when resumed, with an empty standard
input and the task's id in $BUNCH_TASK. The group's id is the first line of
output. Ctrl-C ends the commands; what it interrupted is not recorded.`

const runExample = `  ls *.wav | bunch run -- flac --best {}
  find . -name '*.jpg' -print0 | bunch run -0 -j 8 --label set=2026 -- jpegoptim
  printf 'make a\nmake b\n' | bunch run --attempts 3 --timeout 10m`

func (a *app) runVerb() *cobra.Command {
	var (
		labels []string
		nul    bool
		opts   group.RunOptions
		j      = job{Kind: jobKind}
	)
	cmd := &cobra.Command{
		Use:     "run [flags] [-- CMD ARGS...]",
		Short:   "Run a command for every line of input, durably",
		Long:    runLong,
		Example: runExample,
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			ctx := cmd.Context()
			if opts.Labels, err = parseLabels(labels); err != nil {
				return err
			}
			if err := checkRun(opts.Concurrency, j.Attempts, j.Timeout); err != nil {
				return err
			}
			j.Argv = args
			if j.Dir, err = os.Getwd(); err != nil {
				return err
			}
			if err := j.check(); err != nil {
				return err
			}
			if opts.Note, err = encoding.Marshal(j); err != nil {
				return usage("the command and its directory must be UTF-8: %v", err)
			}
			if isTerminal(a.in) {
				a.note("reading lines from the terminal; Ctrl-D ends them")
			}
			lines, err := readLines(ctx, a.in, nul)
			if err != nil {
				return err
			}
			inputs := make([]any, len(lines))
			for i, line := range lines {
				inputs[i] = textOrBytes([]byte(line))
			}
			return a.make(ctx, true, func(s *share) error {
				return a.drive(ctx, j, opts, true, func(o *group.RunOptions) (*group.Result, error) {
					return group.Run(ctx, s, inputs, j.run, o)
				})
			})
		},
	}
	flags := cmd.Flags()
	flags.SetInterspersed(false) // the flags after CMD are its own
	flags.IntVarP(&opts.Concurrency, "jobs", "j", runtime.NumCPU(), "commands to run at once")
	flags.StringArrayVar(&labels, "label", nil, "K=V to find the group by; may be repeated")
	flags.IntVar(&j.Attempts, "attempts", 1, "tries of a task that fails")
	flags.DurationVar(&j.Timeout, "timeout", 0, "end a command after this long (30s); 0: never")
	flags.BoolVarP(&nul, "null", "0", false, "lines end in NUL bytes, as find -print0 writes them")
	return cmd
}

func checkRun(jobs, attempts int, timeout time.Duration) error {
	switch {
	case jobs < 1:
		return usage("--jobs %d: at least 1", jobs)
	case attempts < 1:
		return usage("--attempts %d: at least 1", attempts)
	case timeout < 0:
		return usage("--timeout %v: it cannot be negative", timeout)
	}
	return nil
}

// parseLabels reads the K=V of --label.
func parseLabels(list []string) (map[string]string, error) {
	labels := map[string]string{}
	for _, l := range list {
		k, v, ok := strings.Cut(l, "=")
		if !ok || k == "" {
			return nil, usage("--label %q: it is KEY=VALUE", l)
		}
		labels[k] = v
	}
	return labels, nil
}
