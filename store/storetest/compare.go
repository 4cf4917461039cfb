package storetest

import (
	"bytes"
	"maps"
	"slices"

	"github.com/seed-1c955bc8/bunch/result"
)

// same checks that two answers about a task are the same.
func (t *T) same(got, want result.Async) {
	t.Helper()
	if diff := differ(t.Backend, got, want); diff != "" {
		t.broken("%q: %s: got %+v, want %+v", want.ID, diff, got, want)
	}
}

// differ says in what two results differ; nothing if they do not.
func differ(b Backend, x, y result.Async) string {
	switch {
	case x.ID != y.ID:
		return "the id differs"
	case x.State != y.State:
		return "the state differs"
	case x.Attempt != y.Attempt:
		return "the attempt differs"
	case x.Forgotten != y.Forgotten:
		return "one is forgotten"
	case !bytes.Equal(x.Value, y.Value):
		return "the value differs"
	case !bytes.Equal(x.Input, y.Input):
		return "the input differs"
	case !x.Done.Equal(y.Done):
		return "the time of completion differs"
	case !sameError(b, x.Error, y.Error):
		return "the error differs"
	case (x.Children == nil) != (y.Children == nil) || !slices.EqualFunc(x.Children, y.Children, result.Tree.Equal):
		return "the children differ"
	case !sameRequest(x.Request, y.Request):
		return "the request differs"
	}
	return ""
}

func sameRequest(x, y *result.Request) bool {
	if x == nil || y == nil {
		return x == y
	}
	return x.Name == y.Name && bytes.Equal(x.Args, y.Args) && bytes.Equal(x.Kwargs, y.Kwargs) && x.Worker == y.Worker &&
		x.Queue == y.Queue && x.Retries == y.Retries && x.Parent == y.Parent && x.Group == y.Group &&
		maps.EqualFunc(x.Extra, y.Extra, bytes.Equal)
}

// sameError compares arguments by their bytes: a number may come back in
// another Go type than it was given in.
func sameError(b Backend, x, y *result.TaskError) bool {
	if x == nil || y == nil {
		return x == y
	}
	if len(x.Args) != len(y.Args) || x.Type != y.Type || x.Module != y.Module || x.Traceback != y.Traceback {
		return false
	}
	for i := range x.Args {
		p, err := b.Marshal(x.Args[i])
		q, err2 := b.Marshal(y.Args[i])
		if err != nil || err2 != nil || !bytes.Equal(p, q) {
			return false
		}
	}
	return true
}

// differSaved says in what two saved groups differ; nothing if they do not.
func differSaved(x, y result.Saved) string {
	switch {
	case x.ID != y.ID:
		return "the id differs"
	case !x.Tree.Equal(y.Tree):
		return "the tree differs"
	case !maps.Equal(x.Labels, y.Labels):
		return "the labels differ"
	case !bytes.Equal(x.Note, y.Note):
		return "the note differs"
	case !x.Created.Equal(y.Created):
		return "the time of creation differs"
	case !x.Settled.Equal(y.Settled):
		return "the time of settling differs"
	case !x.Expires.Equal(y.Expires):
		return "the time of expiry differs"
	case !x.Progress.Equal(y.Progress):
		return "the progress differs"
	}
	return ""
}

// recount compares a group's progress, its listing and its times with a recount
// of its results.
func (t *T) recount(ids ...result.ID) {
	t.Helper()
	for _, id := range ids {
		s := t.restore(id)
		all, err := collect(t.Results(t.ctx, s.Tree, result.Filter{}))
		t.ok("Results", err)
		t.want(len(all) == s.Tree.LeafCount(), "%q has %d leaves and %d results", id, s.Tree.LeafCount(), len(all))
		want := Count(s.Tree, all)
		p := t.progress(id)
		t.want(p.Equal(want), "the counts of %q are %+v, a recount gives %+v", id, p, want)
		t.want(s.Progress.Equal(want), "the restored counts of %q are %+v, a recount gives %+v", id, s.Progress, want)
		t.want(s.Settled.IsZero() != want.Settled(), "%q has counts %+v and settled at %v", id, want, s.Settled)
	}
}

// Count makes the progress of a group from the results of its leaves, which all
// must be, in member order.
func Count(tree result.Tree, all []result.Async) result.Progress {
	p := result.Progress{Total: tree.Len()}
	for _, a := range all {
		if a.Forgotten {
			p.Leaves.Forgotten++
		} else {
			p.Leaves = p.Leaves.Add(a.State, 1)
		}
	}
	rest := all
	for m := range tree.Members() {
		n := m.LeafCount()
		if !slices.ContainsFunc(rest[:n], func(a result.Async) bool { return a.State != result.Success }) {
			p.Completed++
		}
		rest = rest[n:]
	}
	return p
}
