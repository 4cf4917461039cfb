package store

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

// disk is a disk whose free space a test sets.
type disk struct{ free atomic.Uint64 }

func (d *disk) bytes(string) (uint64, error) { return d.free.Load(), nil }

// TestNoSpace: below the reserve writes are refused and reads go on; above it
// writing goes on.
func TestNoSpace(t *testing.T) {
	ctx := context.Background()
	s, err := Open(t.TempDir(), &Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var d disk
	reserve := uint64(Standard.Reserve())
	d.free.Store(reserve)
	s.onCommitter(t, func() { s.free = d.bytes })
	tree := minted(10)
	if _, err := s.Save(ctx, tree, result.Attributes{}); err != nil {
		t.Fatal(err)
	}
	d.free.Store(reserve - 1)
	_, err = s.Report(ctx, result.Async{ID: tree.At(0).ID(), State: result.Success})
	if !errors.Is(err, result.ErrNoSpace) || !strings.Contains(err.Error(), "256 MiB") {
		t.Errorf("a report gave %v", err)
	}
	if p, err := s.Progress(ctx, tree.ID()); err != nil || p.Leaves.Ready() != 0 {
		t.Errorf("progress %+v, %v", p, err)
	}
	if a, err := s.Get(ctx, tree.At(0).ID()); err != nil || a.State != result.Pending {
		t.Errorf("got %+v, %v", a, err)
	}
	d.free.Store(reserve)
	if _, err = s.Report(ctx, result.Async{ID: tree.At(0).ID(), State: result.Success}); err != nil {
		t.Error(err)
	}
}

// TestNoSpaceAside: what was set aside goes before a write is refused.
func TestNoSpaceAside(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	s := newStore(t, dir)
	aside := filepath.Join(dir, asideDir)
	write(t, filepath.Join(aside, "000007.sst"), "of a compaction that was interrupted")
	s.onCommitter(t, func() {
		s.free = func(string) (uint64, error) {
			if _, err := os.Stat(aside); err == nil {
				return s.opts.Profile.reserve() - 1, nil
			}
			return s.opts.Profile.reserve(), nil
		}
	})
	if _, err := s.Report(ctx, result.Async{ID: "a", State: result.Success}); err != nil {
		t.Error(err)
	}
	s.onCommitter(t, func() { s.free = func(string) (uint64, error) { return 0, nil } })
	if _, err := s.Report(ctx, result.Async{ID: "b", State: result.Success}); !errors.Is(err, result.ErrNoSpace) {
		t.Errorf("with nothing to remove: %v", err)
	}
}

// onCommitter lets do change what the committer uses.
func (s *Store) onCommitter(t *testing.T, do func()) {
	t.Helper()
	if err := s.write(context.Background(), "test", "", func(*batch) error { do(); return nil }); err != nil {
		t.Fatal(err)
	}
}

// TestNoSpaceHalfWay: the disk fills up in the middle of an operation that has
// happened already. It waits for space; others are refused at once.
func TestNoSpaceHalfWay(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	s, err := Open(dir, &Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	tree := foreign("g", 3*maxBatchEntries)
	var d disk
	var asked atomic.Int32
	d.free.Store(1 << 40)
	s.onCommitter(t, func() {
		s.free = func(string) (uint64, error) {
			if asked.Add(1) == 3 {
				d.free.Store(0)
			}
			return d.free.Load(), nil
		}
	})
	saved := make(chan error, 1)
	go func() {
		_, err := s.Save(ctx, tree, result.Attributes{})
		saved <- err
	}()
	for d.free.Load() > 0 {
		time.Sleep(time.Millisecond)
	}
	if _, err := s.Report(ctx, result.Async{ID: "other", State: result.Success}); !errors.Is(err, result.ErrNoSpace) {
		t.Errorf("a report gave %v", err)
	}
	select {
	case err := <-saved:
		t.Errorf("Save returned, with %v", err)
	default:
	}
	d.free.Store(1 << 40)
	if err := <-saved; err != nil {
		t.Error(err)
	}
	if p, err := s.Progress(ctx, "g"); err != nil || p.Total != tree.Len() {
		t.Errorf("progress %+v, %v", p, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	// When the store closes meanwhile, Open does the rest.
	if s, err = Open(dir, &Options{NoSync: true}); err != nil {
		t.Fatal(err)
	}
	asked.Store(0)
	s.onCommitter(t, func() {
		s.free = func(string) (uint64, error) {
			if asked.Add(1) == 3 {
				d.free.Store(0)
			}
			return d.free.Load(), nil
		}
	})
	go func() {
		_, err := s.Delete(ctx, "g")
		saved <- err
	}()
	for d.free.Load() > 0 {
		time.Sleep(time.Millisecond)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-saved; !errors.Is(err, result.ErrNoSpace) {
		t.Errorf("Delete gave %v", err)
	}
	s = newStore(t, dir)
	if _, err := s.Progress(ctx, "g"); !errors.Is(err, result.ErrNotFound) {
		t.Errorf("progress gave %v", err)
	}
}

// TestNoSpaceLooking: on a full disk a store can be checked and backed up.
func TestNoSpaceLooking(t *testing.T) {
	ctx := context.Background()
	s := newStore(t, t.TempDir())
	var d disk
	d.free.Store(1 << 40)
	s.onCommitter(t, func() { s.free = d.bytes })
	reportAll(t, s, minted(3), 3)
	d.free.Store(0)
	if c, err := s.Check(ctx, nil); err != nil || c.Results != 3 {
		t.Errorf("check: %+v, %v", c, err)
	}
	backup := backedUp(t, s)
	if _, err := s.Report(ctx, result.Async{ID: "x", State: result.Success}); !errors.Is(err, result.ErrNoSpace) {
		t.Errorf("a report: %v", err)
	}
	d.free.Store(1 << 40)
	if _, err := newStore(t, t.TempDir()).Load(ctx, bytes.NewReader(backup)); err != nil {
		t.Error(err)
	}
}

// TestNoSpaceLongValue: of a long value that the disk had no room for nothing is left.
func TestNoSpaceLongValue(t *testing.T) {
	ctx := context.Background()
	s := newStore(t, t.TempDir())
	var asked atomic.Int32
	s.onCommitter(t, func() {
		s.free = func(string) (uint64, error) {
			if asked.Add(1) == 2 { // in the middle of it
				return 0, nil
			}
			return 1 << 40, nil
		}
	})
	value := append([]byte{0x5a, 0, 0x20, 0, 0}, make([]byte, 2<<20)...)
	if _, err := s.Report(ctx, result.Async{ID: "a", State: result.Success, Value: value}); !errors.Is(err, result.ErrNoSpace) {
		t.Errorf("got %v", err)
	}
	if found := mustCheck(t, s); !found.Clean() || found.Records > 2 {
		t.Errorf("%d records, %v", found.Records, found.Findings)
	}
}
