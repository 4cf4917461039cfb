package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/result"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestOpenRefuses: what is no store of ours, or one that opening would harm, is
// refused with an error that says so, and nothing in it is touched.
func TestOpenRefuses(t *testing.T) {
	var newer *result.VersionError
	for _, c := range []struct {
		name string
		make func(t *testing.T, dir string)
		opts Options
		is   func(error) bool
		says string
	}{
		{"a file", func(t *testing.T, dir string) { write(t, dir, "x") }, Options{}, nil, "not a directory"},
		{"another directory", func(t *testing.T, dir string) { write(t, filepath.Join(dir, "photo.jpg"), "x") }, Options{}, nil, "not a store"},
		{"a newer format", func(t *testing.T, dir string) { write(t, filepath.Join(dir, formatFile), "bunch store, format 3\n") }, Options{},
			func(err error) bool { return errors.As(err, &newer) }, "newer release"},
		{"an older format", func(t *testing.T, dir string) { write(t, filepath.Join(dir, formatFile), "bunch store, format 1\n") }, Options{},
			func(err error) bool { return errors.As(err, &newer) }, "no longer reads"},
		{"a damaged format", func(t *testing.T, dir string) { write(t, filepath.Join(dir, formatFile), "bunch store, fo") }, Options{},
			func(err error) bool { return errors.Is(err, result.ErrCorrupt) }, formatFile},
		{"no format", func(t *testing.T, dir string) {
			newStore(t, dir).Close()
			if err := os.Remove(filepath.Join(dir, formatFile)); err != nil {
				t.Fatal(err)
			}
		}, Options{}, func(err error) bool { return errors.Is(err, result.ErrCorrupt) }, formatFile + " is missing"},
		{"format 0", func(t *testing.T, dir string) { write(t, filepath.Join(dir, formatFile), "bunch store, format 0\n") }, Options{},
			func(err error) bool { return errors.Is(err, result.ErrCorrupt) }, formatFile},
		{"damaged keys", func(t *testing.T, dir string) {
			newStore(t, dir).Close()
			edit(t, dir, badger.KeyRegistryFileName, func(b []byte) []byte { b[20] ^= 1; return b })
		}, Options{}, func(err error) bool { return errors.Is(err, result.ErrCorrupt) }, badger.KeyRegistryFileName},
		{"no manifest", func(t *testing.T, dir string) {
			newStore(t, dir).Close()
			if err := os.Remove(filepath.Join(dir, dataDir, "MANIFEST")); err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(dir, dataDir, "000001.sst"), "x")
		}, Options{}, func(err error) bool { return errors.Is(err, result.ErrCorrupt) }, "MANIFEST"},
		{"nothing to read", func(*testing.T, string) {}, Options{ReadOnly: true},
			func(err error) bool { return errors.Is(err, result.ErrNotFound) }, "no store"},
		{"an interval without NoSync", func(*testing.T, string) {}, Options{SyncEvery: time.Second}, nil, "NoSync"},
		{"a short key", func(*testing.T, string) {}, Options{EncryptionKey: []byte("secret7")}, nil, "7 bytes"},
		{"another key", func(t *testing.T, dir string) {
			s, err := Open(dir, &Options{EncryptionKey: []byte("0123456789abcdef")})
			if err != nil {
				t.Fatal(err)
			}
			s.Close()
		}, Options{EncryptionKey: []byte("fedcba9876543210")}, func(err error) bool { return !errors.Is(err, result.ErrCorrupt) }, "encryption key"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "store")
			c.make(t, dir)
			before := listing(t, dir)
			s, err := Open(dir, &c.opts)
			if err == nil {
				s.Close()
				t.Fatal("it was opened")
			}
			if !strings.Contains(err.Error(), c.says) || c.is != nil && !c.is(err) {
				t.Errorf("error %q does not say %q", err, c.says)
			}
			if len(c.opts.EncryptionKey) > 0 && strings.Contains(err.Error(), string(c.opts.EncryptionKey)) {
				t.Errorf("error %q has the key", err)
			}
			if after := listing(t, dir); after != before {
				t.Errorf("files before: %s\nafter: %s", before, after)
			}
		})
	}
}

func listing(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	_ = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.HasSuffix(path, lockFile) {
			info, _ := d.Info()
			b.WriteString(path + " " + strconv.FormatInt(info.Size(), 10) + "\n")
		}
		return nil
	})
	return b.String()
}

// TestOpenLocked: one process at a time, and the one that waits is told which.
func TestOpenLocked(t *testing.T) {
	dir := t.TempDir()
	s := newStore(t, dir)
	_, err := Open(dir, nil)
	if !errors.Is(err, result.ErrLocked) || !strings.Contains(err.Error(), strconv.Itoa(os.Getpid())) {
		t.Errorf("error %v does not name process %d", err, os.Getpid())
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	newStore(t, dir)
}

// TestReadOnly: several may read what was closed, and none may write.
func TestReadOnly(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	s := newStore(t, dir)
	if _, err := s.Save(ctx, result.Group("g", result.Task("a")), result.Attributes{}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		r, err := Open(dir, &Options{ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if p, err := r.Progress(ctx, "g"); err != nil || p.Total != 1 {
			t.Errorf("got %+v, %v", p, err)
		}
		if _, err := r.Report(ctx, result.Async{ID: "a", State: result.Success}); !errors.Is(err, result.ErrReadOnly) {
			t.Errorf("a report gave %v", err)
		}
	}
	if _, err := Open(dir, nil); !errors.Is(err, result.ErrLocked) {
		t.Errorf("a writer beside readers gave %v", err)
	}
}

// TestSmallerMemtable: a store that was killed under one profile opens under
// another; Badger alone ends the process then.
func TestSmallerMemtable(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	s, err := Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	tree := minted(100)
	if _, err := s.Save(ctx, tree, result.Attributes{}); err != nil {
		t.Fatal(err)
	}
	value := append([]byte{0x59, 0xea, 0x60}, make([]byte, 60000)...)
	for leaf := range tree.Leaves() { // 6 MB in the log
		if _, err := s.Report(ctx, result.Async{ID: leaf.ID(), State: result.Success, Value: value}); err != nil {
			t.Fatal(err)
		}
	}
	copied := killed(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = newStore(t, copied)
	if p, err := s.Progress(ctx, tree.ID()); err != nil || p.Completed != 100 {
		t.Errorf("got %+v, %v", p, err)
	}
}
