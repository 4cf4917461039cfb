package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

func (a *app) retryVerb() *cobra.Command {
	return a.changeVerb(change{
		use:   "retry ID...",
		short: "Reopen the tasks that failed, were revoked or forgotten",
		long: `Retry reopens every task of a group that is FAILURE, REVOKED or forgotten,
under the next attempt number. Nothing reopens a SUCCESS. The id may also be
that of a nested group or a task. 'bunch resume' then runs what 'bunch run' had
begun.`,
		example: `  bunch retry --yes 0193... && bunch resume 0193...`,
		past:    "reopened",
		object:  func(n int, id string) string { return fmt.Sprintf("%d tasks of %s", n, id) },
		count:   func(p result.Progress) int { return notSucceeded(p) + p.Leaves.Forgotten },
		do:      func(ctx context.Context, r *group.Result) (result.Outcome, error) { return r.Retry(ctx) },
	})
}
