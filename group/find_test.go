package group_test

import (
	"errors"
	"testing"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

// TestFind: an id names a saved group before a nested one, a nested group before
// a task, a task of a group before a lone one; or nothing.
func TestFind(t *testing.T) {
	b := open(t)
	root := result.Root{6: 0x80, 8: 0x80}
	first := result.Group("first", result.Task("t"), result.Group("in", result.Task("both"), result.Tasks(root, 1, 9)), result.Group("second"))
	save(t, b, first)
	second := result.Group("second", result.Task("in"), result.Task("t"))
	save(t, b, second)
	report(t, b, result.Success, "lone")
	for _, c := range []struct {
		id    result.ID
		tree  result.Tree
		saved result.ID
	}{
		{"first", first, "first"},
		{"second", second, "second"},
		{"in", first.At(1), "first"},
		{"t", result.Task("t"), "first"},
		{"both", result.Task("both"), "first"},
		{root.ID(9), result.Task(root.ID(9)), "first"},
		{"lone", result.Task("lone"), ""},
	} {
		tree, saved, err := group.Find(t.Context(), b, c.id)
		if err != nil || !tree.Equal(c.tree) || saved.ID != c.saved {
			t.Errorf("%q names %v of %q, %v; want %v of %q", c.id, tree, saved.ID, err, c.tree, c.saved)
		}
	}
	for _, id := range []result.ID{"nobody", root.ID(10), root.ID(0)} {
		if tree, _, err := group.Find(t.Context(), b, id); !errors.Is(err, result.ErrNotFound) {
			t.Errorf("%q names %v, %v", id, tree, err)
		}
	}
	if _, _, err := group.Find(t.Context(), b, ""); !errors.Is(err, result.ErrBadID) {
		t.Errorf("the empty id: %v", err)
	}
}
