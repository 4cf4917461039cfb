package remote

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed-1c955bc8/bunch/result"
)

// A Saver is a [Backend] that also saves and reports many at once, as package store's
// does.
type Saver interface {
	SaveAll(ctx context.Context, trees []result.Tree, reports []result.Async) (saved, reported []result.Outcome, err error)
}

// saveAll is what askSaveAll asks, and savedAll its answer.
type saveAll struct {
	_       struct{} `cbor:",toarray"`
	Trees   [][]byte
	Reports []async
}

type savedAll struct {
	_               struct{} `cbor:",toarray"`
	Saved, Reported []outcome
}

// SaveAll is that of store.Store, in the process that has the store: all of it is one
// step, or has not happened. What is more than one frame gives ErrTooLarge.
func (c *Client) SaveAll(ctx context.Context, trees []result.Tree, reports []result.Async) (saved, reported []result.Outcome, err error) {
	if len(trees) > maxReports {
		return nil, nil, fmt.Errorf("save all: %w: %d trees in one call, the most is %d", result.ErrTooLarge, len(trees), maxReports)
	}
	ask := saveAll{Trees: make([][]byte, len(trees))}
	for i, tree := range trees {
		if ask.Trees[i], err = packTree(tree); err != nil {
			return nil, nil, fmt.Errorf("save all: %q: %w", string(tree.ID()), err)
		}
	}
	if ask.Reports, err = packReports(reports); err != nil {
		return nil, nil, fmt.Errorf("save all: %w", err)
	}
	answer, err := call[savedAll](ctx, c, askSaveAll, ask)
	if err != nil {
		return nil, nil, err
	}
	return unpackOutcomes(answer.Saved), unpackOutcomes(answer.Reported), nil
}

// saveAll answers one call of askSaveAll.
func (s *Server) saveAll(ctx context.Context, body []byte) (any, error) {
	var ask saveAll
	if err := unpack(body, &ask); err != nil {
		return nil, err
	}
	if len(ask.Trees) > maxReports {
		return nil, errGarbage
	}
	trees := make([]result.Tree, len(ask.Trees))
	for i, b := range ask.Trees {
		var err error
		if trees[i], err = unpackTree(b); err != nil {
			return nil, err
		}
	}
	reports, err := unpackReports(ask.Reports)
	if err != nil {
		return nil, err
	}
	many, ok := s.backend.(Saver)
	if !ok {
		return nil, errors.New("the process that has the store cannot save many at once")
	}
	saved, reported, err := many.SaveAll(ctx, trees, reports)
	return savedAll{Saved: packOutcomes(saved), Reported: packOutcomes(reported)}, err
}
