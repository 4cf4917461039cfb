package main

import (
	"fmt"
	"io"
	"runtime"
	"strings"

	"github.com/seed-1c955bc8/bunch/bench/suite"
)

// writeBench prints a line a round as Go's benchmarks do, for benchstat:
//
//	go run ./bench -o bench >old.txt
//	go run golang.org/x/perf/cmd/benchstat@latest old.txt new.txt
//
// and, for the engines of one run beside each other, -col /engine.
func writeBench(w io.Writer, list []Row) error {
	if _, err := fmt.Fprintf(w, "goos: %s\ngoarch: %s\npkg: github.com/seed-1c955bc8/bunch/bench\ncpu: %s\n",
		runtime.GOOS, runtime.GOARCH, processor()); err != nil {
		return err
	}
	for _, r := range list {
		for _, v := range r.rounds {
			if _, err := fmt.Fprintf(w, "Benchmark%s/n=%d/engine=%s 1 %.4f %s\n", camel(r.Op), r.N, r.Engine, v, benchUnit(r.Unit)); err != nil {
				return err
			}
		}
	}
	return nil
}

func benchUnit(unit string) string {
	switch unit {
	case "":
		return "ns/op"
	case suite.CPU:
		return "cpu-ns/s"
	}
	return unit + "/op"
}

// camel is the name of an operation as that of a benchmark.
func camel(op string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(op, "-") {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}
