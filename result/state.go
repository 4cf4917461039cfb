package result

import (
	"fmt"
	"unicode"
	"unicode/utf8"
)

// MaxStateLen is the longest state name accepted, in bytes.
const MaxStateLen = 64

// A State is one of Celery's task states or a custom one. A custom state, such
// as PROGRESS, is unready: the task is still under way.
type State string

// Celery's built-in states (celery.states).
const (
	Pending  State = "PENDING"  // nobody has reported yet, or the task is unknown
	Received State = "RECEIVED" // a worker has it
	Started  State = "STARTED"  // it runs
	Success  State = "SUCCESS"  // ready: it returned a value
	Failure  State = "FAILURE"  // ready: it raised
	Revoked  State = "REVOKED"  // ready: it was called off
	Rejected State = "REJECTED" // a worker would not take it
	Retry    State = "RETRY"    // it is to run again
	Ignored  State = "IGNORED"  // Celery has it; it is in none of its sets
)

// builtin holds the built-in states from the highest precedence to the lowest.
// Custom states stand between FAILURE and REVOKED.
var builtin = [...]State{Success, Failure, Revoked, Started, Received, Rejected, Retry, Pending}

// Ready reports whether s is final: SUCCESS, FAILURE or REVOKED
// (celery.states.READY_STATES).
func (s State) Ready() bool { return s == Success || s == Failure || s == Revoked }

// Unready reports whether s is one of the states in which a task is still under
// way: every state that is not ready, custom ones included, but for IGNORED.
func (s State) Unready() bool { return !s.Ready() && s != Ignored }

// Propagates reports whether waiting for a task in state s raises its error:
// FAILURE or REVOKED (celery.states.PROPAGATE_STATES).
func (s State) Propagates() bool { return s == Failure || s == Revoked }

// Exception reports whether the result of a task in state s is an error: RETRY,
// FAILURE or REVOKED (celery.states.EXCEPTION_STATES).
func (s State) Exception() bool { return s == Retry || s.Propagates() }

// Custom reports whether s is none of the built-in states.
func (s State) Custom() bool {
	return s.precedence() == customPrecedence && s != Ignored
}

// Compare orders states by Celery's precedence: it returns a positive number if
// s stands above t, 0 if they are level (two custom states are), a negative one
// otherwise. It only compares names; what is stored is ruled by law 1.
func (s State) Compare(t State) int { return t.precedence() - s.precedence() }

// customPrecedence lies between FAILURE (2) and REVOKED (4).
const customPrecedence = 3

func (s State) precedence() int {
	for i, b := range builtin {
		if s == b {
			if i < 2 {
				return i + 1
			}
			return i + 2
		}
	}
	return customPrecedence
}

// Validate returns an error matching [ErrBadState] unless s is 1 to 64 bytes of
// printable UTF-8 text.
func (s State) Validate() error {
	if s == "" || len(s) > MaxStateLen || !utf8.ValidString(string(s)) {
		return fmt.Errorf("%w: %.64q must be 1 to %d bytes of UTF-8", ErrBadState, string(s), MaxStateLen)
	}
	for _, r := range string(s) {
		if !unicode.IsPrint(r) {
			return fmt.Errorf("%w: %q has unprintable characters", ErrBadState, string(s))
		}
	}
	return nil
}
