package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

// An answer is all that a call returned, as text: two engines gave the same
// answer if the texts are the same.

var sentinels = []error{
	result.ErrNotFound, result.ErrForgotten, result.ErrIncomplete, result.ErrExist, result.ErrDuplicate, result.ErrBadID, result.ErrBadState, result.ErrBadValue,
	result.ErrTooDeep, result.ErrTooLarge, result.ErrCorrupt, result.ErrClosed, result.ErrLocked, result.ErrReadOnly, result.ErrNoSpace,
}

// failure is an error as an answer: engines word them as they like.
func failure(err error) string {
	for _, s := range sentinels {
		if errors.Is(err, s) {
			return "error: " + s.Error()
		}
	}
	return "an error that matches no sentinel: " + err.Error()
}

func answerOutcome(o result.Outcome, err error) string {
	if err != nil {
		return failure(err)
	}
	return fmt.Sprintf("applied %v, changed %d, %s/%d, settled %q", o.Applied, o.Changed, o.State, o.Attempt, o.Settled)
}

func answerTime(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format("15:04:05.000000 on day 2")
}

func answerAsync(b Backend, a result.Async, err error) string {
	if err != nil {
		return failure(err)
	}
	why := "none"
	if a.Error != nil {
		args, err := b.Marshal(a.Error.Args)
		why = fmt.Sprintf("%q %q %q %x %v", a.Error.Type, a.Error.Module, a.Error.Traceback, args, err)
	}
	children := "unknown"
	if a.Children != nil {
		children = fmt.Sprint(a.Children)
	}
	request := "unknown"
	if a.Request != nil {
		request = fmt.Sprintf("%q", *a.Request) // fmt sorts maps
	}
	return fmt.Sprintf("%q: %s/%d, forgotten %v, done %s, value %x, input %x, error %s, children %s, request %s",
		a.ID, a.State, a.Attempt, a.Forgotten, answerTime(a.Done), a.Value, a.Input, why, children, request)
}

func answerProgress(p result.Progress) string {
	var s strings.Builder
	fmt.Fprintf(&s, "%d of %d;", p.Completed, p.Total)
	for state, n := range p.Leaves.All() {
		fmt.Fprintf(&s, " %s %d", state, n)
	}
	fmt.Fprintf(&s, " forgotten %d", p.Leaves.Forgotten)
	return s.String()
}

func answerSaved(s result.Saved, err error) string {
	if err != nil {
		return failure(err)
	}
	var labels []string
	for k, v := range s.Labels {
		labels = append(labels, fmt.Sprintf("%q=%q", k, v))
	}
	slices.Sort(labels)
	tree := "none"
	if !s.Tree.IsZero() {
		tree = s.Tree.String()
	}
	return fmt.Sprintf("group %q, labels %s, note %x, created %s, settled %s, expires %s, %s, tree %s", s.ID, labels, s.Note,
		answerTime(s.Created), answerTime(s.Settled), answerTime(s.Expires), answerProgress(s.Progress), tree)
}
