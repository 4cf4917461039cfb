package store

import (
	"errors"
	"time"

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
	heads  int       // bytes that the heads of changed groups may take besides
	n      int       // writes ever; never set back, so that a flush hides none
	over   []*group  // by a report: those that had too many custom states for a moment
	roomy  bool      // the disk had room for it
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
	b.used, b.heads, b.roomy = 0, 0, false
}

// full reports whether the batch should be committed before more goes in: what
// a damaged log can cost is bounded by the size of a transaction, and an
// operation must still find room.
func (b *batch) full() bool {
	return len(b.writes)+len(b.dirty) >= maxBatchEntries || int64(b.used+b.heads) >= b.s.db.MaxBatchSize()/4
}

// tooBig reports whether the batch, with the heads that are to come, is too large
// for a transaction.
func (b *batch) tooBig() bool {
	return int64(len(b.writes)+len(b.dirty))+2 >= b.s.db.MaxBatchCount() || int64(b.used+b.heads)+stampSize >= b.s.db.MaxBatchSize()
}

const (
	maxBatchEntries = 2000
	maxHead         = result.MaxIDLen + 3 + 256 + result.MaxCustomStates*(result.MaxStateLen+16)
)

// errTooBig says that what the operations of a batch write does not fit one
// transaction.
var errTooBig = errors.New("the operation does not fit a transaction")

// change marks g as changed: its head is written with the batch.
func (b *batch) change(g *group) {
	if !g.dirty {
		g.dirty = true
		b.dirty = append(b.dirty, g)
	}
	// Sealed, a head without custom states takes 211 bytes at most.
	most := len(g.key) + 256 + g.head.Progress.Leaves.Custom()*(result.MaxStateLen+16) // maxHead at most
	b.heads += max(most-g.most, 0)
	g.most = max(most, g.most)
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
		b.writes[string(g.key)] = record{g.key, seal(g.key, 0, encoding.AppendHead(nil, g.head)), 0} // there is room for it
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
