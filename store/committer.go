package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/result"
)

// The committer is the only goroutine that writes. It takes all operations that
// wait, applies them to one transaction, commits it, and answers. While it waits
// for the disk the next batch gathers; nobody waits for a timer.

// maxOps is the most operations in one batch.
const maxOps = 1000

// errCommit marks an error after which nobody knows what is on disk.
var errCommit = errors.New("commit failed, close and reopen the store")

// An op is a write that waits for its turn.
type op struct {
	// apply does the work. It may be called again after a failure of its own or
	// of another operation in the batch, on a fresh transaction; so what it
	// gives to its caller it sets, never adds to.
	apply func(*batch) error
	turn  atomic.Int32 // waiting, taken or abandoned
	err   error
	done  chan struct{}
}

const (
	waiting   = 0
	taken     = 1 // by the committer: it will be answered
	abandoned = 2 // by its caller: it never happens
)

func (o *op) answer(err error) {
	o.err = err
	close(o.done)
}

// write queues apply and waits for its answer.
func (s *Store) write(ctx context.Context, name string, id result.ID, apply func(*batch) error) error {
	err := s.queueAndWait(ctx, apply)
	if err != nil {
		return &Error{Op: name, ID: id, Err: err}
	}
	return nil
}

func (s *Store) queueAndWait(ctx context.Context, apply func(*batch) error) error {
	if s.opts.ReadOnly {
		return result.ErrReadOnly
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	o := &op{apply: apply, done: make(chan struct{})}
	if err := s.queue.push(o); err != nil {
		return err
	}
	select {
	case <-o.done:
	case <-ctx.Done():
		if o.turn.CompareAndSwap(waiting, abandoned) {
			return ctx.Err()
		}
		<-o.done
	}
	return o.err
}

// queue holds the operations that wait.
type queue struct {
	mu     sync.Mutex
	ops    []*op
	closed error
	more   chan struct{} // has room for one: something waits, or it closed
}

func newQueue() *queue { return &queue{more: make(chan struct{}, 1)} }

func (q *queue) push(o *op) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed != nil {
		return q.closed
	}
	q.ops = append(q.ops, o)
	q.signal()
	return nil
}

func (q *queue) signal() {
	select {
	case q.more <- struct{}{}:
	default:
	}
}

// take waits for operations and returns up to maxOps of them; none means that
// the queue is closed.
func (q *queue) take() []*op {
	for range q.more {
		q.mu.Lock()
		n := min(len(q.ops), maxOps)
		ops := q.ops[:n:n]
		q.ops = q.ops[n:]
		closed := q.closed != nil
		if len(q.ops) > 0 || closed {
			q.signal()
		}
		if len(q.ops) == 0 {
			q.ops = nil
		}
		q.mu.Unlock()
		if n > 0 || closed {
			return ops
		}
	}
	return nil
}

// close refuses what comes, with err, and answers what waits with it.
func (q *queue) close(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed != nil {
		return
	}
	q.closed = err
	for _, o := range q.ops {
		if o.turn.CompareAndSwap(waiting, taken) {
			o.answer(err)
		}
	}
	q.ops = nil
	q.signal()
}

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
// are applied again without it. One that did not fit gets a transaction alone.
func (b *batch) apply(o *op) error {
	clean := b.n
	err := o.apply(b)
	if errors.Is(err, badger.ErrTxnTooBig) && len(b.ops) > 0 {
		if err = b.again(); err == nil {
			if err = b.flush(); err == nil {
				clean, err = b.n, o.apply(b)
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
