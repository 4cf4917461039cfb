package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-1c955bc8/bunch/result"
)

// TestRecover: a store that Open refuses becomes one that opens, and after Repair
// is clean, with everything that was not in the damaged file.
func TestRecover(t *testing.T) {
	ctx := context.Background()
	for name, damage := range map[string]func(t *testing.T, dir string, tables []string){
		"a table": func(t *testing.T, _ string, tables []string) { flip(t, tables[len(tables)-1], 40) },
		"a table that is gone": func(t *testing.T, _ string, tables []string) {
			if err := os.Remove(tables[len(tables)-1]); err != nil {
				t.Fatal(err)
			}
		},
		"a table, and the list of keys": func(t *testing.T, dir string, tables []string) {
			flip(t, tables[len(tables)-1], 40)
			if err := os.Remove(filepath.Join(dir, dataDir, "KEYREGISTRY")); err != nil {
				t.Fatal(err)
			}
		},
		"the manifest": func(t *testing.T, dir string, _ []string) {
			flip(t, filepath.Join(dir, dataDir, "MANIFEST"), 20)
		},
		"a missing manifest": func(t *testing.T, dir string, _ []string) {
			if err := os.Remove(filepath.Join(dir, dataDir, "MANIFEST")); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, key := range [][]byte{nil, aKey} {
				if key != nil && strings.HasSuffix(name, "keys") {
					continue // nothing can be read
				}
				block := strings.HasPrefix(name, "a table") && !strings.HasSuffix(name, "gone")
				o := &Options{Profile: Edge, EncryptionKey: key}
				dir, tree, tables := tableStore(t, *o)
				damage(t, dir, tables)
				if s, err := Open(dir, o); !errors.Is(err, result.ErrCorrupt) {
					t.Fatalf("opened as %v, %v", s, err)
				}
				leftOut, err := Recover(dir, o)
				if err != nil {
					t.Fatal(err)
				}
				gone := name == "a table that is gone"
				if told := len(leftOut) == 1 && leftOut[0].Lost; told != (gone || block) || !told && len(leftOut) > 0 {
					t.Errorf("left out: %v", leftOut)
				}
				s, err := Open(dir, o)
				if err != nil {
					t.Fatal(err)
				}
				lost, err := s.Repair(ctx, nil)
				if err != nil {
					t.Fatal(err)
				}
				if c, err := s.Check(ctx, nil); err != nil || !c.Clean() {
					t.Errorf("after Repair of %d: %+v, %v", lost.Found, c, err)
				}
				n := 0
				for a, err := range s.Results(ctx, tree, result.Filter{Ready: true}) {
					if err != nil || string(a.Value) != "\x66secret" {
						t.Fatalf("%+v, %v", a, err)
					}
					n++
				}
				if block && (n < 2900 || n == 3000) || gone && n == 3000 || !gone && !block && n != 3000 {
					t.Errorf("%d of 3000 results are there", n)
				}
				// Badger empties what it removes, under all its names.
				if _, err := s.Compact(ctx, Light, nil); err != nil {
					t.Error(err)
				}
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				left, err := filepath.Glob(filepath.Join(dir, damagedDir, "*.sst"))
				if gone {
					tables = tables[:len(tables)-1]
				}
				if err != nil || len(left) != len(tables) {
					t.Errorf("damaged files: %q, %v", left, err)
				}
				for _, name := range left {
					if info, err := os.Stat(name); err != nil || info.Size() == 0 {
						t.Errorf("%s: %v, %v", name, info.Size(), err)
					}
				}
				if _, err := Recover(dir, o); !errors.Is(err, fs.ErrExist) {
					t.Errorf("again, over what was damaged: %v", err)
				}
			}
		})
	}
}

// flip changes the byte that is so far from the beginning of a file.
func flip(t *testing.T, path string, at int) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[at] ^= 0x10
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}
