package main

import (
	"context"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/seed-1c955bc8/bunch/result"
)

// What top asks the store for, and the messages that answer.

// topGroups is how many groups top lists, the latest.
const topGroups = 200

// topRest is how long a watch rests after an event: a person sees no more, and
// what happens meanwhile comes put together.
const topRest = 250 * time.Millisecond

type (
	listed struct {
		page []result.Saved
		more bool
		err  error
	}
	moved struct { // a watched group
		id       result.ID
		progress result.Progress
		err      error
	}
	opened struct {
		saved result.Saved
		err   error
	}
	loaded struct {
		id   result.ID
		skip int
		rows []topRow
		err  error
	}
	revoked struct {
		id  result.ID
		out result.Outcome
		err error
	}
	ticked time.Time
)

// topRow is a task, as far as a line has room for it.
type topRow struct {
	state                  result.State
	word, id, input, value string // fit to print
}

func tick() tea.Cmd {
	return tea.Tick(time.Second, func(t time.Time) tea.Msg { return ticked(t) })
}

// list reads the latest groups: nothing tells of those that are new.
func (m *top) list() tea.Cmd {
	if m.listing {
		return nil
	}
	m.listing = true
	return func() tea.Msg {
		page, next, err := m.store.List(m.ctx, result.Query{Limit: topGroups})
		return listed{page, next != "", err}
	}
}

// listen waits for news of what is watched.
func (m *top) listen() tea.Msg {
	select {
	case e := <-m.news:
		return e
	case <-m.ctx.Done():
		return nil
	}
}

// follow watches the groups that show and are under way, and no others.
func (m *top) follow() {
	want := map[result.ID]bool{}
	if !m.paused {
		for _, g := range m.visible() {
			want[g.ID] = !g.Progress.Settled()
		}
		if m.group != nil {
			want[m.group.ID] = true // it may be reopened
		}
	}
	for id, stop := range m.watches {
		if !want[id] {
			stop()
			delete(m.watches, id)
		}
	}
	for id, wanted := range want {
		if wanted && m.watches[id] == nil {
			ctx, stop := context.WithCancel(m.ctx)
			m.watches[id] = stop
			m.going.Go(func() { m.watch(ctx, id) })
		}
	}
}

// watch passes news of a group on until it is no longer wanted, or fails.
func (m *top) watch(ctx context.Context, id result.ID) {
	for e, err := range m.store.Watch(ctx, id) {
		if ctx.Err() != nil {
			return
		}
		select {
		case m.news <- moved{id, e.Progress, err}:
		case <-ctx.Done():
			return
		}
		select {
		case <-time.After(topRest):
		case <-ctx.Done():
			return
		}
	}
}

// enter reads the tree of a group.
func (m *top) enter(id result.ID) tea.Cmd {
	return func() tea.Msg {
		saved, err := m.store.Restore(m.ctx, id)
		return opened{saved, err}
	}
}

// load reads the tasks that show, and no others.
func (m *top) load() tea.Cmd {
	g := m.group
	if g == nil || g.loading || m.rows() <= 0 {
		return nil
	}
	g.loading, g.stale = true, false
	tree, skip, n := g.tree, g.skip, m.rows()
	return func() tea.Msg {
		answer := loaded{id: tree.ID(), skip: skip}
		for a, err := range m.store.Results(m.ctx, tree, result.Filter{Skip: skip, Inputs: true}) {
			if err != nil {
				answer.err = err
				break
			}
			answer.rows = append(answer.rows, newTopRow(tree.ID(), a))
			if len(answer.rows) == n {
				break
			}
		}
		return answer
	}
}

// revoke does what the user has confirmed.
func (m *top) revoke(id result.ID) tea.Cmd {
	return func() tea.Msg {
		saved, err := m.store.Restore(m.ctx, id)
		if err != nil {
			return revoked{id: id, err: err}
		}
		out, err := m.store.Revoke(m.ctx, saved.Tree)
		return revoked{id, out, err}
	}
}

// newTopRow shortens an id that was minted with that of its group to where they
// differ.
func newTopRow(group result.ID, a result.Async) topRow {
	word, id := string(a.State), string(a.ID)
	if a.Forgotten {
		word = "forgotten"
	}
	if root, node, ok := a.ID.Minted(); ok && root.ID(0) == group {
		id = fmt.Sprintf("…%08x", node)
	}
	brief := func(s string) string { return clean(cut(s, wordy)) }
	return topRow{a.State, brief(word), brief(id), brief(summary(result.Async{Value: a.Input})), brief(summary(a))}
}
