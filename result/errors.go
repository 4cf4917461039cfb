package result

import (
	"errors"
	"fmt"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// The sentinel errors. Every engine and every package of this module returns
// them wrapped, so test with [errors.Is].
var (
	// ErrNotFound: no saved group, or no result, has this id.
	ErrNotFound = errors.New("not found")
	// ErrForgotten: the result was forgotten; waiting for it would hang for ever.
	ErrForgotten = errors.New("forgotten")
	// ErrIncomplete: a task that others may depend on is not ready, so what it
	// has started is not known yet.
	ErrIncomplete = errors.New("not complete")
	// ErrExist: another tree is saved under this id.
	ErrExist = errors.New("another tree is saved under this id")
	// ErrDuplicate: a tree names a member twice.
	ErrDuplicate = errors.New("duplicate member")
	// ErrBadID: an id is empty, too long or not UTF-8.
	ErrBadID = errors.New("bad id")
	// ErrBadState: a state's name is empty, too long or unprintable.
	ErrBadState = errors.New("bad state")
	// ErrBadValue: bytes given as a value are not one well-formed CBOR item.
	ErrBadValue = errors.New("bad value")
	// ErrTooDeep: a tree nests, or its parents reach, deeper than MaxDepth.
	ErrTooDeep = errors.New("tree too deep")
	// ErrTooLarge: a value, a label, a tree or one call's work is over its limit.
	ErrTooLarge = errors.New("too large")
	// ErrCorrupt: stored bytes are damaged or are not ours.
	ErrCorrupt = errors.New("corrupt data")
	// ErrClosed: the store is closed.
	ErrClosed = errors.New("store is closed")
	// ErrLocked: another process holds the store's directory.
	ErrLocked = errors.New("store is locked")
	// ErrReadOnly: the store was opened for reading only.
	ErrReadOnly = errors.New("store is read-only")
	// ErrNoSpace: the disk has less free space than the store's reserve.
	ErrNoSpace = errors.New("not enough free disk space")
)

// A VersionError says that bytes were written in a format this program does not
// read, most likely by a newer release. Nothing is wrong with the bytes.
type VersionError struct {
	What string // what was read: "result", "tree", "store", ...
	Got  uint64 // the version found
	Max  uint64 // the newest version this program reads
}

func (e *VersionError) Error() string {
	if e.Got <= e.Max {
		return fmt.Sprintf("%s has format version %d, which this program, with %d, no longer reads: use the one that wrote it", e.What, e.Got, e.Max)
	}
	return fmt.Sprintf("%s has format version %d, this program reads up to %d: use a newer release", e.What, e.Got, e.Max)
}

// A TaskError is why a task failed: Celery's stored exception. It is data and
// never code: nothing is ever looked up or made by Type or Module.
type TaskError struct {
	Type      string // exc_type, the exception's class name
	Args      []any  // exc_message: the exception's arguments, plain data
	Module    string // exc_module; empty if unknown
	Traceback string // text for people; may be empty
}

// Error is the type and the arguments on one line. What is not printable in them
// is escaped: a task chooses this text, and it must not steer a terminal.
func (e *TaskError) Error() string {
	switch len(e.Args) {
	case 0:
		return printable(e.Type)
	case 1:
		return printable(fmt.Sprintf("%s: %v", e.Type, e.Args[0]))
	}
	return printable(fmt.Sprintf("%s: %v", e.Type, e.Args))
}

// printable escapes as %q does, but leaves quotes and backslashes as they are.
func printable(s string) string {
	dst := make([]byte, 0, len(s))
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if r != utf8.RuneError && unicode.IsPrint(r) {
			dst = append(dst, s[:n]...)
		} else {
			quoted := strconv.Quote(s[:n])
			dst = append(dst, quoted[1:len(quoted)-1]...)
		}
		s = s[n:]
	}
	return string(dst)
}

// A MemberError is what waiting raises: a member, or an ancestor of one, failed
// or was revoked.
type MemberError struct {
	ID    ID         // the task that failed, which may be an ancestor
	State State      // FAILURE or REVOKED
	Err   *TaskError // what it reported; nil if it gave no reason
}

func (e *MemberError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("task %q: %s", string(e.ID), e.State)
	}
	return fmt.Sprintf("task %q: %s: %v", string(e.ID), e.State, e.Err)
}

// Unwrap gives the *TaskError to [errors.As].
func (e *MemberError) Unwrap() error {
	if e.Err == nil {
		return nil
	}
	return e.Err
}
