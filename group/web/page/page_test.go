package page_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/group/web/page"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store/memstore"
)

// paths are pages of variety's store, one of each sort.
var paths = []string{
	"/", "/?state=failed&newer=24h&label=source%3Dscanner", "/group/nightly-import/", "/group/store/", "/group/store/tree", "/group/nightly-import/failures",
	"/group/nightly-import/0", "/group/nightly-import/4", "/group/nightly-import/422", "/task/fetch",
}

// TestNothingInline: a policy that takes nothing inline and nothing from elsewhere
// breaks no page, and the page asks for one.
func TestNothingInline(t *testing.T) {
	b, _ := variety(t)
	inline := regexp.MustCompile(`(?i)\sstyle=|<style|\son[a-z]+=|javascript:|<script[^>]*>[^<]|(src|href|action)="(https?:)?//`)
	for _, path := range append(paths, "/group/none/") {
		resp, body := ask(b, page.Options{Control: true}, "GET", path)
		if found := inline.FindString(body); found != "" {
			t.Errorf("%s has %q", path, found)
		}
		if policy := resp.Header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none';") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", path, policy)
		}
	}
}

// TestAssets: what a page refers to is there, and may be kept under its version.
func TestAssets(t *testing.T) {
	b := memstore.New(nil)
	for _, m := range regexp.MustCompile(`(?:src|href)="\./(static/[^"]+)"`).FindAllStringSubmatch(get(t, b, "/"), -1) {
		resp, body := ask(b, page.Options{}, "GET", "/"+m[1])
		if resp.StatusCode != http.StatusOK || body == "" || !strings.Contains(resp.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %s, %q", m[1], resp.Status, resp.Header.Get("Cache-Control"))
		}
	}
	for _, path := range []string{"/static/", "/static/..%2fpage.go", "/static/none"} {
		if resp, _ := ask(b, page.Options{}, "GET", path); resp.StatusCode == http.StatusOK {
			t.Errorf("%s: %s", path, resp.Status)
		}
	}
}

// TestLinks: every link of every page leads somewhere, wherever the handler is
// mounted.
func TestLinks(t *testing.T) {
	b, _ := variety(t)
	save(t, b, result.Group("..", result.Task("a/b"), result.Task("."), result.Group("in/../side", result.Task("\x00?#%"))), result.Attributes{})
	mounted := http.StripPrefix("/some/where", page.Handler(b, page.Options{}))
	seen := map[string]bool{}
	queue := []string{"/some/where/"}
	links := regexp.MustCompile(`(?:href|data-tree|data-news)="([^"#]+)"`)
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		if seen[path] || strings.Contains(path, "/events") || len(seen) > 1000 {
			continue
		}
		seen[path] = true
		resp, body := askHandler(mounted, "GET", path)
		if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusSeeOther {
			t.Errorf("%s: %s", path, resp.Status)
			continue
		}
		here, err := url.Parse(path)
		if err != nil {
			t.Fatal(err)
		}
		next := []string{resp.Header.Get("Location")}
		for _, m := range links.FindAllStringSubmatch(body, -1) {
			next = append(next, strings.ReplaceAll(m[1], "&amp;", "&"))
		}
		for _, link := range next {
			to, err := here.Parse(link)
			if err != nil {
				t.Errorf("%s has the link %q: %v", path, link, err)
				continue
			}
			to.Fragment = ""
			queue = append(queue, to.String())
		}
	}
	for _, id := range []result.ID{"..", "in/../side"} {
		if !seen["/some/where/group/"+page.Segment(id)+"/"] {
			t.Errorf("no link leads to the group %q", id)
		}
	}
	t.Logf("%d pages", len(seen))
}

