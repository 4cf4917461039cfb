package store

import (
	"hash/maphash"
	"math"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/result"
)

// absent knows of records of tasks which are not there. That is the answer to nearly
// every question of a report: nobody reported the task before, and none but its own
// group names it. A Badger Get that finds nothing costs a microsecond or two.
//
// Of minted tasks it knows the highest node under each root that has a record,
// since members are mostly reported in about their order. Of others it has a Bloom
// filter, if the store began empty in this process: loading a new store, by an
// import above all, looks up every task.
//
// Only the committer uses it. What it says holds for the batch under way.
type absent struct {
	empty bool // the store began empty and nothing was ever forgotten
	roots map[result.Root]reach
	bits  []uint64 // the filter; nil: none
	seed  maphash.Seed
	added int
}

// reach is how far the records under a root go.
type reach struct {
	end  uint64 // above the highest node
	read bool   // what was stored before is in it too
}

const (
	maxRoots   = 16 << 10
	absentBits = 8 << 20 // 1 MiB
	maxAdded   = 1 << 20 // keys: one look in twenty-five is then for nothing
)

// begin looks whether the store is empty.
func (a *absent) begin(db *badger.DB) error {
	a.forget()
	return db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{Prefix: []byte{keyResult}})
		defer it.Close()
		it.Rewind()
		if a.empty = !it.Valid(); a.empty {
			a.bits, a.seed = make([]uint64, absentBits/64), maphash.MakeSeed()
		}
		return nil
	})
}

// forget is for when nothing is under way: a snapshot then has all there is.
func (a *absent) forget() { *a = absent{roots: map[result.Root]reach{}} }

// rest makes room for other roots, when nothing is under way.
func (a *absent) rest() {
	if len(a.roots) >= maxRoots {
		a.empty = false
		clear(a.roots)
	}
}

// add notes that a record is written. That it may come to nothing does no harm.
func (a *absent) add(key []byte) {
	switch {
	case key[0] != keyResult:
	case key[1] == tagMinted:
		root := result.Root(key[2:14])
		r, known := a.roots[root]
		if !known && len(a.roots) >= maxRoots {
			return
		}
		if end := uint64(node(key)) + 1; end > r.end {
			r.end = end
			a.roots[root] = r
		}
	case a.bits == nil:
	case a.added == maxAdded:
		a.bits = nil
	default:
		if i, mask := a.probe(key); a.bits[i]&mask != mask {
			a.added++
			a.bits[i] |= mask
		}
	}
}

// absent reports whether there is surely no record under key.
func (b *batch) absent(key []byte) bool {
	a := &b.s.absent
	switch {
	case key[0] != keyResult:
		return false
	case key[1] == tagMinted:
		root := result.Root(key[2:14])
		r, known := a.roots[root]
		if !known && len(a.roots) >= maxRoots {
			return false
		}
		if !r.read {
			if !a.empty {
				stored, err := b.endOf(key)
				if err != nil {
					return false // whoever looks finds it out
				}
				r.end = max(r.end, stored)
			}
			r.read = true
			a.roots[root] = r
		}
		return uint64(node(key)) >= r.end
	case a.bits == nil:
		return false
	}
	i, mask := a.probe(key)
	return a.bits[i]&mask != mask
}

// probe gives the word of the filter that a key belongs to, and its bits there. All
// in one word: a look costs one miss of the processor's cache.
func (a *absent) probe(key []byte) (word uint64, mask uint64) {
	h := maphash.Bytes(a.seed, key)
	mask = 1<<(h&63) | 1<<(h>>6&63) | 1<<(h>>12&63)
	return h >> 18 % uint64(len(a.bits)), mask
}

// endOf returns the node above the highest that has a record stored, of the root of
// key.
func (b *batch) endOf(key []byte) (end uint64, err error) {
	prefix := key[:len(key)-4]
	err = b.s.guarded(func() error {
		it := b.snap.NewIterator(badger.IteratorOptions{Reverse: true, Prefix: prefix})
		defer it.Close()
		it.Seek(nodeKey(key[0], result.Root(key[2:14]), math.MaxUint32))
		if it.Valid() {
			end = uint64(node(it.Item().Key())) + 1
		}
		return nil
	})
	return end, err
}
