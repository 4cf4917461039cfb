package page

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

// verbs are what the buttons do, to a group or to one task of it.
var verbs = map[string]func(*group.Result, context.Context) (result.Outcome, error){
	"revoke": (*group.Result).Revoke,
	"retry":  (*group.Result).Retry,
	"forget": (*group.Result).Forget,
	"delete": (*group.Result).Delete,
}

// errReadOnly: the page was made without control.
var errReadOnly = errors.New("this page only shows, and changes nothing")

// change does what a button says, and goes back to where it stood. It changes as a
// whole or not at all, also when the browser does not wait for the answer.
func (s *site) change(ctx context.Context, r *http.Request) (view, error) {
	if !s.opt.Control {
		return view{}, errReadOnly
	}
	name := r.PathValue("verb")
	do := verbs[name]
	if do == nil {
		return view{}, fmt.Errorf("%q: %w: the buttons revoke, retry, forget and delete", name, result.ErrNotFound)
	}
	at, err := s.find(ctx, r)
	if err != nil {
		return view{}, err
	}
	tree, back := at.tree, "./"
	if member := r.PathValue("at"); member != "" {
		n, err := position("member", member)
		if err != nil {
			return view{}, err
		}
		_, a, err := s.leaf(ctx, at.tree, n)
		if err != nil {
			return view{}, err
		}
		tree, back = result.Task(a.ID), "../"+member
	}
	if name == "delete" {
		if !at.whole() || !tree.IsGroup() {
			return view{}, fmt.Errorf("%q: %w as a saved group: only those are deleted", string(tree.ID()), result.ErrNotFound)
		}
		back = root(r)
	}
	_, err = do(group.Of(s.b, tree), ctx)
	return view{To: back}, err
}
