package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/seed-1c955bc8/bunch/store"
)

func (a *app) compactVerb() *cobra.Command {
	var full bool
	cmd := &cobra.Command{
		Use:   "compact",
		Short: "Give the space of what was deleted back to the disk",
		Long: `Compact removes what has expired, and the marks of forgotten results that no
group names, and gives their space back. It is never needed: the store does the
same in time while it is written to.

With --full it copies everything into new files and puts those in the place of
the old ones once they are verified. That needs room for the copy, and gives
back the last few percent. However it ends, the store is as before or as after.`,
		Example: `  bunch purge --yes 0193... && bunch compact
  bunch compact --full`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			dir, err := a.place.path()
			if err != nil {
				return err
			}
			how := store.Light
			if full {
				how = store.Full
			}
			before, removed := diskBytes(dir), 0
			err = a.upkeep(cmd.Context(), a.there, false, func(e engine) (err error) {
				var m meter
				defer m.clear()
				removed, err = e.Compact(cmd.Context(), how, m.step)
				return err
			})
			if err != nil {
				return err
			}
			after := diskBytes(dir)
			if a.output == asJSON {
				return a.line(fmt.Appendf(nil, `{"removed":%d,"before_bytes":%d,"after_bytes":%d}`, removed, before, after))
			}
			return a.text(fmt.Sprintf("%s on disk before, %s after; %d expired or forgotten removed", size(before), size(after), removed))
		},
	}
	cmd.Flags().BoolVar(&full, "full", false, "copy everything into new files")
	return cmd
}
