package remote

import (
	"context"
	"fmt"
	"io"
	"time"
)

// upkeep answers one request for it.
func (c *session) upkeep(ctx context.Context, id uint64, r *request, body []byte) (answer any, err error) {
	keeper, ok := c.server.backend.(Upkeeper)
	var ask upkeep
	if err := unpack(body, &ask); err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("%.20q: the process that has the store does not offer that", ask.Name)
	}
	select {
	case c.server.upkeeps <- struct{}{}:
		defer func() { <-c.server.upkeeps }()
	default:
		return nil, fmt.Errorf("%.20q: %d such are under way or wait for their turn, try again later", ask.Name, maxUpkeeps)
	}
	work, end := context.WithCancel(ctx)
	far := make(chan stage, 1)
	told := make(chan struct{})
	go func() {
		defer close(told)
		c.tell(ctx, work, id, r, far)
	}()
	defer func() { end(); <-told }()
	line := &line{ctx: ctx, session: c, id: id, r: r}
	u := Upkeep{Name: ask.Name, How: ask.How, Out: line, Progress: func(done, total int) {
		select { // the latest news is the only one
		case <-far:
		default:
		}
		select {
		case far <- stage{Done: done, Total: total}:
		default:
		}
	}}
	if ask.In {
		u.In = line
	}
	return keeper.Upkeep(ctx, u)
}

// tell sends how far an upkeep is, now and then, and once more when its work is
// done: who does the work, and may hold up every commit meanwhile, does not wait for
// the client, and neither does its end.
func (c *session) tell(ctx, work context.Context, id uint64, r *request, far <-chan stage) {
	for {
		var s stage
		select {
		case s = <-far:
		case <-work.Done():
			select {
			case s = <-far:
			default:
				return
			}
		}
		if r.room(work) != nil {
			select {
			case <-r.more:
			default:
				return
			}
		}
		if c.item(ctx, id, s) != nil {
			return
		}
		select {
		case <-time.After(stagePace):
		case <-work.Done():
		}
	}
}

// line is what an upkeep reads from the client, and writes to it.
type line struct {
	ctx     context.Context
	session *session
	id      uint64
	r       *request
	rest    []byte // of what was read
}

// limit ends with the request, or when its client has been idle for too long.
func (l *line) limit() (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(l.ctx, idleTime, fmt.Errorf("nothing was taken or sent for %v", idleTime))
}

// room waits until the client has room for one more item.
func (l *line) room() error {
	ctx, end := l.limit()
	defer end()
	if l.r.room(ctx) != nil {
		return context.Cause(ctx)
	}
	return nil
}

func (l *line) Write(p []byte) (n int, err error) {
	for n < len(p) {
		part := p[n:min(len(p), n+maxOut)]
		if err := l.room(); err != nil {
			return n, err
		}
		if err := l.session.item(l.ctx, l.id, stage{Out: part}); err != nil {
			return n, err
		}
		n += len(part)
	}
	return n, nil
}

func (l *line) Read(p []byte) (int, error) {
	if len(l.rest) == 0 {
		if err := l.room(); err != nil {
			return 0, err
		}
		l.r.wants.Store(true)
		if err := l.session.item(l.ctx, l.id, stage{In: true}); err != nil {
			return 0, err
		}
		ctx, end := l.limit()
		defer end()
		select {
		case l.rest = <-l.r.input:
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
	}
	if len(l.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p, l.rest)
	l.rest = l.rest[n:]
	return n, nil
}
