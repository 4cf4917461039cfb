package memstore

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// maxReports is group.MaxReports.
const maxReports = 1000

// step is what one report comes to.
type step struct {
	id       result.ID
	from, to task // the same if the report is not applied
	applied  bool
}

// Report records results: it decides about all of them, and then applies them.
func (s *Store) Report(ctx context.Context, reports ...result.Async) ([]result.Outcome, error) {
	c, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	steps, err := c.decide(reports)
	if err != nil {
		return nil, err
	}
	outcomes := make([]result.Outcome, len(steps))
	for i, st := range steps {
		outcomes[i] = st.to.outcome()
		if st.applied {
			c.settled = nil
			c.set(st.id, st.to)
			outcomes[i].Applied, outcomes[i].Changed = true, 1
			outcomes[i].Settled = c.announced()
		}
	}
	return outcomes, nil
}

// decide looks at reports one after the other, each as if those before it had
// been applied already, and changes nothing.
func (c *change) decide(reports []result.Async) ([]step, error) {
	if len(reports) > maxReports {
		return nil, fmt.Errorf("%w: %d reports in one call, the most is %d", result.ErrTooLarge, len(reports), maxReports)
	}
	steps := make([]step, len(reports))
	after := map[result.ID]task{}
	for i, r := range reports {
		to, err := c.reported(r)
		if err != nil {
			return nil, err
		}
		from, again := after[r.ID]
		if !again {
			from = c.task(r.ID)
		}
		to.attempt, to.input = from.attempt, from.input
		if to.request == nil {
			to.request = from.request
		}
		steps[i] = step{id: r.ID, from: from, to: from}
		if from.state.Ready() || from.forgotten || r.Attempt != 0 && r.Attempt != from.attempt {
			continue
		}
		steps[i].to, steps[i].applied = to, true
		after[r.ID] = to
	}
	for _, g := range c.groups {
		leaves := g.progress.Leaves
		for _, st := range steps {
			if g.names(st.id) {
				leaves = st.to.count(st.from.count(leaves, -1), +1)
			}
		}
		if leaves.Custom() > result.MaxCustomStates {
			return nil, crowded(g.id, leaves.Custom())
		}
	}
	return steps, nil
}

// reported is the task that r makes, if it is applied.
func (c *change) reported(r result.Async) (task, error) {
	if err := r.ID.Validate(); err != nil {
		return task{}, err
	}
	if err := r.State.Validate(); err != nil {
		return task{}, fmt.Errorf("task %q: %w", string(r.ID), err)
	}
	if err := c.checkValue("value", r.ID, r.Value); err != nil {
		return task{}, err
	}
	if err := encoding.ValidDetails(r, c.opt.MaxValueSize); err != nil {
		return task{}, fmt.Errorf("task %q: %w", string(r.ID), err)
	}
	t := task{
		state: r.State, value: bytes.Clone(r.Value), err: copyError(r.Error),
		children: slices.Clone(r.Children), request: copyRequest(r.Request),
	}
	if r.State.Ready() {
		t.done = c.at
		if !r.Done.IsZero() {
			t.done = instant(r.Done)
		}
	}
	return t, nil
}

// Revoke reports every leaf of tree that is neither ready nor forgotten as
// REVOKED.
func (s *Store) Revoke(ctx context.Context, tree result.Tree) (result.Outcome, error) {
	return s.each(ctx, tree, func(c *change) {
		for leaf := range tree.Leaves() {
			t := c.task(leaf.ID())
			if t.state.Ready() || t.forgotten {
				continue
			}
			t.state, t.value, t.err, t.done = result.Revoked, nil, result.RevokedError("revoked"), c.at
			t.children = nil
			c.set(leaf.ID(), t)
		}
	})
}

// Retry reopens every leaf of tree that is FAILURE, REVOKED or forgotten.
func (s *Store) Retry(ctx context.Context, tree result.Tree) (result.Outcome, error) {
	return s.each(ctx, tree, func(c *change) {
		for leaf := range tree.Leaves() {
			t := c.task(leaf.ID())
			if !t.state.Propagates() && !t.forgotten {
				continue
			}
			t.state, t.value, t.children, t.done, t.forgotten = result.Retry, nil, nil, time.Time{}, false
			t.attempt++
			c.set(leaf.ID(), t)
		}
	})
}

// Forget drops the results of the leaves of tree and of their ancestors.
func (s *Store) Forget(ctx context.Context, tree result.Tree) (result.Outcome, error) {
	return s.each(ctx, tree, func(c *change) { c.forget(tree) })
}

// each makes one change to the tasks of a tree.
func (s *Store) each(ctx context.Context, tree result.Tree, do func(*change)) (result.Outcome, error) {
	if err := tree.Validate(); err != nil {
		return result.Outcome{}, err
	}
	c, err := s.begin(ctx)
	if err != nil {
		return result.Outcome{}, err
	}
	defer s.mu.Unlock()
	do(c)
	return c.outcome(tree), nil
}

// forget forgets every leaf of tree, known or not, and those of their ancestors
// that are known.
func (c *change) forget(tree result.Tree) {
	for leaf := range tree.Leaves() {
		c.drop(leaf.ID())
	}
	for run := range tree.Lineage() {
		for ancestor := range run.Leaves() {
			if c.known(ancestor.ID()) {
				c.drop(ancestor.ID())
			}
		}
	}
}

func (c *change) drop(id result.ID) {
	t := c.task(id)
	if t.forgotten {
		return
	}
	c.set(id, task{state: result.Pending, attempt: t.attempt, forgotten: true, input: t.input})
}
