package remote

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

// begin sends a request, or returns why it could not.
func (c *Client) begin(ctx context.Context, kind byte, ask any) (id uint64, p *pending, err error) {
	body, err := pack(ask)
	if err != nil {
		return 0, nil, err
	}
	p = &pending{places: c.calls, frames: make(chan frame, 1)}
	if isRange(kind) {
		p = &pending{places: c.ranges, frames: make(chan frame, window(kind)+1)}
		select {
		case p.places <- struct{}{}:
		default:
			return 0, nil, fmt.Errorf("%w: %d ranges on one connection, there is no more room: open another", result.ErrTooLarge, maxRequests)
		}
	} else {
		select {
		case p.places <- struct{}{}:
		case <-ctx.Done():
			return 0, nil, ctx.Err()
		case <-c.dead:
			return 0, nil, c.err
		}
	}
	c.mu.Lock()
	if c.closing {
		c.mu.Unlock()
		<-p.places
		return 0, nil, result.ErrClosed
	}
	c.next++
	id = c.next
	c.pending[id] = p
	if isWaited(kind) {
		c.answers.Add(1)
	}
	c.mu.Unlock()
	if c.out.put(kind, id, body, ctx.Done()) {
		return id, p, nil
	}
	c.mu.Lock()
	delete(c.pending, id)
	c.mu.Unlock()
	<-p.places
	if isWaited(kind) {
		c.answers.Done()
	}
	if err := ctx.Err(); err != nil {
		return 0, nil, err
	}
	<-c.dead
	return 0, nil, c.err
}

// call makes one call and reads its answer.
func call[T any](ctx context.Context, c *Client, kind byte, ask any) (answer T, err error) {
	if err := ctx.Err(); err != nil {
		return answer, err
	}
	id, p, err := c.begin(ctx, kind, ask)
	if err != nil {
		return answer, err
	}
	defer c.answers.Done()
	select {
	case f := <-p.frames:
		return answered[T](ctx, f)
	case <-c.dead:
	case <-ctx.Done():
		c.out.put(kindCancel, id, nil, c.dead)
		if !isWrite(kind) {
			return answer, ctx.Err()
		}
		// Whether it has happened is for the other side to say.
		select {
		case f := <-p.frames:
			return answered[T](ctx, f)
		case <-c.dead:
		case <-time.After(patience):
			return answer, fmt.Errorf("%w, and the process that has the store does not answer: nobody knows whether this was written", ctx.Err())
		}
	}
	select { // it may have come just before the end
	case f := <-p.frames:
		return answered[T](ctx, f)
	default:
		return answer, c.err
	}
}

// answered reads the answer of a call.
func answered[T any](ctx context.Context, f frame) (answer T, err error) {
	if f.kind == kindFailure {
		return answer, failed(ctx, f)
	}
	return answer, unpack(f.body, &answer)
}

// failed returns the error in a frame. The other side has no deadline: to it,
// every context that ends was cancelled.
func failed(ctx context.Context, f frame) error {
	var why failure
	if err := unpack(f.body, &why); err != nil {
		return err
	}
	err := why.unpack()
	if ended := ctx.Err(); ended != nil && why.cancelled() {
		return ended
	}
	return err
}

// items ranges over the bodies of a range's items.
func (c *Client) items(ctx context.Context, kind byte, ask any) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		err := ctx.Err()
		var id uint64
		var p *pending
		if err == nil {
			id, p, err = c.begin(ctx, kind, ask)
		}
		if err != nil {
			yield(nil, err)
			return
		}
		over := false
		defer func() {
			if !over {
				c.out.put(kindCancel, id, nil, c.dead)
			}
		}()
		for {
			var f frame
			select {
			case f = <-p.frames:
			case <-ctx.Done():
				yield(nil, ctx.Err())
				return
			case <-c.closed:
				yield(nil, result.ErrClosed)
				return
			case <-c.dead:
				yield(nil, c.err)
				return
			}
			switch {
			case f.kind == kindFailure:
				over = true
				yield(nil, failed(ctx, f))
				return
			case f.kind != kindItem:
				over = true
				return
			case !yield(f.body, nil):
				return
			}
			c.out.put(kindMore, id, nil, c.dead)
		}
	}
}
