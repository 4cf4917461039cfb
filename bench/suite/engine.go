package suite

import "errors"

// An Engine keeps groups of results, in one directory or none. It is what the
// benchmark needs of a store and no more. Report may be called from many
// goroutines at once, the others from one.
//
// A method that returns no error has done what its engine promises to have done,
// as durably as its Kind says. ErrNotOffered says that the engine has no such
// operation.
type Engine interface {
	// Save makes the group known, with all its members pending.
	Save(g *Group) error
	// Report records, in one call, that members first to first+n-1 of a saved
	// group succeeded with [Value] of their numbers. The first report of a member
	// stands.
	Report(g *Group, first, n int) error
	// Restore reads a saved group by its id and returns how many members it has.
	// If each is not nil, it is called with every member's id, as text, in order.
	Restore(g *Group, each func(id string)) (members int, err error)
	// Progress returns how many members of a saved group succeeded.
	Progress(g *Group) (completed int, err error)
	// Join reads the results of a saved group that is complete, in the order of
	// its members, and calls each with every value, decoded if the engine decodes
	// values, otherwise as CBOR.
	Join(g *Group, each func(value []byte)) error
	// Close ends the engine. What is durable stays in its directory.
	Close() error
}

// A Shrinker can make its files as small as they get, once it is closed.
type Shrinker interface{ Shrink() error }

// A Streamer gives the results of a saved group that is complete one by one, and
// keeps none of them.
type Streamer interface {
	Stream(g *Group, each func(value []byte)) error
}

// A Waiter waits until a saved group is complete.
type Waiter interface{ Wait(g *Group) error }

// ErrNotOffered is returned by an Engine for what it does not do.
var ErrNotOffered = errors.New("not offered")

// A Kind is an engine that can be opened.
type Kind struct {
	Name    string `json:"name"`
	Durable bool   `json:"durable"` // an answered write survives loss of power
	Note    string `json:"note"`    // its durability in words, and what it is
	Missing string `json:"missing"` // why it cannot run here; empty if it can

	// Open opens the engine in dir, which exists, for a workload.
	Open func(dir string, w Workload) (Engine, error) `json:"-"`
}
