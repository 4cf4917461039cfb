package storetest

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

// request is a request with everything in it.
func (t *T) request() *result.Request {
	return &result.Request{
		Name: "app.add", Args: t.value([]any{1, "two"}), Kwargs: t.value(map[string]any{"k": nil}), Worker: "w@host", Queue: "q", Retries: 2,
		Parent: "parent", Group: "g", Extra: map[string][]byte{"stamps": t.value([]any{}), "": t.value("no name")},
	}
}

// children are trees of every kind that a task may start.
func children() []result.Tree {
	p := result.Task("before").WithParent(result.Group("chord", tasks("c", "d")...))
	return []result.Tree{
		result.Task("one"), result.Tasks(root(1), 1, 5), result.Task("one"),
		result.Group("many", result.Tasks(root(2), 1, 1000), result.Group("in", tasks("x")...), result.Task("y").WithParent(p)).WithParent(p),
		result.Group("none"),
	}
}

// details is what is promised of Async.Children and Async.Request.
func details(t *T) {
	full := func(t *T, id result.ID, state result.State) result.Async {
		a := t.async(id, state)
		a.Children, a.Request = children(), t.request()
		return a
	}
	// stand checks how children and request stand; nil means that there are none.
	stand := func(t *T, when string, id result.ID, children []result.Tree, q *result.Request) {
		t.Helper()
		got := t.get(id)
		for _, a := range []result.Async{got, t.results(result.Task(id), result.Filter{})[0]} {
			want := got
			want.Children, want.Request = children, q
			if diff := differ(t.Backend, a, want); diff != "" {
				t.broken("%s: of %q %s: %d children, request %+v", when, id, diff, len(a.Children), a.Request)
			}
		}
	}

	t.clause("they_come_back", func(t *T) {
		for _, state := range allStates {
			id := result.ID("t " + string(state))
			t.reports(full(t, id, state))
			stand(t, "reported", id, children(), t.request())
		}
		nobody := t.async("u", result.Success)
		t.reports(nobody)
		stand(t, "nobody said", "u", nil, nil)
		nobody.ID, nobody.Children, nobody.Request = "v", []result.Tree{}, &result.Request{}
		t.reports(nobody)
		stand(t, "empty", "v", []result.Tree{}, &result.Request{})
		bad := &result.Request{Name: "n\xff", Worker: "\xfe", Queue: "q\xc0"}
		nobody.ID, nobody.Request = "w", bad
		t.reports(nobody)
		stand(t, "bad text", "w", []result.Tree{}, &result.Request{Name: "n\ufffd", Worker: "\ufffd", Queue: "q\ufffd"})
	})

	t.clause("they_are_shared_with_nobody", func(t *T) {
		a := full(t, "t", result.Success)
		t.reports(a)
		for range 2 {
			a.Children[0] = result.Task("spoiled")
			spoil(a.Request.Args)
			spoil(a.Request.Kwargs)
			spoil(a.Request.Extra["stamps"])
			a.Request.Extra["more"], a.Request.Name = nil, "spoiled"
			stand(t, "after spoiling what was passed, or returned", "t", children(), t.request())
			a = t.get("t")
		}
	})

	t.clause("a_report_says_all_but_the_request", func(t *T) {
		t.save(result.Group("g", tasks("t", "u")...))
		t.reports(full(t, "t", result.Started))
		t.report("t", "PROGRESS")
		stand(t, "a report of neither", "t", nil, t.request())
		a := t.async("t", result.Failure)
		a.Children = []result.Tree{result.Task("x")}
		t.reports(a)
		stand(t, "a report of children", "t", a.Children, t.request())
		t.changes("a late report", t.reports(full(t, "t", result.Success))[0], 0)
		stand(t, "a late report", "t", a.Children, t.request())

		t.retry(result.Task("t"))
		stand(t, "Retry", "t", nil, t.request())
		a = t.async("t", result.Started)
		a.Children, a.Request = children(), &result.Request{Retries: 1}
		t.reports(a)
		stand(t, "another request", "t", children(), &result.Request{Retries: 1})
		t.revoke(result.Task("t"))
		stand(t, "Revoke", "t", nil, &result.Request{Retries: 1})
		t.forget(result.Task("t"))
		stand(t, "Forget", "t", nil, nil)
		t.retry(result.Task("t"))
		stand(t, "Retry of what was forgotten", "t", nil, nil)

		one, two := t.async("u", result.Started), t.async("u", result.Success)
		one.Request, two.Children = t.request(), children()
		t.reports(one, two)
		stand(t, "two reports in a call", "u", children(), t.request())
		t.delete("g")
		stand(t, "Delete", "u", children(), t.request())
		t.purge("g")
		stand(t, "Purge of what is not there", "u", children(), t.request())
	})

	t.clause("beside_a_long_value", func(t *T) {
		a := full(t, "t", result.Success)
		a.Value = t.value(strings.Repeat("x", 1<<20))
		t.reports(a)
		stand(t, "a long value", "t", children(), t.request())

		first := t.async("u", result.Started)
		first.Request = t.request()
		a.ID, a.Request = "u", nil
		t.reports(first, a)
		stand(t, "a request, and then a long value, in one call", "u", children(), t.request())
	})

	t.clause("the_deepest_child", func(t *T) {
		up, down := result.Task("u"), result.Task("d")
		for i := range result.MaxDepth - 1 {
			id := result.ID(fmt.Sprint("level ", i))
			up, down = result.Task(id).WithParent(up), result.Group(id, down)
		}
		a := t.async("t", result.Success)
		a.Children = []result.Tree{up, down}
		t.reports(a)
		stand(t, "as deep as can be", "t", a.Children, nil)
		a.ID, a.Children[1] = "u", result.Group("deeper", down)
		_, err := t.Report(t.ctx, a)
		t.fails("Report of a child too deep", err, result.ErrTooDeep)
		t.unknown("u")
	})

	t.clause("what_cannot_be_stored_is_refused", func(t *T) {
		x := result.Task("x")
		item := func(set func(q *result.Request, v []byte), v []byte) func(*result.Async) {
			return func(a *result.Async) { a.Request = &result.Request{}; set(a.Request, v) }
		}
		child := func(c result.Tree) func(*result.Async) {
			return func(a *result.Async) { a.Children = []result.Tree{x, c} }
		}
		request := func(q result.Request) func(*result.Async) { return func(a *result.Async) { a.Request = &q } }
		type bad struct {
			set  func(*result.Async)
			want error
		}
		all := map[string]bad{
			"no child":             {child(result.Tree{}), result.ErrBadID},
			"a child without id":   {child(result.Task("")), result.ErrBadID},
			"a child's bad parent": {child(x.WithParent(result.Task("\xff"))), result.ErrBadID},
			"a duplicate below":    {child(result.Group("g", x, x)), result.ErrDuplicate},
			"its own ancestor":     {child(x.WithParent(x)), result.ErrDuplicate},
			"a parent's bad id":    {request(result.Request{Parent: "\xff"}), result.ErrBadID},
			"a group's long id":    {request(result.Request{Group: result.ID(strings.Repeat("x", 256))}), result.ErrBadID},
			"a field's bad name":   {request(result.Request{Extra: map[string][]byte{"\xff": {0x01}}}), result.ErrBadValue},
			"a field of nothing":   {request(result.Request{Extra: map[string][]byte{"x": nil}}), result.ErrBadValue},
			"too many retries":     {request(result.Request{Retries: math.MaxInt}), result.ErrTooLarge},
			"too long a name":      {request(result.Request{Name: strings.Repeat("x", group.MaxDetails)}), result.ErrTooLarge},
			"too long an item":     {request(result.Request{Args: t.value(make([]byte, 16<<20))}), result.ErrTooLarge},
			"too long together":    {request(result.Request{Args: t.value(make([]byte, group.MaxDetails/2)), Kwargs: t.value(make([]byte, group.MaxDetails/2))}), result.ErrTooLarge},
			"too many children": {func(a *result.Async) {
				a.Children = slices.Repeat(tasks(result.ID(strings.Repeat("x", 100))), group.MaxDetails/100)
			}, result.ErrTooLarge},
			"endless when unfolded": {child(unfolding()), result.ErrTooLarge},
		}
		for what, data := range notCBOR {
			all["arguments: "+what] = bad{item(func(q *result.Request, v []byte) { q.Args = v }, data), result.ErrBadValue}
			all["keyword arguments: "+what] = bad{item(func(q *result.Request, v []byte) { q.Kwargs = v }, data), result.ErrBadValue}
			all["a field: "+what] = bad{item(func(q *result.Request, v []byte) { q.Extra = map[string][]byte{"f": v} }, data), result.ErrBadValue}
		}
		for what, b := range all {
			a := t.async("t", result.Success)
			b.set(&a)
			_, err := t.Report(t.ctx, t.async("u", result.Success), a)
			t.fails("Report with "+what, err, b.want)
			t.unknown("t")
			t.unknown("u")
		}
	})
}

// unfolding is a small tree that is endless when it is written out.
func unfolding() result.Tree {
	g := result.Group("g")
	for i := range 64 {
		g = result.Group(result.ID(fmt.Sprint("g", i)), result.Task("a").WithParent(g), result.Task("b").WithParent(g))
	}
	return g
}
