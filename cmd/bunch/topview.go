package main

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

var (
	bold    = lipgloss.NewStyle().Bold(true)
	faint   = lipgloss.NewStyle().Faint(true)
	reverse = lipgloss.NewStyle().Reverse(true)
)

// Lines that are not groups, or tasks: above and below them.
const (
	listFrame = 2 + aboutLines + 1
	taskFrame = aboutLines + 1 + 1

	aboutLines = 4
)

// rows is how many groups or tasks show.
func (m *top) rows() int {
	if m.group != nil {
		return m.height - taskFrame
	}
	return m.height - listFrame
}

// View draws what shows.
func (m *top) View() tea.View {
	var lines []string
	switch {
	case m.width < 60 || m.rows() < 1:
		lines = []string{"this terminal is too small"}
	case m.help:
		lines = strings.Split(m.explain(), "\n")
	case m.group != nil:
		lines = m.drawTasks()
	default:
		lines = m.drawList()
	}
	for len(lines) < m.height-1 {
		lines = append(lines, "")
	}
	lines = append(lines[:max(m.height-1, 0)], m.foot())
	for i := range lines {
		lines[i] = ansi.Truncate(lines[i], m.width, "")
	}
	v := tea.NewView(strings.Join(lines, "\n"))
	v.AltScreen = true
	return v
}

// cell returns other people's text in exactly so many columns.
func cell(s string, columns int) string {
	s = ansi.Truncate(clean(cut(s, wordy)), max(columns, 0), "…")
	return s + strings.Repeat(" ", max(columns-ansi.StringWidth(s), 0))
}

func (m *top) drawList() []string {
	list, running := m.matching(), 0
	for _, g := range list {
		if !g.Progress.Settled() {
			running++
		}
	}
	about := fmt.Sprintf("%d %s, %d running", len(list), plural(len(list), "group"), running)
	if m.more {
		about = "the latest " + about
	}
	lines := []string{bold.Render(cell("bunch top  "+m.place, m.width-len(about)-1) + " " + about)}

	// What the other columns leave is for the id, the bar, and the labels.
	row := func(mark, name, state, bar, done, rate, left, age, labels string) string {
		return fmt.Sprintf("%s%s %s %s %s %6s %4s %4s  %s", mark, name, cell(state, 11), bar, cell(done, 11), rate, left, age, labels)
	}
	free := m.width - len(row("> ", "", "", "", "", "", "", "", ""))
	id := min(free*5/9, 36)
	wide := min(free-id, 24)
	names := free - id - wide // for labels
	lines = append(lines, reverse.Render(cell(row("  ", cell("ID", id), "STATE", cell("PROGRESS", wide), "DONE", "RATE", "LEFT", "AGE", cell("LABELS", names)), m.width)))
	for _, g := range m.visible() {
		mark, name := "  ", cell(string(g.ID), id)
		if g.ID == m.chosen {
			mark, name = "> ", reverse.Render(name)
		}
		p := g.Progress
		lines = append(lines, row(mark, name, phase(p), drawParts(p.Leaves, wide), ratio(settled(p), p.Leaves.Total()),
			g.speed(m.now), g.estimate(m.now), ago(m.now.Sub(g.Created)), cell(labels(g.Labels), names)))
	}
	switch {
	case len(list) > 0:
	case m.filter != "":
		lines = append(lines, "", "  no group matches; esc clears the filter")
	case !m.listing:
		lines = append(lines, "", "  no groups yet: 'bunch run' and 'bunch new' make them")
	}
	for len(lines) < m.height-1-aboutLines {
		lines = append(lines, "")
	}
	lines = append(lines, faint.Render(strings.Repeat("─", m.width)))
	return append(lines, m.about(m.find(m.chosen))...)
}

func (m *top) drawTasks() []string {
	g := m.group
	lines := append([]string{drawParts(g.Progress.Leaves, m.width)}, m.about(g.topGroup)...)
	id, input := m.width/5, m.width/5
	row := func(n, state, id, input, value string) string {
		return fmt.Sprintf("%10s %s %s %s %s", n, state, id, input, value)
	}
	free := m.width - len(row("", "", "", "", "")) - stateWidth - id - input
	lines = append(lines, reverse.Render(row("", cell("STATE", stateWidth), cell("TASK", id), cell("INPUT", input), cell("VALUE OR REASON", free))))
	for i, r := range g.rows[:min(len(g.rows), m.rows())] {
		lines = append(lines, row(fmt.Sprint(g.from+i+1), styleOf(r.state).Render(cell(r.word, stateWidth)), cell(r.id, id), cell(r.input, input), cell(r.value, free)))
	}
	return lines
}

// stateWidth is how long the longest of Celery's states is, and forgotten.
const stateWidth = len("forgotten")

// about is three lines on a group.
func (m *top) about(g *topGroup) []string {
	if g == nil {
		return nil
	}
	times := "made " + when(g.Created)
	switch left := g.estimate(m.now); {
	case !g.Settled.IsZero():
		times += fmt.Sprintf(", settled after %v", g.Settled.Sub(g.Created).Round(time.Millisecond))
	case left != "":
		times += fmt.Sprintf(", %s left at %s", left, g.speed(m.now))
	}
	if !g.Expires.IsZero() {
		times += ", expires " + g.Expires.Local().Format(time.DateTime)
	}
	return []string{bold.Render(cell(string(g.ID)+"  "+labels(g.Labels), m.width)), cell(tally(g.Progress), m.width), cell(times, m.width)}
}

// foot is the last line.
func (m *top) foot() string {
	keys := "enter tasks  / filter  p pause  r revoke  ? help  q quit"
	if m.group != nil {
		n := m.group.tree.LeafCount()
		keys = fmt.Sprintf("%d-%d of %d  esc back  p pause  r revoke  ? help  q quit", min(m.group.skip+1, n), min(m.group.skip+m.rows(), n), n)
	}
	switch {
	case m.typing:
		return bold.Render(cell("/"+m.filter+"_", m.width))
	case m.asks != "":
		left := 0
		if g := m.find(m.asks); g != nil {
			left = g.Progress.Leaves.Total() - settled(g.Progress)
		}
		return bold.Render(cell(fmt.Sprintf("revoke %d tasks of %s? y/N", left, string(m.asks)), m.width))
	case m.note != "":
		return bold.Render(cell(m.note, m.width))
	case m.filter != "" && m.group == nil:
		keys = "/" + m.filter + "  esc clears it  " + keys
	}
	if m.paused {
		keys = "PAUSED  " + keys
	}
	return faint.Render(cell(keys, m.width))
}

// explain is what ? shows.
func (m *top) explain() string {
	var b strings.Builder
	b.WriteString(bold.Render("bunch top") + `

up down  k j     choose a group, or move among its tasks
pgup pgdn  g G   a page; to the first, to the last
enter            the tasks of the group, in member order
esc              back; clear the filter
/                only groups with this in their id, state or labels
p                pause: nothing moves, and nothing is read
r                revoke the tasks that are not ready
q                quit

In a bar a column is a part of the tasks; what there is at all has one:

`)
	for _, p := range parts {
		fmt.Fprintf(&b, "   %s  %s\n", p.style.Render(strings.Repeat(p.sign, 3)), p.what)
	}
	b.WriteString("\nany key goes on")
	return b.String()
}
