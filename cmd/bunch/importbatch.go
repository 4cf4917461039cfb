package main

import (
	"fmt"

	"github.com/seed-1c955bc8/bunch/result"
)

// docBatch is documents to store at once.
type docBatch struct {
	groups      []result.Tree // no two of one id
	groupPlaces []docPlace    // where groups[i] stood
	reports     []result.Async
	places      []docPlace // where reports[i] stood
	bad         []badDoc
	bytes       int // read for it, bad lines and all

	groupIDs, taskIDs map[result.ID]bool
}

// newDocBatch makes room for about as much as the batch before it had.
func newDocBatch(before *docBatch) *docBatch {
	n := len(before.reports)
	return &docBatch{
		reports: make([]result.Async, 0, n+n/8), places: make([]docPlace, 0, n+n/8),
		taskIDs: make(map[result.ID]bool, n), groupIDs: make(map[result.ID]bool, len(before.groups)),
	}
}

// len is how many documents there are: first the results, then the groups.
func (b *docBatch) len() int { return len(b.reports) + len(b.groups) }

// part returns those that begin at from and end before to.
func (b *docBatch) part(from, to int) ([]result.Tree, []result.Async) {
	n := len(b.reports)
	return b.groups[max(from-n, 0):max(to-n, 0)], b.reports[min(from, n):min(to, n)]
}

// place is where document i stood.
func (b *docBatch) place(i int) docPlace {
	if n := len(b.reports); i >= n {
		return b.groupPlaces[i-n]
	}
	return b.places[i]
}

// meets reports whether both have a document of the same task or group.
func (b *docBatch) meets(next *docBatch) bool {
	for _, r := range next.reports {
		if b.taskIDs[r.ID] {
			return true
		}
	}
	for _, g := range next.groups {
		if b.groupIDs[g.ID()] {
			return true
		}
	}
	return false
}

type badDoc struct {
	at  docPlace
	err error
}

// docPlace is where a document stood.
type docPlace struct {
	line int
	file string // in a folder; the line means nothing then
}

func (p docPlace) String() string {
	if p.file != "" {
		return fmt.Sprintf("file %q", p.file)
	}
	return fmt.Sprintf("line %d", p.line)
}
