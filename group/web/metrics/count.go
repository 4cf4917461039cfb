package metrics

import (
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

// count is what is in a store. Nothing in it changes once it was counted.
type count struct {
	groups, tasks map[string]int
	complete      bool
	took          time.Duration
}

// The values of the label state. Each is always there, so that a rate has a
// beginning.
var (
	groupStates = []string{"running", "successful", "failed", "other"}
	taskStates  = []string{
		"PENDING", "RECEIVED", "STARTED", "RETRY", "SUCCESS", "FAILURE", "REVOKED", "REJECTED", "IGNORED",
		custom, "forgotten",
	}
)

// custom stands for all states that a program has made up, however many.
const custom = "custom"

// add counts a group.
func (n count) add(p result.Progress) {
	switch {
	case !p.Settled():
		n.groups["running"]++
	case p.Failed():
		n.groups["failed"]++
	case p.Successful():
		n.groups["successful"]++
	default:
		n.groups["other"]++
	}
	for s, k := range p.Leaves.All() {
		name := string(s)
		if s.Custom() {
			name = custom
		}
		n.tasks[name] += k
	}
	n.tasks["forgotten"] += p.Leaves.Forgotten
}
