package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-1c955bc8/bunch/encoding/jsonline"
	"github.com/seed-1c955bc8/bunch/result"
)

func (a *app) showVerb() *cobra.Command {
	var tree bool
	cmd := &cobra.Command{
		Use:   "show ID...",
		Short: "Show groups: how far they are, and what is in them",
		Long: `Show tells of each group how its tasks stand, when it was made, settled and
will expire, its labels and its parent. With -o json each group is a line: id,
as_tuple, len, children, ready, successful, failed, waiting, completed_count,
progress, parent, created, settled, expires, labels. With -o raw the line is
the tuple. --tree shows the tasks, a run of minted ones in one line.

An id that names nothing is told on standard error, and in the end the exit
code is 5.`,
		Example: `  bunch show 0193...
  bunch show --tree 0193...
  bunch ls -o raw | xargs bunch show -o json`,
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: a.completeGroups,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return a.read(ctx, func(s *share) error {
				first := true
				return a.each(args, func(id result.ID) error {
					t, err := findGroup(ctx, s, id)
					if err != nil {
						return err
					}
					if !first && a.output != asJSON && a.output != asRaw {
						_ = a.text("")
					}
					first = false
					switch {
					case a.output == asRaw:
						return a.line(t.tree.AppendJSON(nil))
					case tree && a.output != asJSON:
						return a.showTree(ctx, s, t)
					}
					p, err := handle(s, t).Progress(ctx)
					if err != nil {
						return err
					}
					if a.output == asJSON {
						return a.line(jsonline.AppendGroup(nil, t.tree, t.own(), p))
					}
					return a.showGroup(t, p)
				})
			})
		},
	}
	cmd.Flags().BoolVar(&tree, "tree", false, "show the tasks and nested groups")
	return cmd
}

// each does something for every id. One that fails is told of and does not keep
// the others from being done; the exit code is that of the first.
func (a *app) each(args []string, do func(result.ID) error) error {
	code := exitDone
	for i, arg := range args {
		id := result.ID(arg)
		err := id.Validate()
		if err == nil {
			err = do(id)
		}
		if err == nil {
			continue
		}
		if c := exitCode(err); i == len(args)-1 && code == exitDone || c != exitNotFound && c != exitUsage {
			return err
		}
		_ = a.out.Flush()
		a.note("%s", message(err))
		if code == exitDone {
			code = exitCode(err)
		}
	}
	if code != exitDone {
		return &exit{code: code}
	}
	return nil
}

// findGroup is find for a verb that makes sense for groups only.
func findGroup(ctx context.Context, s *share, id result.ID) (target, error) {
	t, err := find(ctx, s, id)
	if err == nil && !t.tree.IsGroup() {
		err = fmt.Errorf("%q is a task: %w as a group; 'bunch results' shows tasks", string(id), result.ErrNotFound)
	}
	return t, err
}

// showGroup writes a group for people.
func (a *app) showGroup(t target, p result.Progress) error {
	row := func(name, value string) {
		_ = a.text(fmt.Sprintf("%-9s %s", name, value)) // an error stays with a.out
	}
	row("id", string(t.id()))
	row("state", phase(p))
	row("tasks", number(p))
	if p.Total != p.Leaves.Total() {
		row("members", fmt.Sprintf("%d, %d of them completed", p.Total, p.Completed))
	}
	if parent := t.tree.Parent(); !parent.IsZero() {
		row("parent", string(parent.ID()))
	}
	if !t.whole() {
		row("part of", string(t.saved.ID))
		return nil
	}
	row("created", when(t.saved.Created))
	if !t.saved.Settled.IsZero() {
		row("settled", when(t.saved.Settled))
	}
	if !t.saved.Expires.IsZero() {
		row("expires", t.saved.Expires.Local().Format(time.DateTime))
	}
	if len(t.saved.Labels) > 0 {
		row("labels", labels(t.saved.Labels))
	}
	if j, err := parseJob(t.saved); err == nil {
		row("command", j.String())
		row("directory", j.Dir)
		if j.Timeout > 0 {
			row("timeout", j.Timeout.String())
		}
		if j.Attempts > 1 {
			row("attempts", strconv.Itoa(j.Attempts))
		}
	}
	return nil
}

// number says how many tasks there are, and how they stand.
func number(p result.Progress) string {
	return strings.TrimSuffix(fmt.Sprintf("%d: %s", p.Leaves.Total(), counts(p.Leaves)), ": ")
}

// when writes a moment in the past.
func when(t time.Time) string {
	return fmt.Sprintf("%s (%s ago)", t.Local().Format(time.DateTime), ago(time.Since(t)))
}
