package api_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/group/web/api"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store/memstore"
)

// No request may leave a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T, opt api.Options) (*memstore.Store, *httptest.Server) {
	t.Helper()
	s := memstore.New(nil)
	srv := httptest.NewServer(api.Handler(s, opt))
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		srv.Close()
		_ = s.Close()
	})
	return s, srv
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// call sends a request and reads the answer into a T.
func call[T any](t *testing.T, method, address string, code int) (v T) {
	t.Helper()
	resp := must(http.DefaultClient.Do(must(http.NewRequestWithContext(t.Context(), method, address, nil))))
	defer resp.Body.Close()
	var raw json.RawMessage
	if err := json.NewDecoder(resp.Body).Decode(&raw); err != nil || resp.StatusCode != code {
		t.Fatalf("%s %s: %s, want %d; %v %s", method, address, resp.Status, code, err, raw)
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatalf("%s %s: %s: %v", method, address, raw, err)
	}
	return v
}

type object = map[string]any

type page struct {
	Groups, Members, Results []object
	Next                     *string
}

// pages asks for all pages, with limit to a page, and returns the ids on them.
func pages(t *testing.T, address string, limit int) (ids []string) {
	t.Helper()
	cursor := ""
	for {
		p := call[page](t, "GET", fmt.Sprintf("%s&limit=%d%s", address, limit, cursor), 200)
		list := slices.Concat(p.Groups, p.Members, p.Results)
		if len(list) > limit {
			t.Fatalf("%s: %d on a page of %d", address, len(list), limit)
		}
		for _, o := range list {
			ids = append(ids, o["id"].(string))
		}
		if p.Next == nil {
			return ids
		}
		cursor = "&cursor=" + url.QueryEscape(*p.Next)
	}
}

