package celery_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/seed-1c955bc8/bunch/encoding"
	. "github.com/seed-1c955bc8/bunch/encoding/celery"
	"github.com/seed-1c955bc8/bunch/result"
)

func TestTuple(t *testing.T) {
	a, b := result.Task("a"), result.Task("b")
	for _, c := range []struct {
		line string
		want result.Tree
	}{
		{`[["a", null], null]`, a},
		{` [ [ "a" , null ] , null ] ` + "\r\n", a},
		{`["a", null]`, a},
		{`["a", []]`, result.Group("a")},
		{`[["a", []], null]`, a},
		{`[["a", [ ]], [ ]]`, result.Group("a")},
		{`["g", [["a", null], null]]`, result.Tree{}},
		{`["g", [["a", null], [["b", ["a", null]], null]]]`, result.Group("g", a, b.WithParent(a))},
		{`[["g", [["a", [["b", null], null]], null]], [["n", []]]]`, result.Group("g", result.Group("n")).WithParent(a.WithParent(b))},
	} {
		got, err := ParseTuple([]byte(c.line))
		if c.want.IsZero() {
			if err == nil {
				t.Errorf("%s is taken", c.line)
			}
			continue
		}
		if err != nil || !got.Equal(c.want) {
			t.Errorf("%s is %v, %v", c.line, got, err)
			continue
		}
		if again, err := ParseTuple(AppendTuple(nil, got)); err != nil || !again.Equal(got) {
			t.Errorf("%s is written as %s, %v", c.line, AppendTuple(nil, got), err)
		}
	}
}

// TestDeep: a tree of 10,000 levels of parents or members, or of both, passes, in
// a group's document and as a value; one level more does not.
func TestDeep(t *testing.T) {
	kinds := map[string]func(t, next result.Tree) result.Tree{
		"members": func(t, next result.Tree) result.Tree { return next.Append(t) },
		"parents": func(t, next result.Tree) result.Tree { return next.WithParent(t) },
	}
	for kind, step := range kinds {
		tree := result.Group("g0")
		for i := 1; i < result.MaxDepth; i++ {
			tree = step(tree, result.Group(result.ID(fmt.Sprintf("g%d", i))))
		}
		d, err := Parse(AppendGroup(nil, tree))
		if err != nil || !d.Group.Equal(tree) {
			t.Errorf("%s: %v", kind, err)
		}
		value := pending(`"SUCCESS"`, string(AppendTuple(nil, tree)), "null")
		if d, err = Parse([]byte(value)); err != nil {
			t.Errorf("%s, as a value: %v", kind, err)
		} else if out, err := AppendTask(nil, d.Task); err != nil || string(out) != value {
			t.Errorf("%s, as a value, is written as another: %v", kind, err)
		}
		var back result.Tree
		if err := encoding.Unmarshal(d.Task.Value, &back); err != nil || !back.Equal(tree) {
			t.Errorf("%s, as a value: %v", kind, err)
		}
		tree = step(tree, result.Group("one more"))
		if _, err := Parse(AppendGroup(nil, tree)); !errors.Is(err, result.ErrTooDeep) {
			t.Errorf("%s, a level too many: %v", kind, err)
		}
	}
	// Refused on the way, not after a million levels have been read.
	for _, open := range []string{`[["a",`, `["a",[`} {
		if _, err := ParseTuple([]byte(strings.Repeat(open, 1<<20))); !errors.Is(err, result.ErrTooDeep) {
			t.Errorf("a million of %s: %v", open, err)
		}
	}
	if _, err := Parse([]byte(pending(`"SUCCESS"`, strings.Repeat("[", 300)+strings.Repeat("]", 300), "null"))); !errors.Is(err, result.ErrBadValue) {
		t.Errorf("a value of 300 levels: %v", err)
	}
}
