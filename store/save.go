package store

import (
	"context"
	"fmt"
	"time"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// Save makes a tree durable under its id; see group.Backend. ErrTooLarge is also for a
// task that 96 saved groups name already, a nested group that 1000 nest, and for
// 4,294,967,295 direct members.
//
// A large tree takes several transactions: first its pieces, labels and inputs,
// which mean nothing alone, and go if nothing follows; then the journal entry, from
// which on the group is as good as saved; then who is named; and last the head that
// makes it visible.
func (s *Store) Save(ctx context.Context, tree result.Tree, attr result.Attributes) (result.Outcome, error) {
	id := tree.ID()
	if err := s.validateSave(tree, attr); err != nil {
		return result.Outcome{}, &Error{Op: "save", ID: id, Err: err}
	}
	return s.operate(ctx, "save", id, func(b *batch, t *tally) error { return b.save(t, tree, attr, true) })
}

// maxMembers is more than a place in a tree can say.
const maxMembers int64 = 1<<32 - 1

func (s *Store) validateSave(tree result.Tree, attr result.Attributes) error {
	if !tree.IsGroup() {
		return fmt.Errorf("%w: %q is no group", result.ErrBadID, string(tree.ID()))
	}
	if err := tree.Validate(); err != nil {
		return err
	}
	if int64(tree.Len()) >= maxMembers {
		return fmt.Errorf("%w: %d direct members, and the most is %d", result.ErrTooLarge, tree.Len(), maxMembers-1)
	}
	if err := attr.Validate(tree); err != nil {
		return err
	}
	if err := s.validateValue("note", attr.Note); err != nil {
		return err
	}
	for _, in := range attr.Inputs {
		if err := s.validateValue("input", in); err != nil {
			return err
		}
	}
	return nil
}

// save saves tree, or lets the group of this id grow. Not alone in its step, it
// cannot be a long operation.
func (b *batch) save(t *tally, tree result.Tree, attr result.Attributes, alone bool) error {
	old, same, err := b.standing(tree)
	if err != nil || same {
		return err
	}
	j := journal{Verb: journalSave, ID: tree.ID()}
	if old != nil {
		j.Seq, j.Version = old.head.Seq, old.head.Tree+1
	} else if j.Seq, err = b.nextSeq(); err != nil {
		return err
	}
	found, err := b.survey(j.Seq, tree)
	if err != nil {
		return err
	}
	encoded := encoding.AppendTree(nil, tree)
	large := len(encoded) > treePiece || largeSave(tree, attr)
	if large && !alone {
		return errAlone
	}
	b.long = alone && (large || b.tight)
	if j.Pieces, err = b.draft(j, tree, encoded, attr); err != nil {
		return err
	}
	j.Created, j.MaxAge = b.now.UnixMicro(), attr.MaxAge
	if err := b.beginLong(j); err != nil {
		return err
	}
	return b.finishSave(t, j, tree, found)
}

// standing returns the group that is saved under the id of tree, nil if there is
// none, and whether it is the same. One that may not become tree gives ErrExist.
func (b *batch) standing(tree result.Tree) (old *group, same bool, err error) {
	if old, err = b.group(idKey(keyHead, tree.ID())); old == nil || err != nil {
		return nil, false, err
	}
	before, err := b.tree(old)
	if err != nil || tree.Equal(before) {
		return old, true, err
	}
	if !tree.Extends(before) || old.head.Progress.Settled() && before.Len() > 0 {
		return nil, false, result.ErrExist
	}
	return old, false, nil
}

// largeSave reports whether saving may take more than one transaction.
func largeSave(tree result.Tree, attr result.Attributes) bool {
	n := 0
	for run := range tree.LeafRuns() {
		if _, _, _, own := ownRun(tree.ID(), run); !own {
			n += run.LeafCount()
		}
	}
	for range tree.Groups() {
		n++
	}
	for _, in := range append(attr.Inputs[:len(attr.Inputs):len(attr.Inputs)], attr.Note) {
		if len(in) > maxInline { // a long value takes transactions of its own
			return true
		}
		n += 1 + len(in)/256
	}
	return n > longOp
}

// finishSave makes a group visible, or grow. After a crash it is repeated, from
// the journal.
func (b *batch) finishSave(t *tally, j journal, tree result.Tree, found survey) error {
	if err := b.link(j.Seq, tree, found); err != nil {
		return err
	}
	key := idKey(keyHead, tree.ID())
	g, err := b.group(key)
	if err != nil {
		return err
	}
	if g == nil {
		g = b.adopt(&group{id: tree.ID(), key: key, head: encoding.Head{
			Seq: j.Seq, Created: time.UnixMicro(j.Created).UTC(), MaxAge: j.MaxAge,
		}})
	} else if err := b.deleteTree(j.Seq, g.head.Tree, g.head.Chunks); err != nil {
		return err
	}
	g.own = nil // the places of the tree before
	if found.own {
		g.own = ownPlaces(tree) // those who report next need them
	}
	g.head.Tree, g.head.Chunks = j.Version, j.Pieces
	g.head.Progress, g.head.Own, g.head.Nested = found.progress, found.own, found.nested
	b.change(g)
	t.applied = true
	b.news = append(b.news, news{group: g.id})
	g.head.Settled = zeroTime
	if g.head.Progress.Settled() { // a group that grows was not, or it was empty
		g.head.Settled = b.now
		t.settled = append(t.settled, passage{j.Seq, g.id})
	}
	if err := b.expireGroup(g); err != nil {
		return err
	}
	body := append(make([]byte, 0, len(g.id)+sealLen), g.id...)
	if err := b.set(seqKey(keySeq, j.Seq), 0, body); err != nil {
		return err
	}
	return b.endLong(j)
}

// writeAbout stores what was saved beside the tree, which never changes.
func (b *batch) writeAbout(seq uint64, attr result.Attributes) error {
	if len(attr.Labels) > 0 {
		labels := encoding.AppendLabels(nil, attr.Labels)
		if err := b.set(seqKey(keyLabels, seq), 0, labels); err != nil {
			return err
		}
	}
	if attr.Note == nil {
		return nil
	}
	return b.writeAside(seqKey(keyNote, seq), attr.Note)
}
