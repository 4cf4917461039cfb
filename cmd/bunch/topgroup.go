package main

import (
	"fmt"
	"strings"
	"time"

	"charm.land/lipgloss/v2"

	"github.com/seed-1c955bc8/bunch/result"
)

// topGroup is a group in top's list, and how fast it has been lately.
type topGroup struct {
	result.Saved
	seen []sample // at least a second apart, but for the last two
}

// sample is how many tasks were settled at a moment.
type sample struct {
	at time.Time
	n  int
}

// rateOver is how far back the rate looks.
const rateOver = 15 * time.Second

// update takes the progress as it was at a moment.
func (g *topGroup) update(p result.Progress, at time.Time) {
	g.Progress = p
	if n := len(g.seen); n > 1 && g.seen[n-1].at.Sub(g.seen[n-2].at) < time.Second {
		g.seen = g.seen[:n-1]
	}
	g.seen = append(g.seen, sample{at, settled(p)})
	for len(g.seen) > 2 && at.Sub(g.seen[1].at) > rateOver {
		g.seen = g.seen[1:]
	}
}

// rate is how many tasks a second were settled lately; 0 if the group is settled,
// or nobody knows yet.
func (g *topGroup) rate(now time.Time) float64 {
	if len(g.seen) == 0 || g.Progress.Settled() {
		return 0
	}
	first, last := g.seen[0], g.seen[len(g.seen)-1]
	if now.Sub(first.at) < time.Second || last.n < first.n { // forgotten ones were reopened
		return 0
	}
	return float64(last.n-first.n) / now.Sub(first.at).Seconds()
}

// speed writes the rate, per minute if it is small.
func (g *topGroup) speed(now time.Time) string {
	switch rate := g.rate(now); {
	case rate == 0:
		return ""
	case rate < 0.2:
		return fmt.Sprintf("%.1f/m", rate*60)
	case rate < 10:
		return fmt.Sprintf("%.1f/s", rate)
	default:
		return short(int(rate)) + "/s"
	}
}

// estimate writes how long the group will still take at this rate; "" if nobody
// knows.
func (g *topGroup) estimate(now time.Time) string {
	rate := g.rate(now)
	if rate == 0 {
		return ""
	}
	seconds := float64(g.Progress.Leaves.Total()-settled(g.Progress)) / rate
	return ago(time.Duration(min(seconds, 1e9) * float64(time.Second)))
}

// matches reports whether the group has a word of the filter in its id, state or
// labels.
func (g *topGroup) matches(filter string) bool {
	text := strings.ToLower(string(g.ID) + " " + phase(g.Progress) + " " + labels(g.Labels))
	return strings.Contains(text, strings.ToLower(filter))
}

// A part of a bar, told by its sign as well as by its colour.
type part struct {
	sign  string
	style lipgloss.Style
	what  string
	of    func(result.Counts) int
}

func ofState(s result.State) func(result.Counts) int {
	return func(c result.Counts) int { return c.Of(s) }
}

var parts = []part{
	{"█", lipgloss.NewStyle().Foreground(lipgloss.Green), "SUCCESS", ofState(result.Success)},
	{"x", lipgloss.NewStyle().Foreground(lipgloss.Red), "FAILURE", ofState(result.Failure)},
	{"-", lipgloss.NewStyle().Foreground(lipgloss.Magenta), "REVOKED", ofState(result.Revoked)},
	{"~", lipgloss.NewStyle().Foreground(lipgloss.Blue), "forgotten", func(c result.Counts) int { return c.Forgotten }},
	{">", lipgloss.NewStyle().Foreground(lipgloss.Yellow), "under way: STARTED, RETRY, PROGRESS and the like", func(c result.Counts) int {
		return c.Total() - c.Ready() - c.Forgotten - c.Of(result.Pending)
	}},
	{"·", lipgloss.NewStyle().Faint(true), "PENDING", ofState(result.Pending)},
}

// styleOf is the style of the part that a state belongs to.
func styleOf(s result.State) lipgloss.Style {
	one := result.Counts{}.Add(s, 1)
	for _, p := range parts {
		if p.of(one) > 0 {
			return p.style
		}
	}
	return lipgloss.NewStyle()
}

// drawParts draws counts as a bar of so many columns. Of what there is at all, one
// column shows, so that a single failure among a million is seen.
func drawParts(c result.Counts, columns int) string {
	total, widest := c.Total(), 0
	if total == 0 || columns < len(parts) {
		return strings.Repeat(" ", columns)
	}
	wide, used := make([]int, len(parts)), 0
	for i, p := range parts {
		n := p.of(c)
		wide[i] = int(int64(n) * int64(columns) / int64(total))
		if n > 0 && wide[i] == 0 {
			wide[i] = 1
		}
		if used += wide[i]; wide[i] > wide[widest] {
			widest = i
		}
	}
	wide[widest] += columns - used // at most as many too few, or too many, as there are parts
	var b strings.Builder
	for i, p := range parts {
		b.WriteString(p.style.Render(strings.Repeat(p.sign, wide[i])))
	}
	return b.String()
}