// TestAnswers: every path says what the store has, whatever is in an id.
func TestAnswers(t *testing.T) {
	s, srv := open(t, api.Options{})
	const odd = `../a%2F"<b>&#é` + "\x00\x1b"
	value := must(encoding.Marshal(object{"n": 7}))
	root := result.Root{6: 0x80, 8: 0x80}
	tree := result.Group(odd, result.Task("..").WithParent(result.Task("before")), result.Tasks(root, 1, 5),
		result.Group("in", result.Task("deep/1"), result.Task("deep/2"))).WithParent(result.Task("up"))
	must(s.Save(t.Context(), tree, result.Attributes{Labels: map[string]string{"k": "<v>"}, Note: value, Inputs: [][]byte{value}}))
	must(s.Save(t.Context(), result.Group("other"), result.Attributes{}))
	must(s.Report(t.Context(),
		result.Async{ID: "..", State: result.Success, Value: value},
		result.Async{ID: root.ID(2), State: result.Failure, Error: &result.TaskError{Type: "Boom", Args: []any{"<i>"}}},
		result.Async{ID: "deep/1", State: result.Success},
		result.Async{ID: "lone", State: "PROGRESS", Value: value}))
	must(s.Forget(t.Context(), result.Task("deep/2")))
	id := "?id=" + url.QueryEscape(odd)

	if got := pages(t, srv.URL+"/groups?", 1); !slices.Equal(got, []string{"other", odd}) {
		t.Errorf("groups are %q", got)
	}
	for query, want := range map[string]int{"state=running": 1, "state=failed": 1, "state=settled": 1, "state=successful": 1, "label=k": 1, "label=k%3D%3Cv%3E": 1, "label=k%3Dw": 0, "before=2000-01-01T00:00:00Z": 0, "since=2000-01-01T00:00:00Z": 2} {
		if got := call[page](t, "GET", srv.URL+"/groups?"+query, 200); len(got.Groups) != want {
			t.Errorf("groups?%s gives %d, want %d", query, len(got.Groups), want)
		}
	}
	g := call[object](t, "GET", srv.URL+"/group"+id, 200)
	if g["id"] != odd || g["root_id"] != odd || g["len"] != 7.0 || g["parent_id"] != "up" || g["failed"] != true || fmt.Sprint(g["note"], g["labels"]) != "map[n:7] map[k:<v>]" || g["as_tuple"] != nil {
		t.Errorf("the group is %v", g)
	}
	in := call[object](t, "GET", srv.URL+"/group?id=in", 200)
	if in["root_id"] != odd || in["completed_count"] != 1.0 || in["created"] != nil || in["note"] != nil {
		t.Errorf("the nested group is %v", in)
	}
	if got := pages(t, srv.URL+"/members"+id, 3); !slices.Equal(got, []string{"..", string(root.ID(1)), string(root.ID(2)), string(root.ID(3)), string(root.ID(4)), string(root.ID(5)), "in"}) {
		t.Errorf("members are %q", got)
	}
	all := call[page](t, "GET", srv.URL+"/members"+id, 200).Members
	if all[0]["parent_id"] != "before" || all[0]["state"] != "SUCCESS" || all[2]["state"] != "FAILURE" || all[1]["state"] != "PENDING" || all[6]["leaves"] != 2.0 || all[6]["state"] != nil {
		t.Errorf("members are %v", all)
	}
	leaves := []string{"..", string(root.ID(1)), string(root.ID(2)), string(root.ID(3)), string(root.ID(4)), string(root.ID(5)), "deep/1", "deep/2"}
	for limit := range 9 {
		if got := pages(t, srv.URL+"/results"+id, limit+1); !slices.Equal(got, leaves) {
			t.Errorf("results by %d are %q", limit+1, got)
		}
	}
	for state, want := range map[string][]string{"SUCCESS": {"..", "deep/1"}, "FAILURE": {string(root.ID(2))}, "PENDING": {leaves[1], leaves[3], leaves[4], leaves[5]}, "forgotten": {"deep/2"}, "REVOKED": nil} {
		if got := pages(t, srv.URL+"/results"+id+"&state="+state, 1); !slices.Equal(got, want) {
			t.Errorf("results in %s are %q, want %q", state, got, want)
		}
	}
	first := call[page](t, "GET", srv.URL+"/results?id=..", 200).Results[0]
	if one := call[object](t, "GET", srv.URL+"/result?id=..", 200); fmt.Sprint(one) != fmt.Sprint(first) || fmt.Sprint(one["value"], one["input"]) != "map[n:7] map[n:7]" {
		t.Errorf("the result is %v, in a page %v", one, first)
	}
	if lone := call[object](t, "GET", srv.URL+"/result?id=lone", 200); lone["state"] != "PROGRESS" {
		t.Errorf("the lone task is %v", lone)
	}
}

// TestRefusals: what cannot be taken is refused with the right code, and says why.
func TestRefusals(t *testing.T) {
	s, srv := open(t, api.Options{})
	must(s.Save(t.Context(), result.Group("g", result.Task("t")), result.Attributes{}))
	for path, code := range map[string]int{
		"/none": 404, "/group/../none": 404, "/group": 400, "/group?id=": 400, "/group?id=none": 404, "/group?id=t": 404,
		"/group?id=" + strings.Repeat("x", 256): 400, "/group?id=%ff": 400, "/group?id=%zz": 400, "/group?id=g&id=g": 400, "/group?id=g;x=1": 400,
		"/group?id=g&x=1": 400, "/groups?state=SUCCESS": 400, "/groups?limit=0": 400, "/groups?limit=1001": 400, "/groups?limit=9999999999999999999": 400,
		"/groups?cursor=x": 400, "/groups?cursor=-1": 400, "/groups?since=yesterday": 400, "/groups?id=g": 400,
		"/members?id=g&cursor=-1": 400, "/members?id=g&cursor=2": 400, "/members?id=g&cursor=%00": 400, "/members?id=t": 404,
		"/results?id=g&cursor=g": 400, "/results?id=g&cursor=" + strings.Repeat("x", 5000): 400, "/results?id=none": 404, "/result?id=none": 404,
		"/events?id=none": 404, "/events": 400, "/events?id=t": 404, "/revoke?id=g": 404,
	} {
		if got := call[object](t, "GET", srv.URL+path, code); got["error"] == "" {
			t.Errorf("%.60s: %v", path, got)
		}
	}
	for _, verb := range []string{"revoke", "retry", "forget", "delete", "purge"} {
		call[object](t, "POST", srv.URL+"/"+verb+"?id=g", 403)
	}
	_ = s.Close()
	call[object](t, "GET", srv.URL+"/groups", 503)
}

