package memstore

import (
	"context"

	"github.com/seed-1c955bc8/bunch/result"
)

// Delete removes a saved group and leaves the results of its tasks.
func (s *Store) Delete(ctx context.Context, id result.ID) (result.Outcome, error) {
	if err := id.Validate(); err != nil {
		return result.Outcome{}, err
	}
	c, err := s.begin(ctx)
	if err != nil {
		return result.Outcome{}, err
	}
	defer s.mu.Unlock()
	g := s.groups[id]
	if g == nil {
		return result.Outcome{}, nil
	}
	c.remove(g, true)
	return result.Outcome{Applied: true}, nil
}

// Purge removes a saved group and forgets the results that its tree names.
func (s *Store) Purge(ctx context.Context, id result.ID) (result.Outcome, error) {
	if err := id.Validate(); err != nil {
		return result.Outcome{}, err
	}
	c, err := s.begin(ctx)
	if err != nil {
		return result.Outcome{}, err
	}
	defer s.mu.Unlock()
	g := s.groups[id]
	if g == nil {
		return result.Outcome{}, nil
	}
	c.remove(g, true)
	c.forget(g.tree)
	return result.Outcome{Applied: true, Changed: c.changed, Settled: c.announced()}, nil
}

// Sweep removes what has expired by now: groups, with the results that no other
// saved group names, and lone results. It returns how many groups and lone
// results it removed. Until it is called, what has expired is still there.
func (s *Store) Sweep(ctx context.Context) (int, error) {
	c, err := s.begin(ctx)
	if err != nil {
		return 0, err
	}
	defer s.mu.Unlock()
	n := 0
	for _, g := range s.groups {
		if at := g.expires(s.opt.Retention); !at.IsZero() && !at.After(c.at) {
			c.remove(g, false)
			n++
		}
	}
	if s.opt.Retention == 0 {
		return n, nil
	}
	for id, t := range s.tasks {
		if t.touched.Add(s.opt.Retention).After(c.at) || s.named(id) {
			continue
		}
		delete(s.tasks, id)
		c.tell(id, false)
		n++
	}
	return n, nil
}
