package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

// top is what bubbletea calls a model: what shows, and what was asked. Only
// commands and watches read the store, beside it.
type top struct {
	ctx   context.Context
	store group.Backend
	place string // of the store

	width, height int
	now           time.Time
	paused        bool
	listing       bool // a command is under way

	groups  []*topGroup // the latest first
	more    bool        // than those
	chosen  result.ID   // where the cursor is
	first   int         // which of the groups that match is on the first line
	group   *topTasks   // the group that was entered; nil: the list shows
	watches map[result.ID]context.CancelFunc
	news    chan moved
	going   sync.WaitGroup // watches

	filter string
	typing bool      // the filter
	asks   result.ID // whether to revoke this group; empty: nothing
	note   string    // about the last key
	help   bool
	err    error // why it ended
}

// topTasks is a group whose tasks show, a page of them at a time.
type topTasks struct {
	*topGroup
	tree    result.Tree
	skip    int // tasks above the first line
	rows    []topRow
	from    int // tasks before rows
	loading bool
	stale   bool // what is being read has changed
}

func newTop(ctx context.Context, store group.Backend, place string) *top {
	return &top{
		ctx: ctx, store: store, place: place, width: 80, height: 24, now: time.Now(),
		watches: map[result.ID]context.CancelFunc{}, news: make(chan moved),
	}
}

// Init begins to list and to listen.
func (m *top) Init() tea.Cmd { return tea.Batch(m.list(), m.listen, tick()) }

// Update takes a key or an answer.
func (m *top) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	cmd := m.take(msg)
	if m.err != nil {
		return m, tea.Quit
	}
	m.aim(0)
	m.follow()
	return m, cmd
}

func (m *top) take(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		if msg.Width > 0 && msg.Height > 0 { // some terminals do not know
			m.width, m.height = msg.Width, msg.Height
		}
		return m.scroll(0)
	case tea.KeyPressMsg:
		return m.key(msg)
	case ticked:
		if m.paused {
			return tick()
		}
		m.now = time.Time(msg)
		return tea.Batch(tick(), m.list())
	case listed:
		m.listing = false
		if !m.gone(msg.err) && !m.paused {
			m.show(msg.page)
			m.more = msg.more
		}
	case moved:
		return tea.Batch(m.listen, m.moved(msg))
	case opened:
		if !m.gone(msg.err) {
			m.opened(msg.saved)
			return m.load()
		}
	case loaded:
		return m.loaded(msg)
	case revoked:
		if !m.gone(msg.err) {
			m.note = fmt.Sprintf("revoked %d tasks of %s", msg.out.Changed, string(msg.id))
			return m.scroll(0)
		}
	}
	return nil
}

// gone handles an error of the store: top ends for it, unless it is only that the
// group was deleted meanwhile.
func (m *top) gone(err error) bool {
	if errors.Is(err, result.ErrNotFound) {
		m.note, m.group = "the group is gone", nil
	} else if err != nil {
		m.err = err
	}
	return err != nil
}

// opened shows the tasks of a group, or goes on with them if it has grown.
func (m *top) opened(saved result.Saved) {
	g := m.find(saved.ID)
	if g == nil {
		g = &topGroup{Saved: saved}
	}
	if m.group == nil || m.group.ID != saved.ID {
		m.group = &topTasks{topGroup: g}
	}
	m.group.tree = saved.Tree
}

// show takes a new listing. What is watched is known better already.
func (m *top) show(page []result.Saved) {
	old := map[result.ID]*topGroup{}
	for _, g := range m.groups {
		old[g.ID] = g
	}
	if m.group != nil {
		old[m.group.ID] = m.group.topGroup
	}
	m.groups = nil
	for _, s := range page {
		g := old[s.ID]
		if g == nil {
			g = &topGroup{}
		}
		p := g.Progress
		g.Saved = s
		if m.watches[s.ID] == nil || s.Progress.Settled() {
			p = s.Progress
		}
		g.update(p, m.now)
		m.groups = append(m.groups, g)
	}
}

// moved takes news of a group.
func (m *top) moved(e moved) tea.Cmd {
	if e.err != nil {
		delete(m.watches, e.id)
		if m.group != nil && m.group.ID == e.id || !errors.Is(e.err, result.ErrNotFound) {
			m.gone(e.err)
		}
		return m.list()
	}
	if m.paused {
		return nil
	}
	if g := m.find(e.id); g != nil {
		g.update(e.progress, time.Now())
	}
	if g := m.group; g != nil && g.ID == e.id {
		if e.progress.Leaves.Total() != g.tree.LeafCount() { // it has grown
			return m.enter(e.id)
		}
		return m.scroll(0)
	}
	return nil
}

func (m *top) loaded(page loaded) tea.Cmd {
	g := m.group
	if g == nil || g.ID != page.id {
		return nil
	}
	g.loading = false
	if m.gone(page.err) {
		return nil
	}
	g.rows, g.from = page.rows, page.skip
	if g.stale || page.skip != g.skip {
		return m.load()
	}
	return nil
}
