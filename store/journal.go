package store

import (
	"errors"
	"fmt"
	"time"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// longOp is up to how many records an operation may write in one transaction.
const longOp = 500

// A journal entry stands for an operation too large for one transaction. Once it
// is committed the operation has happened: the committer carries it out before
// it takes another, and if the process ends before that, Open does. Each part of
// the work may be done twice. It goes on where it meets a damaged record, see
// passOver; Open leaves what it cannot do at all for Repair to drop.
type journal struct {
	_       struct{} `cbor:",toarray"`
	Verb    uint8
	ID      result.ID     // of the group, when it is about a saved one
	Seq     uint64        // of the group, the long value, or this entry
	Version uint32        // of the tree
	Pieces  uint32        // of the tree
	Size    uint64        // of a long value
	Created int64         // microseconds, for Save
	MaxAge  time.Duration // for Save
}

// The verbs of the journal: part of the format.
const (
	journalBlob   = 1 // a long value is being written; undone, not repeated
	journalSave   = 2
	journalDelete = 3
	journalPurge  = 4
	journalExpire = 5
	journalRevoke = 6
	journalRetry  = 7
	journalForget = 8
	journalDraft  = 9 // a group is being written; undone, not repeated, until it is journalSave
)

func (b *batch) setJournal(j journal) error {
	body, err := encoding.Marshal(j)
	if err != nil {
		return err
	}
	return b.set(seqKey(keyJournal, j.Seq), 0, body)
}

// beginLong commits the entry of an operation that is long, and what it rests
// on. A short one needs none.
func (b *batch) beginLong(j journal) error {
	if !b.long {
		return nil
	}
	if err := b.setJournal(j); err != nil {
		return err
	}
	return b.flush()
}

// endLong removes the entry, in the transaction that completes the work.
func (b *batch) endLong(j journal) error {
	if !b.long {
		return nil
	}
	return b.delete(seqKey(keyJournal, j.Seq))
}

// pause commits a part of a long operation once it fills the batch.
func (b *batch) pause() error {
	if b.long && b.full() {
		return b.flushForRoom()
	}
	return nil
}

// makeRoom commits a part of a long operation if a step that writes so many bytes might
// not fit beside it.
func (b *batch) makeRoom(bytes int) error {
	if int64(b.used+b.heads+bytes) < b.s.db.MaxBatchSize()*9/10 {
		return nil
	}
	return b.flushForRoom()
}

// replay carries out what the journal still holds. Open calls it before the
// committer starts.
func (s *Store) replay() error {
	b := s.newBatch()
	defer b.end()
	if err := b.tick(); err != nil {
		return err
	}
	keys, err := b.keys([]byte{keyJournal}, seqKey(keyJournal+1, 0), 1<<20)
	if err != nil {
		return err
	}
	for _, key := range keys {
		err := b.resume(key)
		if errors.Is(err, result.ErrCorrupt) { // Check finds it, and Repair drops it
			s.opts.Logger.Error("what was interrupted cannot be completed", "error", err)
			b.begin()
		} else if err != nil {
			return err
		}
		if err := b.flush(); err != nil {
			return err
		}
	}
	return b.land()
}

// resume carries out what the journal entry under key stands for. ErrCorrupt: what it
// needs cannot be read.
func (b *batch) resume(key []byte) error {
	body, _, err := b.get(key)
	if err != nil || body == nil {
		return err
	}
	var j journal
	if err := encoding.Unmarshal(body, &j); err != nil {
		return corrupt(key, err)
	}
	b.s.opts.Logger.Info("completing what was interrupted", "verb", j.Verb, "id", string(j.ID))
	b.long = true
	if err := b.redo(j); err != nil {
		return fmt.Errorf("completing an interrupted operation on %q: %w", string(j.ID), err)
	}
	return nil
}

// staleSave drops an entry that is back, since the table that says it is done was lost.
func (b *batch) staleSave(j journal) (stale bool, err error) {
	g, err := b.group(idKey(keyHead, j.ID))
	switch {
	case err != nil || g == nil || g.head.Seq == j.Seq && g.head.Tree < j.Version:
		return false, err
	case g.head.Seq == j.Seq:
		return true, b.delete(seqKey(keyJournal, j.Seq))
	}
	return true, b.dropDraft(j)
}

// passOver lets an operation go on that has happened already, and meets a record that
// cannot be read: nobody may be told that it failed. The record stays as it is, for
// Check to find.
func (b *batch) passOver(err error) error {
	if !b.long || !errors.Is(err, result.ErrCorrupt) {
		return err
	}
	b.s.opts.Logger.Error("passed over what cannot be read", "error", err)
	return nil
}

func (b *batch) redo(j journal) error {
	var t tally
	switch j.Verb {
	case journalBlob:
		return b.dropBlob(encoding.Blob{Seq: j.Seq, Size: j.Size})
	case journalDraft:
		return b.dropDraft(j)
	}
	tree, err := readTree(b, j.Seq, j.Version, j.Pieces)
	if err != nil {
		return err
	}
	switch j.Verb {
	case journalDelete, journalPurge, journalExpire:
		return b.finishRemoval(&t, j, tree)
	case journalSave:
		if stale, err := b.staleSave(j); stale || err != nil {
			return err
		}
		found, err := b.survey(j.Seq, tree)
		if err != nil {
			return err
		}
		return b.finishSave(&t, j, tree, found)
	case journalRevoke, journalRetry, journalForget:
		return b.finishChange(&t, j, tree)
	}
	return &result.VersionError{What: "journal", Got: uint64(j.Verb), Max: journalDraft}
}
