package api

import (
	"context"
	"fmt"

	"github.com/seed-1c955bc8/bunch/encoding/jsonline"
	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

// A page ends early, and still has a next, when its values or what was looked at
// for it are over these.
const (
	pageBytes  = 1 << 20 // of values, inputs and errors chosen; the last one may go over it
	pageLooks  = 50_000  // results, chosen or not
	looksBytes = 16 << 20
)

// results answers with a page of the results below an id, in member order.
func (h *handler) results(ctx context.Context, p params) ([]byte, error) {
	list, next, err := h.page(ctx, p)
	if err != nil {
		return nil, err
	}
	dst := []byte(`{"results":[`)
	for i, a := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = jsonline.AppendResult(dst, a); err != nil {
			return nil, fmt.Errorf("task %q: %w", string(a.ID), err)
		}
	}
	return appendNext(append(dst, ']'), next), nil
}

// page reads a page of results. Its cursor is the last task that was looked at,
// and not a number: a nested group may grow in the middle.
func (h *handler) page(ctx context.Context, p params) (list []result.Async, next string, err error) {
	id, err := p.id()
	if err != nil {
		return nil, "", err
	}
	limit, err := p.limit()
	if err != nil {
		return nil, "", err
	}
	tree, _, err := group.Find(ctx, h.b, id)
	if err != nil {
		return nil, "", err
	}
	var filter result.Filter
	if text := p.get("cursor"); text != "" {
		at, ok := tree.LeafIndex(result.ID(text))
		if !ok {
			return nil, "", fmt.Errorf("%w: %.64q is no cursor of a page", errParams, text)
		}
		filter.Skip = at + 1
	}
	size, looks, looked := 0, 0, 0
	for a, err := range h.b.Results(ctx, tree, filter) {
		if err != nil {
			return nil, "", err
		}
		if len(list) == limit || size > pageBytes || looks == pageLooks || looked > looksBytes {
			return h.inputs(ctx, id, list, next)
		}
		n := len(a.Value) + failureSize(a.Error)
		looks, looked, next = looks+1, looked+n, string(a.ID)
		if in(a, p.get("state")) {
			a.Children, a.Request = nil, nil // a line does not have them, and they may be long
			list, size = append(list, a), size+n
		}
	}
	return h.inputs(ctx, id, list, "")
}

// in reports whether a counts in this state: "" is any. The forgotten are not
// PENDING but forgotten, as they are counted.
func in(a result.Async, state string) bool {
	if state == "" {
		return true
	}
	if a.Forgotten {
		return state == "forgotten"
	}
	return state == string(a.State)
}

func failureSize(e *result.TaskError) int {
	if e == nil {
		return 0
	}
	return len(e.Error()) + len(e.Traceback)
}

// inputs fills in what the tasks of a page were given, and ends the page where that
// is too much. They are read for what was chosen only: each is a read of its own.
func (h *handler) inputs(ctx context.Context, id result.ID, list []result.Async, next string) ([]result.Async, string, error) {
	tasks := make([]result.Tree, len(list))
	for i, a := range list {
		tasks[i] = result.Task(a.ID)
	}
	i, size := 0, 0
	for a, err := range h.b.Results(ctx, result.Group(id, tasks...), result.Filter{Inputs: true}) {
		if err != nil {
			return nil, "", err
		}
		if size > pageBytes {
			return list[:i], string(list[i-1].ID), nil
		}
		list[i].Input = a.Input
		i, size = i+1, size+len(a.Input)
	}
	return list, next, nil
}

// result answers with the result of one task.
func (h *handler) result(ctx context.Context, p params) ([]byte, error) {
	id, err := p.id()
	if err != nil {
		return nil, err
	}
	a, err := h.b.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	list, _, err := h.inputs(ctx, id, []result.Async{a}, "")
	if err != nil {
		return nil, err
	}
	return jsonline.AppendResult(nil, list[0])
}
