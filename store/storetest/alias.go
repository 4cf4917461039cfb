package storetest

import (
	"bytes"
	"slices"

	"github.com/seed-1c955bc8/bunch/result"
)

// spoil overwrites bytes that somebody else might still look at.
func spoil(data []byte) {
	for i := range data {
		data[i] ^= 0xff
	}
}

// aliasing is law 14.
func aliasing(t *T) {
	t.clause("nothing_passed_in_is_kept", func(t *T) {
		tree := result.Group("g", tasks("a", "b")...)
		members := tasks("c", "d")
		grown := tree.Append(members...)
		members[0] = result.Task("spoiled")
		attr := result.Attributes{
			Labels: map[string]string{"k": "v"},
			Note:   t.value("note"),
			Inputs: [][]byte{t.value("in a"), t.value("in b")},
		}
		t.save(grown, attr)
		attr.Labels["k"], attr.Labels["more"] = "spoiled", ""
		spoil(attr.Note)
		spoil(attr.Inputs[0])
		attr.Inputs[1] = nil
		s := t.restore("g")
		t.want(len(s.Labels) == 1 && s.Labels["k"] == "v", "the labels are %q", s.Labels)
		t.want(bytes.Equal(s.Note, t.value("note")), "the note changed with the caller's bytes")
		t.want(slices.Equal(leaves(s.Tree), []result.ID{"a", "b", "c", "d"}), "the members are %q", leaves(s.Tree))
		all := t.results(grown, result.Filter{Inputs: true})
		t.want(bytes.Equal(all[0].Input, t.value("in a")) && bytes.Equal(all[1].Input, t.value("in b")), "the inputs changed with the caller's bytes")

		inside := map[string]any{"list": []any{"x"}}
		report := []result.Async{{ID: "a", State: result.Failure, Value: t.value("value"), Error: &result.TaskError{Type: "E", Args: []any{inside, []byte{1}}}}}
		t.reports(report...)
		spoil(report[0].Value)
		report[0].Error.Type = "spoiled"
		inside["list"].([]any)[0] = "spoiled"
		report[0].Error.Args[1].([]byte)[0] = 2
		report[0].ID = "b"
		a := t.get("a")
		t.want(bytes.Equal(a.Value, t.value("value")), "the value changed with the caller's bytes")
		want := &result.TaskError{Type: "E", Args: []any{map[string]any{"list": []any{"x"}}, []byte{1}}}
		t.want(sameError(t.Backend, a.Error, want), "the error changed with the caller's: %+v", a.Error)

		watched := []result.ID{"b"}
		w := t.Watch(t.ctx, "", watched...)
		watched[0] = "spoiled"
		first := true
		for e, err := range w {
			t.ok("Watch", err)
			if !first {
				t.want(slices.Equal(e.Ready, []result.ID{"b"}), "the watch of \"b\" names %q", e.Ready)
				break
			}
			first = false
			t.report("b", result.Success)
		}
	})

	t.clause("nothing_returned_is_shared", func(t *T) {
		tree := result.Group("g", tasks("a", "b")...)
		t.save(tree, result.Attributes{Labels: map[string]string{"k": "v"}, Note: t.value("note"), Inputs: [][]byte{t.value("in")}})
		t.save(result.Group("h", tasks("a")...))
		failed := t.async("a", result.Failure)
		failed.Error.Args = []any{[]any{"x"}, []byte{1}}
		o := t.reports(failed)[0]
		o.Settled[0] = "spoiled"
		want := t.async("a", result.Failure) // made anew, so that it shares nothing
		want.Error.Args = []any{[]any{"x"}, []byte{1}}
		want.Attempt, want.Done = 1, t.clock.now()
		for range 2 {
			var got []result.Async
			got = append(got, t.get("a"))
			got = append(got, t.results(tree, result.Filter{Inputs: true})[0])
			t.want(bytes.Equal(got[1].Input, t.value("in")), "the input changed with the caller's copy")
			spoil(got[1].Input)
			got[1].Input = nil
			for _, a := range got {
				t.same(a, want)
				spoil(a.Value)
				a.Error.Type = "spoiled"
				a.Error.Args[0].([]any)[0] = "spoiled"
				a.Error.Args[1].([]byte)[0] = 9
			}
			s := t.restore("g")
			t.want(s.Labels["k"] == "v" && bytes.Equal(s.Note, t.value("note")), "labels or note changed with the caller's copy")
			s.Labels["k"] = "spoiled"
			spoil(s.Note)
			page, _, err := t.List(t.ctx, result.Query{Label: "k=v"})
			t.ok("List", err)
			t.want(len(page) == 1, "the labels changed with the caller's copy")
			page[0].Labels["k"] = "spoiled"
			ids := t.find("a")
			t.want(slices.Equal(ids, []result.ID{"g", "h"}), "Find gives %q", ids)
			slices.Reverse(ids)
		}
		p := t.progress("g")
		before := p
		t.report("b", "CUSTOM")
		t.report("b", "OTHER")
		t.want(p.Equal(before) && p.Leaves.Of("CUSTOM") == 0, "a progress that was returned changed")
	})

	t.clause("a_loop_may_call_the_backend", func(t *T) {
		tree := result.Group("g", result.Tasks(root(1), 1, 50), result.Task("a"), result.Group("in", tasks("b", "c")...))
		t.save(tree)
		n := 0
		for a, err := range t.Results(t.ctx, tree, result.Filter{}) {
			t.ok("Results", err)
			n++
			t.report(a.ID, result.Failure)
			t.stands(a.ID, result.Failure, 1, false)
			t.retry(result.Task(a.ID))
			t.progress("g")
			t.restore("g")
			t.find(a.ID)
			t.list(result.Query{})
			for range t.Results(t.ctx, tree, result.Filter{Skip: 50}) {
				break
			}
			for range t.Watch(t.ctx, "g", a.ID) {
				break
			}
			t.save(result.Group("other "+a.ID, result.Task(a.ID)))
			t.purge("other " + a.ID)
		}
		t.want(n == 53, "the range gave %d results", n)
		t.recount("g")

		events := 0
		for _, err := range t.Watch(t.ctx, "g") {
			t.ok("Watch", err)
			if events++; events == 5 {
				break
			}
			t.retry(tree)
			t.revoke(tree)
			t.recount("g")
			t.forget(result.Task("a"))
		}
	})
}
