package store

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/encoding/encodingtest"
	"github.com/seed-1c955bc8/bunch/result"
)

// FuzzID: an id comes back from its key, and what is no key does not come back as
// one.
func FuzzID(f *testing.F) {
	root := result.NewRoot(time.Now())
	for _, id := range []result.ID{"a", "a/b", "\x00", "task-17", "任务", root.ID(0), "6301bbfc-a0c5-454e-8ff9-bb510944fe0c", "6301BBFC-A0C5-454E-8FF9-BB510944FE0C"} {
		f.Add(string(id))
	}
	f.Fuzz(func(t *testing.T, s string) {
		id := result.ID(s)
		if err := id.Validate(); err != nil {
			t.Skip("no key is made of it:", err)
		}
		var key []byte
		var back result.ID
		var err error
		encodingtest.Bounded(t, func() {
			key = appendID(nil, id)
			back, err = parseID(key)
		})
		if err != nil || back != id {
			t.Fatalf("%q became %x and %q, %v", s, key, back, err)
		}
		// What is no key must not come back as one: parsing is exact.
		for _, cut := range [][]byte{key[:len(key)-1], append(bytes.Clone(key), 0)} {
			if back, err := parseID(cut); err == nil && bytes.Equal(appendID(nil, back), key) {
				t.Fatalf("%x was taken for %x", cut, key)
			}
		}
	})
}

// TestKeysKeepOrder: Badger's order of the keys of one root is member order, and
// that of creation numbers is that of numbers.
func TestKeysKeepOrder(t *testing.T) {
	root := result.NewRoot(time.Now())
	numbers := []uint32{0, 1, 9, 255, 256, 65535, 1 << 16, 1<<32 - 1}
	var nodes, seqs [][]byte
	for _, n := range numbers {
		nodes = append(nodes, nodeKey(keyResult, root, n))
		seqs = append(seqs, seqKey(keySeq, uint64(n)<<31))
		if got := idKey(keyResult, root.ID(n)); !bytes.Equal(got, nodes[len(nodes)-1]) {
			t.Errorf("nodeKey and idKey disagree about %d: %x", n, got)
		}
	}
	if !slices.IsSortedFunc(nodes, bytes.Compare) || !slices.IsSortedFunc(seqs, bytes.Compare) {
		t.Error("keys are out of order")
	}
}

// TestUnsealNoticesAnyBit: one flipped bit anywhere in a value, in its meta byte,
// or another key, and the record is refused.
func TestUnsealNoticesAnyBit(t *testing.T) {
	key, body := []byte("r-key"), []byte("some body")
	sealed := seal(key, 3, bytes.Clone(body))
	if got, err := unseal(key, 3, sealed); err != nil || !bytes.Equal(got, body) {
		t.Fatalf("got %q, %v", got, err)
	}
	refused := func(what string, key []byte, meta byte, sealed []byte) {
		if _, err := unseal(key, meta, sealed); !errors.Is(err, result.ErrCorrupt) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for bit := range len(sealed) * 8 {
		bad := bytes.Clone(sealed)
		bad[bit/8] ^= 1 << (bit % 8)
		refused("a flipped bit", key, 3, bad)
	}
	refused("another key", []byte("r-kez"), 3, sealed)
	refused("another meta byte", key, 4, sealed)
	for n := range len(sealed) {
		refused("a shorter value", key, 3, sealed[:n])
	}
}

// TestDamagedRecords: whatever stands in place of a record, what reads it says
// ErrCorrupt, names it and goes on living; a newer format is told as one.
func TestDamagedRecords(t *testing.T) {
	ctx := context.Background()
	s := newStore(t, t.TempDir())
	tree := result.Group("g", result.Task("a"), result.Task("b"))
	if _, err := s.Save(ctx, tree, result.Attributes{}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Report(ctx, result.Async{ID: "a", State: result.Success}); err != nil {
		t.Fatal(err)
	}
	put := func(key []byte, sealed []byte) {
		t.Helper()
		err := s.queueAndWait(ctx, func(b *batch) error {
			return b.paused(func() error {
				s.absent.forget() // as when the store is opened
				return s.db.Update(func(txn *badger.Txn) error { return txn.Set(key, sealed) })
			})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	key := idKey(keyResult, "a")
	for name, sealed := range map[string][]byte{
		"empty": {}, "noise": []byte("noise that is no record"), "sealed noise": seal(key, 0, []byte{1, 0xff, 0xff}),
	} {
		put(key, sealed)
		if _, err := s.Get(ctx, "a"); !errors.Is(err, result.ErrCorrupt) {
			t.Errorf("%s: Get: %v", name, err)
		}
		if _, err := s.Report(ctx, result.Async{ID: "a", State: result.Failure}); !errors.Is(err, result.ErrCorrupt) {
			t.Errorf("%s: Report: %v", name, err)
		}
		var got error
		for _, err := range s.Results(ctx, tree, result.Filter{}) {
			got = errors.Join(got, err)
		}
		if !errors.Is(got, result.ErrCorrupt) {
			t.Errorf("%s: Results: %v", name, got)
		}
	}
	put(key, seal(key, 0, []byte{99, 0xa0}))
	var newer *result.VersionError
	if _, err := s.Get(ctx, "a"); !errors.As(err, &newer) || newer.Got != 99 {
		t.Errorf("a newer format: %v", err)
	}
	if _, err := s.Report(ctx, result.Async{ID: "b", State: result.Success}); err != nil {
		t.Errorf("the damage reached another task: %v", err)
	}
}
