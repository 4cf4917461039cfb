package result_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	. "github.com/seed-1c955bc8/bunch/result"
)

// TestStateSets has Celery's sets of states.
func TestStateSets(t *testing.T) {
	for _, c := range []struct {
		state                                        State
		ready, unready, propagates, exception, custm bool
	}{
		{Pending, false, true, false, false, false},
		{Received, false, true, false, false, false},
		{Started, false, true, false, false, false},
		{Rejected, false, true, false, false, false},
		{Retry, false, true, false, true, false},
		{Success, true, false, false, false, false},
		{Failure, true, false, true, true, false},
		{Revoked, true, false, true, true, false},
		{Ignored, false, false, false, false, false},
		{"PROGRESS", false, true, false, false, true},
		{"success", false, true, false, false, true},
	} {
		s := c.state
		if s.Ready() != c.ready || s.Unready() != c.unready || s.Propagates() != c.propagates || s.Exception() != c.exception || s.Custom() != c.custm {
			t.Errorf("%s: %v %v %v %v %v", s, s.Ready(), s.Unready(), s.Propagates(), s.Exception(), s.Custom())
		}
		if err := s.Validate(); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
}

// TestPrecedence has Celery's order; in it custom states are level.
func TestPrecedence(t *testing.T) {
	order := []State{Success, Failure, "PROGRESS", Revoked, Started, Received, Rejected, Retry, Pending}
	for i, s := range order {
		for j, u := range order {
			if got := s.Compare(u); (got > 0) != (i < j) || (got == 0) != (i == j) {
				t.Errorf("%s.Compare(%s) is %d", s, u, got)
			}
		}
	}
	if State("A").Compare("B") != 0 || Ignored.Compare("A") != 0 {
		t.Error("custom states, and IGNORED with them, are not level")
	}
	shuffled := []State{Pending, "PROGRESS", Success, Retry, Revoked, Failure, Started, Rejected, Received}
	slices.SortFunc(shuffled, func(a, b State) int { return b.Compare(a) })
	same(t, "sorting", shuffled, order)
}

func TestStateValidate(t *testing.T) {
	for _, s := range []State{"A", "half done", "半分", State(strings.Repeat("x", MaxStateLen))} {
		if err := s.Validate(); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	}
	for _, s := range []State{"", "\xff", "A\n", "\x1b[2J", "\u009b2J", "\u202eA", State(strings.Repeat("x", MaxStateLen+1))} {
		if err := s.Validate(); !errors.Is(err, ErrBadState) || strings.ContainsAny(err.Error(), "\n\x1b\u009b\u202e") {
			t.Errorf("%q: %v, want ErrBadState, fit to print", s, err)
		}
	}
}
