package page_test

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/seed-1c955bc8/bunch/group/web/page"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store/memstore"
)

// evil is text of others that tries each way out of where it stands: of an
// element, of an attribute, of a script, of a style sheet, of a line of news, and of
// the direction of writing.
const evil = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>`{{.}}</style></title>\ndata: x\n\nevent: gone\r\n\x1b[31m\u202egnp.exe\u2066\x00&lt;"

// TestHostile: whatever ids, labels, values and errors say, a page has the
// elements that it has with harmless ones, and nothing unprintable.
func TestHostile(t *testing.T) {
	shape := func(text string) (elements map[string]string) {
		elements = map[string]string{}
		b := memstore.New(nil)
		in := result.ID("in" + text)
		gone := result.ID("gone" + text)
		id := result.ID("g" + text)
		tree := result.Group(id, result.Task(result.ID("a"+text)), result.Task(gone).WithParent(result.Task(result.ID("p"+text))), result.Group(in, result.Task("b")))
		save(t, b, tree, result.Attributes{Labels: map[string]string{"k" + text[:min(len(text), 60)]: "v" + text}, Note: cbor(t, text)})
		report(t, b,
			result.Async{ID: result.ID("a" + text), State: result.Success, Value: cbor(t, map[string]any{text: text}),
				Children: []result.Tree{result.Task(result.ID("c" + text))},
				Request:  &result.Request{Name: text + "n", Worker: text + "w", Queue: text + "q", Args: cbor(t, []string{text}), Kwargs: cbor(t, map[string]string{text: text})}},
			result.Async{ID: gone, State: result.Failure, Error: &result.TaskError{Type: text + "E", Module: text + "m", Args: []any{text, text}, Traceback: text}})
		seg := page.Segment(id)
		for name, path := range map[string]string{
			"list": "/", "group": "/group/" + seg + "/", "nested": "/group/" + page.Segment(in) + "/", "tree": "/group/" + seg + "/tree", "failures": "/group/" + seg + "/failures",
			"value": "/group/" + seg + "/0", "error": "/group/" + seg + "/1", "filtered": "/?label=" + url.QueryEscape(text[:min(len(text), 60)]),
		} {
			body := get(t, b, path)
			elements[name] = strings.Join(regexp.MustCompile(`</?[a-z][a-z0-9]*|\s[a-z-]+="|<!`).FindAllString(body, -1), "")
			for _, r := range body {
				if !unicode.IsPrint(r) && r != '\n' && r != '\t' {
					t.Errorf("%s has %U", name, r)
					break
				}
			}
		}
		for name, path := range map[string]string{
			"unknown": "/find?id=" + url.QueryEscape("none"+text), "no group": "/group/" + page.Segment(result.ID("none"+text)) + "/",
			"no state": "/?state=" + url.QueryEscape(text), "no page": "/" + url.PathEscape(text),
		} {
			_, body := ask(b, page.Options{}, "GET", path)
			elements[name] = strings.Join(regexp.MustCompile(`</?[a-z][a-z0-9]*|\s[a-z-]+="|<!`).FindAllString(body, -1), "")
		}
		return elements
	}
	harmless, hostile := shape("harmless"), shape(evil)
	for name, want := range harmless {
		if hostile[name] != want {
			t.Errorf("%s: hostile text changes the elements of the page:\n%s\n%s", name, want, hostile[name])
		}
	}
}

// TestLarge: values and trees of any size make pages of a bounded one.
func TestLarge(t *testing.T) {
	b := memstore.New(nil)
	long := strings.Repeat("<&\"", 80)
	var members []result.Tree
	for i := range 3000 {
		members = append(members, result.Group(result.ID(fmt.Sprint("g", i, long)), result.Task(result.ID(fmt.Sprint("t", i, long)))))
	}
	save(t, b, result.Group("wide", members...), result.Attributes{})
	for i := range 300 {
		f := failure(result.ID(fmt.Sprint("t", i, long)), fmt.Sprint("Error", i, long), strings.Repeat(long, 50))
		f.Error.Traceback = strings.Repeat(long, 200)
		report(t, b, f)
	}
	deep := result.Group("deep", result.Task("one"))
	for i := range 2000 {
		deep = result.Group(result.ID(fmt.Sprint("deep", i)), deep)
	}
	save(t, b, deep, result.Attributes{})
	nested := any("x")
	for range 200 {
		nested = []any{nested, nested == nil}
	}
	report(t, b, result.Async{ID: "one", State: result.Success, Value: cbor(t, []any{nested, strings.Repeat("v", 5<<20)})})
	for _, path := range []string{"/", "/group/wide/", "/group/wide/tree", "/group/wide/tree?from=2950", "/group/wide/failures", "/group/wide/7", "/group/deep1999/", "/group/deep1999/0"} {
		if n := len(get(t, b, path)); n > 1<<20 {
			t.Errorf("%s has %d bytes", path, n)
		} else {
			t.Logf("%s: %d bytes", path, n)
		}
	}
}
