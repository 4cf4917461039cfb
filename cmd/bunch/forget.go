package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

func (a *app) forgetVerb() *cobra.Command {
	return a.changeVerb(change{
		use:   "forget ID...",
		short: "Drop the results and keep the group",
		long: `Forget drops the results of a group's tasks, and of the tasks that came before
each in a chain. The group stays. What was forgotten takes no report until
'bunch retry'. The id may also be that of a nested group or a task. --dry-run
counts the group's own tasks.`,
		example: `  bunch forget --dry-run 0193...`,
		past:    "forgot",
		object:  func(n int, id string) string { return fmt.Sprintf("%d results of %s", n, id) },
		count:   func(p result.Progress) int { return p.Leaves.Total() - p.Leaves.Forgotten },
		do:      func(ctx context.Context, r *group.Result) (result.Outcome, error) { return r.Forget(ctx) },
	})
}
