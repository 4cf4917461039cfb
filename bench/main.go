package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/seed-1c955bc8/bunch/bench/suite"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() error {
	if spec := os.Getenv(readerVar); spec != "" {
		return reader(spec)
	}
	quick := flag.Bool("quick", false, "a short run: no peers but SQLite and bbolt, smaller groups, fewer rounds, not "+strings.Join(slow, ", "))
	output := flag.String("o", "table", "print a table, bench (lines for benchstat) or json")
	plots := flag.String("plot", "", "draw plots into this folder")
	save := flag.String("results", "", "write json, table, bench, plots and what they were measured on into this folder")
	readme := flag.String("readme", "", "measure nothing: put the figures that are in -results into this file")
	only := flag.String("ops", "", "measure these operations, separated by commas; empty: all")
	engines := flag.String("engines", "", "measure these engines, separated by commas; empty: all")
	dir := flag.String("dir", "", "put the engines' files here; empty: the system's folder for temporary files")
	flag.Parse()
	if flag.NArg() > 0 {
		return fmt.Errorf("unknown argument %q", flag.Arg(0))
	}
	if *readme != "" {
		return updateReadme(*readme, *save)
	}
	write := map[string]func(io.Writer, []Row) error{"table": writeTable, "json": writeJSON, "bench": writeBench}[*output]
	if write == nil {
		return fmt.Errorf("-o %s: it is table, bench or json", *output)
	}
	began := time.Now()
	list, err := measure(*quick, *dir, among(*only), among(*engines))
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return fmt.Errorf("nothing was measured: this run has no operation among -ops %q with an engine among -engines %q", *only, *engines)
	}
	fmt.Fprintf(os.Stderr, "%d figures in %v\n", len(list), time.Since(began).Round(time.Second))
	if *plots != "" {
		if err := drawPlots(*plots, list); err != nil {
			return err
		}
	}
	if *save != "" {
		if err := saveResults(*save, list); err != nil {
			return err
		}
	}
	return write(os.Stdout, list)
}

// among tells whether a name is in a list, which names all if it is empty.
func among(list string) func(name string) bool {
	names := strings.Split(list, ",")
	return func(name string) bool { return list == "" || slices.Contains(names, name) }
}

// measure holds the contests, one after the other.
func measure(quick bool, dir string, op, engine func(string) bool) (all []Row, err error) {
	p := plan{rounds: 7, few: 3, target: 150 * time.Millisecond, dir: dir}
	if quick {
		p.rounds, p.few, p.target = 4, 1, 25*time.Millisecond
	}
	root, err := moduleRoot()
	if err != nil {
		return nil, err
	}
	others := peersOf(root)
	defer func() {
		for _, o := range others {
			err = errors.Join(err, o.end())
		}
	}()
	for _, w := range workloads(quick) {
		if !op(w.Op) {
			continue
		}
		var entrants []*entrant
		for _, name := range w.Engines {
			if engine(name) {
				entrants = append(entrants, find(w, name, others))
			}
		}
		began := time.Now()
		fmt.Fprintf(os.Stderr, "%-28v", w)
		if err := contest(p, w, entrants); err != nil {
			return nil, err
		}
		list := rows(w, entrants)
		fmt.Fprintf(os.Stderr, "%5.1fs", time.Since(began).Seconds())
		for _, r := range list {
			fmt.Fprintf(os.Stderr, "  %s %s", r.Engine, r.figure())
		}
		fmt.Fprintln(os.Stderr)
		all = append(all, list...)
	}
	return all, nil
}

// find makes the engine of this name an entrant.
func find(w suite.Workload, name string, others []*peers) *entrant {
	for _, s := range specials[w.Op] {
		if s.Name == name {
			return &entrant{kind: s.Kind, missing: s.Missing, start: s.start}
		}
	}
	for _, k := range slices.Concat(ours, floors) {
		if k.Name == name {
			return &entrant{kind: k, start: func(w suite.Workload, dir string) (suite.Session, error) {
				return suite.Start(k, w, dir)
			}}
		}
	}
	for _, o := range others {
		if slices.Contains(o.names, name) {
			return o.entrant(name)
		}
	}
	return &entrant{kind: suite.Kind{Name: name}, missing: "nobody has it"}
}

// moduleRoot is where this module's source is: the peers are built from there.
func moduleRoot() (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/seed-1c955bc8/bunch").Output()
	if err != nil {
		return "", fmt.Errorf("the benchmark runs from a checkout of the module: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}
