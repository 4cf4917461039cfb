package web

import (
	"net/http"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/group/web/api"
	"github.com/seed-1c955bc8/bunch/group/web/metrics"
	"github.com/seed-1c955bc8/bunch/group/web/page"
)

// Options are how others may use a store through [Handler]. The zero Options are
// the careful ones: whoever reaches the handler may look, and change nothing.
type Options struct {
	// Control allows what changes the store: revoke, retry, forget, delete and
	// purge. Without it only GET and HEAD are answered.
	Control bool

	// Token, if not "", is what each request must show, but for /healthz: as
	// "Authorization: Bearer TOKEN", or by the cookie that a browser gets for it.
	// Who listens on an address that others can reach should have one; it is sent
	// as it is, so across a network TLS belongs around it.
	Token string

	// Hosts are the names under which the handler is reached, without a port,
	// beside localhost and any address in digits. A request for another name is
	// refused: some web site may have pointed its name here, to use the store with
	// the hands of a visitor.
	Hosts []string
}

// Handler shows the groups of b, and steers them if it may: package page at /, the
// JSON interface of package api below /api/v1/, /metrics for Prometheus, and
// /healthz. It can be mounted anywhere, below a prefix with [http.StripPrefix]. See the package comment for the guards before
// all of it and for the limits.
func Handler(b group.Backend, opt Options) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/api/v1/", http.StripPrefix("/api/v1", api.Handler(b, api.Options{Control: opt.Control})))
	mux.Handle("GET /metrics", metrics.Handler(b))
	mux.Handle("GET /healthz", healthz(b))
	mux.Handle("/", page.Handler(b, page.Options{Control: opt.Control}))
	return newGuard(opt, mux)
}
