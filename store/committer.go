package store

import (
	"errors"
	"fmt"
	"runtime"

	"github.com/seed-1c955bc8/bunch/result"
)

// The committer is the only goroutine that writes. It applies the operations that
// wait to a batch, sends that to the disk as soon as the one before has landed,
// and meanwhile goes on with the next; nobody waits for a timer. So the work of
// the laws and the work of the disk go on at the same time.

// errCommit marks an error after which nobody knows what is on disk.
var errCommit = errors.New("commit failed, close and reopen the store")

// commitLoop is the committer.
func (s *Store) commitLoop() {
	defer close(s.flights)
	for range s.queue.more {
		ops, open := s.queue.take()
		if len(ops) > 0 {
			if err := s.commit(ops); err != nil {
				s.opts.Logger.Error("store failed", "error", err)
				s.queue.close(err)
			}
		}
		if !open {
			return
		}
	}
}

// commit applies ops, and what else comes while something is on its way to the
// disk, and returns when all of that has landed. An error means that the store
// failed.
func (s *Store) commit(ops []*op) error {
	b := s.newBatch()
	defer b.end()
	more := s.queue.more
	take := func() {
		var open bool
		if ops, open = s.queue.take(); !open {
			more = nil
		}
	}
	for {
		if err := b.applyAll(ops); err != nil {
			return err
		}
		ops = nil
		if b.mayFly() {
			// Whoever was just answered is likely to write again at once. One turn
			// of the scheduler lets them, or the two halves of a crowd would take
			// turns for ever, each waiting for the other's sync.
			if runtime.Gosched(); len(b.ops) < maxOps {
				if take(); len(ops) > 0 {
					continue
				}
			}
			if len(b.ops) == 0 {
				return b.land()
			}
			if err := b.flush(); err != nil {
				return b.fail(err, nil)
			}
		}
		select {
		case <-b.landed():
		case <-more:
			take()
		}
	}
}

// applyAll adds ops to the batch.
func (b *batch) applyAll(ops []*op) error {
	if len(ops) == 0 {
		return nil // and nothing to ask the system for
	}
	b.now = b.s.now() // not before anybody's call
	var full error    // of the disk
	for i, o := range ops {
		if !o.turn.CompareAndSwap(waiting, taken) {
			continue
		}
		if b.full() {
			if err := b.flush(); err != nil {
				return b.fail(err, ops[i:])
			}
		}
		if !b.roomy && !o.looks { // the first that writes
			if full == nil {
				full = b.s.room()
			}
			if b.roomy = full == nil; !b.roomy {
				o.answer(full)
				continue
			}
		}
		if err := b.apply(o); err != nil {
			return b.fail(err, ops[i+1:])
		}
	}
	return nil
}

// apply adds o to the batch, also if it fails: what it is refused for may lie in
// this batch or the one before, and nobody hears of that until it is durable. An
// operation that fails may have written something: then the batch is dropped and
// the others are applied again without it. One that does not fit is tried again
// alone, and if it can be, as a long one.
func (b *batch) apply(o *op) error {
	n := b.n
	err := b.try(o)
	if errors.Is(err, errTooBig) && !b.long {
		if err = b.again(); err == nil {
			if err = b.flush(); err == nil {
				b.tight = true
				n = b.n
				err = b.try(o)
				b.tight = false
			}
		}
	}
	switch {
	case err == nil:
		b.ops = append(b.ops, o)
		if !b.long {
			return nil
		}
		b.long = false // the journal has it no more: it must not be applied again
		return b.flush()
	case b.long || errors.Is(err, errCommit):
		o.answer(err)
		return err
	case errors.Is(err, errTooBig):
		err = fmt.Errorf("%w: %w", result.ErrTooLarge, err)
	}
	o.refused = err
	b.ops = append(b.ops, o)
	if b.n == n && len(b.dirty) == 0 { // it wrote nothing
		return nil
	}
	return b.again()
}

// try applies o, if what it writes fits the transaction.
func (b *batch) try(o *op) error {
	err := o.apply(b)
	if err == nil && !b.long && b.tooBig() {
		err = errTooBig
	}
	return err
}

// again empties the batch and applies to it what was in it.
func (b *batch) again() error {
	ops := b.ops
	b.begin()
	for _, o := range ops {
		if o.refused != nil {
			b.ops = append(b.ops, o)
		} else if err := b.apply(o); err != nil {
			return err
		}
	}
	return nil
}

// fail answers everything in the batch, and rest, with err.
func (b *batch) fail(err error, rest []*op) error {
	for _, o := range b.ops {
		o.answer(err)
	}
	for _, o := range rest {
		if o.turn.Load() == taken || o.turn.CompareAndSwap(waiting, taken) {
			o.answer(err)
		}
	}
	return err
}
