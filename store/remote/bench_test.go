//go:build unix

package remote_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store"
	"github.com/seed-1c955bc8/bunch/store/remote"
)

// reporters is how many report at once, each waiting for its own.
const reporters = 64

// value is 48 bytes of CBOR, as in package bench.
var value = append([]byte{0x58, 46}, make([]byte, 46)...)

func served(b *testing.B) (*store.Store, string) {
	b.Helper()
	dir := b.TempDir()
	s, err := store.Open(dir, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	if err := s.Serve(nil); err != nil {
		b.Fatal(err)
	}
	return s, dir
}

func save(b *testing.B, s group.Backend, n int) result.Tree {
	b.Helper()
	root := result.NewRoot(time.Now())
	tree := result.Group(root.ID(0), result.Tasks(root, 1, n))
	if _, err := s.Save(b.Context(), tree, result.Attributes{}); err != nil {
		b.Fatal(err)
	}
	return tree
}

// report reports the whole tree.
func report(b *testing.B, s group.Backend, tree result.Tree) {
	b.Helper()
	var wg sync.WaitGroup
	for r := range reporters {
		wg.Go(func() {
			for i := r; i < tree.Len(); i += reporters {
				if _, err := s.Report(b.Context(), result.Async{ID: tree.At(i).ID(), State: result.Success, Value: value}); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// BenchmarkReport: durable, 64 reporters, in the process that has the store and
// through its socket.
func BenchmarkReport(b *testing.B) {
	b.Run("inside", func(b *testing.B) {
		s, _ := served(b)
		tree := save(b, s, b.N)
		b.ResetTimer()
		report(b, s, tree)
	})
	b.Run("through", func(b *testing.B) {
		_, dir := served(b)
		c := dial(b, dir)
		defer c.Close()
		tree := save(b, c, b.N)
		b.ResetTimer()
		report(b, c, tree)
	})
}

// pairs is how many times a group is reported alone and watched. A machine is
// never quite quiet, so one comparison says little.
const pairs = 9

// BenchmarkWatched: what 200 who watch it cost those who report a group of
// 100,000, each over a connection of its own as 'bunch watch' does. They are in
// this process, so what their side takes of the processors counts too. The two
// halves of a pair follow one another, in turns this one first and that one, each
// on a store of its own; what counts is the median of their ratios.
func BenchmarkWatched(b *testing.B) {
	const members, watchers = 100_000, 200
	var passed, used []float64 // watched to alone, of each pair
	for b.Loop() {
		for i := range pairs {
			var half [2]cost
			for j := range half {
				who := (i + j) % 2
				half[who] = watched(b, members, who*watchers)
			}
			b.Logf("alone %v, watched %v", half[0], half[1])
			passed = append(passed, half[1].passed.Seconds()/half[0].passed.Seconds())
			used = append(used, half[1].used.Seconds()/half[0].used.Seconds())
		}
	}
	for name, ratios := range map[string][]float64{"time": passed, "cpu": used} {
		slices.Sort(ratios)
		b.ReportMetric(100*(ratios[len(ratios)/2]-1), name+"-%")
		b.ReportMetric(100*(ratios[len(ratios)/4]-1), name+"-%-25th")
		b.ReportMetric(100*(ratios[len(ratios)*3/4]-1), name+"-%-75th")
	}
}

// cost is what it takes to report a group.
type cost struct{ passed, used time.Duration }

func (c cost) String() string {
	return fmt.Sprintf("%v (%v of processors)", c.passed.Round(time.Millisecond), c.used.Round(time.Millisecond))
}

// watched reports a group of n on a fresh store while so many watch it.
func watched(b *testing.B, n, watchers int) (c cost) {
	dir := b.TempDir()
	s, err := store.Open(dir, nil)
	if err == nil {
		err = s.Serve(nil)
	}
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := errors.Join(s.Close(), os.RemoveAll(dir)); err != nil {
			b.Error(err)
		}
	}()
	tree := save(b, s, n)
	var begun, done sync.WaitGroup
	begun.Add(watchers)
	for range watchers {
		done.Go(func() { watch(b, dir, tree, begun.Done) })
	}
	begun.Wait()
	runtime.GC()
	at, before := time.Now(), cpu(b)
	report(b, s, tree)
	c = cost{time.Since(at), cpu(b) - before}
	done.Wait()
	return c
}

// cpu is what this process has used of the processors: unlike the time that
// passes, it does not depend on who else uses them.
func cpu(b *testing.B) time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// watch watches until the group is ready.
func watch(b *testing.B, dir string, tree result.Tree, begun func()) {
	c, err := remote.Dial(context.Background(), dir)
	if err != nil {
		b.Error(err)
		begun()
		return
	}
	defer c.Close()
	first := true
	for p, err := range group.Of(c, tree).Watch(b.Context()) {
		if err != nil {
			b.Error(err)
		}
		if first {
			begun()
			first = false
		}
		if p.Ready() {
			return
		}
	}
}
