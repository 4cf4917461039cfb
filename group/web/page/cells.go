package page

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/seed-1c955bc8/bunch/result"
)

// mapped is how many members are on a map.
const mapped = 1000

// cells is a page of the map of members, in member order. From, and the numbers
// of cells, count from 0, as an index does.
type cells struct {
	Cells    []cell
	From, To int // To is behind the last
	Of       int
	Prev     int // -1 if there is none
	Next     int
	Last     int // the first one of the last page
}

type cell struct {
	At int
	kind
}

// cells reads a page of members. What it costs does not depend on where that
// begins.
func (s *site) cells(ctx context.Context, tree result.Tree, from int) (cells, error) {
	n := tree.LeafCount()
	from = min(from, max(n-1, 0))
	c := cells{From: from, To: min(from+mapped, n), Of: n, Prev: -1, Next: -1, Last: max(n-1, 0) / mapped * mapped}
	if from > 0 {
		c.Prev = max(from-mapped, 0)
	}
	if c.To < n {
		c.Next = c.To
	}
	for a, err := range s.b.Results(ctx, slice(tree, c.From, c.To), result.Filter{}) {
		if err != nil {
			return c, err
		}
		c.Cells = append(c.Cells, cell{from + len(c.Cells), kindOfResult(a)})
	}
	return c, nil
}

// slice returns the group of the tasks of tree from one on and before another, so
// that a backend in another process need not be sent all of them.
func slice(tree result.Tree, from, to int) result.Tree {
	var leaves []result.Tree
	at := 0 // position of the run
	for run := range tree.LeafRuns() {
		end := at + run.LeafCount()
		if begin, stop := max(at, from), min(end, to); begin < stop {
			if root, first, count, ok := run.Run(); ok && count > 1 {
				run = result.Tasks(root, first+uint32(begin-at), stop-begin)
			}
			leaves = append(leaves, run)
		}
		if at = end; at >= to {
			break
		}
	}
	return result.Group(tree.ID(), leaves...)
}

// Final is the number of the last cell.
func (c cells) Final() int { return c.To - 1 }

// Codes are the cells as the news have them: a letter each.
func (c cells) Codes() string {
	var b strings.Builder
	for _, cell := range c.Cells {
		b.WriteString(cell.Code)
	}
	return b.String()
}

// Names is what the letters of Codes mean, as a JSON object.
func (c cells) Names() string {
	names := map[string]string{}
	for _, k := range kinds {
		names[k.Code] = k.Name
	}
	text, err := json.Marshal(names)
	if err != nil {
		panic(err) // strings always have JSON
	}
	return string(text)
}
