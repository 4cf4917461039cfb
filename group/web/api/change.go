package api

import (
	"context"
	"fmt"

	"github.com/seed-1c955bc8/bunch/encoding/jsonline"
	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

// change is something that POST does to a group.
type change struct {
	do    func(*group.Result, context.Context) (result.Outcome, error)
	saved bool // it is for saved groups only, not for parts of them
}

var changes = map[string]change{
	"revoke": {do: (*group.Result).Revoke},
	"retry":  {do: (*group.Result).Retry},
	"forget": {do: (*group.Result).Forget},
	"delete": {do: (*group.Result).Delete, saved: true},
	"purge":  {do: (*group.Result).Purge, saved: true},
}

// change answers with what it did. When the client has gone before, it has either
// happened as a whole or not at all.
func (h *handler) change(ctx context.Context, p params, c change) ([]byte, error) {
	id, err := p.id()
	if err != nil {
		return nil, err
	}
	tree, saved, err := group.Find(ctx, h.b, id)
	if err == nil && c.saved && !(tree.IsGroup() && saved.ID == id) {
		err = fmt.Errorf("%q: %w as a saved group", string(id), result.ErrNotFound)
	}
	if err != nil {
		return nil, err
	}
	out, err := c.do(group.Of(h.b, tree), ctx)
	if err != nil {
		return nil, err
	}
	return jsonline.AppendOutcome(nil, id, out), nil
}
