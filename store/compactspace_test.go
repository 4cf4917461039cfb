//go:build unix

package store

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/seed-1c955bc8/bunch/result"
)

// allocated is what the files of a directory occupy.
func allocated(t *testing.T, dir string) (n int64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			n += info.Sys().(*syscall.Stat_t).Blocks * 512
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// filled saves groups of 1,000 and reports all their results, 200 bytes each. The
// bytes do not compress, so that what is measured is what is stored.
func filled(t *testing.T, s *Store, trees []result.Tree) {
	t.Helper()
	ctx := context.Background()
	random := rand.NewChaCha8([32]byte{})
	for _, tree := range trees {
		if _, err := s.Save(ctx, tree, result.Attributes{}); err != nil {
			t.Fatal(err)
		}
		var reports []result.Async
		for leaf := range tree.Leaves() {
			v := append([]byte{0x58, 198}, make([]byte, 198)...)
			_, _ = random.Read(v[2:])
			reports = append(reports, result.Async{ID: leaf.ID(), State: result.Success, Value: v})
		}
		if _, err := s.Report(ctx, reports...); err != nil {
			t.Fatal(err)
		}
	}
}

var spaceResults = flag.Int("space.results", 40_000, "how many results TestCompactSpace purges nine tenths of")

// TestCompactSpace: a store of which 90 % of the results are purged takes,
// compared with a fresh and compacted one that never had them, at most 1.2 times
// the space after a light compaction, and 1.05 times after a full one. Its long
// form has 200,000 results. A store of 10,000 has all of them in memory, and then
// in one level, where Badger does not look by itself.
func TestCompactSpace(t *testing.T) {
	for _, n := range []int{10_000, *spaceResults} {
		t.Run(fmt.Sprint(n), func(t *testing.T) { compactSpace(t, n) })
	}
}

func compactSpace(t *testing.T, n int) {
	ctx := context.Background()
	trees := make([]result.Tree, n/1000)
	var stay, gone []result.Tree
	for i := range trees {
		trees[i] = minted(1000)
		if i%10 == 0 {
			stay = append(stay, trees[i])
		} else {
			gone = append(gone, trees[i])
		}
	}
	size := func(s *Store) int64 { return allocated(t, filepath.Join(s.dir, dataDir)) }

	fresh := newStore(t, t.TempDir())
	filled(t, fresh, stay)
	if _, err := fresh.Compact(ctx, Full, nil); err != nil {
		t.Fatal(err)
	}
	ideal := size(fresh)

	for how, most := range map[Compaction]float64{Light: 1.2, Full: 1.05} {
		s := newStore(t, t.TempDir())
		filled(t, s, trees)
		for _, tree := range gone {
			if _, err := s.Purge(ctx, tree.ID()); err != nil {
				t.Fatal(err)
			}
		}
		before := size(s)
		removed, err := s.Compact(ctx, how, nil)
		if err != nil {
			t.Fatal(err)
		}
		after := size(s)
		if removed != 1000*len(gone) {
			t.Errorf("compaction %d removed %d marks", how, removed)
		}
		ratio := float64(after) / float64(ideal)
		t.Logf("compaction %d: %d bytes before, %d after, %d in a fresh store: %.3f times", how, before, after, ideal, ratio)
		if ratio > most {
			t.Errorf("compaction %d: %.3f times the space of a fresh store, the most is %.2f", how, ratio, most)
		}
		for _, tree := range stay {
			n := 0
			for a, err := range s.Results(ctx, tree, result.Filter{Ready: true}) {
				if err != nil || len(a.Value) != 200 || bytes.Equal(a.Value[2:], make([]byte, 198)) {
					t.Fatalf("%v, %v", a, err)
				}
				n++
			}
			if n != 1000 {
				t.Errorf("%d results of 1000 are left", n)
			}
		}
		if found := mustCheck(t, s); !found.Clean() {
			t.Errorf("after compaction %d: %v", how, found.Findings)
		}
	}
}
