package web_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/group/web"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store"
	"github.com/seed-1c955bc8/bunch/store/remote"
)

// TestEngines: a store on disk answers the same by itself and through the socket
// of the process that has it, news included.
func TestEngines(t *testing.T) {
	dir := t.TempDir()
	s, err := store.Open(dir, &store.Options{NoSync: true, Profile: store.Edge})
	if err == nil {
		err = s.Serve(nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	c, err := remote.Dial(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	const members = 1_000_000
	root := result.NewRoot(time.Now())
	tree := result.Group(root.ID(0), result.Tasks(root, 1, members))
	if _, err := s.Save(t.Context(), tree, result.Attributes{}); err != nil {
		t.Fatal(err)
	}
	id := string(tree.ID())
	var sites []*site
	var streams []io.ReadCloser
	for _, b := range []group.Backend{s, c} {
		srv := httptest.NewServer(web.Handler(b, web.Options{}))
		defer srv.Close()
		sites = append(sites, &site{Server: srv})
		resp, err := http.Get(srv.URL + "/api/v1/events?id=" + id)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		first := make([]byte, len("event: progress\n"))
		if _, err := io.ReadFull(resp.Body, first); err != nil || string(first) != "event: progress\n" {
			t.Fatalf("a stream begins with %q, %v", first, err)
		}
		streams = append(streams, resp.Body)
	}
	if _, err := s.Report(t.Context(), result.Async{ID: root.ID(members), State: result.Failure}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Revoke(t.Context(), result.Group("part", result.Tasks(root, 1, 10))); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{
		"/api/v1/groups", "/api/v1/group?id=" + id, "/api/v1/members?id=" + id + "&limit=1000", "/api/v1/members?id=" + id + "&cursor=999999",
		"/api/v1/results?id=" + id + "&state=REVOKED", "/api/v1/results?id=" + id + "&limit=1000", "/api/v1/result?id=" + string(root.ID(members)), "/healthz",
	} {
		direct, want := sites[0].ask(t, "GET", path, nil)
		_, got := sites[1].ask(t, "GET", path, nil)
		if direct.StatusCode != http.StatusOK || got != want || len(want) > 200<<10 {
			t.Errorf("%s: %s and %d bytes, through the socket %d", path, direct.Status, len(want), len(got))
		}
	}
	if _, err := s.Delete(t.Context(), tree.ID()); err != nil {
		t.Fatal(err)
	}
	for i, stream := range streams {
		if rest, err := io.ReadAll(stream); err != nil || !strings.Contains(string(rest), "event: end\ndata: {\"error\":") {
			t.Errorf("stream %d ends with %q, %v", i, rest, err)
		}
	}
	http.DefaultClient.CloseIdleConnections()
}
