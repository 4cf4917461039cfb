//go:build unix

package remote_test

import (
	"context"
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

// BenchmarkWatched: what a group of 100,000 costs its reporters while 200 others
// watch it, each over a connection of its own as 'bunch watch' does.
func BenchmarkWatched(b *testing.B) {
	const members = 100_000
	for _, watchers := range []int{0, 200} {
		name := "alone"
		if watchers > 0 {
			name = "watched"
		}
		b.Run(name, func(b *testing.B) {
			s, dir := served(b)
			used := time.Duration(0)
			for b.Loop() {
				b.StopTimer()
				tree := save(b, s, members)
				var begun, done sync.WaitGroup
				begun.Add(watchers)
				for range watchers {
					done.Go(func() { watch(b, dir, tree, begun.Done) })
				}
				begun.Wait()
				b.StartTimer()
				before := cpu(b)
				report(b, s, tree)
				used += cpu(b) - before
				b.StopTimer()
				done.Wait()
				b.StartTimer()
			}
			b.ReportMetric(float64(used.Nanoseconds())/float64(b.N)/members, "cpu-ns/report")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/members, "ns/report")
		})
	}
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
