package remote

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

// Upkeep is something to do with all of a store: to check, to compact, to copy it.
// It takes long, may read and write much, and says how far it is. What it is
// called and what it answers is between the backend and who asks; see store.Dial.
type Upkeep struct {
	Name string
	How  int

	In       io.Reader             // nil if nothing is to be read
	Out      io.Writer             // nil if nothing is to be written
	Progress func(done, total int) // nil if nobody wants to know
}

// An Upkeeper is a [Backend] with more to do than a group.Backend has. Progress
// never waits for the client; In and Out do. The answer must have a form in CBOR.
type Upkeeper interface {
	Upkeep(ctx context.Context, u Upkeep) (answer any, err error)
}

// upkeep is what askUpkeep asks, and stage its items: how far it is, or bytes that
// were written, or that bytes are wanted.
type upkeep struct {
	_    struct{} `cbor:",toarray"`
	Name string
	How  int
	In   bool // there is something to read
}

type stage struct {
	_           struct{} `cbor:",toarray"`
	Done, Total int
	Out         []byte
	In          bool
}

const (
	maxOut = 256 << 10 // bytes of an item
	maxIn  = smallBody // bytes of kindInput: they wait beside the server's limits

	stagePace = 100 * time.Millisecond // between two items that say how far it is
)

// Upkeep has the process that has the store do something with all of it, and reads
// the answer into a pointer. A context that ends, and an error of In or Out, end
// it on the other side too, and it returns when that has been answered.
func (c *Client) Upkeep(ctx context.Context, u Upkeep, answer any) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	id, p, err := c.begin(ctx, askUpkeep, upkeep{Name: u.Name, How: u.How, In: u.In != nil})
	if err != nil {
		return err
	}
	cancel := func() { c.out.put(kindCancel, id, nil, c.dead) }
	late := make(chan struct{}) // when an answer to cancel is overdue
	stop := context.AfterFunc(ctx, func() {
		cancel()
		select {
		case <-time.After(patience):
			close(late)
		case <-c.dead:
		}
	})
	defer stop()
	for {
		var f frame
		select {
		case f = <-p.frames:
		case <-c.closed:
			cancel()
			return result.ErrClosed
		case <-late:
			return fmt.Errorf("%w, and the process that has the store has not answered yet: nobody knows what it did", ctx.Err())
		case <-c.dead:
			select { // it may have come just before the end
			case f = <-p.frames:
			default:
				return c.err
			}
		}
		switch f.kind {
		case kindFailure:
			return failed(ctx, f)
		case kindAnswer:
			return unpack(f.body, answer)
		}
		if err := c.stage(id, u, f.body); err != nil {
			cancel()
			return err
		}
		c.out.put(kindMore, id, nil, c.dead)
	}
}

// stage does what an item asks for.
func (c *Client) stage(id uint64, u Upkeep, body []byte) error {
	var s stage
	if err := unpack(body, &s); err != nil {
		return err
	}
	switch {
	case s.In && u.In != nil:
		in := make([]byte, maxIn)
		n, err := io.ReadFull(u.In, in)
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return err
		}
		c.out.put(kindInput, id, in[:n], c.dead)
	case len(s.Out) > 0 && u.Out != nil:
		_, err := u.Out.Write(s.Out)
		return err
	case u.Progress != nil:
		u.Progress(s.Done, s.Total)
	}
	return nil
}
