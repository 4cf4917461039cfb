package storetest

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

// notCBOR are bytes that are not one CBOR item.
var notCBOR = map[string][]byte{
	"a break code alone":          {0xff},
	"a reserved head":             {0x1c},
	"two items":                   {0x01, 0x02},
	"text cut short":              {0x63, 'a', 'b'},
	"text that is not UTF-8":      {0x61, 0xff},
	"an array cut short":          {0x82, 0x01},
	"a map without a value":       {0xa1, 0x01},
	"an endless array":            {0x9f, 0x01},
	"a tag without an item":       {0xc1},
	"an array of 2^63 items":      {0x9b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
	"text of 2^64-1 bytes":        {0x7b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
	"a map of 2^40 pairs":         {0xbb, 0, 0, 1, 0, 0, 0, 0, 0},
	"a million arrays in another": bytes.Repeat([]byte{0x81}, 1_000_000),
	"JSON":                        []byte(`{"a": 1}`),
}

// damage is law 16, for what can be handed to an engine through its methods.
func damage(t *T) {
	t.clause("values_that_are_not_cbor", func(t *T) {
		tree := result.Group("g", tasks("t")...)
		for what, data := range notCBOR {
			_, err := t.Report(t.ctx, result.Async{ID: "t", State: result.Success, Value: data})
			t.fails("Report of "+what, err, result.ErrBadValue)
			_, err = t.Save(t.ctx, tree, result.Attributes{Note: data})
			t.fails("Save with a note of "+what, err, result.ErrBadValue)
			_, err = t.Save(t.ctx, tree, result.Attributes{Inputs: [][]byte{data}})
			t.fails("Save with an input of "+what, err, result.ErrBadValue)
			var v any
			t.fails("Unmarshal of "+what, t.Unmarshal(data, &v), result.ErrBadValue)
		}
		t.unknown("t")
		_, err := t.Restore(t.ctx, "g")
		t.fails("Restore of what was refused", err, result.ErrNotFound)
	})

	t.clause("values_in_any_well_formed_form", func(t *T) {
		for i, data := range [][]byte{
			{0xf6}, {0xf7}, {0x40}, {0x60}, {0x80}, {0xa0}, {0x18, 0x01}, {0x5f, 0x41, 0x00, 0xff}, {0x9f, 0xff}, {0xbf, 0xff},
			{0xf9, 0x7e, 0x00}, {0x3b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, {0xc2, 0x41, 0x01},
		} {
			id := result.ID(fmt.Sprint("t", i))
			t.save(result.Group(id, result.Task(id)), result.Attributes{Note: data, Inputs: [][]byte{data}})
			t.reports(result.Async{ID: id, State: result.Success, Value: data})
			a := t.results(result.Task(id), result.Filter{Inputs: true})[0]
			t.want(bytes.Equal(a.Value, data), "the value % x came back as % x", data, a.Value)
			t.want(bytes.Equal(a.Input, data), "the input % x came back as % x", data, a.Input)
			t.want(bytes.Equal(t.restore(id).Note, data), "the note % x came back as % x", data, t.restore(id).Note)
		}
	})

	t.clause("large_values_come_back_whole", func(t *T) {
		var ids []result.ID
		for i, n := range []int{1000, 1 << 10, 64 << 10, 1 << 20, 3<<20 + 7} {
			id := root(1).ID(uint32(i))
			ids = append(ids, id)
			data := t.value(strings.Repeat(string(rune('a'+i)), n))
			t.save(result.Group(id, result.Task(id)), result.Attributes{Note: data, Inputs: [][]byte{data}})
			t.reports(result.Async{ID: id, State: result.Started, Value: data}, result.Async{ID: id, State: result.Success, Value: data})
		}
		for i, a := range t.results(result.Group("all", tasks(ids...)...), result.Filter{Inputs: true}) {
			t.want(len(a.Value) > 999 && bytes.Equal(a.Value, a.Input) && bytes.Equal(a.Value, t.restore(a.ID).Note), "value, input and note %d differ", i)
			var text string
			t.ok("Unmarshal", t.Unmarshal(a.Value, &text))
			t.want(strings.Count(text, string(rune('a'+i))) == len(text), "value %d is not what was reported", i)
			t.forget(result.Task(a.ID))
			t.stands(a.ID, result.Pending, 1, true)
		}
	})

	t.clause("values_that_are_too_large", func(t *T) {
		data := t.value(make([]byte, 16<<20)) // and the head of the item
		_, err := t.Report(t.ctx, t.async("u", result.Success), result.Async{ID: "t", State: result.Success, Value: data})
		t.fails("Report", err, result.ErrTooLarge)
		_, err = t.Save(t.ctx, result.Group("g", tasks("t")...), result.Attributes{Note: data})
		t.fails("Save with a note", err, result.ErrTooLarge)
		_, err = t.Save(t.ctx, result.Group("g", tasks("t")...), result.Attributes{Inputs: [][]byte{data}})
		t.fails("Save with an input", err, result.ErrTooLarge)
		t.unknown("t")
		t.unknown("u")
		_, err = t.Restore(t.ctx, "g")
		t.fails("Restore of what was refused", err, result.ErrNotFound)
	})

	t.clause("bad_states", func(t *T) {
		for _, state := range []result.State{"", "A\nB", "A\x00", "\xff", "\u202e", result.State(strings.Repeat("S", 65))} {
			_, err := t.Report(t.ctx, result.Async{ID: "t", State: state})
			t.fails("Report", err, result.ErrBadState)
			t.unknown("t")
		}
		t.reports(result.Async{ID: "t", State: result.State(strings.Repeat("S", 64))})
	})

	t.clause("an_error_of_anything", func(t *T) {
		// A report of a failure must not fail: what has no CBOR becomes text.
		e := &result.TaskError{Type: "\xffE", Module: "m\xfe", Traceback: "a\xf0b", Args: []any{make(chan int), func() {}, "\xff", struct{ C chan int }{}}}
		t.reports(result.Async{ID: "t", State: result.Failure, Error: e})
		got := t.get("t").Error
		t.want(got != nil && got.Type == "\ufffdE" && got.Module == "m\ufffd" && got.Traceback == "a\ufffdb", "the error came back as %+q", got)
		t.want(len(got.Args) == len(e.Args), "%d arguments came back, not %d", len(got.Args), len(e.Args))
		for i, arg := range got.Args {
			_, ok := arg.(string)
			t.want(ok, "argument %d came back as a %T", i, arg)
		}
	})

	t.clause("what_is_no_group", func(t *T) {
		for _, tree := range []result.Tree{{}, result.Task("t"), result.Tasks(root(1), 1, 2), result.Task("t").WithParent(result.Group("p"))} {
			_, err := t.Save(t.ctx, tree, result.Attributes{})
			t.fails("Save", err, result.ErrBadID)
		}
		for what, op := range map[string]func() error{
			"Revoke":  func() error { _, err := t.Revoke(t.ctx, result.Tree{}); return err },
			"Retry":   func() error { _, err := t.Retry(t.ctx, result.Tree{}); return err },
			"Forget":  func() error { _, err := t.Forget(t.ctx, result.Tree{}); return err },
			"Results": func() error { _, err := collect(t.Results(t.ctx, result.Tree{}, result.Filter{})); return err },
		} {
			t.fails(what+" of the zero tree", op(), result.ErrBadID)
		}
		t.unknown("t")
	})

	t.clause("a_tree_of_the_greatest_depth", func(t *T) {
		chain, nest := result.Task("c0"), result.Group("n0", tasks("leaf")...)
		for i := 1; i < result.MaxDepth-1; i++ {
			chain = result.Task(result.ID(fmt.Sprint("c", i))).WithParent(chain)
			if nest.Depth() < result.MaxDepth {
				nest = result.Group(result.ID(fmt.Sprint("n", i)), nest)
			}
		}
		chained := result.Group("chained", chain)
		for _, tree := range []result.Tree{nest, chained} {
			t.want(tree.Depth() == result.MaxDepth, "the test's tree has depth %d", tree.Depth())
			t.save(tree)
			t.want(t.restore(tree.ID()).Tree.Equal(tree), "the tree came back changed")
			t.recount(tree.ID())
			for _, deeper := range []result.Tree{result.Group("deeper", tree), result.Group("deeper").WithParent(tree), result.Group("deeper", result.Task("t").WithParent(tree))} {
				_, err := t.Save(t.ctx, deeper, result.Attributes{})
				t.fails("Save of a deeper tree", err, result.ErrTooDeep)
				_, err = t.Forget(t.ctx, deeper)
				t.fails("Forget of a deeper tree", err, result.ErrTooDeep)
			}
		}
		t.report("c7", result.Success)
		t.changes("Forget of the last of a chain", t.forget(chained), 2)
		t.stands("c7", result.Pending, 1, true)
		t.settles("Revoke of the deepest task", t.revoke(nest), nest.ID())
	})

	t.clause("too_many_reports", func(t *T) {
		many := make([]result.Async, group.MaxReports+1)
		for i := range many {
			many[i] = result.Async{ID: root(1).ID(uint32(i)), State: result.Success}
		}
		_, err := t.Report(t.ctx, many...)
		t.fails("Report", err, result.ErrTooLarge)
		t.unknown(root(1).ID(0))
		t.reports(many[1:]...)
		t.unknown(root(1).ID(0))
		t.stands(root(1).ID(group.MaxReports), result.Success, 1, false)
	})

	t.clause("too_many_custom_states", func(t *T) {
		var all []result.ID
		custom := func(i int) result.Async {
			return result.Async{ID: result.ID(fmt.Sprint("t", i)), State: result.State(fmt.Sprint("CUSTOM", i))}
		}
		for i := range result.MaxCustomStates + 2 {
			all = append(all, custom(i).ID)
		}
		tree := result.Group("g", tasks(all...)...)
		t.save(tree)
		for i := range result.MaxCustomStates {
			t.reports(custom(i))
		}
		over := custom(result.MaxCustomStates)
		for _, call := range [][]result.Async{{over}, {{ID: "lone", State: result.Success}, over}, {over, {ID: "lone", State: result.Success}}} {
			_, err := t.Report(t.ctx, call...)
			t.fails("Report of one custom state too many", err, result.ErrTooLarge)
			t.want(strings.Contains(err.Error(), `"g"`), "the error does not name the group: %v", err)
			t.stands(over.ID, result.Pending, 1, false)
			t.unknown("lone")
			t.recount("g")
		}
		t.reports(result.Async{ID: over.ID, State: "CUSTOM3"}, result.Async{ID: over.ID, State: result.Started}) // one that is there
		t.reports(result.Async{ID: all[0], State: over.State})                                                   // instead of its own
		t.reports(result.Async{ID: all[1], State: result.Success}, custom(result.MaxCustomStates+1))
		t.recount("g")

		t.reports(result.Async{ID: "alone", State: "YET ANOTHER"}) // in no group it is nobody's business
		_, err := t.Save(t.ctx, result.Group("h", append(tasks(all...), result.Task("alone"))...), result.Attributes{})
		t.fails("Save of a group of too many custom states", err, result.ErrTooLarge)
		_, err = t.Restore(t.ctx, "h")
		t.fails("Restore of what was refused", err, result.ErrNotFound)
		t.want(len(t.find("alone")) == 0, "a member of a refused group is found in %q", t.find("alone"))
	})

	t.clause("attributes_over_their_limits", func(t *T) {
		tree := result.Group("g", tasks("t")...)
		many := map[string]string{}
		for i := range result.MaxLabels + 1 {
			many[fmt.Sprint(i)] = ""
		}
		for what, c := range map[string]struct {
			attr result.Attributes
			err  error
		}{
			"too many labels":        {result.Attributes{Labels: many}, result.ErrTooLarge},
			"an empty key":           {result.Attributes{Labels: map[string]string{"": "v"}}, result.ErrTooLarge},
			"a long key":             {result.Attributes{Labels: map[string]string{strings.Repeat("k", 64): ""}}, result.ErrTooLarge},
			"a long label":           {result.Attributes{Labels: map[string]string{"k": strings.Repeat("v", 256)}}, result.ErrTooLarge},
			"a label of other bytes": {result.Attributes{Labels: map[string]string{"k": "\xff"}}, result.ErrBadValue},
			"too many inputs":        {result.Attributes{Inputs: make([][]byte, 2)}, result.ErrTooLarge},
			"a negative age":         {result.Attributes{MaxAge: -time.Second}, result.ErrBadValue},
		} {
			_, err := t.Save(t.ctx, tree, c.attr)
			t.fails("Save with "+what, err, c.err)
			_, err = t.Restore(t.ctx, "g")
			t.fails("Restore of what was refused", err, result.ErrNotFound)
		}
	})

	t.clause("a_cursor_that_is_none", func(t *T) {
		t.save(result.Group("g"))
		for _, cursor := range []string{"x", "-1", "\x00", strings.Repeat("9", 1000), "1 ", "\xff\xff"} {
			_, _, err := t.List(t.ctx, result.Query{Cursor: cursor})
			t.fails("List", err, result.ErrBadValue)
		}
	})

	t.clause("errors_print_no_values_and_no_raw_bytes", func(t *T) {
		secret := append(t.value("swordfish"), 0xff)
		_, err := t.Report(t.ctx, result.Async{ID: "t\x1b[31m", State: result.Success, Value: secret})
		t.fails("Report", err, result.ErrBadValue)
		t.want(!strings.Contains(err.Error(), "swordfish"), "the error prints the value: %q", err)
		_, err2 := t.Get(t.ctx, "t\x1b[31m")
		_, err3 := t.Restore(t.ctx, "g\x1b[31m")
		_, err4 := t.Save(t.ctx, result.Group("g", tasks("\x1b", "\x1b")...), result.Attributes{})
		for _, err := range []error{err, err2, err3, err4} {
			t.want(err != nil && !strings.Contains(err.Error(), "\x1b"), "the error has a raw escape in it: %q", err)
		}
	})
}
