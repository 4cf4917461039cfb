package main

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"github.com/seed-1c955bc8/bunch/bench/suite"
)

// starter prepares an engine for the rounds of a workload, in a fresh folder.
type starter func(w suite.Workload, dir string) (suite.Session, error)

// A special is an engine of an operation that is not one of suite's Engine, such
// as running a program.
type special struct {
	suite.Kind
	start starter
}

// specials are those engines, by operation.
var specials = map[string][]special{
	"encode": encoders,
	"decode": decoders,
	"run":    runners,
	"memory": memories,
	"import": importers,
}

// rounds is a session of which only a round is worth a word.
type rounds func(count int) (suite.Sample, error)

func (r rounds) Round(count int) (suite.Sample, error) { return r(count) }
func (rounds) Close() error                            { return nil }

// loop is a session that does the same thing again and again, and counts what the
// workload wants counted.
func loop(w suite.Workload, do func() error) suite.Session {
	return rounds(func(count int) (suite.Sample, error) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		began := time.Now()
		for range count {
			if err := do(); err != nil {
				return suite.Sample{}, err
			}
		}
		took := time.Since(began)
		runtime.ReadMemStats(&after)
		s := suite.Sample{Value: float64(took) / float64(count), Took: took}
		if w.Unit == suite.Allocs { // whole ones: others allocate now and then as well
			s.Value = float64((after.Mallocs - before.Mallocs) / uint64(count))
		}
		return s, nil
	})
}

// buildBunch builds the program into dir.
func buildBunch(dir string) (path string, err error) {
	path = filepath.Join(dir, "bunch")
	out, err := exec.Command("go", "build", "-o", path, "github.com/seed-1c955bc8/bunch/cmd/bunch").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, err
}

// missing says why a program cannot be run; empty if it can.
func missing(program, debian string) string {
	if _, err := exec.LookPath(program); err != nil {
		return fmt.Sprintf("%s is not installed (Debian: %s)", program, debian)
	}
	return ""
}
