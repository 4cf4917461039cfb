package store

import (
	"errors"
	"fmt"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/result"
)

// The committer is the only goroutine that writes. It takes all operations that
// wait, applies them to one transaction, commits it, and answers. While it waits
// for the disk the next batch gathers; nobody waits for a timer.

// errCommit marks an error after which nobody knows what is on disk.
var errCommit = errors.New("commit failed, close and reopen the store")

// commitLoop is the committer.
func (s *Store) commitLoop() {
	defer close(s.committed)
	for {
		ops := s.queue.take()
		if ops == nil {
			return
		}
		if err := s.commitBatch(ops); err != nil {
			s.opts.Logger.Error("store failed", "error", err)
			s.queue.close(err)
		}
	}
}

// commitBatch applies and answers ops. An error means that the store failed.
func (s *Store) commitBatch(ops []*op) error {
	b := s.newBatch()
	for i, o := range ops {
		if !o.turn.CompareAndSwap(waiting, taken) {
			continue
		}
		if b.full() {
			if err := b.flush(); err != nil {
				return b.fail(err, append([]*op{o}, ops[i+1:]...))
			}
		}
		if err := b.apply(o); err != nil {
			return b.fail(err, ops[i+1:])
		}
	}
	if err := b.commit(); err != nil {
		return b.fail(err, nil)
	}
	return nil
}

// apply adds o to the batch, or answers it if it fails. An operation that fails
// may have written something: then the transaction is dropped and the others
// are applied again without it. One that does not fit is tried again alone, and
// if it can be, as a long one.
func (b *batch) apply(o *op) error {
	clean := b.n
	err := o.apply(b)
	if errors.Is(err, badger.ErrTxnTooBig) && !b.long {
		if err = b.again(); err == nil {
			if err = b.flush(); err == nil {
				b.tight = true
				clean, err = b.n, o.apply(b)
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
	case errors.Is(err, badger.ErrTxnTooBig):
		err = fmt.Errorf("%w: the operation does not fit a transaction", result.ErrTooLarge)
	}
	o.answer(err)
	if b.n == clean && len(b.dirty) == 0 {
		return nil
	}
	return b.again()
}

// again begins a fresh transaction and applies to it what was in the old one.
func (b *batch) again() error {
	b.txn.Discard()
	b.s.recent.forget()
	b.begin()
	ops := b.ops
	b.ops = nil
	for _, o := range ops {
		if err := b.apply(o); err != nil {
			return err
		}
	}
	return nil
}

// fail answers everything that is under way, and rest, with err.
func (b *batch) fail(err error, rest []*op) error {
	b.txn.Discard()
	b.s.recent.forget()
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
