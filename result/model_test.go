package result_test

import (
	"fmt"
	"math/rand/v2"
	"slices"

	. "github.com/seed-1c955bc8/bunch/result"
)

// plain is a tree as simple as can be, without runs: what a Tree must agree with.
type plain struct {
	id      ID
	group   bool
	parent  *plain
	members []*plain
}

// maker makes random trees that name nothing twice.
type maker struct {
	*rand.Rand
	roots []Root
	next  []uint32 // the next node number, by root
	names int
}

func newMaker(r *rand.Rand) *maker {
	m := &maker{Rand: r}
	for i := range 3 {
		m.roots = append(m.roots, rootOf(byte(i)))
		m.next = append(m.next, 1)
	}
	return m
}

// rootOf returns a root of the minted form that is the same in each test.
func rootOf(b byte) Root {
	return Root{1, 2, 3, 4, 5, b, 0x80, 7, 0x80, 9, 10, 11}
}

// some returns members for a group: stretches of minted tasks, foreign tasks,
// tasks with parents and groups.
func (m *maker) some(depth int) []*plain {
	var members []*plain
	for range m.IntN(6) {
		switch kind := m.IntN(8); {
		case kind < 3:
			r := m.IntN(len(m.roots))
			for range 1 + m.IntN(4) {
				members = append(members, &plain{id: m.roots[r].ID(m.next[r])})
				m.next[r]++
			}
			m.next[r] += uint32(m.IntN(2)) // now and then a gap
		case kind < 6:
			members = append(members, m.task(depth))
		case depth > 0:
			members = append(members, m.tree(depth-1))
		}
	}
	return members
}

func (m *maker) task(depth int) *plain {
	m.names++
	p := &plain{id: ID(fmt.Sprintf("任务-%d", m.names))}
	if m.IntN(3) == 0 {
		r := m.IntN(len(m.roots))
		p.id = m.roots[r].ID(m.next[r])
		m.next[r]++
	}
	m.adopt(p, depth)
	return p
}

func (m *maker) adopt(p *plain, depth int) {
	switch {
	case depth == 0 || m.IntN(4) > 0:
	case m.IntN(2) == 0:
		p.parent = m.task(depth - 1)
	default:
		p.parent = m.tree(depth - 1)
	}
}

func (m *maker) tree(depth int) *plain {
	m.names++
	p := &plain{id: ID(fmt.Sprintf("group/%d", m.names)), group: true, members: m.some(depth)}
	m.adopt(p, depth)
	return p
}

// build makes the tree of p out of single tasks.
func (p *plain) build() Tree {
	t := Task(p.id)
	if p.group {
		var members []Tree
		for _, m := range p.members {
			members = append(members, m.build())
		}
		t = Group(p.id, members...)
	}
	if p.parent != nil {
		t = t.WithParent(p.parent.build())
	}
	return t
}

// pieces makes the same tree out of runs of any length, and some of it later.
func (p *plain) pieces(r *rand.Rand) Tree {
	if !p.group {
		return p.build()
	}
	var members []Tree
	for i := 0; i < len(p.members); {
		n := 1
		root, first, ok := p.members[i].id.Minted()
		for ok && p.members[i].bare() && i+n < len(p.members) && r.IntN(3) > 0 {
			m := p.members[i+n]
			if !m.bare() || m.id != root.ID(first+uint32(n)) {
				break
			}
			n++
		}
		if n > 1 {
			members = append(members, Tasks(root, first, n))
		} else {
			members = append(members, p.members[i].pieces(r))
		}
		i += n
	}
	cut := r.IntN(len(members) + 1)
	t := Group(p.id, members[:cut]...)
	if p.parent != nil {
		t = t.WithParent(p.parent.pieces(r))
	}
	return t.Append(members[cut:]...)
}

func (p *plain) bare() bool { return !p.group && p.parent == nil }

// tuple is as_tuple for encoding/json.
func (p *plain) tuple() any {
	if p == nil {
		return nil
	}
	members := any(nil)
	if p.group {
		list := []any{}
		for _, m := range p.members {
			list = append(list, m.tuple())
		}
		members = list
	}
	return []any{[]any{string(p.id), p.parent.tuple()}, members}
}

// leaves returns the tasks of p in member order.
func (p *plain) leaves() []*plain {
	if !p.group {
		return []*plain{p}
	}
	var all []*plain
	for _, m := range p.members {
		all = append(all, m.leaves()...)
	}
	return all
}

func (p *plain) depth() int {
	if p == nil {
		return 0
	}
	d := p.parent.depth()
	for _, m := range p.members {
		d = max(d, m.depth())
	}
	return d + 1
}

// lineage returns what forgetting p forgets.
func (p *plain) lineage() map[ID]bool {
	all := map[ID]bool{}
	for todo := p.leaves(); len(todo) > 0; {
		leaf := todo[0]
		todo = todo[1:]
		all[leaf.id] = true
		for up := leaf.parent; up != nil; up = up.parent {
			todo = append(todo, up.leaves()...)
		}
	}
	return all
}

// walk returns the steps of a walk, runs told apart: the id, and the level.
func (p *plain) walk(level int) []string {
	steps := []string{fmt.Sprint(level, p.id)}
	if p.group {
		for _, m := range p.members {
			steps = append(steps, m.walk(level+1)...)
		}
		steps = append(steps, fmt.Sprint(level, p.id, " left"))
	}
	return steps
}

// groups returns every group in p as a member, p itself first.
func (p *plain) groups() []*plain {
	if !p.group {
		return nil
	}
	all := []*plain{p}
	for _, m := range p.members {
		all = append(all, m.groups()...)
	}
	return all
}

// clone copies p, so that a test may change it.
func (p *plain) clone() *plain {
	if p == nil {
		return nil
	}
	c := *p
	c.parent = p.parent.clone()
	c.members = slices.Clone(p.members)
	for i, m := range c.members {
		c.members[i] = m.clone()
	}
	return &c
}
