package store

import (
	"encoding/binary"
	"fmt"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// A recount is what a group's numbers should be, from the results of its leaves.
// It is made without what the committer goes by, to find mistakes in that too.
type recount struct {
	leaves    result.Counts
	completed int
	left      map[uint32]uint64 // by ordinal of a direct nested group: leaves not successful
	dark      bool              // a result cannot be read, which is found by itself
}

func (c *checker) recount(g *group, tree result.Tree) (recount, error) {
	found := recount{left: map[uint32]uint64{}}
	for ordinal, nested := range placedGroups(tree) {
		found.left[ordinal] = uint64(nested.LeafCount())
	}
	for ordinal, run := range placedRuns(tree) {
		n := run.LeafCount()
		err := c.results(run, func(a result.Async) {
			n--
			found.leaves = count(found.leaves, a, +1)
			switch {
			case a.State != result.Success || a.Forgotten:
			case ordinal == 0:
				found.completed++
			default:
				found.left[ordinal]--
			}
		}, func() { found.dark = true })
		if err != nil {
			return found, err
		}
		found.leaves = found.leaves.Add(result.Pending, n) // those nobody reported
	}
	for _, left := range found.left {
		if left == 0 {
			found.completed++
		}
	}
	return found, nil
}

// results calls do with the stored results of a run of minted tasks, or of one
// task, and dark for each that cannot be read.
func (c *checker) results(run result.Tree, do func(result.Async), dark func()) error {
	one := func(key, body []byte, ok bool) {
		_, res, err := splitMembers(key, body)
		if ok && err == nil && res == nil {
			return // nobody reported it
		}
		rec, parsing := encoding.ParseRecord(res)
		if !ok || err != nil || parsing != nil {
			dark()
			return
		}
		do(rec.Async)
	}
	root, node, n, ok := run.Run()
	if !ok || n == 1 {
		key := idKey(keyResult, run.ID())
		if body, ok, missing := c.get(key); !missing {
			one(key, body, ok)
		}
		return c.poll()
	}
	first, last := nodeKey(keyResult, root, node), nodeKey(keyResult, root, node+uint32(n-1))
	it := c.snap.NewIterator(badger.IteratorOptions{Prefix: commonPrefix(first, last)})
	defer it.Close()
	for it.Seek(first); it.Valid() && string(it.Item().Key()) <= string(last); it.Next() {
		if err := c.poll(); err != nil {
			return err
		}
		item := it.Item()
		err := item.Value(func(sealed []byte) error {
			body, err := unseal(item.Key(), item.UserMeta(), sealed)
			one(item.Key(), body, err == nil)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// direct checks what is stored of how much is left below a group's nested ones.
func (c *checker) direct(g *group, found recount) error {
	it := c.snap.NewIterator(badger.IteratorOptions{Prefix: seqKey(keyDirect, g.head.Seq)})
	defer it.Close()
	met := 0
	for it.Rewind(); it.Valid(); it.Next() {
		if err := c.poll(); err != nil {
			return err
		}
		key := it.Item().KeyCopy(nil)
		if len(key) != 13 {
			continue // no key of ours
		}
		want, ok := found.left[binary.BigEndian.Uint32(key[9:])]
		if !ok {
			c.stray(key, g.id, "it has a number for a nested group that it does not have")
			continue
		}
		met++
		body, ok, _ := c.get(key)
		if ok && !found.dark && len(body) == 8 && binary.BigEndian.Uint64(body) != want {
			c.broken(g, "I5", fmt.Sprintf("below a nested group %d have not succeeded, and the number says %d", want, binary.BigEndian.Uint64(body)))
		}
	}
	if met < len(found.left) {
		c.broken(g, "I5", fmt.Sprintf("it nests %d groups, and has numbers for %d", len(found.left), met))
	}
	return nil
}
