package page

import (
	"fmt"
	"slices"

	"github.com/seed-1c955bc8/bunch/result"
)

// A kind is a set of states that look the same: Celery's states are too many, and
// custom ones without end, to give each a look of its own. Counts are shown by
// the state's own name.
type kind struct {
	Code string // one letter: the class in the style sheet, and a cell in the news
	Name string
}

// The kinds, in the order in which a bar has them. Each has a colour, and a
// pattern, a letter or an outline for those to whom the colour says nothing.
var (
	succeeded = kind{"s", "succeeded"}
	failed    = kind{"f", "failed"}
	revoked   = kind{"v", "revoked"}
	forgotten = kind{"g", "forgotten"}
	underWay  = kind{"r", "under way"}
	retrying  = kind{"t", "to be tried again"}
	other     = kind{"o", "rejected or ignored"}
	pending   = kind{"p", "pending"}

	kinds = []kind{succeeded, failed, revoked, forgotten, underWay, retrying, other, pending}
)

func kindOf(s result.State) kind {
	switch s {
	case result.Success:
		return succeeded
	case result.Failure:
		return failed
	case result.Revoked:
		return revoked
	case result.Retry:
		return retrying
	case result.Pending:
		return pending
	case result.Rejected, result.Ignored:
		return other
	}
	return underWay // STARTED, RECEIVED, and all custom states
}

func kindOfResult(a result.Async) kind {
	if a.Forgotten {
		return forgotten
	}
	return kindOf(a.State)
}

// A count is how many tasks are in one state.
type count struct {
	kind
	State string
	N     int
}

// counts lists the states that have tasks.
func counts(c result.Counts) (list []count) {
	for s, n := range c.All() {
		list = append(list, count{kindOf(s), string(s), n})
	}
	if c.Forgotten > 0 {
		list = append(list, count{forgotten, "forgotten", c.Forgotten})
	}
	return list
}

// A stripe is a part of a bar, in percent of its width.
type stripe struct {
	kind
	N           int
	Left, Width string
}

// leastStripe is how narrow a stripe may be, in percent: one failure among a
// million has to be seen.
const leastStripe = 0.8

// bar lays out the states as stripes that fill a bar.
func bar(c result.Counts) []stripe {
	sums := map[kind]int{}
	for _, k := range counts(c) {
		sums[k.kind] += k.N
	}
	var stripes []stripe
	widths, whole := []float64{}, 0.0
	for _, k := range kinds {
		if n := sums[k]; n > 0 {
			w := max(float64(n)*100/float64(c.Total()), leastStripe)
			stripes, widths, whole = append(stripes, stripe{kind: k, N: n}), append(widths, w), whole+w
		}
	}
	left := 0.0
	for i := range stripes {
		w := widths[i] * 100 / whole
		stripes[i].Left, stripes[i].Width = fmt.Sprintf("%.2f%%", left), fmt.Sprintf("%.2f%%", w)
		left += w
	}
	return slices.Clip(stripes)
}
