package page_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/group/web"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store/memstore"
)

// serve serves the page as bunch serve does, behind the guards of package web.
func serve(t *testing.T, b group.Backend, opt web.Options) string {
	t.Helper()
	srv := httptest.NewServer(web.Handler(b, opt))
	t.Cleanup(srv.Close)
	t.Cleanup(srv.CloseClientConnections)
	return srv.URL
}

// until reads events until one of this name says so.
func until(t *testing.T, next func() (string, string), name, says string) {
	t.Helper()
	for range 1000 {
		if n, data := next(); n == name && strings.Contains(data, says) {
			return
		}
	}
	t.Fatalf("no event %s says %q", name, says)
}

// TestNews: a stream begins with how things are, tells what changes, and ends when
// the group is gone.
func TestNews(t *testing.T) {
	b := memstore.New(nil)
	url := serve(t, b, web.Options{})
	list := follow(t, url+"/events")
	until(t, list, "rows", "No group is saved here yet")

	r := group.New(b, 4)
	save(t, b, r.Tree(), result.Attributes{})
	news := follow(t, url+"/group/"+string(r.ID())+"/events?from=1")
	until(t, news, "standing", "<b>0</b> of 4 tasks")
	until(t, news, "cells", "ppp")
	report(t, b, result.Async{ID: r.Tree().At(1).ID(), State: result.Success}, failure(r.Tree().At(3).ID(), "E", ""))
	until(t, news, "standing", "running, 1 failed")
	until(t, news, "cells", "spf")
	save(t, b, r.Tree().Append(result.Task("more")), result.Attributes{})
	until(t, news, "cells", "spfp")
	until(t, list, "rows", string(r.ID())) // no engine tells of a new group: at the next heartbeat
	if _, err := b.Delete(t.Context(), r.ID()); err != nil {
		t.Fatal(err)
	}
	until(t, news, "gone", "")
	until(t, list, "rows", "No group is saved here yet")
}

// TestNestedNews: a group that is nested has news too, those of its own tasks.
func TestNestedNews(t *testing.T) {
	b := memstore.New(nil)
	save(t, b, result.Group("g", result.Task("a"), result.Group("in", result.Task("b"), result.Task("c"))), result.Attributes{})
	news := follow(t, serve(t, b, web.Options{})+"/group/in/events")
	until(t, news, "cells", "pp")
	report(t, b, result.Async{ID: "a", State: result.Success}, result.Async{ID: "c", State: "LOADING"})
	until(t, news, "standing", "LOADING")
	until(t, news, "cells", "pr")
}

// TestStuckClient: who does not read the news keeps nobody from reporting, and the
// streams that are open at once are limited.
func TestStuckClient(t *testing.T) {
	b := memstore.New(nil)
	r := group.New(b, 1000)
	save(t, b, r.Tree(), result.Attributes{Labels: map[string]string{"long": strings.Repeat("x", 255)}})
	url := serve(t, b, web.Options{})
	for i := range 128 {
		path := "/events"
		if i%2 == 0 {
			path = "/group/" + string(r.ID()) + "/events"
		}
		follow(t, url+path) // and never read
	}
	for i := range 1000 {
		report(t, b, result.Async{ID: r.Tree().At(i).ID(), State: result.Success, Value: cbor(t, fmt.Sprint(i))})
	}
	resp, err := http.Get(url + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("one stream too many: %s", resp.Status)
	}
	http.DefaultClient.CloseIdleConnections()
}
