package store

import (
	"context"
	"iter"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/result"
)

// Results ranges over the leaves of a tree; see group.Backend. The results of
// minted tasks lie side by side in member order, so a run is one scan.
func (s *Store) Results(ctx context.Context, tree result.Tree, filter result.Filter) iter.Seq2[result.Async, error] {
	return func(yield func(result.Async, error) bool) {
		if err := tree.ID().Validate(); err != nil {
			yield(result.Async{}, &Error{Op: "results", ID: tree.ID(), Err: err})
			return
		}
		next, stop := iter.Pull(tree.LeafRuns())
		defer stop()
		c := cursor{next: next, filter: filter}
		first := filter.Skip == 0
		c.advance()
		c.skip(filter.Skip)
		var p page
		for !c.done {
			p.begin()
			err := s.read(ctx, "results", tree.ID(), func(r snapshot) error {
				if first {
					first = false
					if err := c.want.expect(r, tree); err != nil {
						return err
					}
				}
				if err := p.fill(r, &c); err != nil || !c.done {
					return err
				}
				return c.want.missing(r, tree.ID())
			})
			for _, a := range p.results {
				if !yield(a, nil) {
					return
				}
			}
			if err != nil {
				yield(result.Async{}, err)
				return
			}
		}
	}
}

// cursor is where in the tree Results is: before task at of run.
type cursor struct {
	next   func() (result.Tree, bool)
	filter result.Filter
	run    result.Tree
	at     int
	done   bool
	want   expected
}

func (c *cursor) advance() {
	run, ok := c.next()
	c.run, c.at, c.done = run, 0, !ok
}

func (c *cursor) skip(n int) {
	for n > 0 && !c.done {
		step := min(n, c.run.LeafCount()-c.at)
		n -= step
		c.at += step
		if c.at == c.run.LeafCount() {
			c.advance()
		}
	}
}

// fill reads from the cursor on until the page is full or the tree ends.
func (p *page) fill(r snapshot, c *cursor) error {
	for !c.done && !p.full() {
		if root, first, count, ok := c.run.Run(); ok && count > 1 {
			if err := p.scan(r, c, root, first, count); err != nil {
				return err
			}
			continue
		}
		if err := c.run.ID().Validate(); err != nil {
			return err
		}
		a, _, err := readResult(r, c.run.ID(), c.filter)
		if err != nil {
			return err
		}
		p.looks++
		c.want.see(&a)
		p.add(&a, c.filter)
		c.advance()
	}
	return nil
}

// scan reads a run of minted tasks in the order of their keys, which is member
// order, and fills in those that nobody reported.
func (p *page) scan(r snapshot, c *cursor, root result.Root, first uint32, count int) error {
	prefix := nodeKey(keyResult, root, 0)
	it := r.NewIterator(badger.IteratorOptions{Prefix: prefix[:len(prefix)-4]})
	defer it.Close()
	it.Seek(nodeKey(keyResult, root, first+uint32(c.at)))
	for c.at < count && !p.full() {
		stored := count // where the next record is
		if it.Valid() {
			stored = min(count, int(int64(node(it.Item().Key()))-int64(first)))
		}
		if err := p.pending(r, c, root, first, stored); err != nil {
			return err
		}
		if c.at < stored || stored == count {
			continue
		}
		item := it.Item()
		key := item.Key()
		p.looks++
		err := item.Value(func(sealed []byte) error {
			body, err := unseal(key, item.UserMeta(), sealed)
			if err != nil {
				return err
			}
			a, _, err := parseResult(r, "", key, body)
			if err != nil {
				return err
			}
			if c.filter.Takes(a) { // else nothing of it is kept
				a.ID, a.Value = p.id(root, node(key)), p.keep(a.Value)
				if c.filter.Inputs {
					if a.Input, err = readAside(r, idKey(keyInput, a.ID)); err != nil {
						return err
					}
				}
			}
			c.want.see(&a)
			p.add(&a, c.filter)
			return nil
		})
		if err != nil {
			return err
		}
		c.at++
		it.Next()
	}
	if c.at == count {
		c.advance()
	}
	return nil
}

// pending adds the tasks before stored, which have no record.
func (p *page) pending(r records, c *cursor, root result.Root, first uint32, stored int) (err error) {
	if c.filter.Ready {
		c.at = max(c.at, stored)
		return nil
	}
	for ; c.at < stored && !p.full(); c.at++ {
		a := result.Async{ID: p.id(root, first+uint32(c.at)), State: result.Pending, Attempt: 1}
		if c.filter.Inputs {
			if a.Input, err = readAside(r, idKey(keyInput, a.ID)); err != nil {
				return err
			}
		}
		p.looks++
		p.add(&a, c.filter)
	}
	return nil
}
