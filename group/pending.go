package group

import (
	"cmp"
	"context"
	"slices"

	"github.com/seed-1c955bc8/bunch/result"
)

// pending is which leaves of a tree are still awaited: a bit for each, by
// position in member order. Ids are only looked at once something is missing.
type pending struct {
	r    *Result
	seen []uint64
	left int
	at   *positions // nil until an event names a task
}

func newPending(r *Result) *pending {
	n := r.tree.LeafCount()
	return &pending{r: r, seen: make([]uint64, (n+63)/64), left: n}
}

func (p *pending) has(i int) bool { return p.seen[i/64]&(1<<(i%64)) != 0 }

func (p *pending) add(i int) {
	p.seen[i/64] |= 1 << (i % 64)
	p.left--
}

// take gives each leaf that an event shows to be ready, and is still awaited, to
// give, until that returns false; then more is false.
func (p *pending) take(ctx context.Context, n news, give func(result.Async) bool) (more bool, err error) {
	if !n.look {
		more, err = p.named(ctx, n.Ready, give)
		// If no awaited leaf were forgotten, each would now be among the unready.
		l := n.Progress.Leaves
		if !more || err != nil || !n.own || p.left <= l.Total()-l.Ready()-l.Forgotten {
			return more, err
		}
	}
	return p.sweep(ctx, n.alone, give)
}

// sweep goes over the whole tree, in member order. A leaf that will never become
// ready is an error, but only after all the others were given.
func (p *pending) sweep(ctx context.Context, alone bool, give func(result.Async) bool) (more bool, err error) {
	var stuck error
	i := 0
	for a, err := range p.r.backend.Results(ctx, p.r.tree, result.Filter{}) {
		if err != nil {
			return true, err
		}
		switch {
		case p.has(i):
		case a.State.Ready():
			p.add(i)
			if !give(a) {
				return false, nil
			}
		case stuck == nil:
			stuck = p.r.hopeless(ctx, a, alone)
		}
		i++
	}
	return true, stuck
}

// named looks at tasks that an event names. One that was reopened since then is
// not ready; it will be named again.
func (p *pending) named(ctx context.Context, ids []result.ID, give func(result.Async) bool) (more bool, err error) {
	if p.at == nil && len(ids) > 0 {
		p.at = p.positions()
	}
	for _, id := range ids {
		i, ok := p.at.of(id)
		if !ok || p.has(i) {
			continue
		}
		a, err := p.r.backend.Get(ctx, id)
		if err != nil {
			return true, err
		}
		if a.State.Ready() {
			p.add(i)
			if !give(a) {
				return false, nil
			}
		}
	}
	return true, nil
}

// positions says where in member order a leaf stands: runs of minted ids by
// arithmetic, any other id by name.
type positions struct {
	runs  map[result.Root][]stretch // sorted by first
	named map[result.ID]int
}

type stretch struct {
	first uint32
	count int
	at    int
}

// positions are those of the leaves that are awaited now; of others perhaps.
func (p *pending) positions() *positions {
	at := &positions{runs: map[result.Root][]stretch{}, named: map[result.ID]int{}}
	i := 0
	for leaf := range p.r.tree.LeafRuns() {
		if root, first, count, ok := leaf.Run(); ok && count > 1 {
			at.runs[root] = append(at.runs[root], stretch{first, count, i})
		} else if !p.has(i) {
			at.named[leaf.ID()] = i
		}
		i += leaf.LeafCount()
	}
	for _, runs := range at.runs {
		slices.SortFunc(runs, func(a, b stretch) int { return cmp.Compare(a.first, b.first) })
	}
	return at
}

func (p *positions) of(id result.ID) (int, bool) {
	if i, ok := p.named[id]; ok {
		return i, true
	}
	root, n, ok := id.Minted()
	if !ok {
		return 0, false
	}
	runs := p.runs[root]
	k, found := slices.BinarySearchFunc(runs, n, func(s stretch, n uint32) int { return cmp.Compare(s.first, n) })
	if !found {
		k-- // the run that begins before n
	}
	if k < 0 || int(n-runs[k].first) >= runs[k].count {
		return 0, false
	}
	return runs[k].at + int(n-runs[k].first), true
}
