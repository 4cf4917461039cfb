package main

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// TestHelp: every verb has an example, and its help fits a terminal of 80 columns.
func TestHelp(t *testing.T) {
	dir := t.TempDir()
	root := (&app{}).root()
	for _, c := range root.Commands() {
		if c.Example == "" {
			t.Errorf("%s: no example", c.Name())
		}
		out, _ := bunch(t, dir, exitDone, "", "help", c.Name())
		for line := range strings.Lines(out) {
			if utf8.RuneCountInString(line) > 81 {
				t.Errorf("%s: longer than 80 columns: %s", c.Name(), line)
			}
		}
	}
}
