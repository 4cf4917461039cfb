package remote

import (
	"net"
	"runtime"
	"sync"
	"time"
)

// maxWaiting is how many bytes may wait in an outbox before whoever adds more has
// to wait for room.
const maxWaiting = 1 << 20

// keptBuffer is the largest buffer that an outbox keeps for the next frames.
const keptBuffer = 64 << 10

// outbox writes frames to a connection. While one write is under way the frames
// of others gather, and go in the next: so 64 reporters share a system call as
// they share a sync of the disk.
type outbox struct {
	more chan struct{} // has room for one: something waits, or it was finished
	gone chan struct{} // closed when nothing is written any more

	mu       sync.Mutex
	waiting  []byte
	room     chan struct{} // closed when what waits was taken; nil if nobody waits for that
	finished bool
}

func newOutbox() *outbox {
	return &outbox{more: make(chan struct{}, 1), gone: make(chan struct{})}
}

// put adds a frame as a whole, and reports whether it did: it gives up when stop
// is closed or the connection has ended. It waits while too much waits before it;
// a frame without a body, which there is but one of for a request, never does.
func (o *outbox) put(kind byte, id uint64, body []byte, stop <-chan struct{}) bool {
	for {
		o.mu.Lock()
		if o.finished {
			o.mu.Unlock()
			return false
		}
		if len(body) == 0 || len(o.waiting) == 0 || len(o.waiting)+len(body) <= maxWaiting {
			o.waiting = append(appendHead(o.waiting, head{len(body), kind, id}), body...)
			o.mu.Unlock()
			signal(o.more)
			return true
		}
		if o.room == nil {
			o.room = make(chan struct{})
		}
		room := o.room
		o.mu.Unlock()
		select {
		case <-room:
		case <-stop:
			return false
		case <-o.gone:
			return false
		}
	}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// take returns what waits and makes room. The buffer spare is used next.
func (o *outbox) take(spare []byte) (frames []byte, finished bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	frames, o.waiting = o.waiting, spare
	if o.room != nil {
		close(o.room)
		o.room = nil
	}
	return frames, o.finished
}

// run writes until the outbox is finished and empty, or the connection fails; if
// limit is not zero, also if the other side takes nothing for so long.
func (o *outbox) run(to net.Conn, limit time.Duration) error {
	defer close(o.gone)
	var spare []byte
	for range o.more {
		runtime.Gosched() // whoever was woken with the first to write is about to write too
		frames, finished := o.take(spare[:0])
		for rest := frames; len(rest) > 0; {
			part := rest[:min(len(rest), maxWaiting)] // a long frame may take its time, as long as it moves
			if limit > 0 {
				_ = to.SetWriteDeadline(time.Now().Add(limit))
			}
			if _, err := to.Write(part); err != nil {
				return err
			}
			rest = rest[len(part):]
		}
		if finished {
			return nil
		}
		spare = frames
		if cap(spare) > keptBuffer {
			spare = nil
		}
	}
	return nil
}

// finish refuses further frames; gone is closed when the last were written.
func (o *outbox) finish() {
	o.mu.Lock()
	o.finished = true
	o.mu.Unlock()
	signal(o.more)
}
