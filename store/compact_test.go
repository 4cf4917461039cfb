package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/result"
)

// TestCompactHalfStates: wherever a process ended while files took the place of
// others, Open finds the store whole and leaves nothing beside it.
func TestCompactHalfStates(t *testing.T) {
	at := func(s *Store, name string) string { return filepath.Join(s.dir, name) }
	scrap := func(s *Store) error {
		return errors.Join(os.Mkdir(at(s, newDir), 0o700), os.WriteFile(filepath.Join(at(s, newDir), "000001.sst"), []byte("half a table"), 0o600))
	}
	copied := func(s *Store, name string) error { return os.CopyFS(at(s, name), os.DirFS(at(s, dataDir))) }
	for what, leave := range map[string]func(*Store) error{
		"while the copy is made":    scrap,
		"when the copy is complete": func(s *Store) error { return copied(s, newDir) },
		"between the renames":       func(s *Store) error { return errors.Join(copied(s, newDir), os.Rename(at(s, dataDir), at(s, oldDir))) },
		"with the copy's name lost": func(s *Store) error { return os.Rename(at(s, dataDir), at(s, oldDir)) },
		"after the renames":         func(s *Store) error { return copied(s, oldDir) },
		"while the old files are removed": func(s *Store) error {
			return errors.Join(os.Mkdir(at(s, oldDir), 0o700), os.WriteFile(filepath.Join(at(s, oldDir), "000002.sst"), nil, 0o600))
		},
	} {
		t.Run(what, func(t *testing.T) {
			s := furnished(t)
			if err := errors.Join(s.Close(), leave(s)); err != nil {
				t.Fatal(err)
			}
			s = openFurnished(t, s.dir)
			furnishedWhole(t, s)
			for _, name := range []string{newDir, oldDir} {
				if _, err := os.Stat(at(s, name)); !errors.Is(err, os.ErrNotExist) {
					t.Errorf("%s is left: %v", name, err)
				}
			}
		})
	}
	t.Run("no state of ours", func(t *testing.T) {
		s := furnished(t)
		if err := errors.Join(s.Close(), os.Rename(at(s, dataDir), at(s, newDir))); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(s.dir, nil); !errors.Is(err, result.ErrCorrupt) {
			t.Errorf("got %v", err)
		}
		if _, err := os.Stat(at(s, newDir)); err != nil {
			t.Errorf("the files are gone: %v", err)
		}
	})
}

// furnishedWhole checks that everything furnished put in is there.
func furnishedWhole(t *testing.T, s *Store) {
	t.Helper()
	if found := mustCheck(t, s); !found.Clean() || found.Groups != 5 || found.Results != 10 {
		t.Errorf("%+v", found)
	}
}

// TestCompactBusy: a store is compacted while many write and read, and loses
// nothing; what is written meanwhile is there as well.
func TestCompactBusy(t *testing.T) {
	for _, how := range []Compaction{Light, Full} {
		t.Run(fmt.Sprint(how), func(t *testing.T) {
			ctx := context.Background()
			s := furnished(t)
			stop := make(chan struct{})
			var wg sync.WaitGroup
			counts := make([]int, 8)
			for i := range counts {
				wg.Go(func() {
					for n := 0; ; n++ {
						select {
						case <-stop:
							counts[i] = n
							return
						default:
						}
						id := result.ID(fmt.Sprintf("w%d-%d", i, n))
						if _, err := s.Report(ctx, result.Async{ID: id, State: result.Success}); err != nil {
							t.Errorf("report: %v", err)
						}
						if a, err := s.Get(ctx, id); err != nil || a.State != result.Success {
							t.Errorf("get: %v, %v", a, err)
						}
						if _, err := s.Progress(ctx, own.ID()); err != nil {
							t.Errorf("progress: %v", err)
						}
					}
				})
			}
			for range 3 {
				time.Sleep(10 * time.Millisecond)
				if _, err := s.Compact(ctx, how, nil); err != nil {
					t.Errorf("compact: %v", err)
				}
			}
			close(stop)
			wg.Wait()
			s = reopen(t, s)
			want := 10
			for _, n := range counts {
				want += n
			}
			if found := mustCheck(t, s); !found.Clean() || found.Results != want {
				t.Errorf("%d results of %d, %v", found.Results, want, found.Findings)
			}
		})
	}
}

