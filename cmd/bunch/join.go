package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-1c955bc8/bunch/encoding/jsonline"
	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

func (a *app) joinVerb() *cobra.Command {
	var opts group.JoinOptions
	cmd := &cobra.Command{
		Use:   "join ID",
		Short: "Wait for a group and print the values of its tasks in order",
		Long: `Join waits until every task of a group is ready and prints their values in
member order. As soon as one has failed or was revoked, join fails with exit
code 3; --no-propagate waits for all and prints failures in their places.

With -o json the values are one array, nested groups arrays in it, a failure an
object with exc_type and exc_message; if join fails, there is {"error": ...}
instead. With -o raw text is printed as it is, and of a command its output.
While it waits, others may use the store.`,
		Example: `  bunch join -o json 0193... | jq length
  bunch join -o raw 0193...             what the commands wrote
  bunch join --timeout 0 --no-propagate 0193...`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: a.completeGroups,
	}
	cmd.Flags().BoolVar(&opts.NoPropagate, "no-propagate", false, "print failures in their places")
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
			t, results, err := join(ctx, s, id, s.limit(limit), &opts)
			var failed *result.MemberError
			if errors.As(err, &failed) {
				return a.raised(failed)
			}
			if err != nil {
				return gaveUp(ctx, s, t, limit, err)
			}
			return a.joined(t.tree, results)
		})
	}
	return cmd
}

// join waits for what id names. If it has grown by then, it waits for the rest too.
func join(ctx context.Context, s *share, id result.ID, limit *time.Duration, opts *group.JoinOptions) (target, []result.Async, error) {
	waiting, cancel := until(ctx, limit)
	defer cancel()
	t, err := find(ctx, s, id)
	for err == nil {
		var results []result.Async
		if results, err = handle(s, t).Join(waiting, opts); err != nil {
			break
		}
		var now target
		if now, err = find(ctx, s, id); err == nil && now.tree.Equal(t.tree) {
			return t, results, nil
		}
		t = now
	}
	return t, nil, err
}

// raised tells of the member that ended a join.
func (a *app) raised(e *result.MemberError) error {
	if a.output == asJSON {
		line := jsonline.AppendText([]byte(`{"error":{"id":`), string(e.ID))
		line = jsonline.AppendReason(append(line, ','), e.State, e.Err)
		if err := a.line(append(line, "}}"...)); err != nil {
			return err
		}
	}
	return exitf(exitFailed, "task %q: %s: %s", string(e.ID), e.State, reason(e.Err))
}

// joined writes the values.
func (a *app) joined(tree result.Tree, results []result.Async) error {
	switch a.output {
	case asJSON:
		b, err := appendNested(nil, tree, results)
		if err != nil {
			return err
		}
		return a.line(b)
	case asRaw:
		for _, r := range results {
			if err := a.raw(r); err != nil {
				return err
			}
		}
		return nil
	}
	table := a.columns("TASK", "STATE", "VALUE")
	for _, r := range results {
		if err := table.add(string(r.ID), string(r.State), summary(r)); err != nil {
			return err
		}
	}
	return table.flush()
}

// appendNested appends the values in the shape of the tree, however deep.
func appendNested(dst []byte, tree result.Tree, results []result.Async) (_ []byte, err error) {
	if !tree.IsGroup() {
		dst = append(dst, '[')
	}
	sep := ""
	for s := range tree.Walk() {
		if s.Leave {
			dst, sep = append(dst, ']'), ", "
			continue
		}
		if s.Tree.IsGroup() {
			dst, sep = append(append(dst, sep...), '['), ""
			continue
		}
		for _, r := range results[:s.Tree.LeafCount()] {
			dst, sep = append(dst, sep...), ", "
			if r.State.Propagates() {
				dst = append(jsonline.AppendReason(append(dst, '{'), r.State, r.Error), '}')
			} else if dst, err = jsonline.AppendValue(dst, r.Value); err != nil {
				return nil, fmt.Errorf("value of task %q: %w", string(r.ID), err)
			}
		}
		results = results[s.Tree.LeafCount():]
	}
	if !tree.IsGroup() {
		dst = append(dst, ']')
	}
	return dst, nil
}
