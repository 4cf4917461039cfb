package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/seed-1c955bc8/bunch/group/web"
)

// TestHost: a name that is not ours is refused, whatever it resolves to.
func TestHost(t *testing.T) {
	s := serve(t, web.Options{Hosts: []string{"box.example"}})
	for host, want := range map[string]int{
		"localhost": 200, "LOCALHOST:80": 200, "127.0.0.1:9": 200, "[::1]:9": 200, "10.1.2.3": 200, "box.example:80": 200,
		"evil.example": 403, "evil.example:80": 403, "localhost.evil.example": 403, "127.0.0.1.evil.example": 403, "box.example.": 403,
	} {
		if resp, body := s.ask(t, "GET", "/api/v1/groups", nil, "Host: "+host); resp.StatusCode != want {
			t.Errorf("Host %s: %s, want %d; %s", host, resp.Status, want, body)
		}
	}
}

// TestOrigin: what another site makes a visitor's browser send is refused, but for
// a link to a page.
func TestOrigin(t *testing.T) {
	s := serve(t, web.Options{Control: true})
	for _, c := range []struct {
		headers []string
		want    int
	}{
		{nil, 200},
		{[]string{"Origin: " + s.URL}, 200},
		{[]string{"Origin: http://evil.example"}, 403},
		{[]string{"Origin: null"}, 403},
		{[]string{"Origin: http://localhost:1"}, 403},
		{[]string{"Origin: :::"}, 403},
		{[]string{"Sec-Fetch-Site: same-origin"}, 200},
		{[]string{"Sec-Fetch-Site: none"}, 200},
		{[]string{"Sec-Fetch-Site: cross-site"}, 403},
		{[]string{"Sec-Fetch-Site: same-site"}, 403}, // another port of this host
		{[]string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"}, 200},
		{[]string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: iframe"}, 403},
		{[]string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: image"}, 403},
	} {
		if resp, _ := s.ask(t, "GET", "/api/v1/groups", nil, c.headers...); resp.StatusCode != c.want {
			t.Errorf("%q: %s, want %d", c.headers, resp.Status, c.want)
		}
	}
	for _, h := range []string{"Origin: http://evil.example", "Sec-Fetch-Site: cross-site"} {
		resp, _ := s.ask(t, "POST", "/api/v1/revoke?id=g", nil, h, "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document")
		if resp.StatusCode != http.StatusForbidden {
			t.Errorf("POST with %s: %s", h, resp.Status)
		}
	}
}

// TestReadOnly: without Control nothing but looking is answered.
func TestReadOnly(t *testing.T) {
	s := serve(t, web.Options{})
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"} {
		for _, path := range []string{"/", "/api/v1/revoke?id=g", "/api/v1/groups", "/healthz"} {
			if resp, _ := s.ask(t, method, path, nil); resp.StatusCode != http.StatusForbidden {
				t.Errorf("%s %s: %s", method, path, resp.Status)
			}
		}
	}
}

// TestSecureHeaders: whatever is answered tells the browser to be careful.
func TestSecureHeaders(t *testing.T) {
	s := serve(t, web.Options{})
	for _, path := range []string{"/", "/api/v1/groups", "/api/v1/none", "/none", "/healthz"} {
		resp, _ := s.ask(t, "GET", path, nil)
		h := resp.Header
		if !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") || !strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors 'none'") ||
			h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") != "no-store" || h.Get("Cross-Origin-Resource-Policy") != "same-origin" {
			t.Errorf("%s: %v", path, h)
		}
	}
}
