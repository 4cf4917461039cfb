package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/result"
)

// A Compaction is how to give space back.
type Compaction int

// The compactions. Both remove what has expired, and the marks of forgotten
// results that no saved group names.
const (
	// Light has Badger drop what was deleted or overwritten. It needs room on the
	// disk for one more copy at worst, rewrites everything once, and leaves the
	// files some percent larger than they could be.
	Light Compaction = 0
	// Full copies what is there into new files, verifies them and puts them in the
	// place of the old ones. It needs room for the copy, and gives ErrNoSpace if
	// there is none.
	Full Compaction = 1
)

// Compact gives the space of what was deleted back to the disk. It is never
// needed: Badger does the same in time while it is written to. It returns how
// many expired things and forgotten marks it removed.
//
// A straggler's report of a task whose mark was removed is recorded as that of a
// lone task, as if nobody had ever known it.
//
// The store stays open. Writes wait until Compact is done, seconds for a million
// results; reads go on but for two short moments. A context that ends, or a crash,
// leaves the store as it was before or after, never in between. In memory there
// are no files, and nothing but the removing is done.
//
// If progress is not nil it is called now and then in a Full compaction with how
// many records were copied and how many there are. It must not use the store.
func (s *Store) Compact(ctx context.Context, how Compaction, progress func(done, total int)) (removed int, err error) {
	if s.opts.ReadOnly {
		return 0, &Error{Op: "compact", Err: result.ErrReadOnly}
	}
	if how != Light && how != Full {
		return 0, &Error{Op: "compact", Err: fmt.Errorf("unknown compaction %d", how)}
	}
	end, err := s.turn(ctx, "compact")
	if err != nil {
		return 0, err
	}
	defer end()
	if removed, err = s.Sweep(ctx); err != nil {
		return removed, err
	}
	marks, err := s.dropMarks(ctx)
	if removed += marks; err != nil || s.opts.InMemory {
		return removed, err
	}
	return removed, s.write(ctx, "compact", "", func(b *batch) error {
		return b.paused(func() error {
			if how == Light {
				return s.flatten(ctx)
			}
			return s.copyFiles(ctx, progress)
		})
	})
}

// flatten has Badger merge everything into one level. It does not merge what is
// in memory, or in level 0 alone; but closing writes out the one, and merges the
// other if asked to.
func (s *Store) flatten(ctx context.Context) error {
	if err := s.verified(); err != nil { // it could not be opened again
		return err
	}
	nothing := func() error { return nil }
	s.opts.merging = true
	defer func() { s.opts.merging = false }()
	if err := s.reopen(nothing); err != nil {
		return err
	}
	err := ctx.Err()
	if err == nil {
		err = s.db.Flatten(1)
	}
	s.opts.merging = false
	return errors.Join(err, s.reopen(nothing))
}

// copyFiles replaces Badger's files by a copy of what is in them.
func (s *Store) copyFiles(ctx context.Context, progress func(done, total int)) error {
	if err := s.verified(); err != nil { // a copy would make that last
		return err
	}
	lsm := uint64(0)
	for _, level := range s.db.Levels() {
		lsm += uint64(level.Size)
	}
	if free, err := s.free(s.dir); err != nil {
		return err
	} else if need := lsm + lsm/10 + uint64(2*s.db.Opts().MemTableSize); free < need {
		return fmt.Errorf("%w: the copy needs up to %d MiB, and %d MiB are free: a light compaction needs less", result.ErrNoSpace, need>>20, free>>20)
	}
	nothing := func() error { return nil }
	s.opts.still = true // Badger's own compactions would only take memory
	defer func() { s.opts.still = false }()
	if err := s.reopen(nothing); err != nil {
		return err
	}
	err := s.db.View(func(txn *badger.Txn) error {
		_, err := s.build(ctx, filepath.Join(s.dir, newDir), s.watched(ctx, txn, progress), nil)
		return err
	})
	s.opts.still = false
	if err != nil {
		return errors.Join(err, s.reopen(nothing))
	}
	return s.reopen(func() error { return s.swap("") })
}

// watched is a snapshot as a source, that tells how far it is.
func (s *Store) watched(ctx context.Context, txn *badger.Txn, progress func(done, total int)) source {
	return func(add func(raw) error) error {
		done, all := 0, 0
		if progress != nil {
			var err error
			if all, err = countKeys(ctx, txn); err != nil {
				return err
			}
		}
		err := scan(ctx, txn, func(r raw) error {
			if progress != nil && done%1024 == 0 {
				progress(done, all)
			}
			done++
			return errors.Join(s.ended(), add(r))
		})
		if progress != nil && err == nil {
			progress(done, all)
		}
		return err
	}
}

// countKeys is how many records a snapshot has.
func countKeys(ctx context.Context, txn *badger.Txn) (n int, err error) {
	it := txn.NewIterator(badger.IteratorOptions{})
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		if n++; n%1024 == 0 && ctx.Err() != nil {
			return 0, ctx.Err()
		}
	}
	return n, nil
}
