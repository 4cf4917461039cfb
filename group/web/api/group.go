package api

import (
	"context"
	"fmt"

	"github.com/seed-1c955bc8/bunch/encoding/jsonline"
	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

// group answers with one group, without what it names.
func (h *handler) group(ctx context.Context, p params) ([]byte, error) {
	tree, saved, err := h.find(ctx, p)
	if err != nil {
		return nil, err
	}
	at, err := h.standing(ctx, tree, saved)
	if err != nil {
		return nil, err
	}
	return jsonline.AppendHead(nil, tree, saved, at)
}

// find looks up the group that id names, and the saved group that it is in.
func (h *handler) find(ctx context.Context, p params) (result.Tree, result.Saved, error) {
	id, err := p.id()
	if err != nil {
		return result.Tree{}, result.Saved{}, err
	}
	tree, saved, err := group.Find(ctx, h.b, id)
	if err == nil && !tree.IsGroup() {
		err = fmt.Errorf("%q is a task: %w as a group", string(id), result.ErrNotFound)
	}
	return tree, saved, err
}

// standing is how far the group was when it was found; one that is nested is
// counted.
func (h *handler) standing(ctx context.Context, tree result.Tree, saved result.Saved) (result.Progress, error) {
	if saved.ID == tree.ID() {
		return saved.Progress, nil
	}
	return group.Of(h.b, tree).Progress(ctx)
}
