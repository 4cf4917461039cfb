package store

import (
	"errors"
	"fmt"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

// Badger writes to files through mmap, and when the disk has no room for a page
// the system ends the process with SIGBUS; so it does at every opening after
// that, while the logs are replayed. So there is always room left for what Badger
// may write for what it has taken already:
//
//	                                                        Standard    Edge
//	its logs grow to their end              2 or 3 memtables   48 MB    16 MB
//	they become tables                      as much            48 MB    16 MB
//	level 0 is merged into the next         3 tables and 20 MB 68 MB    44 MB
//	a table of a lower level, with ten below it                64 MB    48 MB
//
// Nothing helps when another program fills the disk within one of those.
func (p Profile) reserve() uint64 {
	if p == Edge {
		return 128 << 20
	}
	return 256 << 20
}

// Reserve is how much of the disk a store with this profile leaves free, in
// bytes: below that writes give [result.ErrNoSpace], and reads go on. To open a
// store for writing takes half of it, since what is in the logs becomes tables.
func (p Profile) Reserve() int64 { return int64(p.reserve()) }

// keeps gives ErrNoSpace if the store's disk has less than need free.
func (s *Store) keeps(need uint64) error {
	free, err := s.free(s.dir)
	if err != nil {
		return fmt.Errorf("free space of %s: %w", s.dir, err)
	}
	if free < need {
		return fmt.Errorf("%w: %d MiB are free on the disk of %s, and the store keeps %d MiB: free some, and writing goes on",
			result.ErrNoSpace, free>>20, s.dir, need>>20)
	}
	return nil
}

// room gives ErrNoSpace if the store has no room for a batch. What was set aside when
// it was opened, up to the size of a compaction, makes room first.
func (s *Store) room() error {
	if s.opts.InMemory {
		return nil
	}
	err := s.keeps(s.opts.Profile.reserve())
	if errors.Is(err, result.ErrNoSpace) && s.dropAside() {
		err = s.keeps(s.opts.Profile.reserve())
	}
	return err
}

// refuse answers all that wait with err.
func (s *Store) refuse(err error) {
	for _, o := range s.queue.drain() {
		if o.turn.CompareAndSwap(waiting, taken) {
			o.answer(err)
		}
	}
}

// flushForRoom is flush in the middle of an operation that may write a lot. One
// that is in the journal has happened already but for its work: it waits here
// until the disk has room for the next part, and everybody else is refused
// meanwhile. When the store closes, the work is left to the next Open; and so it
// is when Open itself is doing it.
func (b *batch) flushForRoom() error {
	if err := b.flush(); err != nil {
		return err
	}
	for {
		err := b.s.room()
		if err == nil || !b.long || b.s.replaying {
			return err
		}
		b.s.refuse(err)
		select {
		case <-b.s.closing:
			return err
		case <-time.After(100 * time.Millisecond):
		}
	}
}
