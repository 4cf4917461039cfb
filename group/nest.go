package group

import (
	"fmt"

	"github.com/seed-1c955bc8/bunch/result"
)

// Nest shapes what Join returned, one element for each leaf of tree, as Celery's
// join returns it: a list of the direct members, in which a nested group is a
// list itself, a []any, and any other element a T. It panics if there are not as
// many elements as leaves.
func Nest[T any](tree result.Tree, leaves []T) []any {
	if len(leaves) != tree.LeafCount() {
		panic(fmt.Sprintf("group.Nest: %d elements for %d leaves", len(leaves), tree.LeafCount()))
	}
	open := [][]any{{}} // the lists the walk is in; not by recursion, trees may be deep
	for s := range tree.Walk() {
		last := len(open) - 1
		switch {
		case s.Leave:
			open[last-1] = append(open[last-1], open[last])
			open = open[:last]
		case s.Tree.IsGroup():
			open = append(open, make([]any, 0, s.Tree.Len()))
		default:
			for _, v := range leaves[:s.Tree.LeafCount()] {
				open[last] = append(open[last], v)
			}
			leaves = leaves[s.Tree.LeafCount():]
		}
	}
	if tree.IsGroup() {
		return open[0][0].([]any)
	}
	return open[0]
}
