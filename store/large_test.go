package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

// TestLargeRecords: values and errors of any size that is allowed come back
// whole, the operations on their group fit their transactions, and nothing of
// them is left on disk when they are gone.
func TestLargeRecords(t *testing.T) {
	ctx := context.Background()
	s := newStore(t, t.TempDir())
	tree := minted(40)
	note := text(t, s, 3<<20)
	inputs := make([][]byte, 40)
	for i := range inputs {
		inputs[i] = text(t, s, 100<<10)
	}
	if _, err := s.Save(ctx, tree, result.Attributes{Note: note, Inputs: inputs}); err != nil {
		t.Fatal(err)
	}
	reports := make([]result.Async, 40)
	for i := range reports {
		reports[i] = result.Async{ID: tree.At(i).ID(), State: result.Failure, Value: text(t, s, 60<<10),
			Error: &result.TaskError{Type: "E", Args: []any{strings.Repeat("a", 60<<10)}, Traceback: strings.Repeat("t", i*40<<10)}}
	}
	outs, err := s.Report(ctx, reports...)
	if err != nil {
		t.Fatal(err)
	}
	i := 0
	for a, err := range s.Results(ctx, tree, result.Filter{Inputs: true}) {
		if err != nil || !outs[i].Applied {
			t.Fatal(err, outs[i])
		}
		want := reports[i]
		if !bytes.Equal(a.Value, want.Value) || !bytes.Equal(a.Input, inputs[i]) || a.Error.Traceback != want.Error.Traceback || len(a.Error.Args) != 1 {
			t.Errorf("result %d came back as another", i)
		}
		i++
	}
	saved, err := s.Restore(ctx, tree.ID())
	if err != nil || !bytes.Equal(saved.Note, note) {
		t.Errorf("the note came back with %d bytes, %v", len(saved.Note), err)
	}
	if out, err := s.Retry(ctx, tree); err != nil || out.Changed != 40 {
		t.Errorf("retry: %+v, %v", out, err)
	}
	if a, err := s.Get(ctx, tree.At(0).ID()); err != nil || a.Error == nil || a.Error.Type != "E" {
		t.Errorf("after a retry: %+v, %v", a.Error, err)
	}
	if _, err := s.Purge(ctx, tree.ID()); err != nil {
		t.Fatal(err)
	}
	empty(t, s, keyBlob, keyInput, keyNote, keyJournal, keyHead, keyTree)
	if err := s.db.VerifyChecksum(); err != nil {
		t.Error(err)
	}
}

// TestTooLarge: what is over a limit is refused by a word about its size, not
// with the bytes, and nothing of the call happens.
func TestTooLarge(t *testing.T) {
	ctx := context.Background()
	s, err := Open("", &Options{InMemory: true, MaxValueSize: 1000})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	secret := append([]byte{0x59, 0x07, 0xd0}, bytes.Repeat([]byte("s3cret. "), 250)...)
	_, err = s.Report(ctx, result.Async{ID: "a", State: result.Success}, result.Async{ID: "b", State: result.Success, Value: secret})
	if !errors.Is(err, result.ErrTooLarge) || strings.Contains(fmt.Sprint(err), "s3cret") {
		t.Errorf("got %.200v", err)
	}
	if _, err := s.Get(ctx, "a"); !errors.Is(err, result.ErrNotFound) {
		t.Errorf("the other report of the call: %v", err)
	}
}

