package group

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

// RunOptions changes how [Run] and [Resume] go about it; nil means none of it.
type RunOptions struct {
	// Concurrency is how many tasks run at once. 0 means runtime.GOMAXPROCS(0).
	Concurrency int

	// Attempts is how often a task that fails is tried in all, without a pause
	// between; 0 means once. A failure that is not the last is recorded as RETRY.
	Attempts int

	// Timeout ends the context of each attempt; 0 means never. A task that
	// returns an error after that has failed with TimeLimitExceeded; one that
	// returns a value has succeeded, late as it is. Nothing can stop a function
	// that ignores its context: it keeps its place until it returns.
	Timeout time.Duration

	// Failed makes Resume run again what has failed; not what was revoked. Run
	// ignores it.
	Failed bool

	// Labels and Note are saved with the group; see [result.Attributes]. Resume
	// ignores them.
	Labels map[string]string
	Note   []byte

	// Saved is called with the handle as soon as the group is known to be
	// durable, before any task starts: the time to write its id down, or to
	// start watching it.
	Saved func(*Result)
}

// Run runs fn over inputs, one task each, and keeps every result: a durable
// errgroup. It saves a new group together with its inputs, starts tasks in
// order, records each result before the task's place is taken by another, and
// returns the group's handle once every task was run: with a nil error also if
// some have failed, [Result.Join] tells. If the group cannot be saved there is no
// handle.
//
// A failed task is a FAILURE with the Go type of its error, or with the
// [result.TaskError] in its chain; so is one that panics, with its stack, and one
// whose value cannot be stored. A task that is revoked before its turn is not run.
//
// When ctx ends, no task starts any more, those running are told by their
// context, and Run returns the handle and the context's error once they are back.
// A value that one returns is still recorded, an error is not: it may be due to
// the interruption. [Resume] runs what is left. So each task runs at least once,
// and after a crash at most Concurrency tasks have run and are not recorded;
// [TaskID] is the key for making their effects idempotent.
//
// fn gets its input as [Codec] reads it back, on the first run too, so that a
// resumed one sees no difference.
func Run[I, O any](ctx context.Context, b Backend, inputs []I, fn func(context.Context, I) (O, error), opts *RunOptions) (*Result, error) {
	attr := result.Attributes{Inputs: make([][]byte, len(inputs))}
	for i, in := range inputs {
		var err error
		if attr.Inputs[i], err = b.Marshal(in); err != nil {
			return nil, fmt.Errorf("input %d: %w", i, err)
		}
	}
	if opts != nil {
		attr.Labels, attr.Note = opts.Labels, opts.Note
	}
	r := New(b, len(inputs))
	if _, err := r.Save(ctx, &attr); err != nil {
		return nil, err
	}
	return r, newRunner(r, fn, opts).run(ctx)
}

// Resume does what is left of a group that was run before: the tasks that are
// neither ready nor forgotten, with the inputs that were saved. fn must be the
// function of then, or one that takes the same inputs; a task without an input, or
// with one that does not fit, ends Resume with an error and is not touched.
// Everything else is as with [Run]. The id must be that of a saved group.
func Resume[I, O any](ctx context.Context, b Backend, id result.ID, fn func(context.Context, I) (O, error), opts *RunOptions) (*Result, error) {
	r, err := Restore(ctx, b, id)
	if err != nil {
		return nil, err
	}
	if opts != nil && opts.Failed {
		if err := r.reopen(ctx); err != nil {
			return r, err
		}
	}
	return r, newRunner(r, fn, opts).run(ctx)
}

// reopen retries what has failed, and leaves alone what was revoked.
func (r *Result) reopen(ctx context.Context) error {
	var failed []result.Tree
	for a, err := range r.backend.Results(ctx, r.tree, result.Filter{Ready: true}) {
		if err != nil {
			return err
		}
		if a.Failed() {
			failed = append(failed, result.Task(a.ID))
		}
	}
	if len(failed) == 0 {
		return nil
	}
	_, err := r.backend.Retry(ctx, result.Group(r.ID(), failed...))
	return err
}

// runner is one Run or Resume.
type runner[I, O any] struct {
	group *Result
	fn    func(context.Context, I) (O, error)
	opts  RunOptions

	once sync.Once
	err  error // the first reason to stop
}

func newRunner[I, O any](r *Result, fn func(context.Context, I) (O, error), opts *RunOptions) *runner[I, O] {
	x := &runner[I, O]{group: r, fn: fn}
	if opts != nil {
		x.opts = *opts
	}
	if x.opts.Concurrency <= 0 {
		x.opts.Concurrency = runtime.GOMAXPROCS(0)
	}
	return x
}

// run does all that is not ready. Its goroutines are gone when it returns.
func (x *runner[I, O]) run(ctx context.Context) error {
	if x.opts.Saved != nil {
		x.opts.Saved(x.group)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := func(err error) {
		x.once.Do(func() { x.err = err })
		cancel()
	}
	tasks := make(chan result.Async)
	var places sync.WaitGroup
	for range min(x.opts.Concurrency, x.group.tree.LeafCount()) {
		places.Go(func() {
			for a := range tasks {
				if err := x.do(ctx, a); err != nil {
					stop(err)
				}
			}
		})
	}
	for a, err := range x.group.backend.Results(ctx, x.group.tree, result.Filter{Unready: true, Inputs: true}) {
		if err == nil {
			select {
			case tasks <- a:
				continue
			case <-ctx.Done():
				err = ctx.Err()
			}
		}
		stop(err)
		break
	}
	close(tasks)
	places.Wait()
	return x.err
}
