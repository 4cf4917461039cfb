package main

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/seed-1c955bc8/bunch/encoding/jsonline"
	"github.com/seed-1c955bc8/bunch/result"
)

// stats is what is in a store.
type stats struct {
	dir                                 string
	groups, running, successful, failed int
	tasks                               result.Progress // of all groups; a task in two groups is counted twice
	bytes                               int64           // on disk
}

func (a *app) statsVerb() *cobra.Command {
	return &cobra.Command{
		Use:     "stats",
		Short:   "Show what is in the store, and how much disk it takes",
		Example: "  bunch stats -o json",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			dir, err := a.place.path()
			if err != nil {
				return err
			}
			st := stats{dir: dir}
			err = a.read(ctx, func(s *share) error {
				for query := (result.Query{Limit: 10_000}); ; {
					page, next, err := s.List(ctx, query)
					if err != nil {
						return err
					}
					for _, g := range page {
						st.add(g.Progress)
					}
					if query.Cursor = next; next == "" {
						return nil
					}
				}
			})
			if err != nil {
				return err
			}
			st.bytes = diskBytes(dir)
			return a.showStats(st)
		},
	}
}

func (st *stats) add(p result.Progress) {
	st.groups++
	for phase, n := range map[result.Phase]*int{result.Running: &st.running, result.Successful: &st.successful, result.Failed: &st.failed} {
		if phase.Takes(p) {
			*n++
		}
	}
	for s, n := range p.Leaves.All() {
		st.tasks.Leaves = st.tasks.Leaves.Add(s, n)
	}
	st.tasks.Leaves.Forgotten += p.Leaves.Forgotten
	st.tasks.Total += p.Total
	st.tasks.Completed += p.Completed
}

// diskBytes adds up what the files of a directory occupy. Files may go while it
// looks; those are left out.
func diskBytes(dir string) (n int64) {
	if real, err := filepath.EvalSymlinks(dir); err == nil { // the walk follows none
		dir = real
	}
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			if info, err := d.Info(); err == nil {
				n += allocated(info)
			}
		}
		return nil
	})
	return n
}

func (a *app) showStats(st stats) error {
	if a.output == asJSON {
		b := jsonline.AppendText([]byte(`{"store":`), st.dir)
		b = fmt.Appendf(b, `,"groups":%d,"running":%d,"successful":%d,"failed":%d,"progress":`, st.groups, st.running, st.successful, st.failed)
		return a.line(fmt.Appendf(jsonline.AppendProgress(b, st.tasks), `,"disk_bytes":%d}`, st.bytes))
	}
	for _, row := range [][2]string{
		{"store", st.dir},
		{"groups", fmt.Sprintf("%d: %d running, %d successful, %d with failures", st.groups, st.running, st.successful, st.failed)},
		{"tasks", number(st.tasks)},
		{"on disk", size(st.bytes)},
	} {
		if err := a.text(fmt.Sprintf("%-8s %s", row[0], row[1])); err != nil {
			return err
		}
	}
	return nil
}

// size writes a number of bytes for people.
func size(n int64) string {
	switch {
	case n >= 10<<20:
		return strconv.FormatInt(n>>20, 10) + " MiB"
	case n >= 10<<10:
		return strconv.FormatInt(n>>10, 10) + " KiB"
	}
	return strconv.FormatInt(n, 10) + " bytes"
}
