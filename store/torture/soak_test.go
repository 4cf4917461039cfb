//go:build linux

package torture

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store"
)

var soakFor = flag.Duration("soak.for", 6*time.Second, "how long TestSoak goes on; what is used must stay level from five minutes on")

const (
	soakRetention = 3 * time.Second
	soakRate      = 20 // groups a second
	soakSize      = 50 // results of a group
	soakValue     = 500
)

// A level is what the process uses at one moment.
type level struct{ disk, memory, goroutines, groups int64 }

// TestSoak saves groups at a steady rate, reports them, and lets them expire.
// Disk, memory and goroutines stay level, the counts of what is there are right,
// and in the end nothing is left.
func TestSoak(t *testing.T) {
	t.Parallel() // it waits for the most part
	ctx := context.Background()
	dir := t.TempDir()
	s := openStore(t, dir, store.Options{Profile: store.Edge, Retention: soakRetention})
	var values [soakSize][]byte // all different, so that they do not compress
	for i := range values {
		values[i], _ = encoding.Marshal(noise(i, soakValue)) // text has no way to fail
	}
	begin := time.Now()
	made := 0
	var levels []level
	for tick := time.Tick(time.Second / soakRate); time.Since(begin) < *soakFor; <-tick {
		root := result.NewRoot(time.Now())
		tree := result.Group(root.ID(0), result.Tasks(root, 1, soakSize))
		if _, err := s.Save(ctx, tree, result.Attributes{}); err != nil {
			t.Fatal(err)
		}
		reports := make([]result.Async, soakSize)
		for i := range reports {
			reports[i] = result.Async{ID: root.ID(uint32(i + 1)), State: result.Success, Value: values[i]}
		}
		out, err := s.Report(ctx, reports...)
		if err != nil || !slices.Equal(out[soakSize-1].Settled, []result.ID{tree.ID()}) {
			t.Fatal(out[soakSize-1], err)
		}
		if made++; made%(5*soakRate) == 0 {
			levels = append(levels, measure(t, dir, census(t, s)))
		}
	}
	for time.Sleep(soakRetention); ; time.Sleep(100 * time.Millisecond) {
		if _, err := s.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		if census(t, s) == 0 {
			break
		}
	}
	for i, l := range levels {
		if i%max(1, len(levels)/10) == 0 || i == len(levels)-1 {
			t.Logf("%5.0f s: %4d groups, disk %3d MiB, memory %3d MiB, %d goroutines",
				float64(i+1)*5, l.groups, l.disk>>20, l.memory>>20, l.goroutines)
		}
	}
	t.Logf("%v, %d groups, %d results, all expired", time.Since(begin).Round(time.Second), made, made*soakSize)
	if *soakFor >= 5*time.Minute {
		steady(t, "disk", levels, func(l level) int64 { return l.disk })
		steady(t, "memory", levels, func(l level) int64 { return l.memory })
		steady(t, "goroutines", levels, func(l level) int64 { return l.goroutines })
	}
}

// census counts the groups, of which each must be complete: it was reported at once.
func census(t *testing.T, s *store.Store) (groups int) {
	t.Helper()
	page, next, err := s.List(context.Background(), result.Query{Limit: 10_000})
	if err != nil || next != "" {
		t.Fatal(next, err)
	}
	for _, g := range page {
		if g.Progress.Completed != soakSize || g.Progress.Leaves.Of(result.Success) != soakSize || g.Settled.IsZero() {
			t.Errorf("%q settled at %v with %+v", g.ID, g.Settled, g.Progress)
		}
	}
	return len(page)
}

// steady compares the most that was used in the second third of the time with the
// most in the last.
func steady(t *testing.T, what string, levels []level, of func(level) int64) {
	t.Helper()
	most := func(from []level) int64 {
		return of(slices.MaxFunc(from, func(a, b level) int { return int(of(a) - of(b)) }))
	}
	third := len(levels) / 3
	middle, last := most(levels[third:2*third]), most(levels[2*third:])
	t.Logf("%s: at most %d in the second third, %d in the last", what, middle, last)
	if last > middle+middle/4 {
		t.Errorf("%s grows", what)
	}
}

func measure(t *testing.T, dir string, groups int) level {
	t.Helper()
	runtime.GC()
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	var total, resident int64
	if _, err := fmt.Fscan(bytes.NewReader(statm), &total, &resident); err != nil {
		t.Fatal(err)
	}
	return level{allocated(t, dir), resident * int64(os.Getpagesize()), int64(runtime.NumGoroutine()), int64(groups)}
}

// allocated is how much of the disk a directory takes: less than its files are
// long, for those have holes.
func allocated(t *testing.T, dir string) (n int64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil {
			var info fs.FileInfo
			if info, err = d.Info(); err == nil {
				n += info.Sys().(*syscall.Stat_t).Blocks * 512
			}
		}
		if errors.Is(err, fs.ErrNotExist) { // it went meanwhile
			return nil
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
