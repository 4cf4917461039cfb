package group

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/seed-1c955bc8/bunch/result"
)

// The types of the errors that Run itself stores.
const (
	panicked    = "panic"             // the task panicked; the traceback is its stack
	exited      = "runtime.Goexit"    // the task ended its goroutine
	overran     = "TimeLimitExceeded" // the task failed after its timeout
	unstoreable = "EncodeError"       // the value or the error cannot be stored
)

type taskKey struct{}

// TaskID returns the id of the task that [Run] or [Resume] has started with this
// context, "" in any other context. It is the same in every attempt and after a
// crash, and nobody else's, so it serves as an idempotency key.
func TaskID(ctx context.Context) result.ID {
	id, _ := ctx.Value(taskKey{}).(result.ID)
	return id
}

// do runs one task until it is ready or out of attempts, and records that. An
// error means that the whole run cannot go on; the task may be resumed.
func (x *runner[I, O]) do(ctx context.Context, a result.Async) error {
	for try := 1; ; try++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		now, err := x.group.backend.Get(ctx, a.ID)
		if err != nil {
			return err
		}
		if now.State.Ready() || now.Forgotten { // revoked, or done by somebody else
			return nil
		}
		var in I
		if a.Input == nil {
			return fmt.Errorf("task %q: no input was saved with it, so it cannot be run", string(a.ID))
		}
		if err := x.group.backend.Unmarshal(a.Input, &in); err != nil {
			return fmt.Errorf("task %q: its input does not fit the function: %w", string(a.ID), err)
		}
		report := result.Async{ID: a.ID, State: result.Success, Attempt: now.Attempt}
		report.Value, report.Error = x.call(context.WithValue(ctx, taskKey{}, a.ID), in)
		if report.Error != nil {
			if err := ctx.Err(); err != nil {
				return err
			}
			report.State = result.Failure
			if try < x.opts.Attempts {
				report.State = result.Retry
			}
		}
		// What is done is done: it is recorded even if the run was called off.
		if err := x.record(context.WithoutCancel(ctx), report); err != nil || report.State != result.Retry {
			return err
		}
	}
}

// call runs fn in a goroutine of its own, so that neither a panic nor
// runtime.Goexit (testing's FailNow) takes the place with it.
func (x *runner[I, O]) call(ctx context.Context, in I) (value []byte, failure *result.TaskError) {
	if x.opts.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, x.opts.Timeout)
		defer cancel()
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		returned := false
		defer func() {
			if cause := recover(); cause != nil {
				failure = &result.TaskError{Type: panicked, Args: []any{fmt.Sprint(cause)}, Traceback: string(debug.Stack())}
			} else if !returned {
				failure = &result.TaskError{Type: exited, Args: []any{"the task ended its goroutine"}}
			}
		}()
		out, err := x.fn(ctx, in)
		switch {
		case err == nil:
			if value, err = x.group.backend.Marshal(out); err != nil {
				failure = &result.TaskError{Type: unstoreable, Args: []any{err.Error()}}
			}
		case errors.Is(ctx.Err(), context.DeadlineExceeded):
			failure = &result.TaskError{Type: overran, Args: []any{fmt.Sprintf("the task took longer than %v: %v", x.opts.Timeout, err)}}
		default:
			failure = taskError(err)
		}
		returned = true
	}()
	<-done
	return value, failure
}

// record reports what became of a task. What the backend will not store, because
// of its size or its form, is the task's failure and not the run's.
func (x *runner[I, O]) record(ctx context.Context, report result.Async) error {
	_, err := x.group.backend.Report(ctx, report)
	if errors.Is(err, result.ErrTooLarge) || errors.Is(err, result.ErrBadValue) {
		report.State, report.Value = result.Failure, nil
		report.Error = &result.TaskError{Type: unstoreable, Args: []any{err.Error()}}
		_, err = x.group.backend.Report(ctx, report)
	}
	return err
}

// taskError is err as data.
func taskError(err error) *result.TaskError {
	var e *result.TaskError
	if errors.As(err, &e) && e != nil {
		return e
	}
	return &result.TaskError{Type: fmt.Sprintf("%T", err), Args: []any{err.Error()}}
}
