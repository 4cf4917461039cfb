package store_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store"
	"github.com/seed-1c955bc8/bunch/store/storetest"
)

var _ group.Backend = (*store.Store)(nil)

// checked is a store that Check looks at before it is closed.
type checked struct {
	*store.Store
	t *testing.T
}

func (c checked) Close() error {
	found, err := c.Check(context.Background(), nil)
	if err != nil && !errors.Is(err, result.ErrClosed) || !found.Clean() {
		c.t.Errorf("check: %v, %v", found.Findings, err)
	}
	return c.Store.Close()
}

// engine is a store on disk that storetest may crash.
type engine struct {
	checked
	dir string
	o   store.Options
}

// Reopen opens a copy of the files as they are at this moment, which is what a
// kill leaves behind.
func (e *engine) Reopen(t *testing.T) storetest.Backend {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "copy")
	for before := ""; ; { // until Badger did nothing in the background meanwhile
		err := os.CopyFS(dir, os.DirFS(e.dir))
		after := listing(t, e.dir)
		if err == nil && after == before {
			break
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		before = after
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	return open(t, dir, e.o)
}

func listing(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, _ error) error {
		if info, err := os.Stat(path); err == nil { // otherwise it is gone again
			fmt.Fprintln(&b, path, info.Size(), info.ModTime())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func open(t *testing.T, dir string, o store.Options) *engine {
	t.Helper()
	s, err := store.Open(dir, &o)
	if err != nil {
		t.Fatal(err)
	}
	return &engine{checked{s, t}, dir, o}
}

func onDisk(t *testing.T, o storetest.Options) storetest.Backend {
	// Syncing is tested by killing processes; here it would only be slow.
	return open(t, t.TempDir(), store.Options{NoSync: true, Profile: store.Edge, Retention: o.Retention, Clock: o.Clock})
}

func inMemory(t *testing.T, o storetest.Options) storetest.Backend {
	return open(t, "", store.Options{InMemory: true, Profile: store.Edge, Retention: o.Retention, Clock: o.Clock}).checked
}

func TestLaws(t *testing.T)         { storetest.Run(t, onDisk) }
func TestLawsInMemory(t *testing.T) { storetest.Run(t, inMemory) }

func TestHistories(t *testing.T) { storetest.Histories(t, onDisk) }
