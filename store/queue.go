package store

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/seed-1c955bc8/bunch/result"
)

// maxOps is the most operations that the committer takes at a time.
const maxOps = 1000

// An op is a write that waits for its turn.
type op struct {
	// apply does the work. It may be called again, on an empty batch, after a
	// failure of its own or of another operation; so what it gives to its caller
	// it sets, never adds to.
	apply   func(*batch) error
	looks   bool         // it writes nothing, so it needs no room on the disk
	turn    atomic.Int32 // waiting, taken or abandoned
	refused error        // what apply said, until that is durable
	err     error
	done    chan struct{}
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
	return s.enqueue(ctx, &op{apply: apply})
}

func (s *Store) enqueue(ctx context.Context, o *op) error {
	o.done = make(chan struct{})
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

// take returns up to maxOps of the operations that wait, and whether the queue is
// open. There is something to take when more has something.
func (q *queue) take() (ops []*op, open bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := min(len(q.ops), maxOps)
	ops = q.ops[:n:n]
	q.ops = q.ops[n:]
	open = q.closed == nil
	if len(q.ops) > 0 || !open {
		q.signal()
	}
	if len(q.ops) == 0 {
		q.ops = nil
	}
	return ops, open
}

// drain takes all that wait, without waiting for any.
func (q *queue) drain() []*op {
	q.mu.Lock()
	defer q.mu.Unlock()
	ops := q.ops
	q.ops = nil
	return ops
}

// open reports whether operations are taken.
func (q *queue) open() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.closed == nil
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
