package api_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-1c955bc8/bunch/group/web/api"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store/memstore"
)

// listen opens a stream of events and returns a function that gives the next one,
// "" at the end.
func listen(t *testing.T, address string, headers ...string) (resp *http.Response, next func() string) {
	t.Helper()
	r := must(http.NewRequestWithContext(t.Context(), "GET", address, nil))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp = must(http.DefaultClient.Do(r))
	t.Cleanup(func() { _ = resp.Body.Close() })
	lines := bufio.NewReader(resp.Body)
	return resp, func() (event string) {
		for {
			line, err := lines.ReadString('\n')
			if line == "\n" || err != nil {
				return event
			}
			event += line
		}
	}
}

// TestEvents: a stream begins with what is, tells of what happens, and ends when
// the group has settled. A browser that comes back is told to stay away.
func TestEvents(t *testing.T) {
	s, srv := open(t, api.Options{})
	must(s.Save(t.Context(), result.Group("g", result.Task("t1"), result.Group("in", result.Task("t2"))), result.Attributes{}))
	for _, c := range []struct{ id, task, first, last string }{
		{"in", "t2", `"PENDING":1`, `"SUCCESS":1`},
		{"g", "t1", `"SUCCESS":1,"PENDING":1`, `"SUCCESS":2`},
	} {
		resp, next := listen(t, srv.URL+"/events?id="+c.id)
		if got := resp.Header.Get("Content-Type"); got != "text/event-stream" {
			t.Errorf("the type is %q", got)
		}
		if e := next(); !strings.HasPrefix(e, "event: progress\ndata: {\"id\":\""+c.id+"\",") || !strings.Contains(e, c.first) {
			t.Errorf("%s begins with %q", c.id, e)
		}
		must(s.Report(t.Context(), result.Async{ID: result.ID(c.task), State: result.Success}))
		if e := next(); !strings.HasPrefix(e, "event: end\nid: settled\ndata: {") || !strings.Contains(e, c.last) {
			t.Errorf("%s ends with %q", c.id, e)
		}
		if e := next(); e != "" {
			t.Errorf("after the end of %s comes %q", c.id, e)
		}
		if resp, _ := listen(t, srv.URL+"/events?id="+c.id, "Last-Event-ID", "settled"); resp.StatusCode != http.StatusNoContent {
			t.Errorf("%s again: %s", c.id, resp.Status)
		}
	}
}

// TestEventsOfWhatGoesAway: the stream says so.
func TestEventsOfWhatGoesAway(t *testing.T) {
	s, srv := open(t, api.Options{})
	must(s.Save(t.Context(), result.Group("g", result.Task("t")), result.Attributes{}))
	_, next := listen(t, srv.URL+"/events?id=g")
	_ = next()
	must(s.Delete(t.Context(), "g"))
	if e := next(); !strings.HasPrefix(e, "event: end\ndata: {\"error\":") || !strings.Contains(e, "not found") {
		t.Errorf("the end is %q", e)
	}
}

// TestHeartbeat: a stream without news is not silent, and ends with its client.
func TestHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memstore.New(nil)
		must(s.Save(t.Context(), result.Group("g", result.Task("t")), result.Attributes{}))
		ctx, cancel := context.WithTimeout(t.Context(), 59*time.Second)
		defer cancel()
		w := httptest.NewRecorder()
		api.Handler(s, api.Options{}).ServeHTTP(w, httptest.NewRequestWithContext(ctx, "GET", "/events?id=g", nil))
		if got := w.Body.String(); strings.Count(got, "data: ") != 1 || strings.Count(got, "\n:\n") != 3 {
			t.Errorf("in a minute came %q", got)
		}
	})
}

// stuck is a client that takes the first bytes and then nothing.
type stuck struct {
	httptest.ResponseRecorder
	taken   chan struct{} // closed with the first event
	reached chan struct{} // closed with the next
	release chan struct{}
}

func (s *stuck) Write(b []byte) (int, error) {
	select {
	case <-s.taken:
	default:
		close(s.taken)
		return len(b), nil
	}
	close(s.reached)
	<-s.release
	return 0, io.ErrClosedPipe
}

// TestAStuckClientDelaysNoCommit: while a client takes nothing, every report is
// taken.
func TestAStuckClientDelaysNoCommit(t *testing.T) {
	s := memstore.New(nil)
	defer s.Close()
	root := result.Root{6: 0x80, 8: 0x80}
	const members = 5000
	must(s.Save(t.Context(), result.Group("g", result.Tasks(root, 1, members)), result.Attributes{}))
	w := &stuck{taken: make(chan struct{}), reached: make(chan struct{}), release: make(chan struct{})}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		api.Handler(s, api.Options{}).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/events?id=g", nil))
	}()
	report := func(i int) {
		if out := must(s.Report(t.Context(), result.Async{ID: root.ID(uint32(i)), State: result.Success})); !out[0].Applied {
			t.Fatalf("report %d was not applied", i)
		}
	}
	<-w.taken
	report(1)
	<-w.reached
	for i := 2; i <= members; i++ {
		report(i)
	}
	select {
	case <-ended:
		t.Error("the client was let go before it was released")
	default:
	}
	close(w.release)
	<-ended
}
