package main

import (
	"flag"
	"fmt"
	"os"
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
	quick := flag.Bool("quick", false, "a short run")
	output := flag.String("o", "json", "json")
	only := flag.String("ops", "", "measure these operations, separated by commas; empty: all")
	engines := flag.String("engines", "", "measure these engines, separated by commas; empty: all")
	dir := flag.String("dir", "", "put the engines' files here; empty: the system's folder for temporary files")
	flag.Parse()
	if flag.NArg() > 0 {
		return fmt.Errorf("unknown argument %q", flag.Arg(0))
	}
	if *output != "json" {
		return fmt.Errorf("-o %s: it is json", *output)
	}
	p := plan{rounds: 9, target: 300 * time.Millisecond, dir: *dir}
	if *quick {
		p.rounds, p.target = 5, 60*time.Millisecond
	}
	var all []Row
	for _, w := range workloads(*quick) {
		if *only != "" && !slices.Contains(strings.Split(*only, ","), w.Op) {
			continue
		}
		began := time.Now()
		var entrants []*entrant
		for _, name := range w.Engines {
			if *engines != "" && !slices.Contains(strings.Split(*engines, ","), name) {
				continue
			}
			k := kind(name)
			entrants = append(entrants, &entrant{kind: k, start: func(w suite.Workload, dir string) (suite.Session, error) {
				return suite.Start(k, w, dir)
			}})
		}
		if err := contest(p, w, entrants); err != nil {
			return err
		}
		list := rows(w, entrants)
		for _, r := range list {
			floor := ""
			if r.RatioFloor != nil {
				floor = fmt.Sprintf("%.2f x floor", *r.RatioFloor)
			}
			fmt.Fprintf(os.Stderr, "%-16s %-14s %8d %14.1f %s ±%.0f%% %s\n", r.Op, r.Engine, r.N, *r.Median, r.Unit, *r.Spread*100, floor)
		}
		fmt.Fprintf(os.Stderr, "%v: %.1fs\n", w, time.Since(began).Seconds())
		all = append(all, list...)
	}
	return writeJSON(os.Stdout, all)
}

func kind(name string) suite.Kind {
	for _, k := range slices.Concat(ours, floors) {
		if k.Name == name {
			return k
		}
	}
	return suite.Kind{Name: name, Missing: "nobody knows it"}
}
