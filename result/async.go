package result

import "time"

// Async is what is stored of one task: Celery's AsyncResult without the
// connection. The same type goes in, as a report, and comes out, as an answer.
//
// In a report, ID and State are required; Value or Error go with the state; the
// rest is optional and zero means "not said".
type Async struct {
	ID    ID
	State State

	// Value is the value of a SUCCESS, or whatever a task that is under way
	// wants to show: one CBOR item, encoding.Marshal makes it and
	// encoding.Value reads it. Nil if there is none.
	Value []byte

	// Error is why, in the states FAILURE, REVOKED and RETRY; otherwise nil.
	Error *TaskError

	// Done is when the task became ready (date_done), to the microsecond, in
	// UTC; zero while it is not. In a report of a ready state zero means now.
	Done time.Time

	// Attempt counts from 1 and rises by one with each Retry. In a report, 0
	// means whichever is current; a report that names another attempt than the
	// current one is not applied.
	Attempt uint32

	// Input is what the task was given, if it was saved with its group; one CBOR
	// item. It is read on request (Filter.Inputs) and ignored in a report.
	Input []byte

	// Children are what the task has started (AsyncResult.children): nil if that
	// is not known, empty if it started none.
	Children []Tree

	// Request is how the task was asked for, if that was reported; otherwise nil.
	Request *Request

	// Forgotten: the result was forgotten, the state shows as PENDING. Ignored
	// in a report.
	Forgotten bool
}

// Request is how a task was asked for: what Celery stores beside a result, the
// most of it only under result_extended. All of it is optional, and none of it
// means anything to an engine.
type Request struct {
	Name    string // of the task's function
	Args    []byte // one CBOR item, an array; nil if not known
	Kwargs  []byte // one CBOR item, a map; nil if not known
	Worker  string // who ran it: a host's name
	Queue   string // its routing key
	Retries int    // attempts before this one, by Celery's count
	Parent  ID     // parent_id; empty if none
	Group   ID     // group_id; empty if none

	// Extra is what else stood in the document that the result came from, by
	// name, one CBOR item each; so that writing it out again loses nothing.
	Extra map[string][]byte
}

// Successful reports whether the task's state is SUCCESS. Like Celery's
// predicates it goes by the state alone: a REVOKED task is ready, and neither
// successful nor failed.
func (a Async) Successful() bool { return a.State == Success }

// Failed reports whether the task's state is FAILURE.
func (a Async) Failed() bool { return a.State == Failure }

// Throw returns the error that waiting for the task raises, a *[MemberError],
// or nil if its state does not propagate (AsyncResult.maybe_throw).
func (a Async) Throw() error {
	if !a.State.Propagates() {
		return nil
	}
	return &MemberError{ID: a.ID, State: a.State, Err: a.Error}
}

// RevokedError is the error Celery stores with a REVOKED task.
func RevokedError(reason string) *TaskError {
	return &TaskError{Type: "TaskRevokedError", Args: []any{reason}, Module: "celery.exceptions"}
}

// Outcome is what an operation on results did.
type Outcome struct {
	// Applied: the operation changed something. If not, what stood still stands.
	Applied bool

	// Changed is how many results the operation changed.
	Changed int

	// State and Attempt stand now, for an operation on one task.
	State   State
	Attempt uint32

	// Settled names the saved groups that this operation, and no other, took
	// from unsettled to settled, in the order in which they were created.
	Settled []ID
}
