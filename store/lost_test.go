package store

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/result"
)

// reported makes a store with one group, reports members one commit each, and
// returns a copy of the files as a kill leaves them.
func reported(t *testing.T, o Options, reports int) (dir string, id result.ID) {
	t.Helper()
	ctx := context.Background()
	o.Profile = Edge
	s, err := Open(filepath.Join(t.TempDir(), "live"), &o)
	if err != nil {
		t.Fatal(err)
	}
	tree := minted(reports)
	if _, err := s.Save(ctx, tree, result.Attributes{}); err != nil {
		t.Fatal(err)
	}
	for leaf := range tree.Leaves() {
		if _, err := s.Report(ctx, result.Async{ID: leaf.ID(), State: result.Success, Value: []byte{0x61, 'x'}}); err != nil {
			t.Fatal(err)
		}
	}
	dir = killed(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, tree.ID()
}

// killed returns a copy of the files as a kill leaves them that comes after all that
// was answered, and what is written of that after the answer.
func killed(t *testing.T, s *Store) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "killed")
	err := s.between(context.Background(), "test", func(snapshot) error { return os.CopyFS(dir, os.DirFS(s.dir)) })
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// counted opens the store and returns how many results its group has by its
// counts, after it has counted them one by one.
func counted(t *testing.T, dir string, id result.ID, o Options) int {
	t.Helper()
	o.Profile = Edge
	s, err := Open(dir, &o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	saved, err := s.Restore(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, err := range s.Results(context.Background(), saved.Tree, result.Filter{Ready: true}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if saved.Progress.Completed != n {
		t.Errorf("the counts say %d, there are %d", saved.Progress.Completed, n)
	}
	return n
}

// edit changes a file of Badger's.
func edit(t *testing.T, dir, name string, change func([]byte) []byte) {
	t.Helper()
	path := filepath.Join(dir, dataDir, name)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, change(b), 0o600); err != nil {
		t.Fatal(err)
	}
}

// ends gives where each transaction in a log ends.
func ends(t *testing.T, log []byte) (ends []int) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(path, log, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := newWALReader(f, int64(len(log)))
	for r.next() {
		if r.meta&walTxnEnd != 0 {
			ends = append(ends, int(r.at))
		}
	}
	return ends
}

const firstLog, secondLog = "00001.mem", "00002.mem"

// damages of a log with 50 reports in transactions of their own.
var damages = map[string]func(log []byte, ends []int) []byte{
	"a bit flipped":    func(log []byte, ends []int) []byte { log[ends[25]+30] ^= 1; return log },
	"cut off":          func(log []byte, ends []int) []byte { return log[:ends[25]-3] },
	"cut at a commit":  func(log []byte, ends []int) []byte { return log[:ends[25]] },
	"zeroed":           func(log []byte, ends []int) []byte { clear(log[ends[25]:]); return log },
	"all zero":         func(log []byte, ends []int) []byte { clear(log); return log },
	"empty":            func(log []byte, ends []int) []byte { return nil },
	"the last is torn": func(log []byte, ends []int) []byte { log[ends[len(ends)-1]-2] ^= 1; return log },
}

// TestDamagedLog: a store that synced says that commits are missing, and is left
// as it was found; one that did not has lost the tail, whole commits at a time.
func TestDamagedLog(t *testing.T) {
	for name, damage := range damages {
		for _, nosync := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				dir, id := reported(t, Options{NoSync: nosync}, 50)
				edit(t, dir, firstLog, func(log []byte) []byte { return damage(log, ends(t, log)) })
				before := listing(t, dir)
				if nosync {
					s, err := Open(dir, &Options{NoSync: true})
					if err != nil {
						t.Fatal(err)
					}
					if err := s.Close(); err != nil {
						t.Fatal(err)
					}
					if name == "all zero" || name == "empty" { // nothing is left
						return
					}
					if n := counted(t, dir, id, Options{}); n < 20 || n >= 50 {
						t.Errorf("%d of 50 reports are left", n)
					}
					return
				}
				s, err := Open(dir, nil)
				if err == nil {
					s.Close()
				}
				if !errors.Is(err, result.ErrCorrupt) {
					t.Errorf("opening gave %v", err)
				}
				if after := listing(t, dir); after != before {
					t.Errorf("files before: %s\nafter: %s", before, after)
				}
			})
		}
	}
}

