package result

// Equal reports whether t and u name the same things in the same order: ids,
// members and parents (GroupResult's ==).
func (t Tree) Equal(u Tree) bool { return compare(t, u, false) }

// Extends reports whether t is u with nothing changed but members added, each at
// the end of its group, at any level.
func (t Tree) Extends(u Tree) bool { return compare(t, u, true) }

// compare does both. Pairs that were compared, or are to be, are not compared
// again: a million tasks may share one long line of parents.
func compare(t, u Tree, grown bool) bool {
	var c comparison
	if !c.pair(t, u, grown) {
		return false
	}
	for len(c.todo) > 0 {
		next := c.todo[len(c.todo)-1]
		c.todo = c.todo[:len(c.todo)-1]
		if !c.nodes(next) {
			return false
		}
	}
	return true
}

type comparison struct {
	todo []seenPair
	seen map[seenPair]bool
}

// seenPair is two nodes whose trees have the same id. grown: the first may have
// more members at its end.
type seenPair struct {
	t, u  *node
	grown bool
}

// pair compares what can be said at once, and leaves the nodes for later.
func (c *comparison) pair(t, u Tree, grown bool) bool {
	if t.id != u.id || t.count != u.count || t.IsGroup() != u.IsGroup() {
		return false
	}
	if t.node == u.node { // the same members and parents, or neither
		return true
	}
	if t.node == nil || u.node == nil { // only one has a parent
		return false
	}
	if c.seen == nil {
		c.seen = map[seenPair]bool{}
	}
	if p := (seenPair{t.node, u.node, grown}); !c.seen[p] {
		c.seen[p] = true
		c.todo = append(c.todo, p)
	}
	return true
}

func (c *comparison) nodes(p seenPair) bool {
	if !c.pair(p.t.parent, p.u.parent, false) { // what came before the group does not grow
		return false
	}
	now, old := p.t.members, p.u.members
	if len(now) != len(old) && !(p.grown && len(now) > len(old)) {
		return false
	}
	for i := range old {
		m := now[i]
		if p.grown && i == len(old)-1 { // a run may have been continued
			m.count = min(m.count, old[i].count)
		}
		if !c.pair(m, old[i], p.grown) {
			return false
		}
	}
	return true
}
