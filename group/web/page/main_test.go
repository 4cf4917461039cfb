package page_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/group/web/page"
)

// No request may leave a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// ask makes a request of the page of b, with these headers, "Name: value" each.
func ask(b group.Backend, opt page.Options, method, path string, headers ...string) (*http.Response, string) {
	return askHandler(page.Handler(b, opt), method, path, headers...)
}

func askHandler(h http.Handler, method, path string, headers ...string) (*http.Response, string) {
	r := httptest.NewRequest(method, path, nil)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result(), w.Body.String()
}

// get is ask for a page that has to be there.
func get(t testing.TB, b group.Backend, path string) string {
	t.Helper()
	resp, body := ask(b, page.Options{Control: true}, "GET", path)
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s\n%s", path, resp.Status, body)
	}
	return body
}

// follow opens a stream of news and returns what reads its next event.
func follow(t *testing.T, url string) (next func() (name, data string)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("GET %s: %s, %s", url, resp.Status, resp.Header.Get("Content-Type"))
	}
	return func() (name, data string) {
		var event strings.Builder
		b := make([]byte, 1)
		for !strings.HasSuffix(event.String(), "\n\n") {
			if _, err := io.ReadFull(resp.Body, b); err != nil {
				t.Fatalf("the stream ended: %v", err)
			}
			event.WriteByte(b[0])
		}
		for line := range strings.Lines(event.String()) {
			switch field, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": "); field {
			case "event":
				name = value
			case "data":
				data += value + "\n"
			}
		}
		return name, data
	}
}
