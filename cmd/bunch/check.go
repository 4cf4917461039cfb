package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/seed-1c955bc8/bunch/encoding/jsonline"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store"
)

func (a *app) checkVerb() *cobra.Command {
	var repair bool
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Verify all that is in the store, and repair it",
		Long: `Check reads the whole store and verifies what the program relies on: checksums,
counts against a recount of the results, who names whom both ways, the pieces of
trees and long values. It lists what it finds and ends with 1 if that is
anything.

With --repair it rebuilds what can be derived from trees and results, and
removes what cannot be read and what belongs to nothing. What is LOST cannot be
derived; a result that is lost counts as forgotten until 'bunch retry', and
repairing ends with 1. Make a copy of the store's directory before. A store too
damaged to open is made anew of what can be read, block by block; what of its
files cannot is listed as LOST, and the damaged files stay in the folder
"damaged" in it.`,
		Example: `  bunch check
  bunch check --repair
  bunch check -o json | jq .findings`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var found store.Checked
			opened := false
			work := func(e engine) (err error) {
				opened = true
				found, err = examine(cmd.Context(), e, repair)
				if repair { // what it has repaired it would not list again
					err = final(err, "part of it may be repaired, run it again")
				}
				return err
			}
			err := a.upkeep(cmd.Context(), a.there, !repair, work)
			var lost []store.Finding
			if repair && errors.Is(err, result.ErrCorrupt) && !opened {
				if lost, err = a.recover(err); err == nil {
					err = a.upkeep(cmd.Context(), a.there, false, work)
				}
			}
			if err != nil {
				return err
			}
			found.Findings, found.Found = append(lost, found.Findings...), found.Found+len(lost)
			return a.showChecked(found, repair)
		},
	}
	cmd.Flags().BoolVar(&repair, "repair", false, "put right what can be, remove what cannot")
	return cmd
}

// recover makes a store that cannot be opened, because of why, one that can.
func (a *app) recover(why error) (lost []store.Finding, err error) {
	dir, err := a.there()
	if err != nil {
		return nil, err
	}
	o, err := a.place.options()
	if err == nil {
		lost, err = store.Recover(dir, o)
	}
	if err == nil {
		a.note("%s", message(why))
		a.note("what could be read of it is used from now on; the damaged files are in %q", filepath.Join(dir, "damaged"))
	}
	return lost, err
}

// examine checks or repairs a store, with a bar.
func examine(ctx context.Context, e engine, repair bool) (store.Checked, error) {
	var m meter
	defer m.clear()
	if repair {
		return e.Repair(ctx, m.step)
	}
	return e.Check(ctx, m.step)
}

// showChecked writes what was found. What is not repaired is an error.
func (a *app) showChecked(c store.Checked, repaired bool) (err error) {
	if a.output == asJSON {
		err = a.line(appendChecked(nil, c, repaired))
	} else {
		err = a.tableChecked(c, repaired)
	}
	if err != nil || c.Clean() {
		return err
	}
	if repaired {
		if slices.ContainsFunc(c.Findings, func(f store.Finding) bool { return f.Lost }) {
			return exitf(exitError, "the store is repaired, and what is marked lost is gone: only a backup has it")
		}
		return nil
	}
	return exitf(exitError, "the store is not clean: 'bunch check%s --repair' puts right what can be; copy the directory before", a.place.flags())
}

func (a *app) tableChecked(c store.Checked, repaired bool) error {
	table := a.columns("RULE", "LOST", "ABOUT", "WHAT")
	for _, f := range c.Findings {
		lost := ""
		if f.Lost {
			lost = "lost"
		}
		if err := table.add(f.Invariant, lost, string(f.ID), f.What); err != nil {
			return err
		}
	}
	if err := table.flush(); err != nil {
		return err
	}
	if n := c.Found - len(c.Findings); n > 0 {
		if err := a.text(fmt.Sprintf("and %d more", n)); err != nil {
			return err
		}
	}
	verb := "found"
	if repaired {
		verb = "repaired"
	}
	return a.text(fmt.Sprintf("%d %s, %d %s, %d %s: %d %s", c.Records, plural(c.Records, "record"),
		c.Groups, plural(c.Groups, "group"), c.Results, plural(c.Results, "result"), c.Found, verb))
}

func appendChecked(dst []byte, c store.Checked, repaired bool) []byte {
	dst = fmt.Appendf(dst, `{"records":%d,"groups":%d,"results":%d,"found":%d,"repaired":%t,"findings":[`, c.Records, c.Groups, c.Results, c.Found, repaired)
	for i, f := range c.Findings {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = jsonline.AppendText(append(dst, `{"rule":`...), f.Invariant)
		dst = jsonline.AppendText(append(dst, `,"id":`...), string(f.ID))
		dst = jsonline.AppendText(append(dst, `,"what":`...), f.What)
		dst = fmt.Appendf(dst, `,"lost":%t}`, f.Lost)
	}
	return append(dst, "]}"...)
}
