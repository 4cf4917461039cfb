package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/seed-1c955bc8/bunch/result"
)

// The exit codes. Scripts depend on them.
const (
	exitDone        = 0
	exitError       = 1
	exitUsage       = 2
	exitFailed      = 3 // a failed member was raised, or the group settled with failures
	exitTimeout     = 4 // timeout, or not settled
	exitNotFound    = 5
	exitLocked      = 6
	exitInterrupted = 130 // as a shell has it for a program that SIGINT ended
)

// exit is an error whose code is known where it arises.
type exit struct {
	code int
	err  error // nil if all was said already
}

func (e *exit) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exit) Unwrap() error { return e.err }

func exitf(code int, format string, args ...any) error {
	return &exit{code, fmt.Errorf(format, args...)}
}

func usage(format string, args ...any) error { return exitf(exitUsage, format, args...) }

// exitCode returns the code that tells a script about err.
func exitCode(err error) int {
	var known *exit
	var member *result.MemberError
	is := func(targets ...error) bool {
		for _, t := range targets {
			if errors.Is(err, t) {
				return true
			}
		}
		return false
	}
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &known):
		return known.code
	case is(context.Canceled):
		return exitInterrupted
	case is(context.DeadlineExceeded):
		return exitTimeout
	case errors.As(err, &member):
		return exitFailed
	case is(result.ErrNotFound):
		return exitNotFound
	case is(result.ErrLocked):
		return exitLocked
	case is(result.ErrBadID, result.ErrBadState, result.ErrBadValue, result.ErrTooLarge, result.ErrDuplicate, result.ErrTooDeep):
		return exitUsage
	}
	return exitError
}

// message returns what to say of err, in one line that is safe on a terminal, ""
// if nothing is to be said.
func message(err error) string {
	if err == nil {
		return ""
	}
	if errors.Is(err, context.Canceled) {
		var known *exit
		if !errors.As(err, &known) {
			return "interrupted"
		}
	}
	return clean(strings.ReplaceAll(err.Error(), "\n", "; "))
}