// TestSegment: an id comes back out of a path as it was, and stands there in
// characters that nobody changes.
func TestSegment(t *testing.T) {
	plain := regexp.MustCompile(`^[A-Za-z0-9_~-]+$`)
	for _, id := range []result.ID{"a", "01a20f2f-435e-8f83-8ce6-788000000004", ".", "..", "/", "~", "~YQ", "a/b", "%2e", "\x00", "任务", "?#", " "} {
		text := page.Segment(id)
		if back, err := page.ParseSegment(text); back != id || err != nil || !plain.MatchString(text) {
			t.Errorf("%q is %q in a path, and then %q, %v", id, text, back, err)
		}
	}
	for _, text := range []string{"", "~", "~!", "~" + strings.Repeat("A", 400), "a\xff"} {
		if id, err := page.ParseSegment(text); err == nil {
			t.Errorf("%q in a path is taken for %q", text, id)
		}
	}
}

// TestSlice: any part of the tasks of a tree is those tasks, with their parents.
func TestSlice(t *testing.T) {
	root := result.NewRoot(time.Now())
	parent := result.Task("p")
	tree := result.Group("g", result.Tasks(root, 5, 4), result.Task("a").WithParent(parent), result.Group("in", result.Tasks(root, 9, 3), result.Group("empty"), result.Task("b")), result.Task(root.ID(1)))
	all := slices.Collect(tree.Leaves())
	for from := range len(all) + 2 {
		for to := from; to < len(all)+2; to++ {
			want := all[min(from, len(all)):min(to, len(all))]
			got := slices.Collect(page.Slice(tree, from, to).Leaves())
			if !slices.EqualFunc(got, want, result.Tree.Equal) {
				t.Errorf("from %d to %d: %v, want %v", from, to, got, want)
			}
		}
	}
}

// TestErrors: what is asked for in a wrong way is refused with a page that says so.
func TestErrors(t *testing.T) {
	b, _ := variety(t)
	for path, want := range map[string]int{
		"/none": 404, "/group/": 404, "/group/none/": 404, "/group/fetch/": 404, "/group/nightly-import/423": 404, "/group/nightly-import/9223372036854775807": 404, "/group/nightly-import/task/none": 404,
		"/task/none": 404, "/find?id=none": 404, "/find": 400, "/?state=lost": 400, "/?newer=1y": 400, "/?cursor=x": 400,
		"/group/nightly-import/?from=-1": 400, "/group/nightly-import/x": 400, "/group/nightly-import/99999999999999999999": 400,
		"/group/~!/": 400, "/group/nightly-import/events?from=x": 400, "/group/none/events": 404, "/events?state=lost": 400,
	} {
		if resp, body := ask(b, page.Options{}, "GET", path); resp.StatusCode != want || body == "" {
			t.Errorf("GET %s: %s, want %d", path, resp.Status, want)
		}
	}
	if resp, _ := ask(b, page.Options{}, "GET", "/group/nightly-import/?from=999999"); resp.StatusCode != 200 {
		t.Errorf("a page behind the last member: %s", resp.Status)
	}
	_ = b.Close()
	if resp, _ := ask(b, page.Options{}, "GET", "/"); resp.StatusCode != 503 {
		t.Errorf("a store that is closed: %s", resp.Status)
	}
}

// TestList: the filter is the backend's, and pages follow each other.
func TestList(t *testing.T) {
	b := memstore.New(nil)
	for i := range 120 {
		save(t, b, result.Group(result.ID(fmt.Sprintf("g%03d", i)), result.Task(result.ID(fmt.Sprint("t", i)))), result.Attributes{Labels: map[string]string{"even": fmt.Sprint(i%2 == 0)}})
		if i%3 == 0 {
			report(t, b, failure(result.ID(fmt.Sprint("t", i)), "E", ""))
		}
	}
	row := regexp.MustCompile(`<bdi>(g\d\d\d)</bdi>`)
	for query, want := range map[string]int{"": 120, "state=failed": 40, "state=running": 80, "label=even%3Dtrue": 60, "label=even%3Dtrue&state=failed&newer=1h": 20, "label=odd": 0} {
		var ids []string
		next := query
		for pages := 0; ; pages++ {
			body := get(t, b, "/?"+next)
			for _, m := range row.FindAllStringSubmatch(body, -1) {
				ids = append(ids, m[1])
			}
			m := regexp.MustCompile(`href="\?([^"]*)" rel="next"`).FindStringSubmatch(body)
			if m == nil {
				break
			}
			if next = strings.ReplaceAll(m[1], "&amp;", "&"); pages > 5 {
				t.Fatalf("%q: pages without end", query)
			}
		}
		if len(ids) != want {
			t.Errorf("%q lists %d groups, want %d", query, len(ids), want)
		}
		for i := 1; i < len(ids); i++ {
			if ids[i] >= ids[i-1] {
				t.Errorf("%q: %s after %s", query, ids[i], ids[i-1])
			}
		}
	}
}

