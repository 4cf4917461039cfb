package group

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strconv"

	"github.com/seed-1c955bc8/bunch/result"
)

// Graph writes what is known of [Result.Deps] as text in Graphviz's DOT language
// (AsyncResult.graph): an oval for each task and a box for each group, once,
// dashed while it is not ready, and an arrow to what it started or holds. Nodes are
// numbered in the order of the walk, and labelled with their ids.
func (r *Result) Graph(ctx context.Context, w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "digraph %s {\n", label(r.ID()))
	numbers := map[node]int{}
	for d, err := range r.Deps(ctx, true) {
		if err != nil {
			return err
		}
		n, seen := numbers[d.Child.node()]
		if !seen {
			n = len(numbers)
			numbers[d.Child.node()] = n
			ready, err := d.Child.Ready(ctx)
			if err != nil {
				return err
			}
			shape, style := "oval", "dashed"
			if d.Child.tree.IsGroup() {
				shape = "box"
			}
			if ready {
				style = "solid"
			}
			fmt.Fprintf(out, "\tn%d [label=%s, shape=%s, style=%s]\n", n, label(d.Child.ID()), shape, style)
		}
		if d.Parent != nil {
			fmt.Fprintf(out, "\tn%d -> n%d\n", numbers[d.Parent.node()], n)
		}
	}
	fmt.Fprintln(out, "}")
	return out.Flush()
}

// label is an id as a string of DOT. One with anything unprintable is shown as Go
// would quote it, quotes and all.
func label(id result.ID) string {
	text := string(id)
	for _, c := range text {
		if !strconv.IsPrint(c) {
			text = strconv.Quote(text)
			break
		}
	}
	return strconv.Quote(text) // by now that escapes quotes and backslashes, as DOT does
}
