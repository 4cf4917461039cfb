package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

func (a *app) purgeVerb() *cobra.Command {
	return a.changeVerb(change{
		use:   "purge ID...",
		short: "Remove a saved group and its results",
		long: `Purge removes a saved group and drops the results of its tasks, and of the
tasks that came before each in a chain, in one step. --dry-run counts the
group's own tasks.`,
		example: `  bunch purge --dry-run 0193...
  bunch ls --state successful --older 30d -o raw | xargs bunch purge --yes`,
		past:   "purged",
		object: func(n int, id string) string { return fmt.Sprintf("%s and %d results", id, n) },
		saved:  true,
		count:  func(p result.Progress) int { return p.Leaves.Total() - p.Leaves.Forgotten },
		do:     func(ctx context.Context, r *group.Result) (result.Outcome, error) { return r.Purge(ctx) },
	})
}
