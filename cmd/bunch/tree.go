package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/seed-1c955bc8/bunch/result"
)

// Limits of what show --tree writes: a tree may have millions of tasks and
// 10,000 levels.
const (
	treeLines  = 200
	treeIndent = 10 // levels
)

// showTree writes the tree of a group with the states of its tasks.
func (a *app) showTree(ctx context.Context, s *share, t target) error {
	lines := 0
	for step := range t.tree.Walk() {
		if step.Leave {
			continue
		}
		if lines++; lines > treeLines {
			a.note("this is not all of the tree, only the first %d lines; -o json has it all", treeLines)
			break
		}
		line, err := describeStep(ctx, s, t.tree, step.Tree)
		if err != nil {
			return err
		}
		indent := strings.Repeat("  ", min(step.Level, treeIndent))
		if step.Level > treeIndent {
			indent += fmt.Sprintf("(level %d) ", step.Level)
		}
		if err := a.text(indent + line); err != nil {
			return err
		}
	}
	return nil
}

// describeStep describes a part t of top: a group, a task, or a run of minted
// tasks, whose ids are shortened to where they differ from that of top.
func describeStep(ctx context.Context, s *share, top, t result.Tree) (string, error) {
	line := string(t.ID())
	if root, first, count, ok := t.Run(); ok && count > 1 {
		if own, _, _ := top.ID().Minted(); own == root {
			line = fmt.Sprintf("…%08x", first)
		}
		line += fmt.Sprintf(" to …%08x", first+uint32(count-1))
	}
	if t.IsGroup() {
		line += fmt.Sprintf("  group of %d", t.Len())
	} else {
		var counts result.Counts
		for a, err := range s.Results(ctx, t, result.Filter{}) {
			switch {
			case err != nil:
				return "", err
			case a.Forgotten:
				counts.Forgotten++
			default:
				counts = counts.Add(a.State, 1)
			}
		}
		switch state, ok := only(counts); {
		case t.LeafCount() > 1:
			line += "  " + tally(result.Progress{Leaves: counts})
		case ok:
			line += "  " + string(state)
		default:
			line += "  forgotten"
		}
	}
	if p := t.Parent(); !p.IsZero() {
		line += "  after " + string(p.ID())
	}
	return line, nil
}

// only returns the state that c counts, if any.
func only(c result.Counts) (result.State, bool) {
	for s := range c.All() {
		return s, true
	}
	return "", false
}
