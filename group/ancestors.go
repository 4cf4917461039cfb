package group

import (
	"context"
	"slices"

	"github.com/seed-1c955bc8/bunch/result"
)

// throwers is what may raise before the leaves do: their ancestors, each once.
// A nil *throwers has none.
type throwers struct {
	list  []ancestor // in the order in which Join consults them
	watch []result.ID
	names map[result.ID]bool
}

// ancestor is consulted before leaf at, a position in member order. A parent
// that is a group stands for its leaves, whose own ancestors are not asked.
type ancestor struct {
	at   int
	tree result.Tree
}

// ancestors collects the ancestors of the leaves of t, those of the first leaf
// first, the oldest of each first. One that several leaves share can only be the
// first to raise where it comes first, so it is not listed again.
func ancestors(t result.Tree) *throwers {
	th := &throwers{names: map[result.ID]bool{}}
	known := map[result.Tree]bool{} // identical trees have identical parents
	at := 0
	for leaf := range t.LeafRuns() {
		var chain []result.Tree
		for p := leaf.Parent(); !p.IsZero() && !known[p]; p = p.Parent() {
			known[p] = true
			chain = append(chain, p)
		}
		for _, p := range slices.Backward(chain) {
			if p.IsGroup() || !th.names[p.ID()] {
				// Without its own parents, which have their turn: a backend looks at all of
				// what it is given, and a line of parents may be long.
				th.list = append(th.list, ancestor{at, p.WithParent(result.Tree{})})
			}
			for l := range p.Leaves() {
				if id := l.ID(); !th.names[id] {
					th.names[id] = true
					th.watch = append(th.watch, id)
				}
			}
		}
		at += leaf.LeafCount()
	}
	return th
}

// ids returns the tasks to watch.
func (th *throwers) ids() []result.ID {
	if th == nil {
		return nil
	}
	return slices.Clip(th.watch)
}

// any reports whether one of ids is an ancestor.
func (th *throwers) any(ids []result.ID) bool {
	return len(th.names) > 0 && slices.ContainsFunc(ids, func(id result.ID) bool { return th.names[id] })
}

// first looks at all ancestors and returns what the first that raises, raises.
func (th *throwers) first(ctx context.Context, b Backend) (thrown, err error) {
	for _, a := range th.list {
		if thrown, err = throw(ctx, b, a.tree); thrown != nil || err != nil {
			return thrown, err
		}
	}
	return nil, nil
}

// throw returns what the first leaf of t that raises, raises.
func throw(ctx context.Context, b Backend, t result.Tree) (thrown, err error) {
	for a, err := range b.Results(ctx, t, result.Filter{Ready: true}) {
		if err != nil {
			return nil, err
		}
		if thrown := a.Throw(); thrown != nil {
			return thrown, nil
		}
	}
	return nil, nil
}
