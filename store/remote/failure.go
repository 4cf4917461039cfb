package remote

import (
	"context"
	"errors"
	"slices"

	"github.com/seed-1c955bc8/bunch/result"
)

// ErrLost is what calls give when the connection broke without a goodbye, most
// likely because the process that had the store died. A write that was under way
// may have happened.
var ErrLost = errors.New("the process that had the store is gone")

const codeCanceled = 16

// sentinels are the numbers of the errors that a caller may test for. They are
// part of the protocol: none is used again for something else.
var sentinels = []struct {
	code uint
	err  error
}{
	{1, result.ErrNotFound},
	{2, result.ErrForgotten},
	{3, result.ErrIncomplete},
	{4, result.ErrExist},
	{5, result.ErrDuplicate},
	{6, result.ErrBadID},
	{7, result.ErrBadState},
	{8, result.ErrBadValue},
	{9, result.ErrTooDeep},
	{10, result.ErrTooLarge},
	{11, result.ErrCorrupt},
	{12, result.ErrClosed},
	{13, result.ErrLocked},
	{14, result.ErrReadOnly},
	{15, result.ErrNoSpace},
	{codeCanceled, context.Canceled},
	{17, context.DeadlineExceeded},
}

// maxText is the most bytes of an error's text that are sent.
const maxText = 8 << 10

// failure is an error on its way.
type failure struct {
	_       struct{} `cbor:",toarray"`
	Text    string
	Is      []uint               // which sentinels it matches
	Version *result.VersionError // if there is one in it
	Member  *async               // the task of a result.MemberError, if there is one
}

func packFailure(err error) failure {
	f := failure{Text: err.Error()}
	f.Text = f.Text[:min(len(f.Text), maxText)]
	for _, s := range sentinels {
		if errors.Is(err, s.err) {
			f.Is = append(f.Is, s.code)
		}
	}
	errors.As(err, &f.Version)
	var member *result.MemberError
	if errors.As(err, &member) {
		m := packAsync(result.Async{ID: member.ID, State: member.State, Error: member.Err})
		f.Member = &m
	}
	return f
}

// unpack returns an error with the same text that matches the same errors.
func (f failure) unpack() error {
	e := &remoteError{text: f.Text}
	for _, s := range sentinels {
		if slices.Contains(f.Is, s.code) {
			e.causes = append(e.causes, s.err)
		}
	}
	if f.Version != nil {
		e.causes = append(e.causes, f.Version)
	}
	if f.Member != nil {
		a, err := f.Member.unpack()
		if err != nil {
			return err
		}
		e.causes = append(e.causes, &result.MemberError{ID: a.ID, State: a.State, Err: a.Error})
	}
	return e
}

// cancelled reports whether the request was given up, and nothing has come of it.
func (f failure) cancelled() bool { return slices.Contains(f.Is, codeCanceled) }

// remoteError is an error of the process that has the store.
type remoteError struct {
	text   string
	causes []error
}

func (e *remoteError) Error() string   { return e.text }
func (e *remoteError) Unwrap() []error { return e.causes }
