package result

import (
	"cmp"
	"fmt"
	"slices"
)

// Validate refuses a tree that no store takes: with an id that is not valid
// ([ErrBadID]), deeper than [MaxDepth] ([ErrTooDeep]), with a member named twice
// or a chain of parents that comes back to itself ([ErrDuplicate]). The error
// names the id. Parents are references, so a parent may be a member elsewhere.
func (t Tree) Validate() error {
	if t.IsZero() {
		return fmt.Errorf("%w: the tree is empty", ErrBadID)
	}
	if t.Depth() > MaxDepth {
		return fmt.Errorf("%w: %d levels in the tree of %q, the most is %d", ErrTooDeep, t.Depth(), string(t.id), MaxDepth)
	}
	return check(t)
}

// checker looks for duplicates in one tree. Minted tasks are compared as runs,
// so that a million of them are one entry.
type checker struct {
	tasks  map[ID]bool
	groups map[ID]bool
	runs   map[Root][]run
}

type run struct{ first, last uint32 }

// name is an id in its namespace.
type name struct {
	id    ID
	group bool
}

func (t Tree) name() name { return name{t.id, t.IsGroup()} }

// check goes over t, and over the groups among the parents found on the way:
// each of those is a tree of its own, with its own members to name once.
func check(t Tree) error {
	trees := []Tree{t}
	chains := map[*node]map[name]bool{} // many leaves share one parent: look once
	for len(trees) > 0 {
		next := trees[len(trees)-1]
		trees = trees[:len(trees)-1]
		c := checker{tasks: map[ID]bool{}, groups: map[ID]bool{}, runs: map[Root][]run{}}
		for s := range next.Walk() {
			if s.Leave {
				continue
			}
			if err := c.member(s.Tree); err != nil {
				return err
			}
			p := s.Tree.Parent()
			if p.IsZero() || s.Level == 0 && next.node != t.node {
				continue // no parent, or its chain was followed on the way here
			}
			names, known := chains[p.node]
			if !known || p.node == nil {
				var groups []Tree
				var err error
				if names, groups, err = chain(p); err != nil {
					return err
				}
				trees = append(trees, groups...)
				chains[p.node] = names
			}
			if names[s.Tree.name()] {
				return fmt.Errorf("%w: %q is its own ancestor", ErrDuplicate, string(s.Tree.id))
			}
		}
		if err := c.overlaps(); err != nil {
			return err
		}
	}
	return nil
}

// chain follows parents from p on and returns their names and which of them are
// groups. It refuses a chain in which a task or group comes twice.
func chain(p Tree) (names map[name]bool, groups []Tree, err error) {
	names = map[name]bool{}
	for ; !p.IsZero(); p = p.Parent() {
		if err := p.id.Validate(); err != nil {
			return nil, nil, err
		}
		if names[p.name()] {
			return nil, nil, fmt.Errorf("%w: %q is its own ancestor", ErrDuplicate, string(p.id))
		}
		names[p.name()] = true
		if p.IsGroup() {
			groups = append(groups, p)
		}
	}
	return names, groups, nil
}

func (c *checker) member(t Tree) error {
	if err := t.id.Validate(); err != nil {
		return err
	}
	if root, first, count, ok := t.Run(); ok {
		c.runs[root] = append(c.runs[root], run{first, first + uint32(count-1)})
		return nil
	}
	names := c.tasks
	if t.IsGroup() {
		names = c.groups
	} else if root, n, ok := t.id.Minted(); ok { // minted, with a parent
		c.runs[root] = append(c.runs[root], run{n, n})
		return nil
	}
	if names[t.id] {
		return fmt.Errorf("%w: %q", ErrDuplicate, string(t.id))
	}
	names[t.id] = true
	return nil
}

func (c *checker) overlaps() error {
	for root, runs := range c.runs {
		slices.SortFunc(runs, func(a, b run) int { return cmp.Compare(a.first, b.first) })
		for i := 1; i < len(runs); i++ {
			if runs[i].first <= runs[i-1].last {
				return fmt.Errorf("%w: %q", ErrDuplicate, string(root.ID(runs[i].first)))
			}
		}
	}
	return nil
}
