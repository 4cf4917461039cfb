package page

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

// How often a page hears news. What happens between is put together by Watch; a
// client that does not read for long is let go, and a writer waits for none.
const (
	leastPause = 250 * time.Millisecond // between two events
	heartbeat  = 5 * time.Second        // without news: the clock goes on, and who has gone is noticed
	stuck      = 10 * time.Second
)

// A stream sends news as server-sent events.
type stream struct {
	w    http.ResponseWriter
	out  *http.ResponseController
	sent map[string]string // what each event said last
}

func newStream(w http.ResponseWriter) *stream {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no") // nginx would keep news until there are 4 kB
	return &stream{w, http.NewResponseController(w), map[string]string{}}
}

// send sends an event, unless it says what the last one of its name said.
func (s *stream) send(name, data string) error {
	if last, ok := s.sent[name]; ok && last == data {
		return nil
	}
	s.sent[name] = data
	return s.write("event: " + name + "\ndata: " + strings.ReplaceAll(data, "\n", "\ndata: ") + "\n\n")
}

// write writes with a deadline, where the server has them.
func (s *stream) write(text string) error {
	if err := s.out.SetWriteDeadline(time.Now().Add(stuck)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := fmt.Fprint(s.w, text); err != nil {
		return err
	}
	return s.out.Flush()
}

// part renders a template that several pages share.
func part(name string, data any) string {
	var b bytes.Buffer
	if err := templates["parts"].ExecuteTemplate(&b, name, data); err != nil {
		panic(err) // the templates and their data are ours
	}
	return b.String()
}

// follow calls show at once, when there is news, and with every heartbeat, until
// it fails or ctx ends. What show costs it lets rest for ten times as long, or for
// a heartbeat.
func (s *stream) follow(ctx context.Context, news <-chan struct{}, show func(changed bool) error) {
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for changed := true; ; {
		begun := time.Now()
		if show(changed) != nil {
			return
		}
		select {
		case <-time.After(min(max(leastPause, 10*time.Since(begun)), heartbeat)):
		case <-ctx.Done():
			return
		}
		select {
		case <-news:
			changed = true
		case <-beat.C:
			changed = false
			if s.write(": still here\n\n") != nil {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// watch tells that there is news of a group, also when none is to come any more:
// who is told looks.
func (s *site) watch(ctx context.Context, id result.ID, news chan<- struct{}) {
	for range s.b.Watch(ctx, id) {
		select {
		case news <- struct{}{}:
		case <-ctx.Done():
			return
		}
	}
}

// stream gives a place to a client that wants news, as long as there are any.
func (s *site) stream(news http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case s.streams <- struct{}{}:
			defer func() { <-s.streams }()
			news(w, r)
		default:
			http.Error(w, "too many pages are open", http.StatusServiceUnavailable)
		}
	}
}

// listNews is the news of a page of the list. Each group that has not settled is
// watched; no engine announces new groups, so the list itself is looked at again
// with every heartbeat.
func (s *site) listNews(w http.ResponseWriter, r *http.Request) {
	f := filterOf(r.URL.Query())
	if _, err := f.ask(time.Now()); err != nil {
		http.Error(w, err.Error(), status(err))
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	news := make(chan struct{})
	watched := map[result.ID]bool{}
	out := newStream(w)
	out.follow(ctx, news, func(bool) error {
		list, err := s.list(ctx, f)
		if err != nil {
			return err
		}
		for _, row := range list.Rows {
			if !row.Progress.Settled() && !watched[row.ID] && len(watched) < 2*listed {
				watched[row.ID] = true
				go s.watch(ctx, row.ID, news)
			}
		}
		return out.send("rows", part("rows", list))
	})
}
