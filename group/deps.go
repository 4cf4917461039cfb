package group

import (
	"context"
	"fmt"
	"iter"

	"github.com/seed-1c955bc8/bunch/result"
)

// Started returns handles on what a task has started, its stored children
// (AsyncResult.children): nil if that is not known, empty if it started none. Of
// a group they are its members.
func (r *Result) Started(ctx context.Context) ([]*Result, error) {
	_, children, err := r.look(ctx)
	return children, err
}

// look reads whether r is ready and what comes below it, in one look at a task.
func (r *Result) look(ctx context.Context) (ready bool, children []*Result, err error) {
	if r.tree.IsGroup() {
		for c := range r.Children() {
			children = append(children, c)
		}
		ready, err = r.Ready(ctx)
		return ready, children, err
	}
	a, err := r.Async(ctx)
	if err != nil {
		return false, nil, err
	}
	if a.Children != nil {
		children = []*Result{}
	}
	for _, t := range a.Children {
		if t.IsGroup() {
			children = append(children, Of(r.backend, t))
			continue
		}
		for task := range t.Leaves() { // it may be a run of them
			children = append(children, Of(r.backend, task))
		}
	}
	return a.State.Ready(), children, nil
}

// A Dep is a step of [Result.Deps].
type Dep struct {
	Parent *Result // nil of the first, which is where the walk began
	Child  *Result
}

// Deps walks all that a task has started, and what that has started in turn,
// breadth first (AsyncResult.iterdeps): pairs of who started whom, or of a group
// and its member, the first one without a parent. What several have started comes
// with each of them, but is gone into once, so the walk ends in any case.
//
// What a task that is not ready has started is not known yet: after its pair the
// range ends with an error matching [result.ErrIncomplete] that names it, or, if
// intermediate is set, goes on without what is below it.
func (r *Result) Deps(ctx context.Context, intermediate bool) iter.Seq2[Dep, error] {
	return func(yield func(Dep, error) bool) {
		seen := map[node]bool{}
		for queue := []Dep{{Child: r}}; len(queue) > 0; {
			d := queue[0]
			queue = queue[1:]
			if !yield(d, nil) {
				return
			}
			if seen[d.Child.node()] {
				continue
			}
			seen[d.Child.node()] = true
			ready, children, err := d.Child.look(ctx)
			if err == nil && !ready {
				if intermediate {
					continue
				}
				err = fmt.Errorf("%q: %w; wait for it, or ask for what is known so far", string(d.Child.ID()), result.ErrIncomplete)
			}
			if err != nil {
				yield(Dep{}, err)
				return
			}
			for _, c := range children {
				queue = append(queue, Dep{d.Child, c})
			}
		}
	}
}

// node is a task or a group in a walk: their ids are separate namespaces.
type node struct {
	id    result.ID
	group bool
}

func (r *Result) node() node { return node{r.ID(), r.tree.IsGroup()} }

// Collect ranges over the results of the task and of all tasks below it, each
// once, in the order of [Result.Deps] (AsyncResult.collect). A group among them
// has no result but those of its members, which come too. It does not wait: the
// range ends with the error of Deps if something is not ready, and with a
// *[result.MemberError] where a task has failed.
func (r *Result) Collect(ctx context.Context) iter.Seq2[result.Async, error] {
	return func(yield func(result.Async, error) bool) {
		seen := map[node]bool{}
		for d, err := range r.Deps(ctx, false) {
			var a result.Async
			if err == nil {
				if seen[d.Child.node()] || d.Child.tree.IsGroup() {
					continue
				}
				seen[d.Child.node()] = true
				if a, err = d.Child.Async(ctx); err == nil {
					err = a.Throw()
				}
			}
			if err != nil {
				yield(result.Async{}, err)
				return
			}
			if !yield(a, nil) {
				return
			}
		}
	}
}

// Leaf returns the value of the last task that [Result.Collect] comes to
// (AsyncResult.get_leaf): of a task that started another one that started another
// one, what came out in the end. Errors are those of Collect.
func Leaf[T any](ctx context.Context, r *Result) (T, error) {
	var value T
	var last result.Async
	for a, err := range r.Collect(ctx) {
		if err != nil {
			return value, err
		}
		last = a
	}
	if last.Value == nil {
		return value, nil
	}
	if err := r.backend.Unmarshal(last.Value, &value); err != nil {
		return value, fmt.Errorf("value of task %q: %w", string(last.ID), err)
	}
	return value, nil
}
