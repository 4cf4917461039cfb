package web

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"io"
	"net"
	"net/http"
	"strings"
)

// token is the secret that requests must show. A browser shows it once and gets a
// cookie for it, which is good until the handler is gone.
type token struct {
	want    [sha256.Size]byte
	session [sha256.Size]byte // of what is in the cookie
	cookie  string
}

func newToken(secret string) *token {
	t := &token{want: sha256.Sum256([]byte(secret)), cookie: rand.Text()}
	t.session = sha256.Sum256([]byte(t.cookie))
	return t
}

// same compares in a time that tells nothing of the secret, nor of its length.
func same(secret [sha256.Size]byte, shown string) bool {
	sum := sha256.Sum256([]byte(shown))
	return subtle.ConstantTimeCompare(secret[:], sum[:]) == 1
}

// admits reports whether the request may go on. If not, it has been answered: with
// a cookie for the token that it brought, with a form to enter it, or refused.
func (t *token) admits(w http.ResponseWriter, r *http.Request) bool {
	query := r.URL.Query()
	if query.Has("token") && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		shown := query.Get("token")
		query.Del("token")
		t.exchange(w, r, shown, query.Encode())
		return false
	}
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		if same(t.want, bearer) {
			return true
		}
		t.ask(w, r)
		return false
	}
	if c, err := r.Cookie(cookieName(r)); err == nil && same(t.session, c.Value) {
		return true
	}
	if r.Method == http.MethodPost && r.PostFormValue("token") != "" {
		t.exchange(w, r, r.PostFormValue("token"), query.Encode())
		return false
	}
	t.ask(w, r)
	return false
}

// exchange gives the cookie for the right token, and sends the browser to where it
// was, without the token in the address. The way there is relative: it can lead to
// no other host, and the handler may be below a prefix.
func (t *token) exchange(w http.ResponseWriter, r *http.Request, shown, query string) {
	if !same(t.want, shown) {
		t.ask(w, r)
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: cookieName(r), Value: t.cookie, Path: "/",
		HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteStrictMode,
	})
	w.Header().Set("Location", "?"+query)
	w.WriteHeader(http.StatusSeeOther)
}

// cookieName has the port in it: a browser keeps the cookies of a host together,
// whatever the port, and there may be a store on another one.
func cookieName(r *http.Request) string {
	_, port, _ := net.SplitHostPort(r.Host)
	return "bunch" + port
}

const form = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>bunch</title>
<form method="post"><p><label>Token <input name="token" type="password" autocomplete="current-password" required autofocus></label>
<button>Enter</button></form>
`

// ask answers that a token is needed: a person with a form.
func (t *token) ask(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("WWW-Authenticate", `Bearer realm="bunch"`)
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		refuse(w, http.StatusUnauthorized, "a token is needed: Authorization: Bearer TOKEN")
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusUnauthorized)
	_, _ = io.WriteString(w, form)
}
