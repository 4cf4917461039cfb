package result_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	. "github.com/seed-1c955bc8/bunch/result"
)

func TestValidate(t *testing.T) {
	r, s := rootOf(1), rootOf(2)
	a, b := Task("a"), Task("b")
	tests := []struct {
		name string
		tree Tree
		err  error
		id   ID // that the error names
	}{
		{"a task", a, nil, ""},
		{"an empty group", Group("g"), nil, ""},
		{"a run", Tasks(r, 1, 5), nil, ""},
		{"nested groups", Group("g", a, Group("h", b)), nil, ""},
		{"a task and a group of one id", Group("x", Task("x"), Group("y", Task("y"))), nil, ""},
		{"a minted group and a minted task of one id", Group(r.ID(2), Tasks(r, 1, 5)), nil, ""},
		{"runs side by side", Group("g", Tasks(r, 11, 10), Tasks(r, 1, 10), Tasks(r, 21, 1)), nil, ""},
		{"one number under two roots", Group("g", Tasks(r, 1, 10), Tasks(s, 1, 10)), nil, ""},
		{"two spellings of a UUID", Group("g", Task(r.ID(255)), Task(ID(strings.ToUpper(string(r.ID(255)))))), nil, ""},
		{"one parent for many", Group("g", a.WithParent(Task("p")), b.WithParent(Task("p"))), nil, ""},
		{"a member that is a parent", Group("g", a, b.WithParent(a)), nil, ""},
		{"a member that is a parent, made twice", Group("g", a.WithParent(Task("p")), b.WithParent(a.WithParent(Task("p")))), nil, ""},
		{"a parent that names its child", Group("g", a.WithParent(Group("h", a))), nil, ""},
		{"two parents that name one task", Group("g", a.WithParent(Group("h", Task("x"))), b.WithParent(Group("i", Task("x")))), nil, ""},

		{"nothing", Tree{}, ErrBadID, ""},
		{"nothing inside", Group("g", Tree{}), ErrBadID, ""},
		{"a task without an id", Group("g", Task("")), ErrBadID, ""},
		{"a group without an id", Group(""), ErrBadID, ""},
		{"a bad id deep down", Group("g", Group("h", Task("\xff"))), ErrBadID, "\xff"},
		{"a bad parent", Group("g", a.WithParent(Task("\xfe"))), ErrBadID, "\xfe"},
		{"a bad parent of a group", Group("g").WithParent(Task("\xfe")), ErrBadID, "\xfe"},
		{"a bad parent of a parent", a.WithParent(b.WithParent(Task("\xfe"))), ErrBadID, "\xfe"},
		{"a bad member of a parent", a.WithParent(Group("p", Task("\xfe"))), ErrBadID, "\xfe"},

		{"a task twice", Group("g", a, b, a), ErrDuplicate, "a"},
		{"a task twice at two levels", Group("g", a, Group("h", b, a)), ErrDuplicate, "a"},
		{"a task twice, once with a parent", Group("g", a, a.WithParent(b)), ErrDuplicate, "a"},
		{"a group twice", Group("g", Group("h"), Group("i", Group("h", a))), ErrDuplicate, "h"},
		{"a group in itself", Group("g", Group("h", Group("g"))), ErrDuplicate, "g"},
		{"a run twice", Group("g", Tasks(r, 1, 5), Tasks(r, 1, 5)), ErrDuplicate, r.ID(1)},
		{"runs that overlap by one", Group("g", Tasks(r, 5, 5), Tasks(r, 1, 5)), ErrDuplicate, r.ID(5)},
		{"a run in a run", Group("g", Tasks(r, 1, 100), Group("h", Tasks(r, 50, 2))), ErrDuplicate, r.ID(50)},
		{"a task of a run", Group("g", Tasks(r, 1, 100), Task(r.ID(100))), ErrDuplicate, r.ID(100)},
		{"a task of a run, with a parent", Group("g", Tasks(r, 1, 100), Task(r.ID(7)).WithParent(a)), ErrDuplicate, r.ID(7)},
		{"an overlap of a run and the one before the last", Group("g", Tasks(r, 1, 100), Tasks(s, 1, 1), Tasks(r, 200, 5), Tasks(r, 90, 20)), ErrDuplicate, r.ID(90)},

		{"its own parent", a.WithParent(a), ErrDuplicate, "a"},
		{"its own grandparent", a.WithParent(b.WithParent(a)), ErrDuplicate, "a"},
		{"a group, its own parent", Group("g", a).WithParent(Group("g")), ErrDuplicate, "g"},
		{"a loop above a member", Group("g", a.WithParent(b.WithParent(Task("c").WithParent(b)))), ErrDuplicate, "b"},
		{"a loop above a nested group", Group("g", Group("h").WithParent(Group("i").WithParent(Group("h")))), ErrDuplicate, "h"},
		{"a loop above a member of a parent", a.WithParent(Group("p", b.WithParent(Task("c").WithParent(b)))), ErrDuplicate, "b"},
		{"a task twice in a parent", Group("g", a.WithParent(Group("p", b, b))), ErrDuplicate, "b"},
		{"a task twice in a parent's parent", Group("g", a.WithParent(Task("x").WithParent(Group("p", b, b)))), ErrDuplicate, "b"},
		{"a task twice in a parent of a parent's member", a.WithParent(Group("p", Task("x").WithParent(Group("q", b, b)))), ErrDuplicate, "b"},
	}
	for _, c := range tests {
		err := c.tree.Validate()
		switch {
		case !errors.Is(err, c.err):
			t.Errorf("%s: %v, want %v", c.name, err, c.err)
		case c.id != "" && !strings.Contains(err.Error(), fmt.Sprintf("%q", c.id)):
			t.Errorf("%s: the error %q does not name %q", c.name, err, c.id)
		}
	}
}

// TestRandomDuplicates puts a second one of something into a good tree.
func TestRandomDuplicates(t *testing.T) {
	m := newMaker(random(t))
	for range 500 {
		p := m.tree(4)
		leaves, groups := p.leaves(), p.groups()
		twice := groups[m.IntN(len(groups))]
		if len(leaves) > 0 && m.IntN(3) > 0 {
			twice = leaves[m.IntN(len(leaves))]
		}
		id, group := twice.id, twice.group // before it may become a member of itself
		into := groups[m.IntN(len(groups))]
		at := m.IntN(len(into.members) + 1)
		second := &plain{id: id, group: group}
		into.members = append(into.members[:at:at], append([]*plain{second}, into.members[at:]...)...)

		err := p.pieces(m.Rand).Validate()
		if !errors.Is(err, ErrDuplicate) || !strings.Contains(err.Error(), fmt.Sprintf("%q", id)) {
			t.Fatalf("%q is there twice, but: %v\n%v", id, err, p.build())
		}
	}
}
