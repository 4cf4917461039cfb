package page

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

// listed is how many groups are on a page.
const listed = 50

// phases and ages are what the filter offers.
var (
	phases = []result.Phase{result.AnyPhase, result.Running, result.Failed, result.Successful, result.Settled}
	ages   = []age{{"", "at any time", 0}, {"1h", "in the last hour", time.Hour}, {"24h", "in the last day", 24 * time.Hour},
		{"7d", "in the last week", 7 * 24 * time.Hour}}
)

type age struct {
	Name, Text string
	Age        time.Duration
}

// groupList is the list of groups.
type groupList struct {
	Rows   []groupRow
	Filter filter
	Next   template.URL // the query of the next page; empty on the last one
	Newest template.URL // that of the first
	Phases []result.Phase
	Ages   []age
	News   string // where the news of this page come from
}

type groupRow struct {
	ID      result.ID
	Labels  []label
	Created time.Time
	standing
}

// A filter is what was asked for in the query of the list.
type filter struct {
	State, Label, Newer, Cursor string
}

func filterOf(q url.Values) filter {
	return filter{q.Get("state"), q.Get("label"), q.Get("newer"), q.Get("cursor")}
}

// Any reports whether the filter leaves anything out.
func (f filter) Any() bool { return f.State != "" || f.Label != "" || f.Newer != "" }

// query writes the filter as the query of a link, with everything escaped that has
// to be.
func (f filter) query() template.URL {
	q := url.Values{}
	for k, v := range map[string]string{"state": f.State, "label": f.Label, "newer": f.Newer, "cursor": f.Cursor} {
		if v != "" {
			q.Set(k, v)
		}
	}
	return template.URL(q.Encode())
}

// ask makes the filter a question to the backend.
func (f filter) ask(now time.Time) (result.Query, error) {
	q := result.Query{Phase: result.Phase(f.State), Label: f.Label, Cursor: f.Cursor, Limit: listed}
	if !slices.Contains(phases, q.Phase) {
		return q, fmt.Errorf("%w: state %q is none of running, failed, successful, settled", result.ErrBadValue, f.State)
	}
	for _, a := range ages {
		if a.Name == f.Newer {
			if a.Age > 0 {
				q.Since = now.Add(-a.Age)
			}
			return q, nil
		}
	}
	return q, fmt.Errorf("%w: newer %q is none of 1h, 24h, 7d", result.ErrBadValue, f.Newer)
}

func (s *site) groups(ctx context.Context, r *http.Request) (view, error) {
	list, err := s.list(ctx, filterOf(r.URL.Query()))
	return view{Template: "groups", Title: "Groups", Data: list}, err
}

func (s *site) list(ctx context.Context, f filter) (groupList, error) {
	now := time.Now()
	l := groupList{Filter: f, News: "events?" + string(f.query()), Phases: phases, Ages: ages}
	query, err := f.ask(now)
	if err != nil {
		return l, err
	}
	page, next, err := s.b.List(ctx, query)
	if err != nil {
		return l, err
	}
	for _, g := range page {
		l.Rows = append(l.Rows, groupRow{g.ID, labels(g.Labels), g.Created, stand(g.Progress, g, now)})
	}
	f.Cursor = ""
	l.Newest = f.query()
	if next != "" {
		f.Cursor = next
		l.Next = f.query()
	}
	return l, nil
}
