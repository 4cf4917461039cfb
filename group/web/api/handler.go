package api

import (
	"context"
	"net/http"
	"strconv"
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
	changeTime = 10 * time.Minute // for what changes a group of millions
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
	get := func(path string, f answer, names ...string) {
		mux.HandleFunc("GET "+path, h.answers(workTime, f, names...))
	}
	get("/{$}", index)
	get("/groups", h.groups, "state", "label", "since", "before", "limit", "cursor")
	get("/group", h.group, "id")
	get("/members", h.members, "id", "limit", "cursor")
	get("/result", h.result, "id")
	mux.HandleFunc("GET /results", h.all)
	mux.HandleFunc("GET /events", h.watch)
	for name, c := range changes {
		f := func(context.Context, params) ([]byte, error) { return nil, errReadOnly }
		if opt.Control {
			f = func(ctx context.Context, p params) ([]byte, error) { return h.change(ctx, p, c) }
		}
		mux.HandleFunc("POST /"+name, h.answers(changeTime, f, "id"))
	}
	return mux
}

// answer puts the whole answer to a request with these parameters together.
type answer func(context.Context, params) ([]byte, error)

// answers makes an http.HandlerFunc of f, which has this long, for requests with
// parameters of these names.
func (h *handler) answers(limit time.Duration, f answer, names ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p, err := parse(r.URL.RawQuery, names)
		if err != nil {
			fail(w, err)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), limit)
		defer cancel()
		err = h.turn(ctx, func() error {
			body, err := f(ctx, p)
			if err != nil {
				return err
			}
			send(w, http.StatusOK, body)
			return nil
		})
		if err != nil {
			fail(w, err)
		}
	}
}

// send answers with a line of JSON.
func send(w http.ResponseWriter, code int, line []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(line)+1))
	rc := http.NewResponseController(w)
	_ = rc.SetWriteDeadline(time.Now().Add(sendTime)) // some writers in tests cannot
	w.WriteHeader(code)
	_, _ = w.Write(append(line, '\n'))
	_ = rc.Flush() // waits for the client
}

// turn calls f when there is a place. An answer has its place until it is sent: it
// may be a page of long values, and memory is bounded by how many there are.
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
