package store

import (
	"context"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// SaveAll reports results, and then saves trees, in one step: each of them is
// applied or looked at, as by [Store.Report] and [Store.Save] without attributes,
// or none is. It is for who loads many small groups at once, as an import does: the
// store finds what the trees name in memory, and everything shares one commit.
//
// saved and reported are in the order of trees and reports. An error may come from
// any of them, and does not say from which: make them one by one then. ErrTooLarge
// is also for what is too large for one transaction: more than 1000 reports, a tree
// that names more than 500 tasks and groups from elsewhere, some 500 KiB in all.
func (s *Store) SaveAll(ctx context.Context, trees []result.Tree, reports []result.Async) (saved, reported []result.Outcome, err error) {
	if err := s.validate(reports); err != nil {
		return nil, nil, &Error{Op: "save all", Err: err}
	}
	for _, tree := range trees {
		if err := s.validateSave(tree, result.Attributes{}); err != nil {
			return nil, nil, &Error{Op: "save all", ID: tree.ID(), Err: err}
		}
	}
	if len(trees)+len(reports) == 0 {
		return nil, nil, nil
	}
	reported, saved = make([]result.Outcome, len(reports)), make([]result.Outcome, len(trees))
	blobs := make([]*encoding.Blob, len(reports))
	err = s.write(ctx, "save all", "", func(b *batch) error {
		if err := b.reportAll(reports, blobs, reported); err != nil {
			return err
		}
		for i, tree := range trees {
			var t tally
			if err := b.save(&t, tree, result.Attributes{}, false); err != nil {
				return err
			}
			saved[i] = result.Outcome{}
			t.outcome(&saved[i])
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	return saved, reported, nil
}