// TestCopyVerified: a copy that lacks a record, or has another one, is noticed.
func TestCopyVerified(t *testing.T) {
	s := furnished(t)
	var all total
	err := s.db.View(func(txn *badger.Txn) error {
		return scan(context.Background(), txn, func(r raw) error {
			all.add(r)
			return nil
		})
	})
	if err != nil || all.verify(context.Background(), s.db) != nil {
		t.Fatalf("its own records: %v", err)
	}
	for _, other := range []total{{all.n + 1, all.sum}, {all.n, all.sum + 1}} {
		if err := other.verify(context.Background(), s.db); !errors.Is(err, result.ErrCorrupt) {
			t.Errorf("%+v instead of %+v: %v", other, all, err)
		}
	}
}

// TestCompactMarks: the mark of a forgotten result goes with a compaction only if
// no group names it.
func TestCompactMarks(t *testing.T) {
	ctx := context.Background()
	s := furnished(t)
	for _, tree := range []result.Tree{result.Task("lone"), result.Task("b")} {
		if _, err := s.Forget(ctx, tree); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := s.Compact(ctx, Light, nil); err != nil || n != 1 {
		t.Errorf("removed %d, %v", n, err)
	}
	if _, err := s.Get(ctx, "lone"); !errors.Is(err, result.ErrNotFound) {
		t.Errorf("lone: %v", err)
	}
	if a, err := s.Get(ctx, "b"); err != nil || !a.Forgotten {
		t.Errorf("b: %v, %v", a, err)
	}
	if found := mustCheck(t, s); !found.Clean() {
		t.Error(found.Findings)
	}
}

// TestCompactCancel: a compaction that is cancelled leaves the store as it was,
// open and without a half copy.
func TestCompactCancel(t *testing.T) {
	s := furnished(t)
	ctx, cancel := context.WithCancel(context.Background())
	if _, err := s.Compact(ctx, Full, func(int, int) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(filepath.Join(s.dir, newDir)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a half copy is left: %v", err)
	}
	furnishedWhole(t, s)
	repairs(t, s)
}

// TestCompactFails: when the files cannot be opened again, nothing hangs, every
// call says why, and the next Open finds everything.
func TestCompactFails(t *testing.T) {
	ctx := context.Background()
	s := furnished(t)
	broken := errors.New("broken on purpose")
	err := s.write(ctx, "compact", "", func(b *batch) error {
		return b.paused(func() error { return s.reopen(func() error { return broken }) })
	})
	if !errors.Is(err, broken) {
		t.Errorf("compact: %v", err)
	}
	if _, err := s.Get(ctx, "a"); !errors.Is(err, broken) {
		t.Errorf("get: %v", err)
	}
	if _, err := s.Report(ctx, result.Async{ID: "y", State: result.Success}); !errors.Is(err, broken) {
		t.Errorf("report: %v", err)
	}
	if _, err := s.Check(ctx, nil); !errors.Is(err, broken) {
		t.Errorf("check: %v", err)
	}
	furnishedWhole(t, reopen(t, s))

	s = furnished(t)
	err = s.write(ctx, "compact", "", func(b *batch) error {
		return b.paused(func() error {
			return s.reopen(func() error { return os.Rename(s.dir, s.dir+".gone") })
		})
	})
	if err == nil || s.Close() != nil {
		t.Errorf("a store whose directory is gone: %v, closing it: %v", err, s.Close())
	}
}

// TestCompactSmall: an empty store, and one in memory, can be compacted too.
func TestCompactSmall(t *testing.T) {
	ctx := context.Background()
	memory, err := Open("", &Options{InMemory: true})
	if err != nil {
		t.Fatal(err)
	}
	defer memory.Close()
	for _, s := range []*Store{newStore(t, t.TempDir()), memory} {
		for _, how := range []Compaction{Light, Full, Light} {
			if n, err := s.Compact(ctx, how, nil); err != nil || n != 0 {
				t.Errorf("%d, %v", n, err)
			}
		}
		if _, err := s.Report(ctx, result.Async{ID: "y", State: result.Success}); err != nil {
			t.Error(err)
		}
		if _, err := s.Compact(ctx, 7, nil); err == nil {
			t.Error("compaction 7 is done")
		}
	}
}
