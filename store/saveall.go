package store

import (
	"context"
	"fmt"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// errAlone is for a tree that takes more than one transaction.
var errAlone = fmt.Errorf("%w: the group is to be saved alone", result.ErrTooLarge)

// SaveAll reports results, and then saves trees, in one step: each of them is
// applied or looked at, as by [Store.Report] and [Store.Save] without attributes,
// or none is. It is for who loads many small groups at once, as an import does: the
// store finds what the trees name in memory, and everything shares one commit.
//
// saved and reported are in the order of trees and reports. An error may come from
// any of them: make them in smaller parts then. ErrTooLarge
// is also for what may not fit one transaction: more than 1000 reports or 1000 trees;
// a tree with more than 500 nested groups and tasks from elsewhere, or one of more
// than 64 KiB, which Save takes; and all together over some 1.2 MB, or 13,000 records,
// on Edge.
func (s *Store) SaveAll(ctx context.Context, trees []result.Tree, reports []result.Async) (saved, reported []result.Outcome, err error) {
	if err := s.validate(reports); err != nil {
		return nil, nil, &Error{Op: "save all", Err: err}
	}
	if len(trees) > maxReports {
		return nil, nil, &Error{Op: "save all", Err: fmt.Errorf("%w: %d trees in one call, the most is %d", result.ErrTooLarge, len(trees), maxReports)}
	}
	for _, tree := range trees {
		err := s.validateSave(tree, result.Attributes{})
		if err == nil && largeSave(tree, result.Attributes{}) {
			err = errAlone
		}
		if err != nil {
			return nil, nil, &Error{Op: "save all", ID: tree.ID(), Err: err}
		}
	}
	if len(trees)+len(reports) == 0 {
		return nil, nil, nil
	}
	reported, saved = make([]result.Outcome, len(reports)), make([]result.Outcome, len(trees))
	blobs := make([]*encoding.Blob, len(reports))
	err = s.write(ctx, "save all", "", func(b *batch) error {
		for _, tree := range trees { // what is refused before it wrote anything costs nobody else
			if _, _, err := b.standing(tree); err != nil {
				return fmt.Errorf("group %q: %w", string(tree.ID()), err)
			}
		}
		if err := b.reportAll(reports, blobs, reported); err != nil {
			return err
		}
		for i, tree := range trees {
			var t tally
			if err := b.save(&t, tree, result.Attributes{}, false); err != nil {
				return fmt.Errorf("group %q: %w", string(tree.ID()), err)
			}
			saved[i] = result.Outcome{}
			t.outcome(&saved[i])
		}
		return nil
	})
	if err != nil {
		s.dropBlobs(ctx, blobs)
		return nil, nil, err
	}
	return saved, reported, nil
}
