package store

import (
	"errors"
	"fmt"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// Badger's iterators have no error: a block that went bad while the store is
// open is the silent end of a table. But a saved group knows how many results it
// has. So a scan of a whole saved group counts the ready ones, and where that is
// fewer than the group has, looks closer.
//
// Covered is a scan of all leaves during which the group's counts stayed the
// same; a result that somebody changed meanwhile proves nothing. Not covered is
// the head itself: without it there is no such group. Damage that was there before
// is found by Open, and any by Check.
type expected struct {
	leaves result.Counts // of the group when the scan began
	known  bool          // it is saved, and the scan covers it
	ready  int           // seen by the scan
}

// expect notes what a scan of tree should find.
func (x *expected) expect(r snapshot, tree result.Tree) error {
	g, err := readGroup(r, idKey(keyHead, tree.ID()))
	if err == nil && g != nil {
		x.leaves, x.known = g.head.Progress.Leaves, g.head.Progress.Leaves.Total() == tree.LeafCount()
	}
	return err
}

func (x *expected) see(a *result.Async) {
	if a.State.Ready() {
		x.ready++
	}
}

// missing gives ErrCorrupt if results of the group id are gone, when a scan has
// seen them all in the end. Counts and results change in one transaction, but for
// what the journal has; so in one snapshot they are equal.
func (x *expected) missing(r snapshot, id result.ID) error {
	if !x.known || x.ready >= x.leaves.Ready() {
		return nil
	}
	g, err := readGroup(r, idKey(keyHead, id))
	if err != nil || g == nil || !g.head.Progress.Leaves.Equal(x.leaves) {
		return err
	}
	it := r.NewIterator(badger.IteratorOptions{Prefix: []byte{keyJournal}})
	it.Rewind()
	underWay := it.Valid()
	it.Close()
	if underWay {
		return nil
	}
	tree, err := readTree(r, g.head.Seq, g.head.Tree, g.head.Chunks)
	if err != nil {
		return err
	}
	n, err := countReady(r, tree)
	if want := x.leaves.Ready(); err == nil && n < want {
		err = fmt.Errorf("%w: %d of the %d results of group %q are missing: close the store and restore a backup, or see what bunch check says",
			result.ErrCorrupt, want-n, want, string(id))
	}
	return err
}

// countReady counts the ready results of a tree's leaves by their keys.
func countReady(r snapshot, tree result.Tree) (n int, err error) {
	for run := range tree.LeafRuns() {
		root, first, count, ok := mintedRun(run)
		if !ok {
			item, err := r.Get(idKey(keyResult, run.ID()))
			if err == nil && readyMeta(item.UserMeta()) {
				n++
			}
			if err != nil && !errors.Is(err, badger.ErrKeyNotFound) {
				return n, err
			}
			continue
		}
		last := nodeKey(keyResult, root, first+uint32(count-1))
		it := r.NewIterator(badger.IteratorOptions{Prefix: last[:len(last)-4]})
		for it.Seek(nodeKey(keyResult, root, first)); it.Valid() && string(it.Item().Key()) <= string(last); it.Next() {
			if readyMeta(it.Item().UserMeta()) {
				n++
			}
		}
		it.Close()
	}
	return n, nil
}

var (
	metaSuccess = encoding.StateCode(result.Success)
	metaFailure = encoding.StateCode(result.Failure)
	metaRevoked = encoding.StateCode(result.Revoked)
)

func readyMeta(meta byte) bool {
	switch meta {
	case metaSuccess, metaFailure, metaRevoked:
		return true
	}
	return false
}
