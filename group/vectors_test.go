package group_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"testing"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/encoding/celery"
	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store"
	"github.com/seed-1c955bc8/bunch/store/memstore"
)

// vector is a result tree that Celery 5.6.2 built and stored, and what it then
// answered about it. bool(group), which is true of all, is Python's only.
type vector struct {
	Case   int
	ID     result.ID
	Docs   []json.RawMessage
	Expect struct {
		answers
		Tuple           json.RawMessage `json:"as_tuple"`
		Len             int
		Children        []result.ID
		Join            joined
		JoinNoPropagate joined `json:"join_no_propagate"`
	}
	States  map[result.ID]result.State
	Forget  answers `json:"after_forget"`
	Deleted bool    `json:"restored_after_delete"`
}

type answers struct {
	Ready, Successful, Failed, Waiting bool
	Completed                          int `json:"completed_count"`
}

// joined is one of these; a failed task in a value is its error.
type joined struct {
	Value   json.RawMessage
	Error   json.RawMessage
	Timeout bool
}

func vectors(t *testing.T) (all []vector) {
	f := must(os.Open("testdata/celery/cases.ndjson"))
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var v vector
		d := json.NewDecoder(bytes.NewReader(lines.Bytes()))
		if err := d.Decode(&v); err != nil {
			t.Fatalf("line %d: %v", len(all)+1, err)
		}
		all = append(all, v)
	}
	if err := lines.Err(); err != nil || len(all) != 150 {
		t.Fatalf("%d cases, want 150; %v", len(all), err)
	}
	return all
}

// TestVectors stores Celery's documents and compares every answer with Celery's.
func TestVectors(t *testing.T) {
	all := vectors(t)
	for name, b := range map[string]group.Backend{
		"memstore": memstore.New(nil),
		"store":    openStore(t),
	} {
		t.Run(name, func(t *testing.T) {
			for _, v := range all {
				if name == "store" { // any order will do
					slices.Reverse(v.Docs)
				}
				v.put(t, b)
				v.check(t, b)
			}
		})
	}
}

func openStore(t testing.TB) group.Backend {
	s := must(store.Open(t.TempDir(), &store.Options{NoSync: true}))
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func (v vector) put(t *testing.T, b group.Backend) {
	for _, doc := range v.Docs {
		d, err := celery.Parse(doc)
		if err != nil {
			t.Fatalf("case %d: %v in %s", v.Case, err, doc)
		}
		if d.Group.IsZero() {
			must(b.Report(t.Context(), d.Task))
		} else {
			must(b.Save(t.Context(), d.Group, result.Attributes{}))
		}
	}
}

func (v vector) check(t *testing.T, b group.Backend) {
	ctx := t.Context()
	r, err := group.Restore(ctx, b, v.ID)
	if err != nil {
		t.Errorf("case %d: %v", v.Case, err)
		return
	}
	if got := r.Tree().AppendJSON(nil); !bytes.Equal(canonical(t, got), canonical(t, v.Expect.Tuple)) {
		t.Errorf("case %d: as_tuple is %s, want %s", v.Case, got, v.Expect.Tuple)
	}
	children := []result.ID{}
	for c := range r.Children() {
		children = append(children, c.ID())
	}
	if r.Tree().Len() != v.Expect.Len || !slices.Equal(children, v.Expect.Children) {
		t.Errorf("case %d: len %d, children %q, want %q", v.Case, r.Tree().Len(), children, v.Expect.Children)
	}
	for id, want := range v.States {
		if a := must(group.Of(b, result.Task(id)).Async(ctx)); a.State != want {
			t.Errorf("case %d: %q is %s, want %s", v.Case, id, a.State, want)
		}
	}
	v.answer(t, "restored", r, v.Expect.answers)
	v.answer(t, "of the tree, not as saved", group.Of(hidden{b}, r.Tree()), v.Expect.answers)
	v.join(t, "join", r, nil, v.Expect.Join)
	v.join(t, "join without propagation", r, &group.JoinOptions{NoPropagate: true}, v.Expect.JoinNoPropagate)

	must(r.Forget(ctx))
	v.answer(t, "forgotten", must(group.Restore(ctx, b, v.ID)), v.Forget)
	must(r.Delete(ctx))
	_, err = group.Restore(ctx, b, v.ID)
	if found := err == nil; found != v.Deleted || !found && !errors.Is(err, result.ErrNotFound) {
		t.Errorf("case %d: restored after delete: %v", v.Case, err)
	}
}

// hidden is an engine that does not tell what is saved, so that leaves are
// looked at one by one.
type hidden struct{ group.Backend }

func (hidden) Restore(context.Context, result.ID) (result.Saved, error) {
	return result.Saved{}, result.ErrNotFound
}

func (v vector) answer(t *testing.T, when string, r *group.Result, want answers) {
	ctx := t.Context()
	got := answers{must(r.Ready(ctx)), must(r.Successful(ctx)), must(r.Failed(ctx)), must(r.Waiting(ctx)), must(r.CompletedCount(ctx))}
	if got != want {
		t.Errorf("case %d, %s: %+v, want %+v", v.Case, when, got, want)
	}
}

// join joins with a deadline that has passed, as Celery's cases did in effect.
func (v vector) join(t *testing.T, how string, r *group.Result, opts *group.JoinOptions, want joined) {
	all, err := r.Join(ended(t), opts)
	var raised *result.MemberError
	switch {
	case errors.As(err, &raised):
		// Celery's join does not see a failure behind what is pending: ours does.
		if s := v.States[raised.ID]; want.Timeout && opts == nil && s == raised.State && s.Propagates() {
			return
		}
		if got := exception(t, raised.Err); want.Error == nil || !bytes.Equal(canonical(t, got), canonical(t, want.Error)) {
			t.Errorf("case %d: %s raises %s, want %s", v.Case, how, got, want.Error)
		}
	case err != nil:
		if !want.Timeout || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("case %d: %s: %v", v.Case, how, err)
		}
	default:
		var texts [][]byte
		for _, a := range all {
			texts = append(texts, shown(t, a))
		}
		got := list(nil, group.Nest(r.Tree(), texts))
		if want.Value == nil || !bytes.Equal(canonical(t, got), canonical(t, want.Value)) {
			t.Errorf("case %d: %s gives %s, want %s", v.Case, how, got, want.Value)
		}
	}
}

// shown is a result as the vectors show it.
func shown(t *testing.T, a result.Async) []byte {
	switch {
	case a.Error != nil:
		return exception(t, a.Error)
	case a.Value == nil:
		return []byte("null")
	}
	return must(encoding.AppendJSON(nil, a.Value))
}

func exception(t *testing.T, e *result.TaskError) []byte {
	if e == nil {
		t.Fatal("a failure without an error")
	}
	args := append([]any{}, e.Args...)
	return must(encoding.AppendJSON(nil, must(encoding.Marshal(map[string]any{"exc_type": e.Type, "exc_message": args}))))
}

// list writes nested lists of JSON texts.
func list(dst []byte, members []any) []byte {
	dst = append(dst, '[')
	for i, m := range members {
		if i > 0 {
			dst = append(dst, ',')
		}
		if inner, ok := m.([]any); ok {
			dst = list(dst, inner)
		} else {
			dst = append(dst, m.([]byte)...)
		}
	}
	return append(dst, ']')
}

// canonical is JSON as bytes that are equal if the JSON means the same.
func canonical(t *testing.T, text []byte) []byte {
	v, err := encoding.FromJSON(text)
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}
