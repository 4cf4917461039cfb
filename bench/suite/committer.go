package suite

import (
	"runtime"
	"sync"
)

// A Committer is the store's own plumbing without its laws: one goroutine takes
// all writes that wait, at most a thousand, into one transaction, and then wakes
// who waits for them and lets them write again before it takes the next. The
// floor has it, and so have the peers that are batched by hand.
type Committer[T any] struct {
	commit func(batch []T) error
	mu     sync.Mutex
	queue  []waiting[T]
	more   chan struct{} // has room for one: something waits
	closed bool
	ended  chan struct{}
}

type waiting[T any] struct {
	write T
	done  chan error
}

// NewCommitter starts a committer. Commit is only called by its goroutine.
func NewCommitter[T any](commit func(batch []T) error) *Committer[T] {
	c := &Committer[T]{commit: commit, more: make(chan struct{}, 1), ended: make(chan struct{})}
	go c.loop()
	return c
}

// Put waits until w is committed.
func (c *Committer[T]) Put(w T) error {
	done := make(chan error, 1)
	c.mu.Lock()
	c.queue = append(c.queue, waiting[T]{w, done})
	c.mu.Unlock()
	c.signal()
	return <-done
}

// Close ends the committer. Nobody may be waiting any more.
func (c *Committer[T]) Close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.signal()
	<-c.ended
}

func (c *Committer[T]) signal() {
	select {
	case c.more <- struct{}{}:
	default:
	}
}

const maxBatch = 1000

func (c *Committer[T]) loop() {
	defer close(c.ended)
	writes := make([]T, 0, maxBatch)
	for range c.more {
		c.gather()
		c.mu.Lock()
		n := min(len(c.queue), maxBatch)
		batch := c.queue[:n:n]
		c.queue = c.queue[n:]
		rest, closed := len(c.queue), c.closed
		if rest == 0 {
			c.queue = nil
		}
		c.mu.Unlock()
		if n == 0 && closed {
			return
		}
		if rest > 0 || closed {
			c.signal()
		}
		if n == 0 {
			continue
		}
		writes = writes[:0]
		for _, b := range batch {
			writes = append(writes, b.write)
		}
		err := c.commit(writes)
		for _, b := range batch {
			b.done <- err
		}
	}
}

// gather lets others run for as long as that brings more writes.
func (c *Committer[T]) gather() {
	for n, before := 0, -1; n > before && n < maxBatch; {
		runtime.Gosched()
		c.mu.Lock()
		n, before = len(c.queue), n
		c.mu.Unlock()
	}
}
