package page

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

// one is the page of a group.
type one struct {
	ID       result.ID
	Within   result.ID // the saved group that it is nested in; empty for a saved one
	Parent   result.ID
	Labels   []label
	Saved    result.Saved // zero for a nested group
	Note     text
	Members  int // direct ones
	News     string
	Control  bool
	Tree     lines
	Failures failureList
	standing
	cells
}

// inline is how many results the page of a group looks at for failures. What is not
// among them has a page of its own.
const inline = 2000

func (s *site) group(ctx context.Context, r *http.Request) (view, error) {
	at, start, err := s.findFrom(ctx, r)
	if err != nil {
		return view{}, err
	}
	p, err := s.progress(ctx, at)
	if err != nil {
		return view{}, err
	}
	own := at.own()
	o := one{
		ID: at.tree.ID(), Parent: at.tree.Parent().ID(), Members: at.tree.Len(), Control: s.opt.Control,
		Saved: own, Labels: labels(own.Labels), Note: jsonText(own.Note), standing: stand(p, own, time.Now()),
	}
	if !at.whole() {
		o.Within = at.saved.ID
	}
	if o.cells, err = s.cells(ctx, at.tree, start); err != nil {
		return view{}, err
	}
	if o.Tree, err = s.lines(ctx, at.tree, 0); err != nil {
		return view{}, err
	}
	if p.Failed() {
		if o.Failures, err = s.byKind(ctx, at.tree, 0, inline, p.Leaves.Of(result.Failure)); err != nil {
			return view{}, err
		}
	}
	if at.live() {
		o.News = fmt.Sprintf("events?from=%d", o.From)
	}
	return view{Template: "group", Title: shown(o.ID), Data: o}, nil
}
