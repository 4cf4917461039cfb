package web

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// knows reports whether host, as a request names it, is this handler. An address
// in digits always is: only a name can be pointed somewhere else (DNS rebinding).
func (g *guard) knows(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	for _, name := range append([]string{"localhost"}, g.opt.Hosts...) {
		if strings.EqualFold(host, name) {
			return true
		}
	}
	return false
}

// ownOrigin reports whether the request is not one that another web site made in
// a visitor's browser. A link that is followed to a page is none: the site does
// not see what comes, and the page cannot be framed.
func ownOrigin(r *http.Request) bool {
	h := r.Header
	if origin := h.Get("Origin"); origin != "" {
		u, err := url.Parse(origin)
		if err != nil || u.Host == "" || !strings.EqualFold(u.Host, r.Host) {
			return false
		}
	}
	switch h.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none": // not a browser; this page; the address bar
		return true
	}
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) &&
		h.Get("Sec-Fetch-Mode") == "navigate" && h.Get("Sec-Fetch-Dest") == "document"
}
