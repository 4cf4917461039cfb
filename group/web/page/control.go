package page

import (
	"context"
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

// change does what a button says and goes back to where it stood. It changes as a
// whole or not at all, also when the browser does not wait for the answer.
func (s *site) change(w http.ResponseWriter, r *http.Request) {
	if !s.opt.Control {
		http.Error(w, "this page only shows: it was made without control", http.StatusForbidden)
		return
	}
	back, err := s.apply(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	redirect(w, back)
}

// apply returns the way back.
func (s *site) apply(r *http.Request) (back string, err error) {
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	name := r.PathValue("verb")
	do := verbs[name]
	if do == nil {
		return "", fmt.Errorf("%q: %w: the buttons revoke, retry, forget and delete", name, result.ErrNotFound)
	}
	at, err := s.find(ctx, r)
	if err != nil {
		return "", err
	}
	tree, back := at.tree, "./"
	if member := r.PathValue("at"); member != "" {
		n, err := position("member", member)
		if err != nil {
			return "", err
		}
		_, a, err := s.leaf(ctx, at.tree, n)
		if err != nil {
			return "", err
		}
		tree, back = result.Task(a.ID), "../"+member
	}
	if name == "delete" {
		if !at.whole() || !tree.IsGroup() {
			return "", fmt.Errorf("%q: %w as a saved group: only those are deleted", string(tree.ID()), result.ErrNotFound)
		}
		back = root(r)
	}
	_, err = do(group.Of(s.b, tree), ctx)
	return back, err
}
