package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/result"
)

// Limits of a repair.
const (
	maxRounds = 12
	maxFixes  = 100_000 // a round
	fixBatch  = 100     // an operation
)

// Repair checks the store and puts right what it finds: it rebuilds what can be
// derived from trees and results (counts, memberships, marks of settling, the counter
// of numbers), and removes what cannot be read and what belongs to nothing. It
// returns what it repaired; a Finding with Lost set says what is gone for good.
// A result that is lost counts as forgotten, so that nobody waits for it and
// Retry has it done again.
//
// It repairs in rounds, since one thing put right shows the next, and an error
// that is no other says that the store is still not clean. It may be interrupted,
// and repeated. The store may be used meanwhile. Nothing is repaired while a
// table of Badger's is damaged: that would make the loss look right.
func (s *Store) Repair(ctx context.Context, progress func(done, total int)) (repaired Checked, err error) {
	if s.opts.ReadOnly {
		return repaired, &Error{Op: "repair", Err: result.ErrReadOnly}
	}
	for range maxRounds {
		found, err := s.check(ctx, progress, maxFixes)
		if err != nil || found.Clean() {
			found.Findings, found.Found = repaired.Findings, repaired.Found
			return found, err
		}
		for _, f := range found.Findings {
			if f.Invariant == "I11" {
				return found, &Error{Op: "repair", Err: fmt.Errorf("%w: %s", result.ErrCorrupt, f.What)}
			}
		}
		fixes := due(found.Findings)
		for n := 0; n < len(fixes); n += fixBatch {
			part := fixes[n:min(n+fixBatch, len(fixes))]
			if err := s.write(ctx, "repair", "", func(b *batch) error { return b.fix(part) }); err != nil {
				return repaired, err
			}
		}
		repaired.Found += len(fixes)
		repaired.Findings = append(repaired.Findings, fixes[:min(len(fixes), MaxFindings-len(repaired.Findings))]...)
	}
	return repaired, &Error{Op: "repair", Err: fmt.Errorf("%w: the store is still not clean after %d rounds", result.ErrCorrupt, maxRounds)}
}

// due is what of the findings is to be put right now: what belongs to nothing is
// removed only once everything else is right, since it may belong to what comes
// back. A group is rebuilt once.
func due(found []Finding) (now []Finding) {
	rebuilt := map[result.ID]bool{}
	for _, f := range found {
		if f.spare || rebuilt[f.rebuild] {
			continue
		}
		if f.rebuild != "" {
			rebuilt[f.rebuild] = true
		}
		now = append(now, f)
	}
	if len(now) == 0 {
		return found
	}
	return now
}

// changedSince reports whether others wrote the record under key after a commit.
func (b *batch) changedSince(key []byte, commit uint64) (changed bool, err error) {
	err = b.s.guarded(func() error {
		item, err := b.snap.Get(key)
		if errors.Is(err, badger.ErrKeyNotFound) {
			changed = true // it was there
			return nil
		}
		changed = err == nil && item.Version() > commit
		return err
	})
	return changed, err
}

// fix puts findings right. What is damaged too, and in the way, is left for the
// next round.
func (b *batch) fix(found []Finding) (err error) {
	err = b.paused(func() error {
		b.s.absent.forget() // what it knows may not be what is stored
		return nil
	})
	if err != nil {
		return err
	}
	b.long = true
	for _, f := range found {
		changed := false
		if f.key != nil {
			changed, err = b.changedSince(f.key, f.at)
		}
		switch {
		case err != nil || changed: // it is found again, if it is still wrong
		case f.rebuild != "":
			err = b.rebuild(f.rebuild)
		default:
			err = f.fix(b)
		}
		if err == nil {
			err = b.pause()
		}
		if err != nil && !errors.Is(err, result.ErrCorrupt) {
			break
		}
		err = nil
	}
	b.long = err == nil // an operation that fails is none that has begun
	return err
}
