package storetest

import (
	"errors"
	"iter"
	"slices"

	"github.com/seed-1c955bc8/bunch/result"
)

// The calls below are those of the backend, for a test that expects no error.

func (t *T) ok(what string, err error) {
	t.Helper()
	if err != nil {
		t.broken("%s: unexpected error: %v", what, err)
	}
}

// fails checks that err matches the sentinel want.
func (t *T) fails(what string, err, want error) {
	t.Helper()
	t.want(errors.Is(err, want), "%s: the error is %v, not one that matches %q", what, err, want)
}

func (t *T) save(tree result.Tree, attr ...result.Attributes) result.Outcome {
	t.Helper()
	var a result.Attributes
	if len(attr) > 0 {
		a = attr[0]
	}
	o, err := t.Save(t.ctx, tree, a)
	t.ok("Save", err)
	return o
}

// reports makes one call of Report.
func (t *T) reports(reports ...result.Async) []result.Outcome {
	t.Helper()
	out, err := t.Report(t.ctx, reports...)
	t.ok("Report", err)
	t.want(len(out) == len(reports), "Report of %d results gave %d outcomes", len(reports), len(out))
	return out
}

// report reports one task in a state, with a value that tells it apart.
func (t *T) report(id result.ID, state result.State) result.Outcome {
	t.Helper()
	return t.reports(t.async(id, state))[0]
}

// async is a report of id whose value names the task and the state.
func (t *T) async(id result.ID, state result.State) result.Async {
	t.Helper()
	a := result.Async{ID: id, State: state, Value: t.value(string(id) + " is " + string(state))}
	if state.Exception() {
		a.Error = &result.TaskError{Type: "KeyError", Args: []any{string(id)}, Module: "builtins", Traceback: "line 1"}
	}
	return a
}

func (t *T) value(v any) []byte {
	t.Helper()
	data, err := t.Marshal(v)
	t.ok("Marshal", err)
	return data
}

func (t *T) revoke(tree result.Tree) result.Outcome {
	t.Helper()
	o, err := t.Revoke(t.ctx, tree)
	t.ok("Revoke", err)
	return o
}

func (t *T) retry(tree result.Tree) result.Outcome {
	t.Helper()
	o, err := t.Retry(t.ctx, tree)
	t.ok("Retry", err)
	return o
}

func (t *T) forget(tree result.Tree) result.Outcome {
	t.Helper()
	o, err := t.Forget(t.ctx, tree)
	t.ok("Forget", err)
	return o
}

func (t *T) delete(id result.ID) result.Outcome {
	t.Helper()
	o, err := t.Delete(t.ctx, id)
	t.ok("Delete", err)
	return o
}

func (t *T) purge(id result.ID) result.Outcome {
	t.Helper()
	o, err := t.Purge(t.ctx, id)
	t.ok("Purge", err)
	return o
}

func (t *T) sweep() int {
	t.Helper()
	n, err := t.Sweep(t.ctx)
	t.ok("Sweep", err)
	return n
}

func (t *T) restore(id result.ID) result.Saved {
	t.Helper()
	s, err := t.Restore(t.ctx, id)
	t.ok("Restore", err)
	t.want(s.ID == id && s.Tree.ID() == id, "Restore of %q gave the group %q with the tree of %q", id, s.ID, s.Tree.ID())
	return s
}

func (t *T) progress(id result.ID) result.Progress {
	t.Helper()
	p, err := t.Progress(t.ctx, id)
	t.ok("Progress", err)
	return p
}

func (t *T) get(id result.ID) result.Async {
	t.Helper()
	a, err := t.Get(t.ctx, id)
	t.ok("Get", err)
	t.want(a.ID == id, "Get of %q gave the result of %q", id, a.ID)
	return a
}

// unknown checks that nobody knows the task id.
func (t *T) unknown(id result.ID) {
	t.Helper()
	a, err := t.Get(t.ctx, id)
	t.want(errors.Is(err, result.ErrNotFound), "Get of %q, which nobody knows, gave %+v and the error %v", id, a, err)
}

func (t *T) results(tree result.Tree, f result.Filter) []result.Async {
	t.Helper()
	all, err := collect(t.Results(t.ctx, tree, f))
	t.ok("Results", err)
	return all
}

// collect takes results until they end; an error must be the last that comes.
func collect(seq iter.Seq2[result.Async, error]) ([]result.Async, error) {
	var all []result.Async
	var failed error
	for a, err := range seq {
		if failed != nil {
			return all, errors.New("the range went on after the error: " + failed.Error())
		}
		if err != nil {
			failed = err
			continue
		}
		all = append(all, a)
	}
	return all, failed
}

func (t *T) find(id result.ID) []result.ID {
	t.Helper()
	ids, err := t.Find(t.ctx, id)
	t.ok("Find", err)
	return ids
}

// list takes all pages of a query.
func (t *T) list(q result.Query) []result.Saved {
	t.Helper()
	var all []result.Saved
	for {
		page, next, err := t.List(t.ctx, q)
		t.ok("List", err)
		all = append(all, page...)
		if next == "" {
			return all
		}
		q.Cursor = next
	}
}

// settles checks that an operation announced exactly these groups.
func (t *T) settles(what string, o result.Outcome, want ...result.ID) {
	t.Helper()
	t.want(slices.Equal(o.Settled, want), "%s announced that %q settled, not %q", what, o.Settled, want)
}

// changes checks whether an operation changed n results.
func (t *T) changes(what string, o result.Outcome, n int) {
	t.Helper()
	t.want(o.Changed == n && o.Applied == (n > 0), "%s says Applied %v and Changed %d, not %d", what, o.Applied, o.Changed, n)
}

// stands checks the state and attempt of one task, as Get and Results give it.
func (t *T) stands(id result.ID, state result.State, attempt uint32, forgotten bool) result.Async {
	t.Helper()
	a := t.get(id)
	t.want(a.State == state && a.Attempt == attempt && a.Forgotten == forgotten,
		"%q is %s, attempt %d, forgotten %v; not %s, attempt %d, forgotten %v", id, a.State, a.Attempt, a.Forgotten, state, attempt, forgotten)
	t.want(a.Done.IsZero() != state.Ready(), "%q is %s and its time of completion is %v", id, a.State, a.Done)
	one := t.results(result.Task(id), result.Filter{})
	t.want(len(one) == 1, "Results of the one task %q gave %d results", id, len(one))
	t.same(one[0], a)
	return a
}

// tasks makes the trees of tasks.
func tasks(ids ...result.ID) []result.Tree {
	var ts []result.Tree
	for _, id := range ids {
		ts = append(ts, result.Task(id))
	}
	return ts
}
