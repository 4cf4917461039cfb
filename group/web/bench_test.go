package web_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-1c955bc8/bunch/group/web"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store"
)

// BenchmarkReport is what a report costs, durable, by 64 reporters on a group of
// 100,000, by themselves and while 200 clients follow it over HTTP. The clients
// are in the same process, so their own work counts too.
func BenchmarkReport(b *testing.B) {
	for name, watchers := range map[string]int{"alone": 0, "watched by 200": 200} {
		b.Run(name, func(b *testing.B) {
			s, err := store.Open(b.TempDir(), nil)
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			root := result.NewRoot(time.Now())
			members := max(100_000, b.N+1) // so that it does not settle
			tree := result.Group(root.ID(0), result.Tasks(root, 1, members))
			if _, err := s.Save(b.Context(), tree, result.Attributes{}); err != nil {
				b.Fatal(err)
			}
			srv := httptest.NewServer(web.Handler(s, web.Options{}))
			defer srv.Close()
			var heard atomic.Int64
			var watching sync.WaitGroup
			for range watchers {
				resp, err := http.Get(srv.URL + "/api/v1/events?id=" + string(tree.ID()))
				if err != nil {
					b.Fatal(err)
				}
				watching.Go(func() {
					defer resp.Body.Close()
					n, _ := io.Copy(io.Discard, resp.Body)
					heard.Add(n)
				})
			}
			var next atomic.Int64
			var reporting sync.WaitGroup
			b.ResetTimer()
			for range 64 {
				reporting.Go(func() {
					for {
						i := next.Add(1)
						if i > int64(b.N) {
							return
						}
						if _, err := s.Report(b.Context(), result.Async{ID: root.ID(uint32(i)), State: result.Success}); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			reporting.Wait()
			b.StopTimer()
			srv.CloseClientConnections()
			watching.Wait()
			if watchers > 0 && heard.Load() == 0 {
				b.Error("nobody heard anything")
			}
		})
	}
}