// split makes two logs of the first one; the second begins with transaction n.
func split(t *testing.T, dir string, n int) {
	t.Helper()
	edit(t, dir, firstLog, func(log []byte) []byte {
		at := ends(t, log)[n-1]
		second := append(slices.Clone(log[:walHeader]), log[at:]...)
		if err := os.WriteFile(filepath.Join(dir, dataDir, secondLog), second, 0o600); err != nil {
			t.Fatal(err)
		}
		clear(log[at:])
		return log
	})
}

// TestGapBetweenLogs: the end of a log is lost and the next log survives. A
// store that did not sync is then what it was before the gap; whatever came
// later would not fit its counts.
func TestGapBetweenLogs(t *testing.T) {
	dir, id := reported(t, Options{NoSync: true}, 50)
	split(t, dir, 30)
	whole := filepath.Join(t.TempDir(), "whole")
	if err := os.CopyFS(whole, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	if n := counted(t, whole, id, Options{NoSync: true}); n != 50 {
		t.Errorf("%d of 50 reports are in two logs that are whole", n)
	}
	edit(t, dir, firstLog, func(log []byte) []byte { clear(log[ends(t, log)[20]:]); return log })
	if n := counted(t, dir, id, Options{NoSync: true}); n != 20 { // the first transaction saved the group
		t.Errorf("%d of 50 reports are left, want 20", n)
	}
	if _, err := os.Stat(filepath.Join(dir, asideDir, secondLog)); err != nil {
		t.Errorf("the log behind the gap is not set aside: %v", err)
	}
}

// TestMarkIsNoWitness: a mark that is missing, torn or old refuses nothing.
func TestMarkIsNoWitness(t *testing.T) {
	dir, id := reported(t, Options{}, 50)
	for name, change := range map[string]func(path string) error{
		"missing": os.Remove,
		"empty":   func(path string) error { return os.WriteFile(path, nil, 0o600) },
		"torn": func(path string) error {
			return os.WriteFile(path, []byte(markMagic+"xxxxxxxxxxxxxxxxxxxxxxxx"), 0o600)
		},
		"old": func(path string) error {
			return os.WriteFile(path, mark{commit: 3, flags: markSynced}.append(nil), 0o600)
		},
	} {
		t.Run(name, func(t *testing.T) {
			copied := filepath.Join(t.TempDir(), "copy")
			if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
				t.Fatal(err)
			}
			if err := change(filepath.Join(copied, markFile)); err != nil {
				t.Fatal(err)
			}
			if n := counted(t, copied, id, Options{}); n != 50 {
				t.Errorf("%d of 50 reports are left", n)
			}
		})
	}
}

