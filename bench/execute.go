package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/seed-1c955bc8/bunch/bench/suite"
)

// Run starts w.Members times the program true, as many at once as there are
// processors. The cost is that of one task.
var runners = []special{
	{suite.Kind{Name: "bunch", Durable: true, Note: "every result is synced"}, func(w suite.Workload, dir string) (suite.Session, error) {
		bin, err := buildBunch(dir)
		return tasks(w, dir, []string{bin, "--store", filepath.Join(dir, "store"), "run", "-j", jobs, "--", "true"}), err
	}},
	{suite.Kind{Name: "xargs", Note: "nothing is kept", Missing: missing("xargs", "findutils")}, func(w suite.Workload, dir string) (suite.Session, error) {
		return tasks(w, dir, []string{"xargs", "-P", jobs, "-n", "1", "true"}), nil
	}},
	{suite.Kind{Name: "parallel", Note: "a line in --joblog, not synced", Missing: missing("parallel", "parallel")}, func(w suite.Workload, dir string) (suite.Session, error) {
		log := filepath.Join(dir, "joblog")
		return tasks(w, dir, []string{"parallel", "-j", jobs, "--joblog", log, "true"}), nil
	}},
}

var jobs = strconv.Itoa(runtime.NumCPU())

// tasks runs a program that makes a task of every line of its input.
func tasks(w suite.Workload, dir string, argv []string) suite.Session {
	var lines strings.Builder
	for i := range w.Members {
		fmt.Fprintln(&lines, i)
	}
	return rounds(func(count int) (suite.Sample, error) {
		began := time.Now()
		for range count {
			cmd := exec.Command(argv[0], argv[1:]...)
			cmd.Stdin = strings.NewReader(lines.String())
			cmd.Env = append(os.Environ(), "HOME="+dir) // parallel keeps notes there
			var errs bytes.Buffer
			cmd.Stderr = &errs
			if err := cmd.Run(); err != nil {
				return suite.Sample{}, fmt.Errorf("%s: %w\n%s", argv[0], err, errs.Bytes())
			}
		}
		took := time.Since(began)
		return suite.Sample{Value: float64(took) / float64(count*w.Members), Took: took}, nil
	})
}
