package page

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

// segment writes an id as one segment of a path. Browsers and proxies change what
// is not plain there, such as "..", "a%2Fb" or a NUL, so such an id is written in
// base64 behind a tilde.
func segment(id result.ID) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_'
	}
	if strings.ContainsFunc(string(id), func(r rune) bool { return !plain(r) }) {
		return "~" + base64.RawURLEncoding.EncodeToString([]byte(id))
	}
	return string(id)
}

// parseSegment reads the id back.
func parseSegment(text string) (result.ID, error) {
	if coded, ok := strings.CutPrefix(text, "~"); ok {
		b, err := base64.RawURLEncoding.DecodeString(coded)
		if err != nil {
			return "", fmt.Errorf("%w: %.64q is not base64 behind a tilde", result.ErrBadID, text)
		}
		text = string(b)
	}
	return result.ID(text), result.ID(text).Validate()
}

// A place is the group that a page is about.
type place struct {
	tree  result.Tree
	saved result.Saved // the saved group that it is or is nested in
}

// whole reports whether the group is saved itself.
func (p place) whole() bool { return p.tree.ID() == p.saved.ID }

// own is what is known of the group as a saved one; zero if it is nested.
func (p place) own() result.Saved {
	if p.whole() {
		return p.saved
	}
	return result.Saved{}
}

// find looks up the group that the path names.
func (s *site) find(ctx context.Context, r *http.Request) (place, error) {
	id, err := parseSegment(r.PathValue("id"))
	if err != nil {
		return place{}, err
	}
	tree, saved, err := group.Find(ctx, s.b, id)
	if err == nil && !tree.IsGroup() {
		err = fmt.Errorf("%q is a task: %w as a group", string(id), result.ErrNotFound)
	}
	return place{tree, saved}, err
}

// progress is how far the group was when it was found. One that is nested is
// counted, task by task.
func (s *site) progress(ctx context.Context, at place) (result.Progress, error) {
	if at.whole() {
		return at.saved.Progress, nil
	}
	return group.Of(s.b, at.tree).Progress(ctx)
}

// position reads a number of the query or of the path that counts members.
func position(name, text string) (int, error) {
	n, err := strconv.Atoi(text)
	if text == "" {
		return 0, nil
	}
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%w: %s %.32q is no position, which counts from 0", result.ErrBadValue, name, text)
	}
	return n, nil
}

func from(r *http.Request) (int, error) { return position("from", r.URL.Query().Get("from")) }

// search goes to what an id names.
func (s *site) search(w http.ResponseWriter, r *http.Request) {
	id := result.ID(strings.TrimSpace(r.URL.Query().Get("id")))
	tree, saved, err := result.Tree{}, result.Saved{}, id.Validate()
	if err == nil {
		tree, saved, err = group.Find(r.Context(), s.b, id)
	}
	switch {
	case err != nil:
		s.fail(w, r, err)
	case tree.IsGroup():
		redirect(w, "group/"+segment(id)+"/")
	case saved.ID != "":
		at, _ := saved.Tree.LeafIndex(id)
		redirect(w, fmt.Sprintf("group/%s/%d", segment(saved.ID), at))
	default:
		redirect(w, "task/"+segment(id))
	}
}

// seek goes to a task of a group, by its id.
func (s *site) seek(w http.ResponseWriter, r *http.Request) {
	at, err := s.find(r.Context(), r)
	var id result.ID
	if err == nil {
		id, err = parseSegment(r.PathValue("task"))
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	n, ok := at.tree.LeafIndex(id)
	if !ok {
		s.fail(w, r, fmt.Errorf("no task %q in group %q: %w", string(id), string(at.tree.ID()), result.ErrNotFound))
		return
	}
	redirect(w, "../"+strconv.Itoa(n))
}

// redirect goes to a page relative to the one that was asked for. It is not
// http.Redirect, which makes a path of its own out of it and knows no StripPrefix.
func redirect(w http.ResponseWriter, to string) {
	w.Header().Set("Location", (&url.URL{Path: to}).String())
	w.WriteHeader(http.StatusSeeOther)
}
