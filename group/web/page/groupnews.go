package page

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

// A groupView is what a stream keeps of a group: never its tree, which may be large
// while there are many streams.
type groupView struct {
	saved  result.Saved // without its tree; zero for a nested group
	root   result.ID    // the saved group
	nested result.Tree  // a nested group's own tree, of at most counted tasks
	leaves int          // tasks in the saved group
	cells  result.Tree  // the tasks on the map
}

// counted is how many tasks a nested group may have for its page to have news: they
// are counted one by one.
const counted = 100_000

// lookUp finds the group of a request afresh.
func (s *site) lookUp(ctx context.Context, r *http.Request) (v groupView, err error) {
	start, err := from(r)
	if err != nil {
		return v, err
	}
	return v, s.turn(ctx, func() error {
		at, err := s.find(ctx, r)
		if err != nil {
			return err
		}
		if !at.live() {
			return fmt.Errorf("news of group %q: %w: it is nested, with over %d tasks", string(at.tree.ID()), result.ErrNotFound, counted)
		}
		v = groupView{saved: at.own(), root: at.saved.ID, leaves: at.saved.Tree.LeafCount(), cells: slice(at.tree, start, start+mapped)}
		if v.saved.Tree = (result.Tree{}); !at.whole() {
			v.nested = at.tree
		}
		return nil
	})
}

// outdated reports whether the group has grown, has settled or was reopened.
func (v groupView) outdated(p result.Progress) bool {
	return p.Leaves.Total() != v.leaves || v.nested.IsZero() && p.Settled() == v.saved.Settled.IsZero()
}

// groupNews is the news of a group: how it stands, and the cells of the map that
// is shown.
func (s *site) groupNews(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	v, err := s.lookUp(ctx, r)
	if err != nil {
		http.Error(w, err.Error(), status(err))
		return
	}
	news := make(chan struct{})
	go s.watch(ctx, v.root, news)
	out := newStream(w)
	out.follow(ctx, news, func(changed bool) error {
		p, err := s.b.Progress(ctx, v.root)
		if err == nil && v.outdated(p) {
			v, err = s.lookUp(ctx, r)
		}
		if err == nil && !v.nested.IsZero() {
			p, err = group.Of(s.b, v.nested).Progress(ctx)
		}
		if errors.Is(err, result.ErrNotFound) {
			_ = out.send("gone", "")
		}
		if err != nil {
			return err
		}
		if err := out.send("standing", part("standing", stand(p, v.saved, time.Now()))); err != nil || !changed {
			return err
		}
		c, err := s.cells(ctx, v.cells, 0)
		if err != nil {
			return err
		}
		return out.send("cells", c.Codes())
	})
}
