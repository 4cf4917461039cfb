//go:build linux

package torture

import (
	"context"
	"flag"
	"testing"
	"time"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store"
)

var spaceResults = flag.Int("space.results", 20_000, "how many results TestSpace begins with; nine tenths of them expire")

const spaceGroup = 100 // results of a group

// TestSpace gives the space of nine tenths of the results back. The measure is a
// store that never had more than the rest, compacted too.
func TestSpace(t *testing.T) {
	notUnderRace(t)
	ctx := context.Background()
	dir, fresh := t.TempDir(), t.TempDir()
	total := *spaceResults / spaceGroup
	live := total / 10
	fillGroups(t, dir, 0, total-live, time.Second)
	fillGroups(t, dir, total-live, live, 0)
	fillGroups(t, fresh, total-live, live, 0)

	f := openStore(t, fresh, store.Options{Profile: store.Edge})
	compact(t, f, store.Full)
	want := closed(t, f, fresh)
	s := openStore(t, dir, store.Options{Profile: store.Edge})
	for left := total; left > live; time.Sleep(100 * time.Millisecond) {
		if _, err := s.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		left = recount(t, s)
	}
	before := allocated(t, dir)
	compact(t, s, store.Light)
	light := allocated(t, dir)
	compact(t, s, store.Full)
	if n := recount(t, s); n != live {
		t.Errorf("%d groups are left of %d", n, live)
	}
	full := closed(t, s, dir)
	t.Logf("%d results, of which a tenth is left: %d KiB; after a light compaction %d, after a full one %d, a fresh store has %d",
		*spaceResults, before>>10, light>>10, full>>10, want>>10)
	if float64(light) > 1.2*float64(want) {
		t.Errorf("light: %.2f times as much as a fresh store", float64(light)/float64(want))
	}
	if float64(full) > 1.05*float64(want) {
		t.Errorf("full: %.2f times as much as a fresh store", float64(full)/float64(want))
	}
}

// fillGroups saves and reports so many groups, the first of them with a number.
func fillGroups(t *testing.T, dir string, first, n int, retention time.Duration) {
	t.Helper()
	ctx := context.Background()
	s := openStore(t, dir, store.Options{Profile: store.Edge, NoSync: true, Retention: retention})
	for g := first; g < first+n; g++ {
		r := root(6, g)
		if _, err := s.Save(ctx, result.Group(r.ID(0), result.Tasks(r, 1, spaceGroup)), result.Attributes{}); err != nil {
			t.Fatal(err)
		}
		var reports []result.Async
		for i := range spaceGroup {
			a := result.Async{ID: r.ID(uint32(i + 1)), State: result.Success}
			a.Value, _ = encoding.Marshal(noise(g*spaceGroup+i, 300)) // text has no way to fail
			reports = append(reports, a)
		}
		if _, err := s.Report(ctx, reports...); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func compact(t *testing.T, s *store.Store, how store.Compaction) {
	t.Helper()
	if _, err := s.Compact(context.Background(), how, nil); err != nil {
		t.Fatal(err)
	}
}

// closed is what a store takes of the disk when it is closed.
func closed(t *testing.T, s *store.Store, dir string) int64 {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return allocated(t, dir)
}
