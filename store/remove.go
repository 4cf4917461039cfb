package store

import (
	"context"

	"github.com/seed-1c955bc8/bunch/result"
)

// Delete removes a saved group and leaves every result; see group.Backend.
func (s *Store) Delete(ctx context.Context, id result.ID) (result.Outcome, error) {
	return s.remove(ctx, "delete", journalDelete, id)
}

// Purge removes a saved group and forgets its results; see group.Backend.
func (s *Store) Purge(ctx context.Context, id result.ID) (result.Outcome, error) {
	return s.remove(ctx, "purge", journalPurge, id)
}

func (s *Store) remove(ctx context.Context, name string, verb uint8, id result.ID) (result.Outcome, error) {
	if err := id.Validate(); err != nil {
		return result.Outcome{}, &Error{Op: name, ID: id, Err: err}
	}
	return s.operate(ctx, name, id, func(b *batch, t *tally) error { return b.removeGroup(t, verb, id) })
}

// removeGroup does verb to the saved group id, if there is one.
func (b *batch) removeGroup(t *tally, verb uint8, id result.ID) error {
	g, err := b.group(idKey(keyHead, id))
	if err != nil || g == nil {
		return err
	}
	tree, err := b.tree(g)
	if err != nil {
		return err
	}
	t.applied = true
	j := journal{Verb: verb, ID: id, Seq: g.head.Seq, Version: g.head.Tree, Pieces: g.head.Chunks}
	if b.tight || g.head.Progress.Leaves.Total()+int(g.head.Chunks) > longOp {
		b.long = true
	}
	if err := b.beginLong(j); err != nil {
		return err
	}
	return b.finishRemoval(t, j, tree)
}

// finishRemoval removes the group of j. Its head goes last, with the journal
// entry, so that the work can be taken up again.
func (b *batch) finishRemoval(t *tally, j journal, tree result.Tree) error {
	if j.Verb == journalPurge {
		if err := b.forget(t, tree); err != nil {
			return err
		}
	}
	if err := b.letGo(t, j, tree); err != nil {
		return err
	}
	if err := b.unlink(j.Seq, tree); err != nil {
		return err
	}
	key := idKey(keyHead, j.ID)
	g, err := b.group(key)
	if err != nil {
		return err
	}
	keys := [][]byte{seqKey(keySeq, j.Seq), seqKey(keyLabels, j.Seq)}
	if g != nil && g.head.Seq == j.Seq { // else its head was lost
		b.change(g)
		g.gone = true
		keys = append(keys, key)
	}
	if err := b.deleteTree(j.Seq, j.Version, j.Pieces); err != nil {
		return err
	}
	if err := b.deleteAside(seqKey(keyNote, j.Seq)); err != nil {
		return err
	}
	for _, key := range keys {
		if err := b.delete(key); err != nil {
			return err
		}
	}
	b.news = append(b.news, news{group: j.ID, gone: true})
	t.settled = dropPassage(t.settled, j.Seq)
	return b.endLong(j)
}

// dropPassage takes the group that goes away out of those that settled.
func dropPassage(list []passage, seq uint64) []passage {
	kept := list[:0]
	for _, p := range list {
		if p.seq != seq {
			kept = append(kept, p)
		}
	}
	return kept
}

// letGo looks after the tasks that no saved group names once j's is gone. When
// the group expired they expire with it. Otherwise what they were given goes, and
// their results stay, as lone ones.
func (b *batch) letGo(t *tally, j journal, tree result.Tree) error {
	do := func(id result.ID) error {
		e, err := b.entry(id)
		if err != nil {
			return b.passOver(err)
		}
		namers, err := b.namers(e)
		if err != nil {
			return b.passOver(err)
		}
		for _, n := range namers {
			if n.head.Seq != j.Seq {
				return nil
			}
		}
		if j.Verb == journalExpire {
			err = b.eraseTask(e)
		} else {
			err = b.orphan(e)
		}
		if err != nil {
			return err
		}
		return b.pause()
	}
	kinds := []byte{keyInput, keyResult}
	if j.Verb != journalExpire && b.s.opts.Retention == 0 {
		kinds = kinds[:1] // nothing is to be done about results
	}
	return b.eachStored(tree, do, kinds...)
}

// eachStored calls do with the minted leaves of a tree that have a key of one of
// these kinds, and with all others.
func (b *batch) eachStored(tree result.Tree, do func(result.ID) error, kinds ...byte) error {
	for run := range tree.LeafRuns() {
		root, first, count, ok := mintedRun(run)
		if !ok {
			if err := do(run.ID()); err != nil {
				return err
			}
			continue
		}
		for _, kind := range kinds {
			if err := b.eachKey(kind, root, first, count, do); err != nil {
				return err
			}
		}
	}
	return nil
}

// eachKey calls do with the minted tasks of a run that have a key of this kind.
func (b *batch) eachKey(kind byte, root result.Root, first uint32, count int, do func(result.ID) error) error {
	last := first + uint32(count-1)
	for {
		keys, err := b.keys(nodeKey(kind, root, first), nodeKey(kind, root, last), 1000)
		if err != nil {
			return err
		}
		for _, key := range keys {
			if err := do(root.ID(node(key))); err != nil {
				return err
			}
		}
		if len(keys) < 1000 || node(keys[len(keys)-1]) == last {
			return nil
		}
		first = node(keys[len(keys)-1]) + 1
	}
}

func (b *batch) orphan(e entry) error {
	if err := b.deleteAside(idKey(keyInput, e.id)); err != nil {
		return err
	}
	if b.s.opts.Retention == 0 || !e.exists {
		return nil
	}
	return b.expireLone(e.id)
}

// eraseTask removes all that is stored of a task.
func (b *batch) eraseTask(e entry) error {
	if e.rec.Blob != nil {
		if err := b.deleteBlob(*e.rec.Blob); err != nil {
			return err
		}
	}
	if e.exists {
		if err := b.drop(e.key); err != nil {
			return err
		}
		b.news = append(b.news, news{task: e.id})
	}
	if err := b.deleteAside(idKey(keyInput, e.id)); err != nil {
		return err
	}
	return b.delete(idKey(keyLone, e.id))
}
