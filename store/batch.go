package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// A batch is what the committer is putting together: the operations of one Badger
// transaction. It takes off once the batch before it has landed. Only the
// committer has a batch.
type batch struct {
	s *Store
	changes
	snap   snapshot  // what was committed when the batch began
	before *flight   // what was under way then, if anything: read as if it were committed
	now    time.Time // of the operations that are being applied
	used   int       // bytes of entries so far, and more than Badger counts
	n      int       // entries so far, overwritten ones too
	long   bool      // the operation under way is in the journal: it may be committed in parts
	tight  bool      // the operation under way did not fit a transaction: it has to be long
}

// news is one thing for watchers to hear.
type news struct {
	group  result.ID // those of this group; empty: those of the task
	task   result.ID // whose result changed; empty if it is about the group
	ready  bool      // the task became ready
	gone   bool      // the group is no longer saved
	serial uint64    // of the change: who watches a group and its task hears it once
}

// newBatch begins a batch when nothing is on its way to the disk.
func (s *Store) newBatch() *batch {
	b := &batch{s: s, snap: snapshot{s.db.NewTransaction(false)}}
	s.absent.rest()
	b.changes, s.spare = s.spare, changes{}
	if b.writes == nil {
		b.changes = newChanges()
	}
	b.now = s.now()
	return b
}

// begin makes the batch an empty one.
func (b *batch) begin() {
	b.changes = newChanges()
	b.now = b.s.now()
	b.used, b.n = 0, 0
}

// full reports whether the batch should be committed before more goes in: what
// a damaged log can cost is bounded by the size of a transaction, and an
// operation must still find room.
func (b *batch) full() bool {
	return b.n >= maxBatchEntries || int64(b.used) >= b.s.db.MaxBatchSize()/4
}

const maxBatchEntries = 2000

// errTooBig says that what the operations of a batch write does not fit one
// transaction.
var errTooBig = errors.New("the operation does not fit a transaction")

// written returns what the batch, or the one before it, wrote under key last.
func (b *batch) written(key []byte) (w record, ok bool) {
	w, ok = b.writes[string(key)]
	if !ok && b.before != nil {
		w, ok = b.before.writes[string(key)]
	}
	return w, ok
}

// get reads a record; see records.
func (b *batch) get(key []byte) (body []byte, meta byte, err error) {
	if b.absent(key) {
		return nil, 0, nil
	}
	if w, ok := b.written(key); ok {
		return w.body(), w.meta, nil
	}
	err = b.s.guarded(func() (err error) {
		body, meta, err = b.snap.get(key)
		return err
	})
	return bytes.Clone(body), meta, err // Badger's memory is the snapshot's, which a long operation outlives
}

// set writes a record; key and body are the batch's from now on.
func (b *batch) set(key []byte, meta byte, body []byte) error {
	if len(body) > maxRecord { // Badger's own error for that has a dump of the value in it
		return fmt.Errorf("%w: record %s has %d bytes, the most is %d", result.ErrTooLarge, describe(key), len(body), maxRecord)
	}
	w := record{key, seal(key, meta, body), meta}
	b.s.absent.add(key)
	return b.add(w)
}

// delete removes the record under key, if there is one.
func (b *batch) delete(key []byte) error {
	return b.add(record{key: key})
}

func (b *batch) add(w record) error {
	b.n++
	b.used += len(w.key) + len(w.sealed) + 16
	if int64(b.n)+2 >= b.s.db.MaxBatchCount() || int64(b.used)+stampSize >= b.s.db.MaxBatchSize() {
		return errTooBig
	}
	b.writes[string(w.key)] = w
	return nil
}

func (b *batch) setNumber(key []byte, n uint64) error {
	return b.set(key, 0, binary.BigEndian.AppendUint64(make([]byte, 0, 8+sealLen), n))
}

func (b *batch) number(key []byte) (n uint64, ok bool, err error) {
	body, _, err := b.get(key)
	if err != nil || body == nil {
		return 0, false, err
	}
	n, err = parseNumber(key, body)
	return n, err == nil, err
}

