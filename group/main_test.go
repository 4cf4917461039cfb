package group_test

import (
	"context"
	"iter"
	"math/rand/v2"
	"os"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store/memstore"
)

// No test may leave a goroutine behind: waiting must end with its caller.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// spy is the reference engine with a view of how it is used.
type spy struct {
	group.Backend
	asleep  chan struct{} // one for each time a watcher has taken an event in and waits for the next
	results atomic.Int64  // calls of Results
	gets    atomic.Int64  // calls of Get
}

func open(t testing.TB) *spy {
	s := memstore.New(nil)
	t.Cleanup(func() { _ = s.Close() })
	return &spy{Backend: s, asleep: make(chan struct{}, 1<<16)}
}

func (s *spy) Watch(ctx context.Context, id result.ID, tasks ...result.ID) iter.Seq2[result.Event, error] {
	return func(yield func(result.Event, error) bool) {
		for e, err := range s.Backend.Watch(ctx, id, tasks...) {
			if !yield(e, err) {
				return
			}
			if err == nil {
				s.asleep <- struct{}{}
			}
		}
	}
}

func (s *spy) Results(ctx context.Context, tree result.Tree, f result.Filter) iter.Seq2[result.Async, error] {
	s.results.Add(1)
	return s.Backend.Results(ctx, tree, f)
}

func (s *spy) Get(ctx context.Context, id result.ID) (result.Async, error) {
	s.gets.Add(1)
	return s.Backend.Get(ctx, id)
}

// report records states, and in SUCCESS the task's id as its value.
func report(t testing.TB, b group.Backend, state result.State, ids ...result.ID) {
	t.Helper()
	for _, id := range ids {
		a := result.Async{ID: id, State: state}
		if state == result.Success {
			a.Value = must(b.Marshal(string(id)))
		}
		if state.Propagates() {
			a.Error = &result.TaskError{Type: "Boom", Args: []any{string(id)}}
		}
		out, err := b.Report(t.Context(), a)
		if err != nil || !out[0].Applied {
			t.Fatalf("reporting %q as %s: applied %v, %v", id, state, out, err)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func save(t testing.TB, b group.Backend, tree result.Tree) *group.Result {
	t.Helper()
	r := group.Of(b, tree)
	if _, err := r.Save(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	return r
}

// tasks are trees of tasks with these ids.
func tasks(ids ...result.ID) []result.Tree {
	var ts []result.Tree
	for _, id := range ids {
		ts = append(ts, result.Task(id))
	}
	return ts
}

func leaves(t result.Tree) []result.ID {
	var ids []result.ID
	for l := range t.Leaves() {
		ids = append(ids, l.ID())
	}
	return ids
}

func idsOf(rs []result.Async) []result.ID {
	var ids []result.ID
	for _, a := range rs {
		ids = append(ids, a.ID)
	}
	return ids
}

// last is the last handle of some.
func last(handles iter.Seq[*group.Result]) (r *group.Result) {
	for r = range handles {
	}
	return r
}

// ended is a context whose deadline has passed.
func ended(t testing.TB) context.Context {
	ctx, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	t.Cleanup(cancel)
	return ctx
}

// random is seeded by BUNCH_SEED, or by what it prints.
func random(t testing.TB) *rand.Rand {
	seed := rand.Uint64()
	if s := os.Getenv("BUNCH_SEED"); s != "" {
		seed = must(strconv.ParseUint(s, 10, 64))
	}
	t.Logf("BUNCH_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}
