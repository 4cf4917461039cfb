package remote

import (
	"context"
	"time"
)

// A page of results is what fits one item of a range, about.
const (
	pageResults = 512
	pageBytes   = 256 << 10
)

// watchPace is how far apart events are, of all watches together, and watchBurst
// how many may come at once after a pause: 125 a second are enough for those who
// look, and leave the store to those who report. Those that have to wait come
// together, every watchTick: that wakes the processors, and both processes, less.
const (
	watchPace  = 8 * time.Millisecond
	watchBurst = 50
	watchTick  = 50 * time.Millisecond
)

// maxNews is how many ready tasks an event names. That many come together when
// many watch a busy group; most of them look at the counts only, and the names, a
// copy for each, would cost more than the reports.
const maxNews = 512

func (c *session) results(ctx context.Context, id uint64, r *request, body []byte) error {
	var ask results
	if err := unpack(body, &ask); err != nil {
		return err
	}
	tree, err := unpackTree(ask.Tree)
	if err != nil {
		return err
	}
	var page []async
	size := 0
	send := func() error {
		if err := r.room(ctx); err != nil {
			return err
		}
		err := c.item(ctx, id, page)
		page, size = nil, 0
		return err
	}
	for a, err := range c.server.backend.Results(ctx, tree, ask.Filter.Filter) {
		if err != nil {
			if len(page) > 0 {
				_ = send()
			}
			return err
		}
		m := packAsync(a)
		n := len(m.ID) + len(m.Record) + len(m.Input)
		if len(page) == pageResults || len(page) > 0 && size+n > pageBytes {
			if err := send(); err != nil {
				return err
			}
		}
		page, size = append(page, m), size+n
	}
	if len(page) == 0 {
		return nil
	}
	return send()
}

func (c *session) watch(ctx context.Context, id uint64, r *request, body []byte) error {
	var ask watch
	if err := unpack(body, &ask); err != nil {
		return err
	}
	tasks, err := unpackIDs(ask.Tasks)
	if err != nil {
		return err
	}
	for e, err := range c.server.backend.Watch(ctx, ask.Group, tasks...) {
		if len(e.Ready) > maxNews {
			e.Ready, e.Missed = nil, true
		}
		if err == nil {
			err = c.item(ctx, id, event{Head: packProgress(e.Progress), Ready: packIDs(e.Ready), Missed: e.Missed})
		}
		if err == nil { // until the next one is wanted the store puts news together
			err = c.server.rest(ctx)
		}
		if err == nil {
			err = r.room(ctx)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// rest waits between two events of a watch for its turn, which comes the later the
// more events there are.
func (s *Server) rest(ctx context.Context) error {
	now := time.Now()
	s.mu.Lock()
	if pause := now.Add(-watchBurst * watchPace); s.turn.Before(pause) {
		s.turn = pause
	}
	s.turn = s.turn.Add(watchPace)
	turn := s.turn
	s.mu.Unlock()
	if !turn.After(now) {
		return nil
	}
	tick := turn.Sub(s.began).Truncate(watchTick) + watchTick // of the monotonic clock
	t := time.NewTimer(tick - now.Sub(s.began))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