func parseNumber(key, body []byte) (uint64, error) {
	if len(body) != 8 {
		return 0, corrupt(key, fmt.Errorf("a number has %d bytes", len(body)))
	}
	return binary.BigEndian.Uint64(body), nil
}

// nextSeq takes a number that was never used before.
func (b *batch) nextSeq() (uint64, error) {
	n, _, err := b.number(metaSeq)
	if err != nil {
		return 0, err
	}
	n++
	return n, b.setNumber(metaSeq, n)
}

// keys collects the keys from first on, up to and with last, at most limit of
// them.
func (b *batch) keys(first, last []byte, limit int) (keys [][]byte, err error) {
	err = b.s.guarded(func() error {
		it := b.snap.NewIterator(badger.IteratorOptions{Prefix: commonPrefix(first, last)})
		defer it.Close()
		for it.Seek(first); it.Valid() && len(keys) < limit; it.Next() {
			key := it.Item().Key()
			if string(key) > string(last) {
				break
			}
			if _, ok := b.written(key); !ok {
				keys = append(keys, it.Item().KeyCopy(nil))
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	// What came after the snapshot may lie between those.
	add := func(writes map[string]record, over map[string]record) {
		for key, w := range writes {
			if key < string(first) || key > string(last) || w.sealed == nil {
				continue
			}
			if _, ok := over[key]; !ok {
				keys = append(keys, w.key)
			}
		}
	}
	add(b.writes, nil)
	if b.before != nil {
		add(b.before.writes, b.writes)
	}
	slices.SortFunc(keys, bytes.Compare)
	return keys[:min(len(keys), limit)], nil
}

func commonPrefix(a, b []byte) []byte {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return a[:n]
}

// change marks g as changed: its head is written with the batch.
func (b *batch) change(g *group) {
	if !g.dirty {
		g.dirty = true
		b.dirty = append(b.dirty, g)
	}
}

// flush sends the batch to the disk and begins the next one. It waits for the
// batch before it to land. An operation that calls it has made sure that it will
// be completed after a crash, or that what it wrote so far means nothing. An error
// means that the store has failed.
func (b *batch) flush() error {
	for _, g := range b.dirty {
		if g.gone {
			continue
		}
		if err := b.set(g.key, 0, encoding.AppendHead(nil, g.head)); err != nil {
			return err
		}
	}
	if err := b.land(); err != nil {
		return err
	}
	// The next snapshot is taken while nothing is under way: later, Badger would
	// make it wait until this batch has landed.
	b.snap.Discard()
	b.snap = snapshot{b.s.db.NewTransaction(false)}
	landed := b.before
	b.before = b.s.takeOff(b.changes)
	b.begin()
	b.reuse(landed)
	return nil
}

// reuse takes over the memory of a flight that has landed: nobody reads it any
// more. To clear a map takes as long as it ever was large, so one with little in
// it is left.
func (b *batch) reuse(landed *flight) {
	if landed == nil || 8*len(landed.writes) < landed.grown {
		return
	}
	b.grown = max(landed.grown, len(landed.writes))
	clear(landed.writes)
	b.writes, b.news = landed.writes, landed.news[:0]
}

// landed is closed once the batch before this one has landed; nil if there is
// none.
func (b *batch) landed() <-chan struct{} {
	if b.before == nil {
		return nil
	}
	return b.before.landed
}

// mayFly reports whether nothing is on its way to the disk.
func (b *batch) mayFly() bool {
	select {
	case <-b.landed():
		return true
	default:
		return b.before == nil
	}
}

// land waits for the batch before this one to land.
func (b *batch) land() error {
	if b.before == nil {
		return nil
	}
	<-b.before.landed
	return b.before.err
}

// end lets go of the snapshot: an old one keeps Badger from dropping what has
// been overwritten.
func (b *batch) end() {
	b.snap.Discard()
	if b.before != nil && b.mayFly() { // it may be under way if the store failed
		b.begin()
		b.reuse(b.before)
		b.s.spare = b.changes
	}
}
