// Package page is the web page of a store: its groups, how far each is, what is in
// it and why tasks failed.
//
// Pages are made on the server, by html/template, and can be read without
// JavaScript; the script adds news as it comes ("server-sent events"), unfolding
// and arrow keys. Everything is embedded and comes from this handler, under a
// Content-Security-Policy that takes nothing else. Every page is bounded, however
// large the group: members are shown a thousand at a time and trees a hundred
// lines, and what has to be searched for is searched for as long as a limit allows,
// and the page says how far that was. What a page of a group costs is mostly reading
// its tree: nothing for minted members, a second or two for a million ids of others.
//
// Ids, labels, values and errors are other people's text. They are escaped for HTML,
// and what is not printable in them is shown and not sent.
//
// # Reading the source
//
// page.go has the routes, kind.go what states look like, then a file a page:
// groups.go, one.go with cells.go, tree.go, failures.go, member.go; live.go and
// groupnews.go are the news, control.go the buttons.
package page

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

// Options says what the page may do. The zero Options only shows.
type Options struct {
	// Control adds buttons that revoke, retry, forget and delete. They are
	// refused to requests that another site's page made
	// ([http.CrossOriginProtection]); who may use the page at all is for the
	// handler around it to say.
	Control bool
}

// Limits of what is worked on at once: more pages wait, more streams are refused.
const (
	patience = 10 * time.Second // for a page to be made
	making   = 16
	streams  = 128
)

type site struct {
	b       group.Backend
	opt     Options
	pages   chan struct{} // has room for the pages that are being made
	streams chan struct{}
}

// Handler returns the page of b. It uses relative links only, so it can be mounted
// anywhere, with [http.StripPrefix]. News needs a server without a write timeout,
// or one that [http.ResponseController] can lift.
func Handler(b group.Backend, opt Options) http.Handler {
	s := &site{b, opt, make(chan struct{}, making), make(chan struct{}, streams)}
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", s.page(s.groups))
	mux.Handle("GET /find", s.page(s.search))
	mux.Handle("GET /group/{id}/{$}", s.page(s.group))
	mux.Handle("GET /group/{id}/tree", s.page(s.tree))
	mux.Handle("GET /group/{id}/failures", s.page(s.failures))
	mux.Handle("GET /group/{id}/{at}", s.page(s.member))
	mux.Handle("GET /group/{id}/task/{task}", s.page(s.seek))
	mux.Handle("GET /task/{task}", s.page(s.lone))
	mux.HandleFunc("GET /events", s.stream(s.listNews))
	mux.HandleFunc("GET /group/{id}/events", s.stream(s.groupNews))
	mux.HandleFunc("GET /static/{file}", asset)
	own := http.NewCrossOriginProtection()
	mux.Handle("POST /group/{id}/{verb}", own.Handler(s.page(s.change)))
	mux.Handle("POST /group/{id}/{at}/{verb}", own.Handler(s.page(s.change)))
	mux.Handle("GET /", s.page(func(_ context.Context, r *http.Request) (view, error) {
		return view{}, fmt.Errorf("page %q: %w", r.URL.Path, result.ErrNotFound)
	}))
	return secured(mux)
}

// secured sets what every answer needs. The policy takes nothing inline and
// nothing from elsewhere. Forms need a referrer policy that still has the browser
// name its origin.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "+
			"form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

// A view is what a page shows, a template and its data, or where to go instead.
type view struct {
	Template string
	Title    string
	Data     any
	To       string // relative to the page that was asked for
}

// page makes a handler of a function that looks up what to show.
func (s *site) page(look func(context.Context, *http.Request) (view, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), patience)
		defer cancel()
		var v view
		err := s.turn(ctx, func() (err error) {
			v, err = look(ctx, r)
			return err
		})
		switch {
		case err != nil:
			s.write(w, r, status(err), view{Template: "error", Title: http.StatusText(status(err)), Data: err.Error()})
		case v.To != "":
			// Not http.Redirect, which makes a path of its own out of it and knows
			// no StripPrefix.
			w.Header().Set("Location", v.To)
			w.WriteHeader(http.StatusSeeOther)
		default:
			s.write(w, r, http.StatusOK, v)
		}
	})
}

// turn calls f when there is a place: a tree may be large.
func (s *site) turn(ctx context.Context, f func() error) error {
	select {
	case s.pages <- struct{}{}:
		defer func() { <-s.pages }()
		return f()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// write sends a page as a whole, or none of it.
func (s *site) write(w http.ResponseWriter, r *http.Request, code int, v view) {
	var b bytes.Buffer
	frame := struct {
		view
		Root, Version string
	}{v, root(r), version}
	if err := templates[v.Template].ExecuteTemplate(&b, "layout", frame); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_, _ = w.Write(b.Bytes()) // who has gone away needs no page
}

// status is what an error is in HTTP.
func status(err error) int {
	switch {
	case errors.Is(err, result.ErrNotFound):
		return http.StatusNotFound
	case errors.Is(err, errReadOnly):
		return http.StatusForbidden
	case errors.Is(err, result.ErrBadID), errors.Is(err, result.ErrBadValue):
		return http.StatusBadRequest
	case errors.Is(err, result.ErrClosed), errors.Is(err, result.ErrLocked), errors.Is(err, context.DeadlineExceeded):
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// root is where the handler is mounted, as seen from the page.
func root(r *http.Request) string {
	if up := strings.Count(r.URL.EscapedPath(), "/") - 1; up > 0 {
		return strings.Repeat("../", up)
	}
	return "./"
}
