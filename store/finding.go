package store

import (
	"fmt"

	"github.com/seed-1c955bc8/bunch/result"
)

// A Finding is one thing in a store that is not as it should be.
type Finding struct {
	Invariant string    // which one is broken: "I1" to "I12", see the package comment
	ID        result.ID // the group or task it is about; empty if that cannot be told
	What      string    // in words; holds no value, and no id but in quotes

	// Lost: what is gone cannot be derived from the rest, and Repair removes
	// what is left of it. What says what that is. Everything else Repair rebuilds,
	// or removes because it belongs to nothing.
	Lost bool

	rebuild result.ID          // the group that Repair rebuilds; if it is empty:
	fix     func(*batch) error // what Repair does; it may be done twice
	key     []byte             // fix is only for this record as it was then; nil: fix looks for itself
	at      uint64             // the commit that Check looked at
	spare   bool               // fix is right only once nothing else is wrong
}

func (f Finding) String() string {
	if f.ID == "" {
		return f.Invariant + ": " + f.What
	}
	return fmt.Sprintf("%s: %q: %s", f.Invariant, string(f.ID), f.What)
}

// MaxFindings is how many findings a Checked holds. The rest is only counted.
const MaxFindings = 1000

// Checked is what Check looked at, and what it found.
type Checked struct {
	Records  int // all there are; groups and results are among them
	Groups   int // saved ones
	Results  int // of tasks, forgotten ones included
	Findings []Finding
	Found    int // how many there are, also beyond MaxFindings
}

// Clean reports whether nothing was found.
func (c Checked) Clean() bool { return c.Found == 0 }

// The invariant that a record of each kind stands for, for one whose checksum is
// right and whose content is not.
var stands = map[byte]string{
	keyHead: "I3", keyTree: "I3", keySeq: "I3", keyResult: "I2", keyDirect: "I5",
	keyNests: "I6", keyExpiry: "I7", keyLone: "I7", keyBlob: "I8",
	keyMeta: "I9", keyLabels: "I10", keyNote: "I10", keyInput: "I10", keyJournal: "I10",
}
