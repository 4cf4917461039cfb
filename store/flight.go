package store

import (
	"cmp"
	"errors"
	"fmt"
	"runtime"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/result"
)

// changes is what a batch does: to the store, to the groups in memory, to who
// watches, and to who waits.
type changes struct {
	writes map[string]record // by key
	grown  int               // how many of them there once were in this map
	groups map[string]*group // by head key: working copies of what was looked at, nil for none
	bySeq  map[uint64]*group
	dirty  []*group // whose heads are to be written
	tasks  int      // how many more records of tasks there are by it
	news   []news   // to be told when all is durable
	ops    []*op    // to be answered then, refused ones too
}

// A record, as it will be.
type record struct {
	key    []byte
	sealed []byte // nil: it goes
	meta   byte
}

// size is no less than what Badger counts for it.
func (w record) size() int { return len(w.key) + len(w.sealed) + 16 }

// body is the record without its seal, nil if it goes.
func (w record) body() []byte {
	if w.sealed == nil {
		return nil
	}
	n := len(w.sealed) - sealLen
	return w.sealed[:n:n]
}

func newChanges() changes {
	return changes{writes: map[string]record{}, groups: map[string]*group{}, bySeq: map[uint64]*group{}}
}

// A flight is a batch on its way to the disk. Nothing in it changes any more, so
// the committer reads from it, as if it were there, while it applies the next
// operations to the next batch. One flight is under way at a time: commits, and
// the news of them, keep their order.
type flight struct {
	changes
	commit uint64        // its number, once Badger has it
	bytes  int           // about how many were written
	landed chan struct{} // closed when it is durable, or failed, and answered
	err    error         // set by then
}

// takeOff sends c to the disk, at once: what everybody waits for in the end is the
// disk, so the flight goes before the next batch where processors are few.
func (s *Store) takeOff(c changes) *flight {
	f := &flight{changes: c, landed: make(chan struct{})}
	s.flights <- f
	runtime.Gosched()
	return f
}

// fly brings one flight after the other to the disk, until flights is closed; then
// all that was ever written is committed. A goroutine for each had to grow its
// stack each time, for Badger, which took as long as a third of the laws of a lone
// report.
func (s *Store) fly(flights <-chan *flight) {
	defer close(s.committed)
	for f := range flights {
		if len(f.writes) > 0 {
			f.err = f.land(s)
		}
		for _, o := range f.ops {
			o.answer(cmp.Or(f.err, o.refused))
		}
		if f.commit > 0 { // nobody waits for that
			s.committedTo(f.commit, f.bytes)
		}
		close(f.landed)
	}
}

// land makes the flight durable and swaps the groups in memory while no reader
// can be between the old and the new.
func (f *flight) land(s *Store) error {
	s.live.commit.Lock()
	defer s.live.commit.Unlock()
	if err := f.write(s); err != nil {
		return fmt.Errorf("%w: %w", errCommit, err)
	}
	s.live.take(f.dirty)
	s.watchers.tell(f.news)
	return nil
}

func (f *flight) write(s *Store) error {
	txn := s.db.NewTransaction(true)
	defer txn.Discard()
	var latest stamp
	err := s.guarded(func() (err error) {
		latest, err = stampIn(snapshot{txn})
		return err
	})
	if errors.Is(err, result.ErrCorrupt) { // this commit puts another in its place
		latest, err = stamp{tasks: -1}, nil
	}
	if err != nil {
		return err
	}
	f.bytes = stampSize
	for _, w := range f.writes {
		var err error
		f.bytes += len(w.key) + len(w.sealed)
		if w.sealed == nil {
			err = txn.Delete(w.key)
		} else {
			err = txn.SetEntry(&badger.Entry{Key: w.key, Value: w.sealed, UserMeta: w.meta})
		}
		if err != nil {
			return err
		}
	}
	if err := s.stamp(txn, latest, f.tasks); err != nil {
		return err
	}
	if err := txn.Commit(); err != nil {
		return err
	}
	f.commit = txn.ReadTs() + 1 // nobody else commits, so that is its number
	return nil
}
