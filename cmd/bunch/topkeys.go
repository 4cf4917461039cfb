package main

import tea "charm.land/bubbletea/v2"

// far is further than any list or group is long.
const far = 1 << 30

// key does what a key asks for.
func (m *top) key(k tea.KeyPressMsg) tea.Cmd {
	m.note = ""
	switch name := k.String(); {
	case name == "ctrl+c":
		return tea.Quit
	case m.typing:
		m.edit(name, k.Text)
	case m.asks != "":
		id := m.asks
		m.asks = ""
		if name == "y" || name == "Y" {
			return m.revoke(id)
		}
		m.note = "nothing was changed"
	case m.help:
		m.help = false
	default:
		return m.command(name)
	}
	return nil
}

// edit changes the filter.
func (m *top) edit(name, text string) {
	switch name {
	case "enter":
		m.typing = false
	case "esc":
		m.typing, m.filter = false, ""
	case "backspace":
		m.filter = trim(m.filter)
	default:
		m.filter += text
	}
}

func (m *top) command(name string) tea.Cmd {
	switch name {
	case "q":
		return tea.Quit
	case "?":
		m.help = true
	case "p":
		if m.paused = !m.paused; !m.paused {
			return m.list()
		}
	case "/":
		m.group, m.typing = nil, true
	case "esc", "left", "h":
		if m.group == nil {
			m.filter = ""
		}
		m.group = nil
	case "enter", "right", "l":
		if g := m.find(m.chosen); g != nil && m.group == nil {
			return m.enter(g.ID)
		}
	case "r":
		m.ask()
	case "up", "k":
		return m.move(-1)
	case "down", "j":
		return m.move(1)
	case "pgup":
		return m.move(-m.rows())
	case "pgdown", "space":
		return m.move(m.rows())
	case "home", "g":
		return m.move(-far)
	case "end", "G":
		return m.move(far)
	}
	return nil
}

// move moves what shows.
func (m *top) move(by int) tea.Cmd {
	if m.group != nil {
		return m.scroll(by)
	}
	m.aim(by)
	return nil
}

// ask asks whether to revoke the chosen group.
func (m *top) ask() {
	g := m.find(m.chosen)
	switch {
	case g == nil:
	case g.Progress.Settled():
		m.note = "nothing to revoke in " + string(g.ID)
	default:
		m.asks = g.ID
	}
}
