package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/seed-1c955bc8/bunch/encoding/jsonline"
)

func (a *app) versionVerb() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Show the versions of bunch, Go and Badger",
		Example: "  bunch version -o json",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			bunch, badger := "(unknown)", "(unknown)"
			if info, ok := debug.ReadBuildInfo(); ok {
				bunch = info.Main.Version
				for _, dep := range info.Deps {
					if dep.Path == "github.com/dgraph-io/badger/v4" {
						badger = dep.Version
					}
				}
			}
			platform := runtime.GOOS + "/" + runtime.GOARCH
			if a.output == asJSON {
				return a.line(jsonline.AppendAny(nil, map[string]string{"bunch": bunch, "go": runtime.Version(), "badger": badger, "platform": platform}))
			}
			return a.text(fmt.Sprintf("bunch %s, %s, Badger %s, %s", bunch, runtime.Version(), badger, platform))
		},
	}
}
