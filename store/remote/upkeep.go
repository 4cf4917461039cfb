package remote

import (
	"context"
	"errors"
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

	// maxUpkeeps is how many a server has under way, most of which wait for their
	// turn in the store.
	maxUpkeeps = 16
)

// idleTime is how long an upkeep waits for its client to take bytes, or to send some:
// meanwhile nobody else has a turn. A variable for the tests.
var idleTime = time.Minute

// Upkeep has the process that has the store do something with all of it, and reads
// the answer into a pointer. A context that ends, Close, and an error of In or Out
// end it on the other side too; that is waited for, for five seconds, since it may
// have been too late. What was ended may have been done in part: some of a repair, or
// of what a compaction removes. In and Out are not used any more when Upkeep returns.
func (c *Client) Upkeep(ctx context.Context, u Upkeep, answer any) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	id, p, err := c.begin(ctx, askUpkeep, upkeep{Name: u.Name, How: u.How, In: u.In != nil})
	if err != nil {
		return err
	}
	defer c.answers.Done()
	ended, closed := ctx.Done(), c.closed
	var late <-chan time.Time // when the answer to a cancel is overdue
	var why, broken error     // of the cancel; of In or Out
	cancel := func(err error) {
		ended, closed, why, late = nil, nil, err, time.After(patience)
		c.out.put(kindCancel, id, nil, c.dead)
	}
	for {
		var f frame
		var over error
		select {
		case f = <-p.frames:
		case <-ended:
			cancel(ctx.Err())
			continue
		case <-closed:
			cancel(result.ErrClosed)
			continue
		case <-late:
			over = fmt.Errorf("%w, and the process that has the store has not answered yet: nobody knows what it did", why)
		case <-c.dead:
			over = c.err
		}
		if over != nil {
			select { // it may have come just before
			case f = <-p.frames:
			default:
				return over
			}
		}
		switch {
		case f.kind == kindFailure:
			if err := failed(ctx, f); why == nil || !errors.Is(err, context.Canceled) {
				return err
			}
			return why
		case f.kind == kindAnswer && broken != nil:
			return broken
		case f.kind == kindAnswer:
			return unpack(f.body, answer)
		case why != nil: // nothing more is taken or sent
		default:
			if broken = c.stage(id, u, f.body); broken != nil {
				cancel(broken)
				continue
			}
			c.out.put(kindMore, id, nil, c.dead)
		}
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
