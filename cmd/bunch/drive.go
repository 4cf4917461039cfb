package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/seed-1c955bc8/bunch/encoding/jsonline"
	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

// note writes a line for people, to standard error.
func (a *app) note(format string, args ...any) {
	fmt.Fprintln(a.err, "bunch: "+clean(fmt.Sprintf(format, args...)))
}

// drive runs or resumes a group, as start does it, and tells about it: the id on
// standard output if announce is set, the rest on standard error.
func (a *app) drive(ctx context.Context, j job, opts group.RunOptions, announce bool, start func(*group.RunOptions) (*group.Result, error)) error {
	opts.Attempts = j.Attempts
	began, stop := time.Now(), func() {}
	opts.Saved = func(r *group.Result) {
		if announce {
			_ = a.announce(r.ID())
			_ = a.out.Flush() // nobody reading is no reason not to run
		} else if p, err := r.Progress(ctx); err == nil {
			a.note("%d of %d tasks were done before", settled(p), p.Leaves.Total())
		}
		stop = follow(ctx, r)
	}
	r, err := start(&opts)
	stop()
	if r == nil {
		return err
	}
	p, failed := r.Progress(context.WithoutCancel(ctx))
	if failed != nil {
		return errors.Join(err, failed)
	}
	resume := fmt.Sprintf("bunch resume%s %s", a.place.flags(), shellQuote(string(r.ID())))
	if err != nil {
		done := fmt.Sprintf("%d of %d done; resume with: %s", settled(p), p.Leaves.Total(), resume)
		if errors.Is(err, context.Canceled) {
			return exitf(exitInterrupted, "interrupted: %s", done)
		}
		return fmt.Errorf("%w; %s", err, done)
	}
	a.note("%s in %v", tally(p), time.Since(began).Round(time.Millisecond))
	if n := p.Leaves.Forgotten; n > 0 {
		return exitf(exitError, "%d of the results are forgotten", n)
	}
	if p.Leaves.Of(result.Failure) > 0 {
		a.note("rerun them: %s", strings.Replace(resume, "resume", "resume --failed", 1))
	}
	return verdict(r.ID(), p)
}

// announce writes the id of a new group.
func (a *app) announce(id result.ID) error {
	if a.output == asJSON {
		return a.line(append(jsonline.AppendText([]byte(`{"id":`), string(id)), '}'))
	}
	return a.text(string(id))
}

// tally says how the tasks of a group stand.
func tally(p result.Progress) string {
	switch n := p.Leaves.Total(); n {
	case 0:
		return "no tasks"
	case 1:
		return "1 task: " + counts(p.Leaves)
	default:
		return fmt.Sprintf("%d tasks: %s", n, counts(p.Leaves))
	}
}

// counts says how many tasks are in which state.
func counts(c result.Counts) string {
	var list []string
	for state, n := range c.All() {
		list = append(list, fmt.Sprintf("%d %s", n, state))
	}
	if c.Forgotten > 0 {
		list = append(list, fmt.Sprintf("%d forgotten", c.Forgotten))
	}
	return strings.Join(list, ", ")
}

// verdict is the exit code of a verb that waits for a group, as an error.
func verdict(id result.ID, p result.Progress) error {
	switch {
	case !p.Settled():
		return exitf(exitTimeout, "group %q: not settled, %s", string(id), tally(p))
	case notSucceeded(p) > 0:
		return &exit{code: exitFailed}
	}
	return nil
}
