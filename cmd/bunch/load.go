package main

import (
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/seed-1c955bc8/bunch/store"
)

func (a *app) loadVerb() *cobra.Command {
	return &cobra.Command{
		Use:   "load FILE",
		Short: "Fill an empty store with a backup",
		Long: `Load reads what 'bunch backup' wrote into a store that has nothing in it, or is
not there yet; - is standard input. Nothing is loaded unless all of the file is
whole, its checksums are right, and 'bunch check' would find nothing in it.`,
		Example: `  bunch --store copy load bunch-2026-11-24.backup
  age -d -i key.txt store.age | bunch --store copy load -`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			in, total := io.Reader(input{cmd.Context(), a.in}), int64(-1)
			if args[0] != "-" {
				f, err := os.Open(args[0])
				if err != nil {
					return err
				}
				defer f.Close()
				if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
					total = info.Size()
				}
				in = f
			}
			var h store.BackupHeader
			m := meter{bytes: true}
			r := &metered{r: in, total: total, meter: &m}
			err := a.upkeep(cmd.Context(), a.place.path, false, func(e engine) (err error) {
				defer m.clear()
				h, err = e.Load(cmd.Context(), r)
				if r.n > 0 {
					err = final(err, "try again, which is refused if all is there already")
				}
				return err
			})
			if err != nil {
				return err
			}
			return a.showBackup("loaded", h, r.n)
		},
	}
}
