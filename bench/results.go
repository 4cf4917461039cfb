package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
)

// The files of a run that is kept:
//
//	results.json   what -o json prints
//	results.txt    what -o table prints
//	bench.txt      what -o bench prints
//	machine.txt    machine, versions, commit
//	*.svg          the plots
const (
	resultsJSON = "results.json"
	machineFile = "machine.txt"
)

func saveResults(dir string, list []Row) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	machine := describe() // before the files change the tree
	for name, write := range map[string]func(io.Writer, []Row) error{
		resultsJSON: writeJSON, "results.txt": writeTable, "bench.txt": writeBench,
		machineFile: func(w io.Writer, _ []Row) error { _, err := io.WriteString(w, machine); return err },
	} {
		var b bytes.Buffer
		if err := write(&b, list); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return drawPlots(dir, list)
}

// The README's figures stand between these lines.
const (
	readmeBegin = "<!-- begin: figures, by go generate ./bench -->\n"
	readmeEnd   = "<!-- end: figures -->\n"
)

// updateReadme puts the figures of a run that was kept into a file.
func updateReadme(path, dir string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	updated, err := withFigures(string(text), dir)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.WriteFile(path, []byte(updated), 0o644)
}

// withFigures returns a README's text with the figures of the run kept in dir,
// and without any if none is.
func withFigures(text, dir string) (string, error) {
	before, rest, ok := strings.Cut(text, readmeBegin)
	_, after, ended := strings.Cut(rest, readmeEnd)
	if !ok || !ended {
		return "", errors.New("the lines between which figures stand are missing")
	}
	raw, err := os.ReadFile(filepath.Join(dir, resultsJSON))
	if errors.Is(err, fs.ErrNotExist) {
		return before + readmeBegin + readmeEnd + after, nil // no run is kept: no figures
	}
	if err != nil {
		return "", err
	}
	var list []Row
	if err := json.Unmarshal(raw, &list); err != nil {
		return "", err
	}
	machine, err := os.ReadFile(filepath.Join(dir, machineFile))
	if err != nil {
		return "", err
	}
	return before + readmeBegin + figures(list, string(machine)) + readmeEnd + after, nil
}

// shown are the README's rows.
var shown = []struct {
	op, what, engine string
	n                int
	peers            []string
}{
	{"report", "report, 64 goroutines, each waits for its own", "bunch", 64, []string{"floor", "sqlite-mattn", "bbolt", "redis-always", "celery-redis"}},
	{"report", "the same, 512 goroutines", "bunch", 512, []string{"floor", "sqlite-mattn", "bbolt", "redis-always"}},
	{"report", "the same, 64, not synced", "bunch-nosync", 64, []string{"floor-nosync", "redis-off", "celery-redis"}},
	{"save", "save a group of 1,000,000", "bunch", 1_000_000, []string{"floor"}},
	{"restore-foreign", "restore 10,000 foreign ids, each", "bunch", 10_000, []string{"floor", "sqlite-mattn", "celery-redis"}},
	{"progress", "progress of 10,000", "bunch", 10_000, []string{"floor", "sqlite-mattn", "celery-redis"}},
	{"join", "join 10,000, each", "bunch", 10_000, []string{"floor", "sqlite-mattn", "celery-redis"}},
	{"join", "join 1,000,000, each", "bunch", 1_000_000, []string{"floor", "sqlite-mattn"}},
	{"import", "take over a document of Celery's, groups of nine tasks", "bunch-edge-groups", 200_000, []string{"celery-redis"}},
}

// times is a ratio to two digits: 0.72, 3.4, 25, 3700000.
func times(ratio float64) string {
	if ratio < 10 {
		return fmt.Sprintf("%.2g", ratio)
	}
	digit := math.Pow(10, math.Floor(math.Log10(ratio))-1)
	return fmt.Sprintf("%.0f", math.Round(ratio/digit)*digit)
}

// figures is the README's table: ours, and how many times as long others take.
func figures(list []Row, machine string) string {
	find := func(op, engine string, n int) *Row {
		for i, r := range list {
			if r.Op == op && r.Engine == engine && r.N == n && r.Unit == "" && r.Median != nil {
				return &list[i]
			}
		}
		return nil
	}
	var b strings.Builder
	b.WriteString("\n| one operation | takes | others take, times as long |\n|---|---|---|\n")
	for _, s := range shown {
		ours := find(s.op, s.engine, s.n)
		if ours == nil {
			continue
		}
		var others []string
		for _, name := range s.peers {
			if r := find(s.op, name, s.n); r != nil {
				others = append(others, name+" "+times(*r.Median / *ours.Median))
			}
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", s.what, ours.figure(), strings.Join(others, ", "))
	}
	met, known := 0, 0
	for _, v := range judge(list) {
		if v.known {
			known++
		}
		if v.met() {
			met++
		}
	}
	fmt.Fprintf(&b, "\nMedians of one run, in which all engines took turns; %d of %d bars were met. The whole of it, and what it ran on:\n"+
		"[bench/results](bench/results).\n\n```\n%s```\n\n", met, known, machine)
	return b.String()
}
