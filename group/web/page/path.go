package page

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
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

// live reports whether the group's page has news.
func (p place) live() bool { return p.whole() || p.tree.LeafCount() <= counted }

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

// findFrom is find, and the position in the group where the page begins.
func (s *site) findFrom(ctx context.Context, r *http.Request) (at place, start int, err error) {
	if at, err = s.find(ctx, r); err == nil {
		start, err = from(r)
	}
	return at, start, err
}

// search goes to what an id names.
func (s *site) search(ctx context.Context, r *http.Request) (view, error) {
	id := result.ID(strings.TrimSpace(r.URL.Query().Get("id")))
	if err := id.Validate(); err != nil {
		return view{}, err
	}
	tree, saved, err := group.Find(ctx, s.b, id)
	switch {
	case tree.IsGroup():
		return view{To: "group/" + segment(id) + "/"}, err
	case saved.ID != "":
		at, _ := saved.Tree.LeafIndex(id)
		return view{To: fmt.Sprintf("group/%s/%d", segment(saved.ID), at)}, err
	}
	return view{To: "task/" + segment(id)}, err
}

// seek goes to a task of a group, by its id.
func (s *site) seek(ctx context.Context, r *http.Request) (view, error) {
	at, err := s.find(ctx, r)
	if err != nil {
		return view{}, err
	}
	id, err := parseSegment(r.PathValue("task"))
	if err != nil {
		return view{}, err
	}
	n, ok := at.tree.LeafIndex(id)
	if !ok {
		return view{}, fmt.Errorf("no task %q in group %q: %w", string(id), string(at.tree.ID()), result.ErrNotFound)
	}
	return view{To: "../" + strconv.Itoa(n)}, nil
}
