package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/seed-1c955bc8/bunch/group/web"
)

// TestToken: without the token only /healthz answers; with it, in a header, all.
func TestToken(t *testing.T) {
	const secret = "correct horse battery staple"
	s := serve(t, web.Options{Token: secret, Control: true})
	for _, path := range []string{"/", "/api/v1/groups", "/api/v1/events?id=g", "/none", "//healthz", "/%68ealthz", "/healthz/", "/healthz/../api/v1/groups"} {
		for _, headers := range [][]string{nil, {"Authorization: Bearer wrong"}, {"Authorization: Bearer "}, {"Authorization: " + secret}, {"Cookie: bunch=" + secret}} {
			if resp, body := s.ask(t, "GET", path, nil, headers...); resp.StatusCode != http.StatusUnauthorized || strings.Contains(body, secret) {
				t.Errorf("%s with %q: %s %s", path, headers, resp.Status, body)
			}
		}
	}
	for _, path := range []string{"/api/v1/revoke?id=g", "/healthz"} {
		if resp, _ := s.ask(t, "POST", path, nil); resp.StatusCode != http.StatusUnauthorized {
			t.Errorf("POST %s: %s", path, resp.Status)
		}
	}
	if resp, _ := s.ask(t, "GET", "/healthz", nil); resp.StatusCode != http.StatusOK {
		t.Errorf("/healthz: %s", resp.Status)
	}
	if resp, _ := s.ask(t, "GET", "/api/v1/groups", nil, "Authorization: Bearer "+secret); resp.StatusCode != http.StatusOK {
		t.Errorf("with the token: %s", resp.Status)
	}
}

// TestLogin: a browser shows the token once, in the address or the form, and goes
// on with a cookie that no script and no other site can use, and that is not the
// token.
func TestLogin(t *testing.T) {
	const secret = "correct horse battery staple"
	s := serve(t, web.Options{Token: secret})
	if resp, body := s.ask(t, "GET", "/?x=1", nil, "Accept: text/html"); resp.StatusCode != http.StatusUnauthorized || !strings.Contains(body, `<form method="post">`) {
		t.Errorf("without a token: %s %s", resp.Status, body)
	}
	byAddress, _ := s.ask(t, "GET", "/?x=1&token="+url.QueryEscape(secret), nil)
	byForm, _ := s.ask(t, "POST", "/?x=1", strings.NewReader(url.Values{"token": {secret}}.Encode()), "Content-Type: application/x-www-form-urlencoded")
	for _, resp := range []*http.Response{byAddress, byForm} {
		cookies := resp.Cookies()
		if resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != "?x=1" || len(cookies) != 1 {
			t.Fatalf("%s to %q with %v", resp.Status, resp.Header.Get("Location"), cookies)
		}
		c := cookies[0]
		if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Secure || strings.Contains(c.Value, secret) || len(c.Value) < 20 {
			t.Errorf("the cookie is %v", c)
		}
		if resp, _ := s.ask(t, "GET", "/api/v1/groups", nil, "Cookie: "+c.Name+"="+c.Value); resp.StatusCode != http.StatusOK {
			t.Errorf("with the cookie: %s", resp.Status)
		}
		if resp, _ := s.ask(t, "GET", "/api/v1/groups", nil, "Cookie: "+c.Name+"="+c.Value+"x"); resp.StatusCode != http.StatusUnauthorized {
			t.Errorf("with another cookie: %s", resp.Status)
		}
	}
	for _, path := range []string{"/?token=wrong", "/?token="} {
		if resp, _ := s.ask(t, "GET", path, nil); resp.StatusCode != http.StatusUnauthorized || len(resp.Cookies()) > 0 {
			t.Errorf("%s: %s", path, resp.Status)
		}
	}
	// A login from another site is refused, and none leads to another host.
	if resp, _ := s.ask(t, "POST", "/", strings.NewReader("token="+url.QueryEscape(secret)), "Content-Type: application/x-www-form-urlencoded", "Origin: http://evil.example"); resp.StatusCode != http.StatusForbidden {
		t.Errorf("from another origin: %s", resp.Status)
	}
	if resp, _ := s.ask(t, "GET", "//evil.example/?token="+url.QueryEscape(secret), nil); resp.Header.Get("Location") != "?" {
		t.Errorf("sent to %q", resp.Header.Get("Location"))
	}
}
