package storetest

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

// input checks the input of one task, nil for none.
func (t *T) input(id result.ID, want []byte) {
	t.Helper()
	a := t.results(result.Task(id), result.Filter{Inputs: true})[0]
	t.want(bytes.Equal(a.Input, want), "the input of %q is % x, not % x", id, a.Input, want)
	t.want(t.results(result.Task(id), result.Filter{})[0].Input == nil, "the input of %q comes unasked", id)
	if a, err := t.Get(t.ctx, id); err == nil {
		t.want(a.Input == nil, "Get gives the input of %q", id)
	}
}

// attributes is what Save promises about result.Attributes.
func attributes(t *T) {
	t.clause("come_back", func(t *T) {
		labels := map[string]string{}
		for i := range result.MaxLabels {
			labels[fmt.Sprintf("%063d", i)] = strings.Repeat("界", 85)
		}
		labels["任务"] = ""
		delete(labels, fmt.Sprintf("%063d", 0))
		attr := result.Attributes{Labels: labels, Note: t.value(map[string]any{"a": []any{1, "x"}}), MaxAge: time.Hour}
		tree := result.Group("g", tasks("a")...)
		o := t.save(tree, attr)
		t.want(o.Applied && o.Changed == 0 && len(o.Settled) == 0, "Save says %+v", o)
		want := result.Saved{ID: "g", Tree: tree, Labels: labels, Note: attr.Note, Created: t.clock.now(), Expires: t.clock.now().Add(time.Hour)}
		want.Progress = result.Progress{Total: 1, Leaves: result.Counts{}.Add(result.Pending, 1)}
		t.clock.add(time.Minute)
		if diff := differSaved(t.restore("g"), want); diff != "" {
			t.broken("%s: %+v, not %+v", diff, t.restore("g"), want)
		}
		t.save(result.Group("bare"))
		s := t.restore("bare")
		t.want(len(s.Labels) == 0 && s.Note == nil, "a group without attributes has %+v", s)
		t.want(s.Created.Location() == time.UTC && s.Settled.Location() == time.UTC, "times are not in UTC")
	})

	t.clause("a_minted_million", func(t *T) {
		const n = 1_000_000
		tree := result.Group(root(1).ID(0), result.Tasks(root(1), 1, n))
		t.save(tree)
		t.report(root(1).ID(n), result.Success)
		want := result.Progress{Total: n, Completed: 1, Leaves: result.Counts{}.Add(result.Success, 1).Add(result.Pending, n-1)}
		t.want(t.progress(tree.ID()).Equal(want), "it counts %+v", t.progress(tree.ID()))
		t.want(t.restore(tree.ID()).Tree.Equal(tree), "the tree came back changed")
		last := t.results(tree, result.Filter{Skip: n - 2})
		t.want(len(last) == 2 && last[1].State == result.Success && last[0].State == result.Pending, "the last two are %+v", last)
		t.stands(root(1).ID(n/2), result.Pending, 1, false)
		t.unknown(root(1).ID(n + 1))
		t.delete(tree.ID())
		t.unknown(root(1).ID(n / 2))
	})

	t.clause("inputs", func(t *T) {
		in := func(i int) []byte { return t.value(fmt.Sprint("input ", i)) }
		tree := result.Group("g", result.Tasks(root(1), 1, 2), result.Group("in", tasks("a", "b")...), result.Task("c"), result.Task("d"))
		t.save(tree, result.Attributes{Inputs: [][]byte{in(0), nil, in(2), in(3), nil}})
		ids := leaves(tree)
		check := func(when string) {
			t.Helper()
			for i, a := range t.results(tree, result.Filter{Inputs: true}) {
				want := in(i)
				if i == 1 || i > 3 {
					want = nil
				}
				t.want(bytes.Equal(a.Input, want), "%s the input of %q is % x, not % x", when, ids[i], a.Input, want)
				t.input(ids[i], want)
			}
		}
		check("after Save")
		t.reports(t.async(ids[0], result.Success), t.async("a", result.Failure))
		check("after reports")
		t.retry(tree)
		check("after Retry")
		t.forget(tree)
		check("after Forget")
		t.save(result.Group("in", tasks("a", "b")...), result.Attributes{Inputs: [][]byte{in(9), nil}})
		check("after another group gave another input")
		t.delete("g")
		t.input("a", in(2))
		t.input("b", in(3))
		t.input(ids[0], nil)
		t.purge("in")
		t.input("a", nil)
		t.input("b", nil)
		t.save(tree)
		t.input("a", nil)
	})

	t.clause("inputs_of_added_members", func(t *T) {
		tree := result.Group("g", tasks("a", "b")...)
		t.save(tree, result.Attributes{Inputs: [][]byte{t.value("a")}})
		t.save(tree.Append(result.Task("c")), result.Attributes{Inputs: [][]byte{t.value("other"), t.value("b"), t.value("c")}})
		t.input("a", t.value("a"))
		t.input("c", t.value("c"))
	})
}

// codec is what Codec promises.
func codec(t *T) {
	t.clause("round_trip", func(t *T) {
		type point struct{ X, Y int }
		in := map[string]any{"n": int64(-7), "s": "text", "b": []byte{0, 1}, "l": []any{true, nil, 1.5}, "m": map[string]any{}}
		data := t.value(in)
		var out map[string]any
		t.ok("Unmarshal", t.Unmarshal(data, &out))
		t.want(bytes.Equal(t.value(out), data), "%v came back as %v", in, out)
		var p point
		t.ok("Unmarshal", t.Unmarshal(t.value(point{1, 2}), &p))
		t.want(p == point{1, 2}, "a struct came back as %v", p)
		t.want(t.Unmarshal(t.value("text"), &p) != nil, "text was read into a struct")
		t.reports(result.Async{ID: "t", State: result.Success, Value: data})
		t.want(bytes.Equal(t.get("t").Value, data), "a value that Marshal made came back changed")
		_, err := t.Marshal(make(chan int))
		t.want(err != nil, "Marshal took a channel")
	})
}
