package main

import (
	"bufio"
	"strings"
	"testing"

	"github.com/seed-1c955bc8/bunch/store"
)

// TestShowChecked: what is wrong with a store is a table within 80 columns, or
// JSON, and an error that says what to do; nothing in it steers a terminal. No
// command makes a store like that: those are made in package store.
func TestShowChecked(t *testing.T) {
	t.Setenv("COLUMNS", "80")
	found := store.Checked{Records: 9, Groups: 2, Results: 5, Found: 3, Findings: []store.Finding{
		{Invariant: "I4", ID: "night \x1b[31m", What: "its counts are not those of its results: 1 of 3 ready, 0 forgotten; recounted 2 of 3, 0"},
		{Invariant: "I8", ID: "task-1", What: "its result is lost", Lost: true},
	}}
	show := func(output string, c store.Checked, repaired bool) (string, error) {
		var out strings.Builder
		a := &app{output: output, out: bufio.NewWriter(&out), place: place{dir: "/the store"}}
		err := a.showChecked(c, repaired)
		_ = a.out.Flush()
		return out.String(), err
	}
	got, err := show("", found, false)
	want := `RULE  LOST  ABOUT          WHAT
I4          night \x1b[31m its counts are not those of its results: 1 of 3 rea…
I8    lost  task-1         its result is lost
and 1 more
9 records, 2 groups, 5 results: 3 found
`
	if strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(want), " ") || strings.Contains(got, "\x1b") {
		t.Errorf("got\n%s", got)
	}
	for line := range strings.Lines(got) {
		if len([]rune(line)) > 81 {
			t.Errorf("longer than 80 columns: %s", line)
		}
	}
	if err == nil || exitCode(err) != exitError || !strings.Contains(err.Error(), "bunch check --store '/the store' --repair") {
		t.Errorf("error %v", err)
	}
	got, err = show(asJSON, found, true)
	if want := `"found":3,"repaired":true,"findings":[{"rule":"I4","id":"night \u001b[31m",`; exitCode(err) != exitError || !strings.Contains(got, want) {
		t.Errorf("got %s, %v", got, err)
	}
	found.Findings = found.Findings[:1]
	if _, err := show("", found, true); err != nil {
		t.Errorf("nothing is lost: %v", err)
	}
	if _, err := show("", store.Checked{Records: 9}, false); err != nil {
		t.Errorf("a clean store: %v", err)
	}
}
