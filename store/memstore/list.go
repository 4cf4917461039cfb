package memstore

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-1c955bc8/bunch/result"
)

// How many groups are in a page of a listing.
const (
	defaultPage = 100
	maxPage     = 10_000
)

// List gives a page of the saved groups that query takes, the last created
// first. The cursor is the creation sequence of the last group of the page
// before, so groups that come or go meanwhile shift nothing.
func (s *Store) List(ctx context.Context, query result.Query) (page []result.Saved, next string, err error) {
	before := uint64(math.MaxUint64)
	if query.Cursor != "" {
		if before, err = strconv.ParseUint(query.Cursor, 10, 64); err != nil {
			return nil, "", fmt.Errorf("%w: %.64q is not a cursor: give what the page before returned", result.ErrBadValue, query.Cursor)
		}
	}
	limit := query.Limit
	if limit <= 0 {
		limit = defaultPage
	}
	limit = min(limit, maxPage)

	if err := s.lock(ctx); err != nil {
		return nil, "", err
	}
	defer s.mu.Unlock()
	var groups []*group
	for _, g := range s.groups {
		if g.seq < before && g.taken(query) {
			groups = append(groups, g)
		}
	}
	slices.SortFunc(groups, func(a, b *group) int { return byCreation(b, a) })
	if len(groups) > limit {
		groups = groups[:limit]
		next = strconv.FormatUint(groups[limit-1].seq, 10)
	}
	for _, g := range groups {
		page = append(page, g.saved(s.opt.Retention))
	}
	return page, next, nil
}

// taken reports whether the query takes g.
func (g *group) taken(q result.Query) bool {
	if q.Label != "" {
		key, want, valued := strings.Cut(q.Label, "=")
		got, ok := g.labels[key]
		if !ok || valued && got != want {
			return false
		}
	}
	return q.Phase.Takes(g.progress) &&
		(q.Since.IsZero() || !g.created.Before(q.Since)) &&
		(q.Before.IsZero() || g.created.Before(q.Before))
}
