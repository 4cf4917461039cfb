package group

import (
	"context"
	"iter"
	"sync/atomic"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

// Result is the live handle of a group of task results: Celery's GroupResult.
// It holds a backend and a tree of names and no results, so it is cheap, and
// safe for use by any number of goroutines.
//
// The handle of a single task is a Result too, Celery's AsyncResult: its tree is
// that task, and everything but Save does for it what it does for a group of one.
//
// A handle speaks for its own tree. As long as exactly that tree is saved,
// questions cost the same for any size; of a tree that is not saved, or of a
// group nested in another, the leaves are looked at one by one.
type Result struct {
	backend Backend
	tree    result.Tree
	root    *Result     // the handle whose tree this one's is a part of; itself if none
	saved   atomic.Bool // this very tree was seen saved under its id
}

// New mints a group of n tasks: their ids lie next to each other, so that a
// store keeps them as one range. Nothing is written before [Result.Save]. It
// panics if n is negative or over 2^32-1.
func New(b Backend, n int) *Result {
	root := result.NewRoot(time.Now())
	if n == 0 {
		return Of(b, result.Group(root.ID(0)))
	}
	return Of(b, result.Group(root.ID(0), result.Tasks(root, 1, n)))
}

// Of returns a handle on a tree, saved or not: Celery's constructor
// GroupResult(id, results, parent), where [result.Tree.WithParent] gives the
// parent, and AsyncResult(id) for a tree of one task. It reads nothing.
func Of(b Backend, tree result.Tree) *Result {
	r := &Result{backend: b, tree: tree}
	r.root = r
	return r
}

// Restore returns the handle of a saved group: GroupResult.restore(id, backend).
// An id that was not saved itself gives an error matching [result.ErrNotFound],
// where Celery gives None.
func Restore(ctx context.Context, b Backend, id result.ID) (*Result, error) {
	saved, err := b.Restore(ctx, id)
	if err != nil {
		return nil, err
	}
	r := Of(b, saved.Tree)
	r.saved.Store(true)
	return r, nil
}

// On returns a handle on the same tree in another backend. It is what Celery's
// backend argument is for: r.On(b).Save saves the group elsewhere, r.On(b).Delete
// deletes it there. Results do not move.
func (r *Result) On(b Backend) *Result { return Of(b, r.tree) }

// ID returns the id of the group or task (GroupResult.id).
func (r *Result) ID() result.ID { return r.tree.ID() }

// Tree returns the names the handle speaks for: GroupResult.as_tuple, AsTuple.
// Its Len, At and Equal are Celery's len(r), r[i] and ==.
func (r *Result) Tree() result.Tree { return r.tree }

// Children ranges over handles of the direct members, in order: what Celery has
// twice, as GroupResult.results and GroupResult.children. A nested group comes as
// one member; Tree().IsGroup() tells it from a task. A task has none:
// what it has started is [Result.Started].
func (r *Result) Children() iter.Seq[*Result] {
	return func(yield func(*Result) bool) {
		for m := range r.tree.Members() {
			if !yield(&Result{backend: r.backend, tree: m, root: r.root}) {
				return
			}
		}
	}
}

// Parent returns a handle on what came before in a chain (GroupResult.parent),
// nil if there is none. It is a reference, not a member: nothing the group
// answers depends on it.
func (r *Result) Parent() *Result {
	p := r.tree.Parent()
	if p.IsZero() {
		return nil
	}
	return Of(r.backend, p)
}
