package memstore

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

// group is a saved group: its tree, who is in it, and how far it is.
type group struct {
	id      result.ID
	seq     uint64 // creation sequence, from 1
	tree    result.Tree
	labels  map[string]string
	note    []byte
	maxAge  time.Duration
	created time.Time
	settled time.Time // of the latest passage; zero while the group is unsettled

	// Where a task is: the number of the direct member, as Tree.Runs counts
	// them, that is the task, is the run of it, or has it somewhere below.
	tasks  map[result.ID]int
	runs   map[result.Root][]run // sorted
	nested map[result.ID]bool    // ids of the groups below, at any depth

	progress result.Progress
	missing  map[int]int // leaves yet to succeed, per direct member that is a group
}

// run is a range of minted tasks, both ends included.
type run struct {
	first, last uint32
	place       int
}

// setTree gives g a tree and counts it afresh against what is known of tasks.
func (g *group) setTree(tree result.Tree, tasks map[result.ID]task) {
	g.tree = tree
	g.tasks, g.runs, g.nested = map[result.ID]int{}, map[result.Root][]run{}, map[result.ID]bool{}
	g.missing = map[int]int{}
	g.progress = result.Progress{Total: tree.Len()}
	g.progress.Leaves = g.progress.Leaves.Add(result.Pending, tree.LeafCount())

	place := 0
	for member := range tree.Runs() {
		if member.IsGroup() {
			g.nested[member.ID()] = true
			for below := range member.Groups() {
				g.nested[below.ID()] = true
			}
			g.missing[place] = member.LeafCount()
			if member.LeafCount() == 0 {
				g.progress.Completed++ // an empty group is successful
			}
		}
		for leaf := range member.LeafRuns() {
			if root, first, count, ok := leaf.Run(); ok {
				g.runs[root] = append(g.runs[root], run{first, first + uint32(count-1), place})
			} else {
				g.tasks[leaf.ID()] = place
			}
		}
		place++
	}
	for _, runs := range g.runs {
		slices.SortFunc(runs, func(a, b run) int { return cmp.Compare(a.first, b.first) })
	}
	for id, t := range tasks {
		g.count(id, task{state: result.Pending}, t)
	}
}

// place finds the direct member that the task id belongs to.
func (g *group) place(id result.ID) (place int, ok bool) {
	if place, ok = g.tasks[id]; ok {
		return place, true
	}
	root, n, ok := id.Minted()
	if !ok {
		return 0, false
	}
	runs := g.runs[root]
	i, found := slices.BinarySearchFunc(runs, n, func(r run, n uint32) int { return cmp.Compare(r.last, n) })
	if !found && (i == len(runs) || n < runs[i].first) {
		return 0, false
	}
	return runs[i].place, true
}

// names reports whether the task id is a leaf of the group.
func (g *group) names(id result.ID) bool {
	_, ok := g.place(id)
	return ok
}

// count moves the task id from one state to another, if it is a leaf of g. It
// reports whether it is.
func (g *group) count(id result.ID, from, to task) bool {
	place, ok := g.place(id)
	if !ok {
		return false
	}
	p := &g.progress
	p.Leaves = to.count(from.count(p.Leaves, -1), +1)
	gained := to.successes() - from.successes()
	missing, nested := g.missing[place]
	switch {
	case !nested:
		p.Completed += gained
	case missing == 0 && gained < 0:
		p.Completed--
	case missing != 0 && missing == gained:
		p.Completed++
	}
	if nested {
		g.missing[place] = missing - gained
	}
	return true
}

// expires is when the group is to go, zero if it never is, or not yet.
func (g *group) expires(retention time.Duration) time.Time {
	switch {
	case g.settled.IsZero() && g.maxAge > 0:
		return g.created.Add(g.maxAge)
	case !g.settled.IsZero() && retention > 0:
		return g.settled.Add(retention)
	}
	return time.Time{}
}

// saved is the group as a listing shows it.
func (g *group) saved(retention time.Duration) result.Saved {
	return result.Saved{
		ID:       g.id,
		Labels:   maps.Clone(g.labels),
		Created:  g.created,
		Settled:  g.settled,
		Expires:  g.expires(retention),
		Progress: g.progress,
	}
}

// byCreation orders groups from the first created to the last.
func byCreation(a, b *group) int { return cmp.Compare(a.seq, b.seq) }