// TestControl: buttons do what they say, only with control, and never for another
// site's page.
func TestControl(t *testing.T) {
	b := memstore.New(nil)
	r := group.New(b, 10)
	save(t, b, r.Tree(), result.Attributes{})
	report(t, b, failure(r.Tree().At(0).ID(), "E", ""))
	at := "/group/" + string(r.ID())
	control := page.Options{Control: true}
	for _, c := range []struct {
		opt     page.Options
		path    string
		header  string
		code    int
		want    result.State // of the first task
		revoked int
	}{
		{page.Options{}, "/revoke", "", 403, result.Failure, 0},
		{page.Options{}, "/0/retry", "Sec-Fetch-Site: same-origin", 403, result.Failure, 0},
		{control, "/revoke", "Sec-Fetch-Site: cross-site", 403, result.Failure, 0},
		{control, "/revoke", "Sec-Fetch-Site: same-site", 403, result.Failure, 0},
		{control, "/revoke", "Origin: http://evil.example", 403, result.Failure, 0},
		{control, "/revoke", "Origin: null", 403, result.Failure, 0},
		{control, "/explode", "Sec-Fetch-Site: same-origin", 404, result.Failure, 0},
		{control, "/10/retry", "Sec-Fetch-Site: same-origin", 404, result.Failure, 0},
		{control, "/0/delete", "Sec-Fetch-Site: same-origin", 404, result.Failure, 0},
		{control, "/0/retry", "Sec-Fetch-Site: same-origin", 303, result.Retry, 0},
		{control, "/1/revoke", "Origin: http://example.com", 303, result.Retry, 1},
		{control, "/revoke", "Sec-Fetch-Site: same-origin", 303, result.Revoked, 10},
		{control, "/retry", "Sec-Fetch-Site: same-origin", 303, result.Retry, 0},
		{control, "/forget", "Sec-Fetch-Site: same-origin", 303, result.Pending, 0},
	} {
		resp, body := ask(b, c.opt, "POST", at+c.path, c.header)
		a, err := b.Get(t.Context(), r.Tree().At(0).ID())
		p, err2 := b.Progress(t.Context(), r.ID())
		if resp.StatusCode != c.code || a.State != c.want || p.Leaves.Of(result.Revoked) != c.revoked || err != nil || err2 != nil {
			t.Errorf("POST %s, %s: %s, then %s and %d revoked; want %d, %s and %d; %v %v %s", c.path, c.header, resp.Status, a.State, p.Leaves.Of(result.Revoked), c.code, c.want, c.revoked, err, err2, body)
		}
	}
	resp, _ := ask(b, control, "POST", at+"/delete", "Sec-Fetch-Site: same-origin")
	if _, err := b.Restore(t.Context(), r.ID()); resp.StatusCode != 303 || resp.Header.Get("Location") != "../../" || err == nil {
		t.Errorf("delete: %s to %q, and the group is there: %v", resp.Status, resp.Header.Get("Location"), err)
	}
	for _, path := range paths {
		if resp, _ := ask(b, control, "DELETE", path); resp.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("DELETE %s: %s", path, resp.Status)
		}
	}
}
