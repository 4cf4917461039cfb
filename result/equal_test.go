package result_test

import (
	"slices"
	"testing"

	. "github.com/seed-1c955bc8/bunch/result"
)

func TestEqualAndExtends(t *testing.T) {
	r := rootOf(1)
	g := Group("g", Task("a"), Tasks(r, 1, 3))
	tests := []struct {
		name           string
		now, old       Tree
		equal, extends bool
	}{
		{"itself", g, g, true, true},
		{"one like it", g, Group("g", Task("a"), Task(r.ID(1)), Tasks(r, 2, 2)), true, true},
		{"nothing", Tree{}, Tree{}, true, true},
		{"nothing and a task", Task("a"), Tree{}, false, false},
		{"a run that goes on", g.Append(Task(r.ID(4))), g, false, true},
		{"a new run", g.Append(Task(r.ID(5))), g, false, true},
		{"a foreign member", g.Append(Task("b")), g, false, true},
		{"a group", g.Append(Group("h")), g, false, true},
		{"an empty one filled", g, Group("g"), false, true},
		{"a nested run that goes on", Group("o", Group("h", Tasks(r, 1, 4)), Task("z")), Group("o", Group("h", Tasks(r, 1, 3)), Task("z")), false, true},
		{"grown at every level", Group("o", Group("h", Group("i", Task("a"), Task("b")), Task("c")), Task("d")), Group("o", Group("h", Group("i", Task("a")))), false, true},

		{"a run that goes on, in the middle", Group("g", Tasks(r, 1, 4), Task("z")), Group("g", Tasks(r, 1, 3), Task("z")), false, false},
		{"a member put before", Group("g", Task("b"), Task("a"), Tasks(r, 1, 3)), g, false, false},
		{"another order", Group("g", Tasks(r, 1, 3), Task("a")), g, false, false},
		{"another id", Group("h", Task("a"), Tasks(r, 1, 3)), g, false, false},
		{"another member", Group("g", Task("b"), Tasks(r, 1, 3)), g, false, false},
		{"another run", Group("g", Task("a"), Tasks(r, 2, 3)), g, false, false},
		{"a group for a task", Group("g", Group("a"), Tasks(r, 1, 3)), g, false, false},
		{"a group for a task, at the end", Group("g", Group("a")), Group("g", Task("a")), false, false},
		{"a group and a task", Group("g"), Task("g"), false, false},
		{"a longer run by itself", Tasks(r, 1, 4), Tasks(r, 1, 3), false, false},
		{"a parent", g.WithParent(Task("p")), g, false, false},
		{"another parent", g.WithParent(Task("p")), g.WithParent(Task("q")), false, false},
		{"a parent of a parent", g.WithParent(Task("p").WithParent(Task("q"))), g.WithParent(Task("p")), false, false},
		{"a member's parent", Group("g", Task("a").WithParent(Task("p"))), Group("g", Task("a")), false, false},
		{"a parent that has grown", g.WithParent(Group("p", Task("x"))), g.WithParent(Group("p")), false, false},
		{"a member's parent that has grown", Group("g", Task("a").WithParent(Group("p", Task("x")))), Group("g", Task("a").WithParent(Group("p"))), false, false},
		{"same parents", g.WithParent(Task("p")).Append(Task("z")), g.WithParent(Task("p")), false, true},
	}
	for _, c := range tests {
		if got := c.now.Equal(c.old); got != c.equal {
			t.Errorf("%s: Equal is %v", c.name, got)
		}
		if got := c.old.Equal(c.now); got != c.equal {
			t.Errorf("%s: Equal the other way round is %v", c.name, got)
		}
		if got := c.now.Extends(c.old); got != c.extends {
			t.Errorf("%s: Extends is %v", c.name, got)
		}
		if got := c.old.Extends(c.now); got != c.equal {
			t.Errorf("%s: the old one extends the new one: %v", c.name, got)
		}
	}
}

func TestRandomGrowth(t *testing.T) {
	m := newMaker(random(t))
	for range 500 {
		p := m.tree(4)
		old := p.build()
		check(t, old.Equal(p.pieces(m.Rand)))

		// More members at the ends of some groups: extends, and is not equal.
		groups := p.groups()
		for range 1 + m.IntN(3) {
			g := groups[m.IntN(len(groups))]
			g.members = append(g.members, m.task(2))
			g.members = append(g.members, m.some(2)...)
		}
		now := p.pieces(m.Rand)
		check(t, now.Extends(old) && !old.Extends(now) && !now.Equal(old) && now.Validate() == nil)

		// One thing more changed: neither.
		changed := p.clone()
		all := append(changed.groups(), changed.leaves()...)
		one := all[m.IntN(len(all))]
		switch m.IntN(4) {
		case 0:
			one.id += "x"
		case 1:
			one.parent = m.task(0)
		case 2:
			one.group, one.members = !one.group, nil
		case 3:
			if len(one.members) < 2 {
				continue
			}
			slices.Reverse(one.members)
		}
		other := changed.pieces(m.Rand)
		check(t, !other.Equal(now) && !now.Equal(other) && !other.Extends(now) && !now.Extends(other))
		if t.Failed() {
			t.Fatalf("old %v\nnow %v\nother %v", old, now, other)
		}
	}
}
