package remote

import (
	"context"
	"sync/atomic"
)

// request is a request under way.
type request struct {
	kind   byte
	cancel context.CancelFunc
	more   chan struct{} // of a range: a token for each item that the client has room for
	input  chan []byte   // of upkeep: what it was sent
	wants  atomic.Bool   // it asked for that
}

// take begins what a frame asks for, and calls done when that is over. More says
// that the next frame follows.
func (c *session) take(h head, body []byte, done func(), more bool) error {
	if h.kind == kindCancel || h.kind == kindMore || h.kind == kindInput {
		done()
		return c.steer(h, body)
	}
	r := &request{kind: h.kind}
	if h.kind == askReport && h.length <= smallBody && (more || c.crowd != nil) {
		return c.gather(report{id: h.id, r: r, body: body}, more)
	}
	ctx := c.calls
	if isRange(h.kind) {
		ctx = c.ranges
		r.more = make(chan struct{}, window(h.kind))
		if h.kind != askWatch { // whose first event comes by itself
			for range window(h.kind) {
				r.more <- struct{}{}
			}
		}
		if h.kind == askUpkeep {
			r.input = make(chan []byte, 1)
		}
	}
	ctx, r.cancel = context.WithCancel(ctx)
	if err := c.enter(h.id, r); err != nil {
		done()
		r.cancel()
		return err
	}
	c.give(func() {
		defer done()
		defer r.cancel()
		c.serve(ctx, h.id, r, body)
	})
	return nil
}

// give has a worker do the job: one that is free, or a new one. The first
// maxWorkers stay for the next job, so that their stacks need not grow again, which
// took as long as all else that a report needs here; others go when it is done.
func (c *session) give(job func()) {
	select {
	case c.jobs <- job:
	default:
		stays := c.workers < maxWorkers
		c.workers++
		c.work.Go(func() {
			job()
			for stays {
				if job, stays = <-c.jobs; stays {
					job()
				}
			}
		})
	}
}

// steer handles a frame about a request under way. One that is over by now is
// none: the client cannot know.
func (c *session) steer(h head, body []byte) error {
	c.mu.Lock()
	r := c.requests[h.id]
	c.mu.Unlock()
	switch {
	case r == nil:
	case h.kind == kindCancel:
		r.cancel()
	case r.more == nil || len(body) > maxIn:
		return errGarbage
	case h.kind == kindInput:
		if !r.wants.CompareAndSwap(true, false) {
			return errGarbage
		}
		r.input <- body // there is room: it asks for one at a time
	default:
		select {
		case r.more <- struct{}{}:
		default:
			return errGarbage
		}
	}
	return nil
}

func (c *session) enter(id uint64, r *request) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := &c.nCalls
	if isRange(r.kind) {
		n = &c.nRanges
	}
	if c.requests[id] != nil || *n == maxRequests || !isRange(r.kind) && !isRead(r.kind) && !isWrite(r.kind) {
		return errGarbage
	}
	*n++
	c.requests[id] = r
	return nil
}

// leave makes room for another request: before the answer goes, or the client
// might be quicker.
func (c *session) leave(id uint64, r *request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.requests, id)
	if isRange(r.kind) {
		c.nRanges--
	} else {
		c.nCalls--
	}
}

// room waits until the client has room for one more item.
func (r *request) room(ctx context.Context) error {
	select {
	case <-r.more:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
