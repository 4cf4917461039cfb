package store

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/result"
)

// scanned reads all results of a saved group and returns how many are ready.
func scanned(s *Store, tree result.Tree, f result.Filter) (n int, err error) {
	for a, err := range s.Results(context.Background(), tree, f) {
		if err != nil {
			return n, err
		}
		if a.State.Ready() {
			n++
		}
	}
	return n, nil
}

// TestMissingResults: results that Badger no longer gives are missed, in a group
// of minted tasks and in one of others, whatever is asked for.
func TestMissingResults(t *testing.T) {
	ctx := context.Background()
	for name, tree := range map[string]result.Tree{"minted": minted(2000), "foreign": foreign("g", 2000)} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t, t.TempDir())
			if _, err := s.Save(ctx, tree, result.Attributes{}); err != nil {
				t.Fatal(err)
			}
			reportAll(t, s, tree, 1500)
			for _, f := range []result.Filter{{}, {Ready: true}} {
				if n, err := scanned(s, tree, f); n != 1500 || err != nil {
					t.Fatalf("%d results, %v", n, err)
				}
			}
			lost := idKey(keyResult, tree.At(700).ID())
			if err := s.db.Update(func(txn *badger.Txn) error { return txn.Delete(lost) }); err != nil {
				t.Fatal(err)
			}
			for _, f := range []result.Filter{{}, {Ready: true}} {
				if n, err := scanned(s, tree, f); !errors.Is(err, result.ErrCorrupt) {
					t.Errorf("%d results, %v", n, err)
				}
			}
		})
	}
}

func reportAll(t *testing.T, s *Store, tree result.Tree, n int) {
	t.Helper()
	reports := []result.Async{}
	for leaf := range tree.Leaves() {
		if reports = append(reports, result.Async{ID: leaf.ID(), State: result.Success, Value: []byte{0x61, 'x'}}); len(reports) == n {
			break
		}
	}
	for len(reports) > 0 {
		k := min(len(reports), maxReports)
		if _, err := s.Report(context.Background(), reports[:k]...); err != nil {
			t.Fatal(err)
		}
		reports = reports[k:]
	}
}

// TestDamageWhileOpen: a table goes bad under an open store. Then a scan has an
// error or everything; Badger alone ends it early without a word.
func TestDamageWhileOpen(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	tree := minted(5000)
	s := newStore(t, dir)
	if _, err := s.Save(ctx, tree, result.Attributes{}); err != nil {
		t.Fatal(err)
	}
	reportAll(t, s, tree, 5000)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	tables, err := filepath.Glob(filepath.Join(dir, dataDir, "*.sst"))
	if err != nil || len(tables) == 0 {
		t.Fatalf("tables %q, %v", tables, err)
	}
	before, err := os.ReadFile(tables[0])
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	const places = 20
	for i := 1; i < places; i++ { // the first block has the head, without which there is no group
		s, err := Open(dir, &Options{Profile: Edge, ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		f, err := os.OpenFile(tables[0], os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		at := int64(len(before)) * int64(i) / places
		damaged := []byte{before[at] ^ 0x55, before[at+1] ^ 0x55}
		if _, err := f.WriteAt(damaged, at); err != nil {
			t.Fatal(err)
		}
		n, err := scanned(s, tree, result.Filter{})
		if err == nil && n != 5000 {
			t.Errorf("with byte %d of %d changed %d of 5000 results are there, and no error", at, len(before), n)
		}
		if err != nil {
			refused++
		}
		if _, err := f.WriteAt(before[at:at+2], at); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(f.Close(), s.Close()); err != nil {
			t.Fatal(err)
		}
	}
	if refused == 0 {
		t.Error("no damage made any difference: the test shows nothing")
	}
	t.Logf("%d of %d damages gave an error, the others no difference", refused, places)
}

// TestDamageUnderCommitter: a table goes bad under an open store. Then a write that
// has to look into it gives ErrCorrupt. Badger panics there, and nobody but the
// committer could notice: it would end the process.
func TestDamageUnderCommitter(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	tree := minted(2000)
	s := newStore(t, dir)
	if _, err := s.Save(ctx, tree, result.Attributes{}); err != nil {
		t.Fatal(err)
	}
	reportAll(t, s, tree, 2000)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	s, err := Open(dir, &Options{Profile: Edge, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	tables, err := filepath.Glob(filepath.Join(dir, dataDir, "*.sst"))
	if err != nil || len(tables) != 1 {
		t.Fatalf("tables %q, %v", tables, err)
	}
	whole, err := os.ReadFile(tables[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(tables[0], bytes.Repeat([]byte{0x55}, len(whole)), 0o600); err != nil {
		t.Fatal(err)
	}
	for leaf := range tree.Leaves() {
		if _, err := s.Report(ctx, result.Async{ID: leaf.ID(), State: result.Success}); !errors.Is(err, result.ErrCorrupt) {
			t.Fatalf("a report gave %v", err)
		}
	}
	if _, err := s.Purge(ctx, tree.ID()); !errors.Is(err, result.ErrCorrupt) {
		t.Errorf("a purge gave %v", err)
	}
	if _, err := s.Compact(ctx, Full, nil); !errors.Is(err, result.ErrCorrupt) {
		t.Errorf("a compaction gave %v", err)
	}
	if !strings.Contains(log.String(), "panic") {
		t.Error("Badger did not panic: the test shows nothing")
	}
}

// TestNothingIsMissing: scans beside every kind of write find nothing missing.
func TestNothingIsMissing(t *testing.T) {
	seed, err := strconv.ParseUint(os.Getenv("BUNCH_SEED"), 10, 64)
	if err != nil {
		seed = rand.Uint64()
	}
	t.Logf("BUNCH_SEED=%d", seed)
	ctx := context.Background()
	s, err := Open(t.TempDir(), &Options{NoSync: true, Profile: Edge, Retention: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	a := minted(longOp + 100)
	b := result.Group("b", result.Tasks(result.NewRoot(time.Now()), 1, 100), a)
	for _, tree := range []result.Tree{a, b} {
		if _, err := s.Save(ctx, tree, result.Attributes{}); err != nil {
			t.Fatal(err)
		}
	}
	var writers, readers sync.WaitGroup
	done := make(chan struct{})
	for w := range 4 {
		writers.Go(func() {
			rng := rand.New(rand.NewPCG(seed, uint64(w)))
			for range 12 {
				tree := []result.Tree{a, b}[rng.IntN(2)]
				var err error
				switch rng.IntN(14) {
				case 0:
					_, err = s.Forget(ctx, tree)
				case 1:
					_, err = s.Retry(ctx, tree)
				case 2:
					_, err = s.Revoke(ctx, tree)
				case 3:
					_, err = s.Purge(ctx, tree.ID())
				case 4:
					_, err = s.Sweep(ctx)
				case 5, 6:
					_, err = s.Save(ctx, tree, result.Attributes{})
				default:
					var reports []result.Async
					for range 1 + rng.IntN(200) {
						reports = append(reports, result.Async{ID: tree.At(rng.IntN(100)).ID(), State: result.Success})
					}
					_, err = s.Report(ctx, reports...)
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				for _, tree := range []result.Tree{a, b} {
					if _, err := scanned(s, tree, result.Filter{Ready: w%2 == 0}); err != nil {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	writers.Wait()
	close(done)
	readers.Wait()
}
