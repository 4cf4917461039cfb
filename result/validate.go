package result

import (
	"cmp"
	"fmt"
	"slices"
)

// Validate refuses a tree that no store takes: with an id that is not valid
// ([ErrBadID]), deeper than [MaxDepth] ([ErrTooDeep]), larger than [MaxNodes]
// ([ErrTooLarge]), with a member named twice or a chain of parents that comes back
// to itself ([ErrDuplicate]). The error names the id. Parents are references, so a parent may be a member elsewhere.
func (t Tree) Validate() error {
	if t.IsZero() {
		return fmt.Errorf("%w: the tree is empty", ErrBadID)
	}
	if t.Depth() > MaxDepth {
		return fmt.Errorf("%w: %d levels in the tree of %q, the most is %d", ErrTooDeep, t.Depth(), string(t.id), MaxDepth)
	}
	if t.weight() > MaxNodes {
		return fmt.Errorf("%w: the tree of %q names more than %d tasks, groups and parents, written out", ErrTooLarge, string(t.id), MaxNodes)
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
	var above parents
	walked := map[*node]bool{} // a group nested in a tree and a parent too: once is enough
	for todo := []Tree{t}; len(todo) > 0; {
		next := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if walked[next.node] {
			continue
		}
		members := 1
		if next.node != nil {
			members = len(next.node.members)
		}
		c := checker{tasks: make(map[ID]bool, members), groups: map[ID]bool{}}
		for s := range next.Walk() {
			if s.Leave {
				continue
			}
			if s.Tree.IsGroup() {
				walked[s.Tree.node] = true
			}
			if err := c.member(s.Tree); err != nil {
				return err
			}
			groups, err := above.follow(s.Tree)
			if err != nil {
				return err
			}
			todo = append(todo, groups...)
		}
		if err := c.overlaps(); err != nil {
			return err
		}
	}
	return above.loops()
}

// parents is who stands below whom. It is looked at from the top down, so that
// 10,000 steps of a chain, all of them members, cost 10,000 and not their square.
type parents struct {
	below    map[Tree][]Tree // a parent, and the trees that name it
	tops     []Tree          // parents without a parent, in the order found
	followed map[*node]bool
}

// follow goes up from t to where it has been before, and returns the groups on
// the way.
func (p *parents) follow(t Tree) (groups []Tree, err error) {
	for !t.Parent().IsZero() && !p.followed[t.node] {
		if p.below == nil {
			p.below, p.followed = map[Tree][]Tree{}, map[*node]bool{}
		}
		p.followed[t.node] = true
		up := t.Parent()
		if p.below[up] == nil {
			if err := up.id.Validate(); err != nil {
				return nil, err
			}
			if up.IsGroup() {
				groups = append(groups, up)
			}
			if up.Parent().IsZero() {
				p.tops = append(p.tops, up)
			}
		}
		p.below[up] = append(p.below[up], t)
		t = up
	}
	return groups, nil
}

// loops refuses a task or group that is named again by what stands above it.
func (p *parents) loops() error {
	type frame struct {
		tree Tree
		next int
	}
	line := map[name]bool{} // from the top down to the last of stack
	for _, top := range p.tops {
		stack := []frame{{tree: top}}
		line[top.name()] = true
		for len(stack) > 0 {
			last := &stack[len(stack)-1]
			if last.next == len(p.below[last.tree]) {
				delete(line, last.tree.name())
				stack = stack[:len(stack)-1]
				continue
			}
			t := p.below[last.tree][last.next]
			last.next++
			if line[t.name()] {
				return fmt.Errorf("%w: %q is its own ancestor", ErrDuplicate, string(t.id))
			}
			line[t.name()] = true
			stack = append(stack, frame{tree: t})
		}
	}
	return nil
}

func (c *checker) member(t Tree) error {
	if err := t.id.Validate(); err != nil {
		return err
	}
	if root, first, count, ok := t.Run(); ok {
		c.run(root, run{first, first + uint32(count-1)})
		return nil
	}
	names := c.tasks
	if t.IsGroup() {
		names = c.groups
	} else if root, n, ok := t.id.Minted(); ok { // minted, with a parent
		c.run(root, run{n, n})
		return nil
	}
	if names[t.id] {
		return fmt.Errorf("%w: %q", ErrDuplicate, string(t.id))
	}
	names[t.id] = true
	return nil
}

func (c *checker) run(root Root, r run) {
	if c.runs == nil {
		c.runs = map[Root][]run{}
	}
	c.runs[root] = append(c.runs[root], r)
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
