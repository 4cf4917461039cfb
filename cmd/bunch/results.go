package main

import (
	"github.com/spf13/cobra"

	"github.com/seed-1c955bc8/bunch/encoding/jsonline"
	"github.com/seed-1c955bc8/bunch/result"
)

func (a *app) resultsVerb() *cobra.Command {
	var follow bool
	cmd := &cobra.Command{
		Use:   "results ID",
		Short: "Print the result of every task of a group, one a line",
		Long: `Results prints the results of a group's tasks in member order, those that are
not ready too, or the result of one task. With --follow it prints those that
are ready, then the others as they become so, each once, and ends when all are.

The form is a line of JSON each unless -o says otherwise: id, state, input (of
a group that 'bunch run' made, the line), value or error, traceback, done,
attempt, forgotten. With -o raw only values are printed, as 'bunch join -o raw'
does.`,
		Example: `  bunch results 0193... | jq -r 'select(.state == "FAILURE") | .input'
  bunch results -o table 0193...
  bunch results --follow --timeout 1h 0193...`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: a.completeGroups,
	}
	cmd.Flags().BoolVar(&follow, "follow", false, "print what is ready, then the rest as it becomes so")
	timeout := timeoutFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ctx, id := cmd.Context(), result.ID(args[0])
		limit, err := timeout()
		if err != nil {
			return err
		}
		if limit != nil && !follow {
			return usage("--timeout needs --follow: without it, results does not wait")
		}
		if err := id.Validate(); err != nil {
			return err
		}
		return a.read(ctx, func(s *share) error {
			t, err := find(ctx, s, id)
			if err != nil {
				return err
			}
			out := a.resultWriter()
			if !follow {
				for r, err := range s.Results(ctx, t.tree, result.Filter{Inputs: true}) {
					if err == nil {
						err = out.write(r)
					}
					if err != nil {
						return err
					}
				}
				return out.flush()
			}
			f := follower{s: s, out: out, given: map[result.ID]bool{}}
			if t, err = f.follow(ctx, t, s.limit(limit)); err != nil {
				return gaveUp(ctx, s, t, limit, err)
			}
			p, err := handle(s, t).Progress(ctx)
			if err != nil {
				return err
			}
			return verdict(id, p)
		})
	}
	return cmd
}

// resultWriter writes results, one by one, in the form that was asked for.
type resultWriter struct {
	a     *app
	table *columns
}

func (a *app) resultWriter() *resultWriter {
	w := &resultWriter{a: a}
	if a.output == asTable {
		w.table = a.columns("TASK", "STATE", "INPUT", "VALUE")
	}
	return w
}

func (w *resultWriter) write(r result.Async) error {
	switch {
	case w.table != nil:
		return w.table.add(string(r.ID), string(r.State), cut(summary(result.Async{Value: r.Input}), 16), summary(r))
	case w.a.output == asRaw:
		if r.State.Ready() {
			return w.a.raw(r)
		}
		return nil
	}
	line, err := jsonline.AppendResult(nil, r)
	if err != nil {
		return err
	}
	return w.a.line(line)
}

func (w *resultWriter) flush() error {
	if w.table != nil {
		if err := w.table.flush(); err != nil {
			return err
		}
	}
	return w.a.out.Flush()
}
