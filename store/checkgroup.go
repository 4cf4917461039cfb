package store

import (
	"fmt"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// group checks the group of a head: I3 to I7, from the group's side.
func (c *checker) group(r stored) error {
	id, err := parseID(r.key[1:])
	if err != nil {
		return err
	}
	head, err := encoding.ParseHead(r.body)
	if err != nil {
		return parseError(r.key, err)
	}
	if head.Seq > maxNumber {
		return corrupt(r.key, fmt.Errorf("no group has number %d", head.Seq))
	}
	c.groups = append(c.groups, head.Seq)
	c.top = max(c.top, head.Seq)
	g := &group{id: id, key: r.key, head: head}
	if body, ok, missing := c.get(seqKey(keySeq, head.Seq)); missing || ok && string(body) != string(id) {
		c.broken(g, "I3", fmt.Sprintf("its number %d does not lead to it", head.Seq))
	}
	c.times(g)
	tree, ok := c.tree(g)
	if !ok {
		c.dark[head.Seq] = true
		return nil
	}
	if head.Progress.Total != tree.Len() || head.Own != (len(ownPlaces(tree)) > 0) || head.Nested != nests(tree) {
		c.broken(g, "I3", fmt.Sprintf("its head has %d members, its tree %d, or other kinds of them", head.Progress.Total, tree.Len()))
	}
	found, err := c.recount(g, tree)
	if err != nil {
		return err
	}
	c.counts(g, found)
	if err := c.direct(g, found); err != nil {
		return err
	}
	return c.named(g, tree)
}

// broken finds something about g that can be derived from its tree.
func (c *checker) broken(g *group, invariant, what string) {
	c.find(Finding{Invariant: invariant, ID: g.id, What: what, rebuild: g.id})
}

// listed checks an entry by creation number from its own side.
func (c *checker) listed(r stored) error {
	seq, id := seqOf(r.key), result.ID(r.body)
	if err := id.Validate(); err != nil {
		return corrupt(r.key, err)
	}
	c.groups = append(c.groups, seq)
	c.top = max(c.top, seq)
	body, ok, missing := c.get(idKey(keyHead, id))
	head, err := encoding.ParseHead(body)
	switch {
	case missing:
		c.dark[seq], c.headless[id] = true, true
		c.find(Finding{Invariant: "I3", ID: id, Lost: true, fix: func(b *batch) error { return b.revive(seq, id) },
			What: fmt.Sprintf("number %d leads to it and it has no head: when it was created and its maximum age are lost, or all of it if its tree is", seq)})
	case !ok || err != nil: // found by itself
		c.dark[seq] = true
	case head.Seq != seq:
		c.find(Finding{Invariant: "I3", ID: id, What: fmt.Sprintf("number %d leads to it, and its own is %d", seq, head.Seq),
			fix: func(b *batch) error { return b.delete(r.key) }})
	}
	return nil
}

// tree reads a group's tree; not ok if there is none, which is found.
func (c *checker) tree(g *group) (tree result.Tree, ok bool) {
	lost := func(what string) (result.Tree, bool) {
		c.find(Finding{Invariant: "I3", ID: g.id, Lost: true, fix: func(b *batch) error { return b.lose(g.key) },
			What: what + ": the group is lost, its results stay as those of lone tasks"})
		return result.Tree{}, false
	}
	for n := range g.head.Chunks {
		switch _, ok, missing := c.get(seqKey(keyTree, g.head.Seq, g.head.Tree, n)); {
		case missing:
			return lost(fmt.Sprintf("piece %d of %d of its tree is missing", n+1, g.head.Chunks))
		case !ok:
			return tree, false
		}
	}
	tree, err := readTree(c.snap, g.head.Seq, g.head.Tree, g.head.Chunks)
	switch {
	case err != nil:
		return lost("its tree cannot be read")
	case tree.ID() != g.id || !tree.IsGroup():
		return lost("its tree is that of another group")
	case c.foreign && tree.Validate() != nil:
		return lost("its tree is none that can be saved")
	}
	return tree, true
}

func nests(tree result.Tree) bool {
	for range tree.Groups() {
		return true
	}
	return false
}

// times checks when a group settled and expires.
func (c *checker) times(g *group) {
	h := g.head
	switch settled := h.Progress.Settled(); {
	case settled && h.Settled.IsZero():
		c.broken(g, "I7", "nothing more is to come, and it is not marked as settled")
	case !settled && !h.Settled.IsZero():
		c.broken(g, "I7", "it is marked as settled, and more is to come")
	case !settled && h.Expires.IsZero() != (h.MaxAge == 0):
		c.broken(g, "I7", "its expiry does not fit its maximum age")
	case !h.Expires.IsZero():
		if _, _, missing := c.get(expiryKey(h.Expires.UnixMicro(), expiresGroup, g.id)); missing {
			c.broken(g, "I7", "it expires, and the index of expiry does not have it")
		}
	}
}

// counts checks a group's numbers against a recount.
func (c *checker) counts(g *group, found recount) {
	if found.dark {
		return
	}
	p := g.head.Progress
	if !p.Leaves.Equal(found.leaves) {
		c.broken(g, "I4", fmt.Sprintf("its counts are not those of its results: %d of %d ready, %d forgotten; recounted %d of %d, %d",
			p.Leaves.Ready(), p.Leaves.Total(), p.Leaves.Forgotten, found.leaves.Ready(), found.leaves.Total(), found.leaves.Forgotten))
	}
	if p.Completed != found.completed {
		c.broken(g, "I5", fmt.Sprintf("it counts %d members as completed, and %d are", p.Completed, found.completed))
	}
}
