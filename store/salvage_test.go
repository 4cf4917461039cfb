package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/result"
)

// tableStore makes a closed store with a group of 3000 and their results in
// several tables, and returns the tables.
func tableStore(t *testing.T, o Options) (dir string, tree result.Tree, tables []string) {
	t.Helper()
	o.Profile, o.NoSync = Edge, true
	dir, tree = filepath.Join(t.TempDir(), "store"), minted(3000)
	for i := range 3 {
		s, err := Open(dir, &o)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			if _, err := s.Save(context.Background(), tree, result.Attributes{}); err != nil {
				t.Fatal(err)
			}
		}
		var reports []result.Async
		for n := range 1000 {
			reports = append(reports, result.Async{ID: tree.At(i*1000 + n).ID(), State: result.Success, Value: []byte("\x66secret")})
		}
		if _, err := s.Report(context.Background(), reports...); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	tables, err := filepath.Glob(filepath.Join(dir, dataDir, "*.sst"))
	if err != nil || len(tables) == 0 {
		t.Fatalf("tables %q, %v", tables, err)
	}
	return dir, tree, tables
}

var aKey = []byte("0123456789abcdef")

// TestDamagedTable: whatever is wrong with a table, Open says so in the caller's
// goroutine, and touches nothing.
func TestDamagedTable(t *testing.T) {
	for _, key := range [][]byte{nil, aKey} {
		dir, _, tables := tableStore(t, Options{EncryptionKey: key})
		whole, err := os.ReadFile(tables[0])
		if err != nil {
			t.Fatal(err)
		}
		damage := func(name string, b []byte) {
			t.Helper()
			if err := os.WriteFile(tables[0], b, 0o600); err != nil {
				t.Fatal(err)
			}
			before := listing(t, dir)
			s, err := Open(dir, &Options{Profile: Edge, EncryptionKey: key})
			if err == nil {
				s.Close()
			}
			if !errors.Is(err, result.ErrCorrupt) {
				t.Fatalf("%s: opening gave %v", name, err)
			}
			if after := listing(t, dir); after != before {
				t.Fatalf("%s: files before: %s\nafter: %s", name, before, after)
			}
		}
		const places = 200
		for i := range places {
			at := len(whole) * i / places
			flipped := append([]byte(nil), whole...)
			flipped[at] ^= 1 << (i % 8)
			damage("a bit flipped", flipped)
		}
		for i := 1; i <= 40; i++ { // the end, where every byte leads somewhere
			flipped := append([]byte(nil), whole...)
			flipped[len(whole)-i] ^= 0xff
			damage("a byte of the end flipped", flipped)
			damage("cut short", whole[:len(whole)-i])
			zeroed := append([]byte(nil), whole...)
			clear(zeroed[len(whole)-i:])
			if string(zeroed) != string(whole) {
				damage("the end zeroed", zeroed)
			}
		}
		damage("empty", nil)
		damage("zeroed", make([]byte, len(whole)))
		if err := os.Remove(tables[0]); err != nil {
			t.Fatal(err)
		}
		if s, err := Open(dir, &Options{Profile: Edge, EncryptionKey: key}); !errors.Is(err, result.ErrCorrupt) {
			if err == nil {
				s.Close()
			}
			t.Fatalf("missing: opening gave %v", err)
		}
	}
}

// TestSalvage: what is left can be read, and nothing is changed by it.
func TestSalvage(t *testing.T) {
	ctx := context.Background()
	for _, key := range [][]byte{nil, aKey} {
		for name, damage := range map[string]func(dir string, tables []string) error{
			"a table zeroed":  func(_ string, tables []string) error { return os.WriteFile(tables[1], make([]byte, 5000), 0o600) },
			"a table missing": func(_ string, tables []string) error { return os.Remove(tables[1]) },
			"the manifest missing": func(dir string, _ []string) error {
				if key != nil { // it has which table is encrypted with which key
					return os.Truncate(filepath.Join(dir, dataDir, badger.ManifestFilename), 60)
				}
				return os.Remove(filepath.Join(dir, dataDir, badger.ManifestFilename))
			},
		} {
			t.Run(name, func(t *testing.T) {
				dir, tree, tables := tableStore(t, Options{EncryptionKey: key})
				if err := damage(dir, tables); err != nil {
					t.Fatal(err)
				}
				if s, err := Open(dir, &Options{EncryptionKey: key}); !errors.Is(err, result.ErrCorrupt) {
					if err == nil {
						s.Close()
					}
					t.Errorf("opening gave %v", err)
				}
				before := listing(t, dir)
				s, err := Open(dir, &Options{Salvage: true, EncryptionKey: key})
				if err != nil {
					t.Fatal(err)
				}
				n := 0
				for i := range 3000 {
					a, err := s.Get(ctx, tree.At(i).ID())
					if err == nil && a.State == result.Success {
						n++
					}
				}
				if n < 1000 {
					t.Errorf("%d results are left of 3000", n)
				}
				if _, err := s.Report(ctx, result.Async{ID: "x", State: result.Success}); !errors.Is(err, result.ErrReadOnly) {
					t.Errorf("a report gave %v", err)
				}
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				if after := listing(t, dir); after != before {
					t.Errorf("files before: %s\nafter: %s", before, after)
				}
				t.Logf("%d of 3000 results", n)
			})
		}
	}
}

// TestSalvageLog: up to where the log is damaged it is read.
func TestSalvageLog(t *testing.T) {
	dir, id := reported(t, Options{}, 50)
	edit(t, dir, firstLog, func(log []byte) []byte { log[ends(t, log)[25]+30] ^= 1; return log })
	before := listing(t, dir)
	if n := counted(t, dir, id, Options{Salvage: true}); n != 25 { // the first transaction saved the group
		t.Errorf("%d results are left, want 25", n)
	}
	if after := listing(t, dir); after != before {
		t.Errorf("files before: %s\nafter: %s", before, after)
	}
}
