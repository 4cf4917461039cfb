package store

import (
	"hash/maphash"

	"github.com/dgraph-io/badger/v4"
)

// absent knows what a store that began empty in this process cannot have: a
// Bloom filter of the records of tasks that were written. Loading a new store,
// by an import above all, looks up every task twice for nothing otherwise.
//
// Only the committer uses it. A store that had results when it was opened has
// none, and neither has one that has outgrown it.
type absent struct {
	bits  []uint64
	seed  maphash.Seed
	added int
}

const (
	absentBits = 8 << 20 // 1 MiB
	maxAbsent  = 1 << 20 // keys: one look in fifty is then for nothing
)

// begin starts the filter if no task has a record yet.
func (a *absent) begin(db *badger.DB) error {
	a.bits = nil
	return db.View(func(txn *badger.Txn) error {
		for _, kind := range []byte{keyResult, keyNamers} {
			it := txn.NewIterator(badger.IteratorOptions{Prefix: []byte{kind}})
			it.Rewind()
			found := it.Valid()
			it.Close()
			if found {
				return nil
			}
		}
		a.bits, a.seed, a.added = make([]uint64, absentBits/64), maphash.MakeSeed(), 0
		return nil
	})
}

// is reports whether there is surely no record under key.
func (a *absent) is(key []byte) bool {
	if a.bits == nil || key[0] != keyResult && key[0] != keyNamers {
		return false
	}
	h := maphash.Bytes(a.seed, key)
	for range 4 {
		if a.bits[h%absentBits/64]&(1<<(h%64)) == 0 {
			return true
		}
		h = h>>13 | h<<51
	}
	return false
}

// add notes that a record is written. That it may come to nothing does no harm.
func (a *absent) add(key []byte) {
	if a.bits == nil || key[0] != keyResult && key[0] != keyNamers {
		return
	}
	if a.added++; a.added > maxAbsent {
		a.bits = nil
		return
	}
	h := maphash.Bytes(a.seed, key)
	for range 4 {
		a.bits[h%absentBits/64] |= 1 << (h % 64)
		h = h>>13 | h<<51
	}
}
