package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

func (a *app) deleteVerb() *cobra.Command {
	return a.changeVerb(change{
		use:   "delete ID...",
		short: "Remove a saved group and keep its results",
		long: `Delete removes a saved group. The results of its tasks stay, 'bunch results
TASK' still finds each; 'bunch purge' removes them too.`,
		example: `  bunch delete --yes 0193...`,
		past:    "deleted",
		object:  func(_ int, id string) string { return id },
		saved:   true,
		count:   func(result.Progress) int { return 1 },
		do:      func(ctx context.Context, r *group.Result) (result.Outcome, error) { return r.Delete(ctx) },
	})
}
