package web

import (
	"net/http"
	"strings"
	"time"
)

// answerTime is how long an answer may take, reading and sending. What is longer,
// a stream, extends it as it goes.
const answerTime = 30 * time.Second

// guard is what a request passes before anything else looks at it.
type guard struct {
	opt   Options
	token *token // nil if none is asked for
	next  http.Handler
}

func newGuard(opt Options, next http.Handler) *guard {
	g := &guard{opt: opt, next: next}
	if opt.Token != "" {
		g.token = newToken(opt.Token)
	}
	return g
}

// ServeHTTP refuses a request, or lets it through. The order matters: a wrong
// Host or Origin is refused before a token could be tried or a body is read.
func (g *guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	secure(w.Header())
	rc := http.NewResponseController(w)
	_ = rc.SetWriteDeadline(time.Now().Add(answerTime)) // some writers in tests cannot
	defer func() {
		_ = rc.Flush()
		_ = rc.SetWriteDeadline(time.Time{}) // the next request may be another handler's
	}()
	switch {
	case !g.knows(r.Host):
		refuse(w, http.StatusForbidden, "this name is not known here: use localhost, or the address in digits")
		return
	case !ownOrigin(r):
		refuse(w, http.StatusForbidden, "requests from other origins are refused")
		return
	}
	if code := readBody(rc, w, r); code != 0 {
		refuse(w, code, "the request's body: at most 64 KiB, in 10 seconds, and none for GET")
		return
	}
	looks := r.Method == http.MethodGet || r.Method == http.MethodHead
	// Spelled like this it can reach nothing but healthz.
	open := looks && r.URL.EscapedPath() == "/healthz"
	if g.token != nil && !open && !g.token.admits(w, r) {
		return
	}
	if !g.opt.Control && !looks {
		refuse(w, http.StatusForbidden, "this store may only be looked at")
		return
	}
	g.next.ServeHTTP(w, r)
}

// secure sets what tells a browser to be careful; a handler may set its own.
func secure(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", strings.Join([]string{
		"default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'",
		"form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'",
	}, "; "))
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
}

func refuse(w http.ResponseWriter, code int, why string) { http.Error(w, why, code) }
