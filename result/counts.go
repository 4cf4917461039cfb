package result

import (
	"iter"
	"slices"
	"strings"
)

// MaxCustomStates is how many distinct custom states the leaves of one group may
// be in at the same time. It bounds the record that every report rewrites.
const MaxCustomStates = 64

// Counts is how many leaves of a tree are in which state. It is a value: copies
// share nothing that changes. The zero Counts is that of an empty group.
//
// A leaf nobody reported counts as PENDING. A forgotten leaf is not in any
// state's number but in Forgotten.
type Counts struct {
	Forgotten int
	builtin   [len(builtin) + 1]int // by index in builtin; the last is IGNORED
	custom    []customCount         // sorted by state, none zero, never changed in place
}

type customCount struct {
	state State
	n     int
}

// Of returns the number of leaves in state s.
func (c Counts) Of(s State) int {
	if i := index(s); i >= 0 {
		return c.builtin[i]
	}
	if i, ok := c.find(s); ok {
		return c.custom[i].n
	}
	return 0
}

// Add returns c with n more leaves (or fewer, n being negative) in state s.
func (c Counts) Add(s State, n int) Counts {
	if i := index(s); i >= 0 {
		c.builtin[i] += n
		return c
	}
	i, ok := c.find(s)
	custom := slices.Clone(c.custom)
	if ok {
		custom[i].n += n
	} else {
		custom = slices.Insert(custom, i, customCount{s, n})
	}
	if custom[i].n == 0 {
		custom = slices.Delete(custom, i, i+1)
	}
	c.custom = custom
	return c
}

// Total returns the number of leaves, forgotten ones included.
func (c Counts) Total() int {
	n := c.Forgotten
	for _, k := range c.All() {
		n += k
	}
	return n
}

// Ready returns the number of leaves in a ready state.
func (c Counts) Ready() int {
	return c.Of(Success) + c.Of(Failure) + c.Of(Revoked)
}

// Custom returns the number of distinct custom states.
func (c Counts) Custom() int { return len(c.custom) }

// All ranges over the states that have leaves: the built-in ones by precedence,
// then custom ones by name.
func (c Counts) All() iter.Seq2[State, int] {
	return func(yield func(State, int) bool) {
		for i, n := range c.builtin {
			s := Ignored
			if i < len(builtin) {
				s = builtin[i]
			}
			if n != 0 && !yield(s, n) {
				return
			}
		}
		for _, k := range c.custom {
			if !yield(k.state, k.n) {
				return
			}
		}
	}
}

// Equal reports whether c and d count the same.
func (c Counts) Equal(d Counts) bool {
	return c.Forgotten == d.Forgotten && c.builtin == d.builtin && slices.Equal(c.custom, d.custom)
}

func (c Counts) find(s State) (int, bool) {
	return slices.BinarySearchFunc(c.custom, s, func(k customCount, s State) int {
		return strings.Compare(string(k.state), string(s))
	})
}

// index returns where s is counted in Counts.builtin, or -1 if s is custom.
func index(s State) int {
	if s == Ignored {
		return len(builtin)
	}
	return slices.Index(builtin[:], s)
}

// Progress is how far a group is, in constant time whatever its size.
//
// Total and Completed count direct members, as Celery's len and completed_count
// do: a nested group is one, complete when all its leaves succeeded. Leaves
// counts every task below, at any depth.
type Progress struct {
	Total     int
	Completed int
	Leaves    Counts
}

// Ready reports whether every leaf is in a ready state (GroupResult.ready).
// An empty group is ready.
func (p Progress) Ready() bool { return p.Leaves.Ready() == p.Leaves.Total() }

// Successful reports whether every leaf succeeded (GroupResult.successful). An
// empty group is successful.
func (p Progress) Successful() bool { return p.Leaves.Of(Success) == p.Leaves.Total() }

// Failed reports whether any leaf failed (GroupResult.failed). A revoked leaf
// is no failure.
func (p Progress) Failed() bool { return p.Leaves.Of(Failure) > 0 }

// Waiting reports whether any leaf is not ready (GroupResult.waiting).
func (p Progress) Waiting() bool { return !p.Ready() }

// Settled reports whether nothing more is to come: every leaf is ready or
// forgotten. Expiry counts from the moment a group settles.
func (p Progress) Settled() bool {
	return p.Leaves.Ready()+p.Leaves.Forgotten == p.Leaves.Total()
}

// Equal reports whether p and q say the same.
func (p Progress) Equal(q Progress) bool {
	return p.Total == q.Total && p.Completed == q.Completed && p.Leaves.Equal(q.Leaves)
}
