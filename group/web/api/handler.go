package api

import (
	"context"
	"net/http"
	"time"

	"github.com/seed-1c955bc8/bunch/group"
)

// Options are what a [Handler] may do. The zero Options allow looking only.
type Options struct {
	Control bool // answer POST, which changes the store
}

// Limits of what is worked on at once. More requests wait for their turn; more
// streams are refused.
const (
	maxWork    = 16
	workTime   = 30 * time.Second // for one answer, the wait for its turn included
	maxEvents  = 512              // streams of events
	maxStreams = 16               // streams of results
)

// handler answers requests out of a backend.
type handler struct {
	b       group.Backend
	work    chan struct{} // a place for each request that is worked on
	events  chan struct{} // a place for each stream of events
	streams chan struct{} // a place for each stream of results
}

// Handler answers the paths that the package comment names. It has no guards: mount
// it by web.Handler, or put your own before it.
func Handler(b group.Backend, opt Options) http.Handler {
	h := &handler{
		b: b, work: make(chan struct{}, maxWork),
		events: make(chan struct{}, maxEvents), streams: make(chan struct{}, maxStreams),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fail(w, errNoPath) })
	mux.HandleFunc("GET /{$}", h.answer(nil, index))
	mux.HandleFunc("GET /groups", h.answer([]string{"state", "label", "since", "before", "limit", "cursor"}, h.groups))
	mux.HandleFunc("GET /group", h.answer([]string{"id"}, h.group))
	mux.HandleFunc("GET /events", h.watch)
	return mux
}

// answer makes an http.HandlerFunc of a function that puts the whole answer
// together: a request with parameters of these names.
func (h *handler) answer(names []string, f func(context.Context, params) ([]byte, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p, err := parse(r.URL.RawQuery, names)
		if err != nil {
			fail(w, err)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), workTime)
		defer cancel()
		var body []byte
		err = h.turn(ctx, func() (err error) {
			body, err = f(ctx, p)
			return err
		})
		if err != nil {
			fail(w, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(append(body, '\n'))
	}
}

// turn calls f when there is a place: each answer may hold a page of results.
func (h *handler) turn(ctx context.Context, f func() error) error {
	select {
	case h.work <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-h.work }()
	return f()
}

// index names the paths.
func index(context.Context, params) ([]byte, error) {
	return []byte(`{"paths":["groups","group","members","results","result","events","revoke","retry","forget","delete","purge"]}`), nil
}