// TestChanges: with Control each verb does what it says, and says what it did.
func TestChanges(t *testing.T) {
	s, srv := open(t, api.Options{Control: true})
	must(s.Save(t.Context(), result.Group("g", result.Task("t"), result.Group("in", result.Task("u"))), result.Attributes{}))
	for _, c := range []struct {
		verb, id, want string
	}{
		{"revoke", "in", "map[applied:true changed:1 id:in settled:[]]"},
		{"revoke", "g", "map[applied:true changed:1 id:g settled:[g]]"},
		{"revoke", "g", "map[applied:false changed:0 id:g settled:[]]"},
		{"retry", "t", "map[applied:true changed:1 id:t settled:[]]"},
		{"forget", "t", "map[applied:true changed:1 id:t settled:[g]]"},
		{"delete", "g", "map[applied:true changed:0 id:g settled:[]]"},
	} {
		if c.verb == "delete" {
			call[object](t, "POST", srv.URL+"/delete?id=in", 404)
			call[object](t, "POST", srv.URL+"/purge?id=t", 404)
		}
		if got := fmt.Sprint(call[object](t, "POST", srv.URL+"/"+c.verb+"?id="+c.id, 200)); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.verb, c.id, got, c.want)
		}
	}
	if _, err := s.Restore(t.Context(), "g"); err == nil {
		t.Error("the group is still there")
	}
}

// TestStream: all results of a group come as lines, in more pages than one.
func TestStream(t *testing.T) {
	s, srv := open(t, api.Options{})
	root := result.Root{6: 0x80, 8: 0x80}
	const members = 2500
	must(s.Save(t.Context(), result.Group("g", result.Tasks(root, 1, members)), result.Attributes{}))
	r := must(http.NewRequestWithContext(t.Context(), "GET", srv.URL+"/results?id=g", nil))
	r.Header.Set("Accept", "application/x-ndjson")
	resp := must(http.DefaultClient.Do(r))
	defer resp.Body.Close()
	n := 0
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); n++ {
		var o object
		if err := json.Unmarshal(lines.Bytes(), &o); err != nil || o["id"] != string(root.ID(uint32(n+1))) {
			t.Fatalf("line %d: %s, %v", n, lines.Text(), err)
		}
	}
	if n != members {
		t.Errorf("%d lines, want %d", n, members)
	}
}

// TestLongValues: a page ends after a mebibyte of values or inputs, and the pages
// together have all of them.
func TestLongValues(t *testing.T) {
	s, srv := open(t, api.Options{})
	long := must(encoding.Marshal(strings.Repeat("x", 400<<10)))
	var ids []string
	var tasks []result.Tree
	for i := range 10 {
		ids = append(ids, fmt.Sprintf("t%d", i))
		tasks = append(tasks, result.Task(result.ID(ids[i])))
	}
	inputs := slices.Repeat([][]byte{nil, long}, 5)
	must(s.Save(t.Context(), result.Group("g", tasks...), result.Attributes{Inputs: inputs}))
	for i := range 5 {
		must(s.Report(t.Context(), result.Async{ID: result.ID(ids[i]), State: result.Success, Value: long}))
	}
	if got := pages(t, srv.URL+"/results?id=g", 1000); !slices.Equal(got, ids) {
		t.Errorf("results are %q", got)
	}
	if got := call[page](t, "GET", srv.URL+"/results?id=g", 200); len(got.Results) != 3 {
		t.Errorf("%d results on a page", len(got.Results))
	}
	if got := pages(t, srv.URL+"/results?id=g&state=PENDING", 1000); !slices.Equal(got, ids[5:]) {
		t.Errorf("pending are %q", got)
	}
}
