package remote

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// Client is a store that another process has open. It satisfies group.Backend;
// all its methods may be called from any number of goroutines at once, and share
// one connection.
type Client struct {
	conn *net.UnixConn
	out  *outbox

	calls, ranges chan struct{}  // a place for each request under way
	answers       sync.WaitGroup // calls that wait for their answer

	mu      sync.Mutex
	next    uint64
	pending map[uint64]*pending
	closing bool

	closed  chan struct{} // when Close begins
	dead    chan struct{} // when the connection has ended; err says why
	err     error
	running sync.WaitGroup
}

// pending is a request under way. Its place is free again when the last frame of
// the answer has come, be it that nobody waits for it any more.
type pending struct {
	frames chan frame // has room for all that may come
	places chan struct{}
}

// Dial connects to the process that has the store in dir open and serves it. An
// error that matches [result.ErrLocked] says that there is one, and that it did
// not answer for five seconds; one that matches [result.ErrNotFound], that nobody
// serves the store, be it that some process has it open.
func Dial(ctx context.Context, dir string) (*Client, error) {
	conn, err := dial(ctx, dir)
	if err != nil {
		return nil, fmt.Errorf("store %q: %w", dir, err)
	}
	c := &Client{
		conn: conn, out: newOutbox(), pending: map[uint64]*pending{},
		calls: make(chan struct{}, maxRequests), ranges: make(chan struct{}, maxRequests),
		closed: make(chan struct{}), dead: make(chan struct{}),
	}
	// If it fails there may still be something to read: answers, and a goodbye.
	c.running.Go(func() { _ = c.out.run(conn, 0) })
	c.running.Go(func() { c.die(c.read()) })
	return c, nil
}

// dial connects and exchanges greetings.
func dial(ctx context.Context, dir string) (*net.UnixConn, error) {
	conn, err := connect(ctx, dir)
	if err != nil {
		return nil, err
	}
	until := time.Now().Add(patience)
	if at, ok := ctx.Deadline(); ok && at.Before(until) {
		until = at
	}
	_ = conn.SetDeadline(until)
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	_, err = conn.Write(greeting[:])
	if err == nil {
		err = greet(conn)
	}
	if !stop() && err == nil {
		err = ctx.Err()
	}
	var slow net.Error
	switch {
	case err == nil:
		return conn, conn.SetDeadline(time.Time{})
	case ctx.Err() != nil:
		err = ctx.Err()
	case errors.As(err, &slow) && slow.Timeout():
		who := "another process"
		if _, pid, unknown := peer(conn); unknown == nil && pid > 0 {
			who = fmt.Sprintf("process %d", pid)
		}
		err = fmt.Errorf("%w by %s, which does not answer; is it stopped?", result.ErrLocked, who)
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || slow != nil: // it has just closed
		err = fmt.Errorf("%w: %w", errNobody, err)
	}
	_ = conn.Close()
	return nil, err
}

// read hands frames to those who wait for them, until the connection ends.
func (c *Client) read() error {
	from := bufio.NewReaderSize(c.conn, keptBuffer)
	for {
		h, err := readHead(from)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrLost, err)
		}
		f := frame{kind: h.kind}
		if f.body, err = readBody(from, h.length); err != nil {
			return fmt.Errorf("%w: %w", ErrLost, err)
		}
		if f.kind == kindBye {
			return result.ErrClosed
		}
		if h.id == 0 && f.kind == kindFailure { // of the connection itself
			return failed(context.Background(), f)
		}
		c.mu.Lock()
		p := c.pending[h.id]
		if p != nil && f.kind != kindItem {
			delete(c.pending, h.id)
		}
		c.mu.Unlock()
		if p == nil {
			return fmt.Errorf("%w: %w", ErrLost, errGarbage)
		}
		select {
		case p.frames <- f:
		default: // of a range that was left, or more than were asked for: nobody reads it
		}
		if f.kind != kindItem {
			<-p.places
		}
	}
}

// die ends the connection, once, for this reason.
func (c *Client) die(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-c.dead:
	default:
		c.err = err
		close(c.dead)
		c.out.finish()
		_ = c.conn.Close()
	}
}

// Close ends the connection; the store stays open where it is. Calls under way
// are waited for, for five seconds; ranges, and whatever is called later, give
// ErrClosed. Closing again does nothing.
func (c *Client) Close() error {
	c.mu.Lock()
	if !c.closing {
		c.closing = true
		close(c.closed)
	}
	c.mu.Unlock()
	answered := make(chan struct{})
	go func() { c.answers.Wait(); close(answered) }()
	select {
	case <-answered:
	case <-c.dead:
	case <-time.After(patience):
	}
	c.die(result.ErrClosed)
	<-answered
	c.running.Wait()
	return nil
}

// Marshal returns v as CBOR, by package encoding.
func (c *Client) Marshal(v any) ([]byte, error) { return encoding.Marshal(v) }

// Unmarshal reads CBOR, by package encoding.
func (c *Client) Unmarshal(data []byte, v any) error { return encoding.Unmarshal(data, v) }
