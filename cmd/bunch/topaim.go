package main

import (
	"slices"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"github.com/seed-1c955bc8/bunch/result"
)

// find returns the group with this id, nil if it is neither listed nor entered.
func (m *top) find(id result.ID) *topGroup {
	if m.group != nil && m.group.ID == id {
		return m.group.topGroup
	}
	i := slices.IndexFunc(m.groups, func(g *topGroup) bool { return g.ID == id })
	if i < 0 {
		return nil
	}
	return m.groups[i]
}

// matching returns the groups that the filter takes.
func (m *top) matching() (list []*topGroup) {
	for _, g := range m.groups {
		if g.matches(m.filter) {
			list = append(list, g)
		}
	}
	return list
}

// visible returns the groups that have a line.
func (m *top) visible() []*topGroup {
	list := m.matching()
	from := min(m.first, len(list))
	return list[from:min(from+max(m.rows(), 0), len(list))]
}

// aim moves the cursor of the list by so many groups. It stays with its group
// when others come and go.
func (m *top) aim(by int) {
	list := m.matching()
	if len(list) == 0 {
		m.first = 0
		return
	}
	at := max(slices.IndexFunc(list, func(g *topGroup) bool { return g.ID == m.chosen }), 0)
	at = min(max(at+by, 0), len(list)-1)
	m.chosen = list[at].ID
	m.first = max(min(m.first, at, len(list)-m.rows()), at-m.rows()+1, 0)
}

// scroll moves the tasks by so many lines, and reads those that show.
func (m *top) scroll(by int) tea.Cmd {
	g := m.group
	if g == nil {
		return nil
	}
	last := max(g.tree.LeafCount()-m.rows(), 0)
	g.skip = min(max(g.skip+by, 0), last)
	g.stale = true
	return m.load()
}

// trim takes the last character off.
func trim(s string) string {
	_, n := utf8.DecodeLastRuneInString(s)
	return s[:len(s)-n]
}