// text is a value of about n bytes.
func text(t *testing.T, s *Store, n int) []byte {
	t.Helper()
	v, err := s.Marshal(strings.Repeat("x", n))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestLargestHeads: what changes the heads of as many groups as may name one task, each
// as large as can be, is done in one step, or is refused and the store goes on.
func TestLargestHeads(t *testing.T) {
	ctx := context.Background()
	long := func(what string, i, n int) string { return fmt.Sprintf("%s %0*d", what, n-len(what)-1, i) }
	for verb, do := range map[string]func(s *Store, g result.ID) (result.Outcome, error){
		"revoke": func(s *Store, _ result.ID) (result.Outcome, error) { return s.Revoke(ctx, result.Task("t")) },
		"forget": func(s *Store, _ result.ID) (result.Outcome, error) { return s.Forget(ctx, result.Task("t")) },
		"purge":  func(s *Store, g result.ID) (result.Outcome, error) { return s.Purge(ctx, g) },
		"delete": func(s *Store, g result.ID) (result.Outcome, error) { return s.Delete(ctx, g) },
	} {
		s := newStore(t, t.TempDir())
		members := []result.Tree{result.Task("t")}
		for i := range result.MaxCustomStates {
			id := result.ID(fmt.Sprint("c", i))
			if _, err := s.Report(ctx, result.Async{ID: id, State: result.State(long("STATE", i, result.MaxStateLen))}); err != nil {
				t.Fatal(err)
			}
			members = append(members, result.Task(id))
		}
		name := func(i int) result.ID { return result.ID(long("g", i, result.MaxIDLen)) }
		for i := range maxNamers {
			if _, err := s.Save(ctx, result.Group(name(i), members...), result.Attributes{}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Save(ctx, result.Group("more", members...), result.Attributes{}); !errors.Is(err, result.ErrTooLarge) {
			t.Errorf("one more: %v", err)
		}
		if out, err := do(s, name(7)); err != nil || !out.Applied {
			t.Errorf("%s: %+v, %v", verb, out, err)
		}
		if verb == "revoke" { // beside records as long as they may be
			for i, id := range []result.ID{"lone", "c1"} {
				r := result.Async{ID: id, State: result.Started, Request: &result.Request{Name: "n", Args: text(t, s, (304+206*i)<<10)}}
				if _, err := s.Report(ctx, r); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := s.Revoke(ctx, result.Group("all", result.Task("lone"), result.Task("c1"))); err != nil {
				t.Error(err)
			}
		}
		if _, err := s.Report(ctx, result.Async{ID: "other", State: result.Success}); err != nil {
			t.Errorf("after %s: %v", verb, err)
		}
		if found := mustCheck(t, reopen(t, s)); !found.Clean() {
			t.Errorf("after %s: %v", verb, found.Findings)
		}
	}
}

// TestMostMembers: places in a tree are counted up to a limit.
func TestMostMembers(t *testing.T) {
	root := result.NewRoot(time.Now())
	n := maxMembers // a variable, for 32-bit machines
	tree := result.Group(root.ID(0), result.Tasks(root, 1, int(n)), result.Group("n", result.Task("x")))
	if _, err := newStore(t, t.TempDir()).Save(context.Background(), tree, result.Attributes{}); !errors.Is(err, result.ErrTooLarge) {
		t.Errorf("got %v", err)
	}
}

// TestRetryLongRequest: Retry keeps why a task failed, however long its request is.
func TestRetryLongRequest(t *testing.T) {
	ctx := context.Background()
	s := newStore(t, t.TempDir())
	_, err := s.Report(ctx, result.Async{
		ID: "a", State: result.Failure, Error: &result.TaskError{Type: "KeyError", Args: []any{"k"}, Traceback: "line 1"},
		Request: &result.Request{Name: "app.add", Args: text(t, s, 100<<10)},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Retry(ctx, result.Task("a")); err != nil {
		t.Fatal(err)
	}
	a := state(s, "a")
	if a.Error == nil || a.Error.Traceback != "line 1" || a.Request == nil || len(a.Request.Args) < 100<<10 {
		t.Errorf("%+v, %+v", a.Error, a.Request)
	}
}

// TestMostNesters: a group may be nested in so many, also by one that is large.
func TestMostNesters(t *testing.T) {
	ctx := context.Background()
	s := newStore(t, t.TempDir())
	inner := result.Group("inner", result.Task("x"))
	if _, err := s.Save(ctx, result.Group("first", inner), result.Attributes{}); err != nil {
		t.Fatal(err)
	}
	v := saboteur{t, s.db}
	members := [][]byte{membership(v.head("first").Seq, 0)}
	for i := range maxNesters - 1 {
		members = append(members, membership(uint64(1000+i), 0))
	}
	v.putMembers(idKey(keyNests, "inner"), members...)
	s = reopen(t, s)
	for _, tree := range []result.Tree{result.Group("small", inner), foreign("large", 2*longOp).Append(inner)} {
		if _, err := s.Save(ctx, tree, result.Attributes{}); !errors.Is(err, result.ErrTooLarge) {
			t.Errorf("%q: %v", tree.ID(), err)
		}
	}
	if out, err := s.Save(ctx, result.Group("first", inner, result.Task("more")), result.Attributes{}); err != nil || !out.Applied {
		t.Errorf("one that nests it already grows: %v", err)
	}
}

// TestCustomOnTheWay: a call that passes over the most custom states on its way, and ends
// within them, is taken.
func TestCustomOnTheWay(t *testing.T) {
	ctx := context.Background()
	s := newStore(t, t.TempDir())
	var members []result.Tree
	var reports []result.Async
	for i := range result.MaxCustomStates {
		id := result.ID(fmt.Sprint("c", i))
		members = append(members, result.Task(id))
		reports = append(reports, result.Async{ID: id, State: result.State(fmt.Sprint("S", i))})
	}
	if _, err := s.Save(ctx, result.Group("g", append(members, result.Task("last"))...), result.Attributes{}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Report(ctx, reports...); err != nil {
		t.Fatal(err)
	}
	more := result.Async{ID: "last", State: "ONE MORE"}
	if _, err := s.Report(ctx, more); !errors.Is(err, result.ErrTooLarge) {
		t.Errorf("one more: %v", err)
	}
	if _, err := s.Report(ctx, more, result.Async{ID: "c0", State: result.Success}); err != nil {
		t.Errorf("one more and one less: %v", err)
	}
	if found := mustCheck(t, s); !found.Clean() {
		t.Error(found.Findings)
	}
}
