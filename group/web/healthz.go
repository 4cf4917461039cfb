package web

import (
	"context"
	"net/http"
	"time"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

// healthTime is how long the store has to answer before it counts as ill.
const healthTime = 5 * time.Second

// healthz answers 200 as long as the store answers, 503 when it does not. It tells
// nothing else, and so needs no token.
func healthz(b group.Backend) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), healthTime)
		defer cancel()
		if _, _, err := b.List(ctx, result.Query{Limit: 1}); err != nil {
			http.Error(w, "the store does not answer", http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte("ok\n"))
	}
}
