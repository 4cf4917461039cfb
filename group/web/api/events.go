package api

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"time"

	"github.com/seed-1c955bc8/bunch/encoding/jsonline"
	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

const (
	// heartbeat is how often a stream without news says that it is alive, so that
	// what stands between does not end it, and a client that is gone is noticed.
	heartbeat = 15 * time.Second
	// sendTime is how long a client may take for one event, or one page of a stream.
	sendTime = 10 * time.Second
	// leastPace is the shortest time between two events of a stream, and share what
	// each stream adds to it for all: together they send 125 events a second,
	// so that hundreds who look on cost those who report little. What happens in
	// between is in the next event.
	leastPace = 100 * time.Millisecond
	share     = 8 * time.Millisecond
)

// settled is the id of the last event. A browser that connects again with it is
// told to stay away.
const settled = "settled"

// watch streams the progress of a group as server-sent events, until it settles
// or goes away, or the client does.
func (h *handler) watch(w http.ResponseWriter, r *http.Request) {
	p, err := parse(r.URL.RawQuery, []string{"id"})
	if err != nil {
		fail(w, err)
		return
	}
	select {
	case h.events <- struct{}{}:
		defer func() { <-h.events }()
	default:
		fail(w, errBusy)
		return
	}
	var tree result.Tree
	var saved result.Saved
	var at result.Progress
	err = h.turn(r.Context(), func() (err error) {
		if tree, saved, err = h.find(r.Context(), p); err == nil {
			at, err = h.standing(r.Context(), tree, saved)
		}
		return err
	})
	if err != nil {
		fail(w, err)
		return
	}
	if r.Header.Get("Last-Event-ID") == settled && at.Settled() {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // else nginx keeps events back
	if r.Method == http.MethodHead {
		return
	}
	s := stream{w: w, rc: http.NewResponseController(w)}
	h.follow(r.Context(), s, tree.ID(), func(ctx context.Context) iter.Seq2[result.Progress, error] {
		return h.progress(ctx, tree, saved)
	})
}

// progress ranges over how far a group is. A saved one may grow meanwhile.
func (h *handler) progress(ctx context.Context, tree result.Tree, saved result.Saved) iter.Seq2[result.Progress, error] {
	if saved.ID != tree.ID() {
		return group.Of(h.b, tree).Watch(ctx)
	}
	return func(yield func(result.Progress, error) bool) {
		for e, err := range h.b.Watch(ctx, tree.ID()) {
			if !yield(e.Progress, err) {
				return
			}
		}
	}
}

// follow sends progress as it comes, and a heartbeat when none does, until the group
// has settled, the range ends with an error, or the client is gone or too slow. A
// client that is slow keeps back its own range only, and that puts news together.
func (h *handler) follow(ctx context.Context, s stream, id result.ID, progress func(context.Context) iter.Seq2[result.Progress, error]) {
	type item struct {
		p   result.Progress
		err error
	}
	ctx, cancel := context.WithCancel(ctx)
	news := make(chan item)
	defer func() {
		cancel()
		for range news { // until the goroutine is gone
		}
	}()
	go func() {
		defer close(news)
		for p, err := range progress(ctx) {
			select {
			case news <- item{p, err}:
			case <-ctx.Done():
			}
			select {
			case <-time.After(h.pace()):
			case <-ctx.Done(): // the range ends
			}
		}
	}()
	var last *result.Progress
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-time.After(heartbeat):
			err = s.write([]byte(":\n\n"))
		case n, ok := <-news:
			switch {
			case !ok:
				return
			case n.err != nil:
				_ = s.send("end", "", appendError(nil, n.err))
				return
			case n.p.Settled():
				_ = s.send("end", settled, jsonline.AppendEvent(nil, id, n.p))
				return
			case last == nil || !last.Equal(n.p):
				last = &n.p
				err = s.send("progress", "", jsonline.AppendEvent(nil, id, n.p))
			}
		}
		if err != nil {
			return
		}
	}
}

// pace is the time from one event of a stream to the next.
func (h *handler) pace() time.Duration {
	return max(leastPace, time.Duration(len(h.events))*share)
}

// send sends one event. A line of JSON has no line end in it.
func (s stream) send(name, id string, data []byte) error {
	event := fmt.Appendf(nil, "event: %s\n", name)
	if id != "" {
		event = fmt.Appendf(event, "id: %s\n", id)
	}
	return s.write(fmt.Appendf(event, "data: %s\n\n", data))
}
