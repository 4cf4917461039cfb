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

	"golang.org/x/sync/semaphore"

	"github.com/seed-1c955bc8/bunch/result"
)

// maxReads is how many reads of one connection are worked on at once: each may
// have a large answer, and a client may be slow to take it.
const maxReads = 16

// maxWorkers is how many workers of a connection wait for its next request.
const maxWorkers = 64

// session is one connection on the server's side. One goroutine reads requests,
// one writes answers, and each request, or crowd of reports, has a worker.
type session struct {
	server  *Server
	conn    *net.UnixConn
	out     *outbox
	refused bool // there are too many others

	calls     context.Context // ends when nobody is there for the answer
	stopCalls context.CancelFunc
	ranges    context.Context // ends with calls, and when the server closes
	end       context.CancelFunc
	reads     chan struct{} // a place for each read that is worked on
	jobs      chan func()   // for a worker that is free
	crowd     *crowd        // of reports that come together; the goroutine that reads has it
	workers   int           // how many there were; the goroutine that reads knows

	mu       sync.Mutex
	requests map[uint64]*request
	nCalls   int
	nRanges  int
	work     sync.WaitGroup
}

func newSession(s *Server, conn *net.UnixConn) *session {
	c := &session{
		server: s, conn: conn, out: newOutbox(),
		reads: make(chan struct{}, maxReads), jobs: make(chan func()), requests: map[uint64]*request{},
	}
	c.calls, c.stopCalls = context.WithCancel(context.Background())
	c.ranges, c.end = context.WithCancel(c.calls)
	return c
}

// run serves the connection to its end.
func (c *session) run() {
	defer c.server.leave(c)
	defer c.conn.Close()
	defer c.stopCalls()
	_ = c.conn.SetDeadline(time.Now().Add(patience))
	if _, err := c.conn.Write(greeting[:]); err != nil {
		return
	}
	if c.refused {
		refusal := fmt.Errorf("%w: the process that has it already serves %d others", result.ErrLocked, maxConnections)
		c.reply(0, nil, refusal)
	} else if greet(c.conn) != nil || c.conn.SetDeadline(time.Time{}) != nil {
		return
	}
	stop := context.AfterFunc(c.ranges, func() { _ = c.conn.CloseRead() })
	defer stop()
	go func() {
		if c.out.run(c.conn, patience) != nil {
			_ = c.conn.Close()
		}
	}()
	if !c.refused && c.read() != nil && c.ranges.Err() == nil {
		c.stopCalls() // nobody is there any more
	}
	close(c.jobs)
	c.work.Wait()
	if !c.refused && c.calls.Err() == nil {
		c.out.put(kindBye, 0, nil, nil)
	}
	c.out.finish()
	<-c.out.gone
}

// read takes requests until the connection ends, or breaks the rules, or the
// server closes; what was not taken then has not happened.
func (c *session) read() error {
	from := bufio.NewReaderSize(c.conn, 32<<10)
	for {
		h, err := readHead(from)
		if err != nil {
			return err
		}
		if c.ranges.Err() != nil {
			return nil
		}
		slow := h.length > from.Buffered()
		if slow {
			_ = c.conn.SetReadDeadline(time.Now().Add(frameTime))
		}
		done, err := c.budget(h)
		if err == nil {
			body, e := readBody(from, h.length)
			if e != nil {
				done()
				return e
			}
			err = c.take(h, body, done, follows(from))
		} else if errors.Is(err, result.ErrTooLarge) {
			if _, err := io.CopyN(io.Discard, from, int64(h.length)); err != nil {
				return err
			}
			c.reply(h.id, nil, err)
			err = nil
		}
		if err != nil {
			return err
		}
		if slow {
			_ = c.conn.SetReadDeadline(time.Time{})
		}
	}
}

// budget reserves the memory for a request's body; done gives it back.
func (c *session) budget(h head) (done func(), err error) {
	n := int64(h.length)
	var from *semaphore.Weighted
	switch {
	case n <= smallBody:
		return func() {}, nil
	case isRange(h.kind):
		from = c.server.askBytes
		if !from.TryAcquire(n) {
			return nil, fmt.Errorf("%w: the ranges under way take too much memory for one more of %d bytes", result.ErrTooLarge, n)
		}
	default:
		from = c.server.callBytes
		if err := from.Acquire(c.calls, n); err != nil {
			return nil, err
		}
	}
	return func() { from.Release(n) }, nil
}