// TestCommitsAreNumbered: the highest version that Badger finds is that of the
// last commit, also when that commit only deleted and what it deleted is gone.
func TestCommitsAreNumbered(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	opened := func(do func(*Store)) {
		t.Helper()
		s, err := Open(dir, &Options{NoSync: true, Profile: Edge})
		if err != nil {
			t.Fatal(err)
		}
		do(s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if m, ok, err := readMark(dir); err != nil || !ok || m.flags != markClosed {
			t.Errorf("the mark is %+v, %v, %v", m, ok, err)
		}
	}
	for range 5 {
		opened(func(s *Store) {
			tree := minted(10)
			if _, err := s.Save(ctx, tree, result.Attributes{}); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Delete(ctx, tree.ID()); err != nil {
				t.Fatal(err)
			}
			// The mark is written after the answer, and before the next batch takes off.
			err := s.between(ctx, "test", func(snapshot) error {
				if got, want := s.mark.commit, s.db.MaxVersion(); got != want {
					t.Errorf("the mark says %d, Badger %d", got, want)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		})
		opened(func(s *Store) {
			if err := s.db.Flatten(1); err != nil {
				t.Fatal(err)
			}
		})
	}
	opened(func(*Store) {})
}

// TestManifestCutShort: of a manifest that lost its end Badger makes a smaller
// store, and deletes the tables it does not know. Badger syncs it also where the
// store does not sync, so no power cut does that.
func TestManifestCutShort(t *testing.T) {
	ctx := context.Background()
	closed, tree, _ := tableStore(t, Options{})
	s := newStore(t, closed)
	if _, err := s.Report(ctx, result.Async{ID: "late", State: result.Success}); err != nil {
		t.Fatal(err)
	}
	dirs := []string{closed, killed(t, s)}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, dir := range dirs {
		path := filepath.Join(dir, dataDir, badger.ManifestFilename)
		manifest, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		refused := func(what string, n int, b []byte) {
			t.Helper()
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			before := listing(t, dir)
			s, err := Open(dir, &Options{NoSync: true, Profile: Edge})
			if err == nil {
				s.Close()
			}
			if !errors.Is(err, result.ErrCorrupt) {
				t.Fatalf("%s %d of %d: opening gave %v", what, n, len(manifest), err)
			}
			if after := listing(t, dir); after != before {
				t.Fatalf("%s %d of %d: files before: %s\nafter: %s", what, n, len(manifest), before, after)
			}
		}
		for n := range manifest {
			refused("cut to byte", n, manifest[:n])
			damaged := slices.Clone(manifest)
			damaged[n] ^= 1
			refused("changed byte", n, damaged)
		}
		if err := os.WriteFile(path, manifest, 0o600); err != nil {
			t.Fatal(err)
		}
		if n := counted(t, dir, tree.ID(), Options{NoSync: true}); n != tree.Len() {
			t.Errorf("put back, %d of %d results", n, tree.Len())
		}
	}
}

// TestTornManifest: a power cut in the middle of a record leaves part of it.
// Nothing rests on that record.
func TestTornManifest(t *testing.T) {
	dir, id := reported(t, Options{}, 10)
	edit(t, dir, badger.ManifestFilename, func(b []byte) []byte {
		return append(binary.BigEndian.AppendUint32(b, 30), "half a recor"...)
	})
	if n := counted(t, dir, id, Options{}); n != 10 {
		t.Errorf("%d of 10 reports are left", n)
	}
}

// TestUnknownTables: tables that the manifest does not name are kept, those of
// the latest opening that had any.
func TestUnknownTables(t *testing.T) {
	dir, tree, tables := tableStore(t, Options{})
	content, err := os.ReadFile(tables[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"000900.sst", "", "000901.sst"} {
		if name != "" {
			if err := os.WriteFile(filepath.Join(dir, dataDir, name), content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if n := counted(t, dir, tree.ID(), Options{}); n != tree.Len() {
			t.Errorf("%d of %d results", n, tree.Len())
		}
		aside, err := filepath.Glob(filepath.Join(dir, asideDir, "*"))
		if want := cmp.Or(name, "000900.sst"); err != nil || len(aside) != 1 || filepath.Base(aside[0]) != want {
			t.Errorf("set aside are %q, %v, want %s", aside, err, want)
		}
	}
}

// TestReadOnlyAfterKill: a store that was not closed cannot be opened for reading
// only, and says what to do.
func TestReadOnlyAfterKill(t *testing.T) {
	dir, id := reported(t, Options{}, 10)
	s, err := Open(dir, &Options{ReadOnly: true})
	if err == nil {
		s.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "open it for writing once") {
		t.Errorf("opening gave %v", err)
	}
	for _, o := range []Options{{}, {ReadOnly: true}} {
		if n := counted(t, dir, id, o); n != 10 {
			t.Errorf("%d of 10 results", n)
		}
	}
}

// TestOtherFiles: the value log is always empty, and so are the statistics about
// it; whatever becomes of those files, nothing is lost.
func TestOtherFiles(t *testing.T) {
	live, id := reported(t, Options{}, 10)
	names, err := filepath.Glob(filepath.Join(live, dataDir, "*.vlog"))
	if err != nil || len(names) == 0 {
		t.Fatalf("value logs %q, %v", names, err)
	}
	for _, name := range []string{filepath.Base(names[0]), "DISCARD"} {
		for how, change := range map[string]func([]byte) []byte{
			"empty":   func([]byte) []byte { return nil },
			"short":   func(b []byte) []byte { return b[:7] },
			"zeroed":  func(b []byte) []byte { clear(b); return b },
			"garbage": func(b []byte) []byte { copy(b, strings.Repeat("\xff\x01garbage", 500)); return b },
			"missing": nil,
		} {
			t.Run(name+" "+how, func(t *testing.T) {
				dir := filepath.Join(t.TempDir(), "copy")
				if err := os.CopyFS(dir, os.DirFS(live)); err != nil {
					t.Fatal(err)
				}
				if change != nil {
					edit(t, dir, name, change)
				} else if err := os.Remove(filepath.Join(dir, dataDir, name)); err != nil {
					t.Fatal(err)
				}
				if n := counted(t, dir, id, Options{}); n != 10 {
					t.Errorf("%d of 10 results", n)
				}
			})
		}
	}
}
