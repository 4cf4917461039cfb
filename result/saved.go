package result

import (
	"fmt"
	"time"
	"unicode/utf8"
)

// Saved is a saved group: its tree and what the store knows about it.
type Saved struct {
	ID       ID
	Tree     Tree // zero in a listing
	Labels   map[string]string
	Note     []byte // the caller's own CBOR item, as saved; zero in a listing
	Created  time.Time
	Settled  time.Time // zero while the group has not settled
	Expires  time.Time // zero if it never does, or not yet
	Progress Progress
}

// Attributes is what may be saved with a tree beside its members. All of it is
// optional, and all of it is ignored when the tree is saved already.
type Attributes struct {
	Labels map[string]string

	// Note is one CBOR item for the program that saves the group to find again.
	Note []byte

	// Inputs[i] is what leaf i, in member order, is given: one CBOR item, or nil.
	// Shorter is fine, longer is an error. A group that is run by group.Run has
	// its inputs here, so that group.Resume finds them after a crash.
	Inputs [][]byte

	// MaxAge, if not zero, makes the group expire this long after its creation
	// even if it never settles.
	MaxAge time.Duration
}

// Limits on labels.
const (
	MaxLabels     = 32  // per group
	MaxLabelKey   = 63  // bytes
	MaxLabelValue = 255 // bytes
)

// Validate returns an error matching [ErrTooLarge] or [ErrBadValue] if the
// labels are over their limits or not UTF-8, if there are more inputs than
// leaves, or if MaxAge is negative. Whether Note and Inputs are CBOR is for the
// engine to say.
func (a Attributes) Validate(t Tree) error {
	if len(a.Labels) > MaxLabels {
		return fmt.Errorf("%w: %d labels, the most is %d", ErrTooLarge, len(a.Labels), MaxLabels)
	}
	for k, v := range a.Labels {
		switch {
		case k == "" || len(k) > MaxLabelKey:
			return fmt.Errorf("%w: label key %.64q must be 1 to %d bytes", ErrTooLarge, k, MaxLabelKey)
		case len(v) > MaxLabelValue:
			return fmt.Errorf("%w: label %q has a value of %d bytes, the most is %d", ErrTooLarge, k, len(v), MaxLabelValue)
		case !utf8.ValidString(k) || !utf8.ValidString(v):
			return fmt.Errorf("%w: label %q is not UTF-8", ErrBadValue, k)
		}
	}
	if len(a.Inputs) > t.LeafCount() {
		return fmt.Errorf("%w: %d inputs for %d tasks", ErrTooLarge, len(a.Inputs), t.LeafCount())
	}
	if a.MaxAge < 0 {
		return fmt.Errorf("%w: a negative maximum age", ErrBadValue)
	}
	return nil
}

// Filter chooses among the results of a tree. The zero Filter takes every leaf.
type Filter struct {
	Ready   bool // only leaves in a ready state
	Unready bool // only leaves that are not ready; forgotten ones are not
	Skip    int  // leave out this many leaves at the front, chosen or not
	Inputs  bool // fill Async.Input
}

// Takes reports whether the filter lets a pass.
func (f Filter) Takes(a Async) bool {
	return (!f.Ready || a.State.Ready()) && (!f.Unready || !a.State.Ready())
}

// Query chooses among the saved groups. The zero Query takes all of them.
type Query struct {
	Phase  Phase
	Label  string    // "key" or "key=value"; empty takes all
	Since  time.Time // created at or after; zero takes all
	Before time.Time // created before; zero takes all
	Limit  int       // at most this many in a page; 0 means 100, the most is 10,000
	Cursor string    // where the page before ended; empty for the first
}

// A Phase is a kind of saved groups to list.
type Phase string

// The phases. A group without failures that is not settled is just Running.
const (
	AnyPhase   Phase = ""
	Running    Phase = "running"    // not settled
	Settled    Phase = "settled"    // nothing more is to come
	Successful Phase = "successful" // settled, every leaf succeeded
	Failed     Phase = "failed"     // at least one leaf failed
)

// Takes reports whether p is the phase of a group this far on.
func (p Phase) Takes(g Progress) bool {
	switch p {
	case Running:
		return !g.Settled()
	case Settled:
		return g.Settled()
	case Successful:
		return g.Successful()
	case Failed:
		return g.Failed()
	}
	return true
}

// Event is news of a watched group or of watched tasks. News that nobody fetched
// is put together: an event tells all that happened since the one before.
type Event struct {
	Progress Progress // of the group, as of this event

	// Ready names the watched tasks that became ready since the last event, in
	// the order in which their results were applied.
	Ready []ID

	// Missed: there was too much news to keep, and Ready is not complete. Look
	// at the results again.
	Missed bool
}
