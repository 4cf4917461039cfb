package memstore

import (
	"context"
	"slices"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

// change is one write under way, with the store locked.
type change struct {
	*Store
	at      time.Time
	changed int      // results changed so far
	settled []*group // groups taken from unsettled to settled so far
}

// begin locks the store for a write. If it returns an error the store is free;
// otherwise the caller must unlock it.
func (s *Store) begin(ctx context.Context) (*change, error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	return &change{Store: s, at: s.now()}, nil
}

// set puts to in the place of the task id: the only way in which a result
// changes. Counts, settling and news follow from it.
func (c *change) set(id result.ID, to task) {
	from := c.task(id)
	to.stored = true
	to.touched = c.at
	c.tasks[id] = to
	c.changed++
	for _, g := range c.groups {
		if g.count(id, from, to) {
			c.settle(g)
		}
	}
	c.tell(id, to.state.Ready() && !from.state.Ready())
}

// settle notes whether g has just settled, or has just come to be unsettled.
func (c *change) settle(g *group) {
	switch {
	case !g.progress.Settled():
		g.settled = time.Time{}
	case g.settled.IsZero():
		g.settled = c.at
		c.settled = append(c.settled, g)
	}
}

// announced gives the groups that settled, in the order of their creation.
func (c *change) announced() []result.ID {
	slices.SortFunc(c.settled, byCreation)
	var ids []result.ID
	for _, g := range c.settled {
		ids = append(ids, g.id)
	}
	return ids
}

// outcome is the answer to an operation on the tasks of tree.
func (c *change) outcome(tree result.Tree) result.Outcome {
	var o result.Outcome
	if !tree.IsGroup() && tree.LeafCount() == 1 {
		o = c.task(tree.ID()).outcome()
	}
	o.Applied = c.changed > 0
	o.Changed = c.changed
	o.Settled = c.announced()
	return o
}

// remove takes g out of the store. Results that no other group names lose their
// input; they stay as lone ones if keep is set and go otherwise.
func (c *change) remove(g *group, keep bool) {
	delete(c.groups, g.id)
	for id, t := range c.tasks {
		switch {
		case !g.names(id) || c.named(id):
		case keep && t.stored:
			t.input = nil
			t.touched = c.at
			c.tasks[id] = t
		default:
			delete(c.tasks, id)
		}
	}
	for w := range c.watchers {
		if w.group == g {
			w.finish(notSaved(g.id))
		}
		for id := range w.tasks {
			if g.names(id) { // it may be unknown now: whoever waits for it must look
				w.poke()
			}
		}
	}
}
