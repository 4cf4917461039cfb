package web_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/group/web"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store/memstore"
)

// No request may leave a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// site is a handler on a loopback address, over the plain engine with one group,
// g, of the tasks t1 to t3.
type site struct {
	*httptest.Server
	store *memstore.Store
}

func serve(t *testing.T, opt web.Options) *site {
	t.Helper()
	s := memstore.New(nil)
	t.Cleanup(func() { _ = s.Close() })
	tree := result.Group("g", result.Task("t1"), result.Task("t2"), result.Task("t3"))
	if _, err := group.Of(s, tree).Save(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Report(t.Context(), result.Async{ID: "t1", State: result.Success}); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(web.Handler(s, opt))
	t.Cleanup(srv.Close)
	return &site{srv, s}
}

// ask sends a request with these headers, "Name: value" each, and returns the
// answer with its body read.
func (s *site) ask(t *testing.T, method, path string, body io.Reader, headers ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, body)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if name == "Host" {
			r.Host = value
		}
		r.Header.Set(name, value)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	resp, err := client.Do(r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return resp, string(text)
}
