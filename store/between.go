package store

import (
	"context"

	"github.com/dgraph-io/badger/v4"
)

// between runs do on a snapshot taken between two operations, so that none is
// half done in it, however large. Writes go on meanwhile, but what the snapshot
// can see keeps its space on disk, and Close waits: do asks s.ended often. What do
// calls of the caller's must not use the store.
func (s *Store) between(ctx context.Context, name string, do func(snapshot) error) error {
	err := ctx.Err()
	if err == nil {
		err = s.hold()
	}
	if err != nil {
		return &Error{Op: name, Err: err}
	}
	defer s.release()
	var txn *badger.Txn
	if s.opts.ReadOnly { // nobody writes
		txn = s.db.NewTransaction(false)
	} else {
		err = s.enqueue(ctx, &op{looks: true, apply: func(b *batch) error {
			if err := b.rest(); err != nil {
				return err
			}
			if txn == nil { // it may be asked again, after a failure of another operation
				txn = s.db.NewTransaction(false)
			}
			return nil
		}})
	}
	if txn != nil {
		defer txn.Discard()
	}
	if err == nil {
		err = s.guarded(func() error { return do(snapshot{txn}) })
	}
	if err != nil {
		return &Error{Op: name, Err: err}
	}
	return nil
}

// rest sends the batch to the disk and waits until it has landed: then nothing is
// under way.
func (b *batch) rest() error {
	if err := b.flush(); err != nil {
		return err
	}
	return b.land()
}

// paused runs do in the committer while nothing is under way and no snapshot is
// open, so that it may do what it likes with the files.
func (b *batch) paused(do func() error) error {
	if err := b.rest(); err != nil {
		return err
	}
	b.snap.Discard()
	err := do()
	if b.s.failed == nil {
		b.before = nil
		b.snap = snapshot{b.s.db.NewTransaction(false)}
	}
	return err
}
