package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

func (a *app) revokeVerb() *cobra.Command {
	return a.changeVerb(change{
		use:   "revoke ID...",
		short: "Call off the tasks that are not ready",
		long: `Revoke records every task of a group that is not ready as REVOKED, at any
depth. The id may also be that of a nested group or a task. Nothing that runs
is stopped, but its report comes too late. 'bunch retry' reopens what was
revoked.`,
		example: `  bunch revoke --dry-run 0193...
  bunch ls --state running --older 7d -o raw | xargs bunch revoke --yes`,
		past:   "revoked",
		object: func(n int, id string) string { return fmt.Sprintf("%d tasks of %s", n, id) },
		count:  func(p result.Progress) int { return p.Leaves.Total() - settled(p) },
		do:     func(ctx context.Context, r *group.Result) (result.Outcome, error) { return r.Revoke(ctx) },
	})
}
