package store

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// Memberships are checked both ways without room for them in memory: from each
// group, that it has those it should have, and how many; then from the records, how
// many there are of each group. Only where that is more are the records searched for
// those that are too many.

// named checks memberships from a group's side.
func (c *checker) named(g *group, tree result.Tree) error {
	for ordinal, run := range placedRuns(tree) {
		if _, _, _, ok := ownRun(g.id, run); ok {
			continue
		}
		for id := range tasks(run) {
			if err := c.poll(); err != nil {
				return err
			}
			c.member(keyResult, c.leaves, g, id, ordinal)
		}
	}
	for nested := range foreignGroups(tree) {
		c.member(keyNests, c.nests, g, nested.ID(), 0)
	}
	return nil
}

// member checks that there is a membership, and that its place is right.
func (c *checker) member(kind byte, left map[uint64]int, g *group, id result.ID, ordinal uint32) {
	key, seq := idKey(kind, id), g.head.Seq
	members, ok := c.memberships(key)
	if !ok {
		return // found by itself
	}
	for ; len(members) > 0; members = members[membershipLen:] {
		if binary.BigEndian.Uint64(members) != seq {
			continue
		}
		left[seq]++
		if place := binary.BigEndian.Uint32(members[8:]); place != ordinal {
			c.find(Finding{Invariant: "I6", ID: id, What: fmt.Sprintf("its record has it at place %d of group %q, and it is at %d", place, string(g.id), ordinal),
				key: key, fix: func(b *batch) error { return b.dropMembership(key, seq) }})
		}
		return
	}
	c.find(Finding{Invariant: "I6", ID: id, What: fmt.Sprintf("group %q names it, and its record does not say so", string(g.id)),
		rebuild: g.id})
}

// memberships reads those in a record: none if there is no record; not ok if they
// cannot be told.
func (c *checker) memberships(key []byte) (members []byte, ok bool) {
	body, ok, missing := c.get(key)
	if !ok {
		return nil, missing
	}
	members, _, err := splitMembers(key, body)
	return members, err == nil
}

// entries checks the memberships in a record from their own side.
func (c *checker) entries(key []byte, id result.ID, members []byte, left map[uint64]int) {
	var seen map[uint64]bool
	if len(members) > membershipLen {
		seen = map[uint64]bool{}
	}
	for ; len(members) > 0; members = members[membershipLen:] {
		seq := binary.BigEndian.Uint64(members)
		drop := func(b *batch) error { return b.dropMembership(key, seq) }
		switch _, known := slices.BinarySearch(c.groups, seq); {
		case seen[seq]:
			c.find(Finding{Invariant: "I6", ID: id, What: fmt.Sprintf("its record has it twice in group %d", seq), key: key, fix: drop})
		case !known:
			c.find(Finding{Invariant: "I6", ID: id, What: fmt.Sprintf("its record has it in group %d, which is not there", seq), key: key, fix: drop, spare: true})
		case !c.dark[seq]:
			left[seq]--
		}
		if seen != nil {
			seen[seq] = true
		}
	}
}

// surplus finds the memberships of groups that have more than they should.
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
		members, ok := c.memberships(key)
		if bad != nil || !ok {
			continue
		}
		for ; len(members) > 0; members = members[membershipLen:] {
			seq := binary.BigEndian.Uint64(members)
			if ids := wanted[seq]; ids != nil && !ids[id] {
				c.find(Finding{Invariant: "I6", ID: id, What: fmt.Sprintf("its record has it in group %d, which does not name it", seq),
					key: key, fix: func(b *batch) error { return b.dropMembership(key, seq) }})
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
	members, ok := c.memberships(idKey(keyResult, id))
	if !ok {
		return true
	}
	for ; len(members) > 0; members = members[membershipLen:] {
		if _, known := slices.BinarySearch(c.groups, binary.BigEndian.Uint64(members)); known {
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
