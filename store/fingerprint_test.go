package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/result"
)

// levels makes a store as a kill leaves it: with a table in the last level, one in
// level 0, which Badger leaves alone there, and the latest commits in a log.
func levels(t *testing.T) (dir string, tables []string) {
	t.Helper()
	ctx := context.Background()
	live := filepath.Join(t.TempDir(), "live")
	fill := func(s *Store) {
		t.Helper()
		tree := minted(10)
		if _, err := s.Save(ctx, tree, result.Attributes{}); err != nil {
			t.Fatal(err)
		}
		for leaf := range tree.Leaves() {
			if _, err := s.Report(ctx, result.Async{ID: leaf.ID(), State: result.Success}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for n := range 3 {
		s, err := Open(live, &Options{Profile: Edge})
		if err != nil {
			t.Fatal(err)
		}
		fill(s)
		switch n {
		case 0:
			if _, err := s.Compact(ctx, Full, nil); err != nil {
				t.Fatal(err)
			}
		case 2:
			dir = killed(t, s)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	tables, err := filepath.Glob(filepath.Join(dir, dataDir, "*.sst"))
	if err != nil || len(tables) != 2 {
		t.Fatalf("tables %v, %v", tables, err)
	}
	for i := range tables {
		tables[i] = filepath.Base(tables[i])
	}
	return dir, tables
}

// TestSwappedFiles: a table or a log in the place of another is refused, although
// every checksum in it is right, and salvage leaves it out.
func TestSwappedFiles(t *testing.T) {
	ctx := context.Background()
	dir, tables := levels(t)
	other, _ := levels(t)
	read := func(dir, name string) []byte {
		t.Helper()
		b, err := os.ReadFile(filepath.Join(dir, dataDir, name))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	low, high, log := tables[0], tables[1], firstLog
	for name, put := range map[string]map[string][]byte{
		"a table of another store":     {low: read(other, low)},
		"a table for another":          {low: read(dir, high)},
		"tables of different levels":   {low: read(dir, high), high: read(dir, low)},
		"a log of another store":       {log: read(other, log)},
		"the keys, which are not used": {badger.KeyRegistryFileName: read(other, badger.KeyRegistryFileName)},
	} {
		t.Run(name, func(t *testing.T) {
			copied := filepath.Join(t.TempDir(), "copy")
			if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
				t.Fatal(err)
			}
			for name, b := range put {
				edit(t, copied, name, func([]byte) []byte { return b })
			}
			before := listing(t, copied)
			s, err := Open(copied, &Options{Profile: Edge})
			if err == nil {
				s.Close()
			}
			if put[badger.KeyRegistryFileName] != nil {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if !errors.Is(err, result.ErrCorrupt) || !strings.Contains(err.Error(), "put in its place") {
				t.Fatalf("opening gave %v", err)
			}
			if after := listing(t, copied); after != before {
				t.Errorf("files before: %s\nafter: %s", before, after)
			}
			s, err = Open(copied, &Options{Profile: Edge, Salvage: true})
			if err != nil {
				t.Fatal(err)
			}
			groups, _, err := s.List(ctx, result.Query{})
			if want := 3 - len(put); err != nil || len(groups) != want {
				t.Errorf("salvaged %d groups, %v, want %d", len(groups), err, want)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if _, err := Recover(copied, nil); err != nil {
				t.Fatal(err)
			}
			newStore(t, copied)
		})
	}
}

// TestOlderTable: after a full compaction Badger counts its tables anew, and one
// of before that is refused.
func TestOlderTable(t *testing.T) {
	ctx := context.Background()
	dir := filepath.Join(t.TempDir(), "store")
	s, err := Open(dir, &Options{Profile: Edge})
	if err != nil {
		t.Fatal(err)
	}
	var tables [2]string
	var old []byte
	for n := range tables {
		if _, err := s.Report(ctx, result.Async{ID: result.ID(fmt.Sprint(n)), State: result.Success}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Compact(ctx, Full, nil); err != nil {
			t.Fatal(err)
		}
		found, err := filepath.Glob(filepath.Join(dir, dataDir, "*.sst"))
		if err != nil || len(found) != 1 {
			t.Fatalf("tables %v, %v", found, err)
		}
		if tables[n] = filepath.Base(found[0]); n == 0 {
			if old, err = os.ReadFile(found[0]); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := s.Close(); err != nil || tables[0] != tables[1] {
		t.Fatalf("tables %v, %v", tables, err)
	}
	edit(t, dir, tables[0], func(now []byte) []byte {
		if slices.Equal(now, old) {
			t.Fatal("the table is the same one")
		}
		return old
	})
	s, err = Open(dir, &Options{Profile: Edge})
	if err == nil {
		s.Close()
	}
	if !errors.Is(err, result.ErrCorrupt) || !strings.Contains(err.Error(), "put in its place") {
		t.Errorf("opening gave %v", err)
	}
}

// TestPrintsAreNoWitness: fingerprints that are missing, torn, or of fewer files
// refuse nothing, and are written anew.
func TestPrintsAreNoWitness(t *testing.T) {
	dir, tables := levels(t)
	for name, change := range map[string]func([]byte) []byte{
		"empty":  func([]byte) []byte { return nil },
		"torn":   func(b []byte) []byte { return b[:len(b)/2] },
		"zeroed": func(b []byte) []byte { clear(b); return b },
		"older": func(b []byte) []byte {
			p := parsePrints(string(b))
			delete(p, tables[1])
			delete(p, firstLog)
			p["000099.sst"] = 1
			return p.append(nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			copied := filepath.Join(t.TempDir(), "copy")
			if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
				t.Fatal(err)
			}
			edit(t, copied, printsFile, change)
			s := newStore(t, copied)
			groups, _, err := s.List(context.Background(), result.Query{})
			if err != nil || len(groups) != 3 {
				t.Errorf("%d of 3 groups, %v", len(groups), err)
			}
			p, err := readPrints(filepath.Join(copied, dataDir))
			if _, ok := p["000099.sst"]; ok || err != nil || len(p) < len(tables)+2 {
				t.Errorf("fingerprints %v, %v", p, err)
			}
		})
	}
}

// TestPrintsFollow: while the store is open the fingerprints follow the files that
// Badger makes.
func TestPrintsFollow(t *testing.T) {
	ctx := context.Background()
	s := newStore(t, t.TempDir())
	data := filepath.Join(s.dir, dataDir)
	tree := minted(200)
	value := append([]byte{0x59, 0xea, 0x60}, make([]byte, 60000)...)
	for leaf := range tree.Leaves() { // 12 MB, of which a log takes 8
		if _, err := s.Report(ctx, result.Async{ID: leaf.ID(), State: result.Success, Value: value}); err != nil {
			t.Fatal(err)
		}
	}
	p, err := readPrints(data)
	if _, ok := p["00002.mem"]; err != nil || !ok {
		t.Errorf("fingerprints %v, %v, without that of the log in use", p, err)
	}
	for p["000001.sst"] == 0 { // Badger writes tables when it likes
		// The files are looked at after the answer, and before the next batch takes off.
		if err := s.between(ctx, "test", func(snapshot) error { return s.mark.look(true) }); err != nil {
			t.Fatal(err)
		}
		if p, err = readPrints(data); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Compact(ctx, Full, nil); err != nil {
		t.Fatal(err)
	}
	again, err := readPrints(data)
	if err != nil || again["000001.sst"] == p["000001.sst"] || again["000001.sst"] == 0 {
		t.Errorf("before a compaction %v, after it %v, %v", p, again, err)
	}
}
