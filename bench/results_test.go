package main

import (
	"os"
	"strings"
	"testing"

	"github.com/seed-1c955bc8/bunch/bench/suite"
)

// TestReadmeHasTheResults: the README's figures are those of the run that is kept
// in results, as go generate puts them there.
func TestReadmeHasTheResults(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	want, err := withFigures(string(text), "results")
	if err != nil {
		t.Fatal(err)
	}
	if want != string(text) {
		t.Error("README.md has other figures than bench/results: run go generate ./bench")
	}
}

// TestSaveResults: a run is kept, and its figures come into a README, twice the
// same.
func TestSaveResults(t *testing.T) {
	dir := t.TempDir()
	list := rows(suite.Workload{Op: "report", Reporters: 64}, []*entrant{
		entered("bunch", true, 1000, 3000, 2000), entered("floor", true, 1500), entered("sqlite-mattn", true, 30_000)})
	if err := saveResults(dir, list); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"results.json", "results.txt", "bench.txt", "machine.txt", "report.svg", "peers.svg"} {
		if info, err := os.Stat(dir + "/" + name); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	text, err := withFigures("a\n"+readmeBegin+"old\n"+readmeEnd+"z\n", dir)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(text, "waits for its own | 2 µs | floor 0.75, sqlite-mattn 15 |") || strings.Contains(text, "old") ||
		!strings.HasPrefix(text, "a\n") || !strings.HasSuffix(text, "z\n") {
		t.Errorf("README:\n%s", text)
	}
	if again, err := withFigures(text, dir); err != nil || again != text {
		t.Errorf("the second time it differs: %v\n%s", err, again)
	}
	if _, err := withFigures("no lines", dir); err == nil {
		t.Error("no error for a README without the lines")
	}
}
