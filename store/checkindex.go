package store

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// The index of memberships is checked both ways without room for it in memory:
// from each group, that it has the entries it should have, and how many; then
// from the index, how many there are of each group. Only where that is more is
// the index searched for those that are too many.

// index checks the index from a group's side.
func (c *checker) index(g *group, tree result.Tree) error {
	for ordinal, run := range placedRuns(tree) {
		if _, _, _, ok := ownRun(g.id, run); ok {
			continue
		}
		for id := range tasks(run) {
			if err := c.poll(); err != nil {
				return err
			}
			c.member(keyNamers, c.leaves, g, id, ordinal)
		}
	}
	for nested := range foreignGroups(tree) {
		c.member(keyNests, c.nests, g, nested.ID(), 0)
	}
	return nil
}

// member checks that the index has an entry, and that its place is right.
func (c *checker) member(kind byte, left map[uint64]int, g *group, id result.ID, ordinal uint32) {
	key, seq := idKey(kind, id), g.head.Seq
	entries, ok, missing := c.get(key)
	if !ok && !missing || len(entries)%membershipLen != 0 {
		return // found by itself
	}
	for ; len(entries) > 0; entries = entries[membershipLen:] {
		if binary.BigEndian.Uint64(entries) != seq {
			continue
		}
		left[seq]++
		if place := binary.BigEndian.Uint32(entries[8:]); place != ordinal {
			c.find(Finding{Invariant: "I6", ID: id, What: fmt.Sprintf("the index has it at place %d of group %q, and it is at %d", place, string(g.id), ordinal),
				fix: func(b *batch) error { return b.dropMembership(key, seq) }})
		}
		return
	}
	c.find(Finding{Invariant: "I6", ID: id, What: fmt.Sprintf("group %q names it, and the index does not say so", string(g.id)),
		rebuild: g.id})
}

// entries checks a record of the index from its own side.
func (c *checker) entries(r stored, left map[uint64]int) error {
	id, err := parseID(r.key[1:])
	if err != nil {
		return err
	}
	if len(r.body) == 0 || len(r.body)%membershipLen != 0 {
		return corrupt(r.key, fmt.Errorf("%d bytes of memberships", len(r.body)))
	}
	seen := map[uint64]bool{}
	for entries := r.body; len(entries) > 0; entries = entries[membershipLen:] {
		seq := binary.BigEndian.Uint64(entries)
		drop := func(b *batch) error { return b.dropMembership(r.key, seq) }
		switch _, known := slices.BinarySearch(c.groups, seq); {
		case seen[seq]:
			c.find(Finding{Invariant: "I6", ID: id, What: fmt.Sprintf("the index has it twice in group %d", seq), fix: drop})
		case !known:
			c.find(Finding{Invariant: "I6", ID: id, What: fmt.Sprintf("the index has it in group %d, which is not there", seq), fix: drop, spare: true})
		case !c.dark[seq]:
			left[seq]--
		}
		seen[seq] = true
	}
	return nil
}

// surplus finds the entries of groups that have more than they should.
func (c *checker) surplus(kind byte, left map[uint64]int) error {
	wanted := map[uint64]map[result.ID]bool{}
	for seq, n := range left {
		if n >= 0 {
			continue
		}
		wanted[seq] = map[result.ID]bool{}
		head, ok := c.headOf(seq)
		if !ok {
			continue
		}
		tree, err := readTree(c.snap, seq, head.Tree, head.Chunks)
		if err != nil {
			return err // it was read before
		}
		for nested := range foreignGroups(tree) {
			if kind == keyNests {
				wanted[seq][nested.ID()] = true
			}
		}
		for run := range tree.LeafRuns() {
			if _, _, _, own := ownRun(tree.ID(), run); own || kind == keyNests {
				continue
			}
			for id := range tasks(run) {
				wanted[seq][id] = true
			}
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	it := c.snap.NewIterator(badger.IteratorOptions{Prefix: []byte{kind}})
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		if err := c.poll(); err != nil {
			return err
		}
		key := it.Item().KeyCopy(nil)
		id, bad := parseID(key[1:])
		entries, ok, _ := c.get(key)
		if bad != nil || !ok || len(entries)%membershipLen != 0 {
			continue
		}
		for ; len(entries) > 0; entries = entries[membershipLen:] {
			seq := binary.BigEndian.Uint64(entries)
			if ids := wanted[seq]; ids != nil && !ids[id] {
				c.find(Finding{Invariant: "I6", ID: id, What: fmt.Sprintf("the index has it in group %d, which does not name it", seq),
					fix: func(b *batch) error { return b.dropMembership(key, seq) }})
			}
		}
	}
	return nil
}

// headOf is the head of the group with this number, if it can be read.
func (c *checker) headOf(seq uint64) (encoding.Head, bool) {
	if c.about == seq && seq != 0 {
		return c.head, c.head.Seq == seq
	}
	c.about, c.head = seq, encoding.Head{}
	if id, ok, _ := c.get(seqKey(keySeq, seq)); ok {
		if body, ok, _ := c.get(idKey(keyHead, result.ID(id))); ok {
			if head, err := encoding.ParseHead(body); err == nil {
				c.head = head
			}
		}
	}
	return c.head, c.head.Seq == seq
}

// isNamed reports whether some saved group names a task, as far as can be told.
func (c *checker) isNamed(id result.ID) bool {
	if root, node, ok := id.Minted(); ok {
		if root != c.root {
			c.root, c.places = root, c.placesOf(root)
		}
		for _, p := range c.places {
			if p.first <= node && node <= p.last {
				return true
			}
		}
	}
	entries, ok, missing := c.get(idKey(keyNamers, id))
	if !ok && !missing || len(entries)%membershipLen != 0 {
		return true
	}
	for ; len(entries) > 0; entries = entries[membershipLen:] {
		if _, known := slices.BinarySearch(c.groups, binary.BigEndian.Uint64(entries)); known {
			return true
		}
	}
	return false
}

// placesOf are the places of a root's own members in the saved group of that
// root: all there can be if its tree cannot be told.
func (c *checker) placesOf(root result.Root) []place {
	all := []place{{0, 1<<32 - 1, 0}}
	body, ok, missing := c.get(nodeKey(keyHead, root, 0))
	if missing && !c.headless[root.ID(0)] {
		return nil
	}
	head, err := encoding.ParseHead(body)
	if !ok || err != nil || c.dark[head.Seq] {
		return all
	}
	tree, err := readTree(c.snap, head.Seq, head.Tree, head.Chunks)
	if err != nil {
		return all
	}
	return ownPlaces(tree)
}
