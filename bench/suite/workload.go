package suite

import "fmt"

// A Workload is what is measured, as data.
type Workload struct {
	Op        string  `json:"op"`
	Members   int     `json:"members,omitempty"`   // of each group
	Reporters int     `json:"reporters,omitempty"` // goroutines that each wait for their own report
	Call      int     `json:"call,omitempty"`      // results reported in one call, by one goroutine
	Value     int     `json:"value,omitempty"`     // bytes of each value
	Random    float64 `json:"random,omitempty"`    // share of a value's bytes that do not compress
	Foreign   bool    `json:"foreign,omitempty"`   // ids are random UUIDs, as Celery's, rather than minted
	Nested    int     `json:"nested,omitempty"`    // members lie in groups of this many; 0 is a flat group
	Fresh     bool    `json:"fresh,omitempty"`     // each operation is the first of an engine just opened
	Raw       bool    `json:"raw,omitempty"`       // the floor has no committer: one transaction, or WriteBatch
	Unit      string  `json:"unit,omitempty"`      // what is counted; empty: nanoseconds

	Engines []string `json:"engines,omitempty"` // who takes part
}

// N is the number that stands for the workload's size: its reporters, or the
// results in a call, or else the members of a group.
func (w Workload) N() int {
	switch {
	case w.Reporters > 0:
		return w.Reporters
	case w.Call > 0:
		return w.Call
	}
	return w.Members
}

// Units of a measurement that is no time.
const (
	Bytes  = "B"      // bytes on disk or in memory
	Allocs = "allocs" // allocations of one operation
	CPU    = "cpu"    // nanoseconds of processor time a second
)

func (w Workload) String() string {
	s := fmt.Sprintf("%s n=%d", w.Op, w.N())
	if w.Nested > 0 {
		s += fmt.Sprintf(" nested=%d", w.Nested)
	}
	if w.Fresh {
		s += " fresh"
	}
	if w.Unit != "" {
		s += " " + w.Unit
	}
	return s
}
