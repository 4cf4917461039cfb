package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// TestSaveAll: all at once come to the same as one by one: what is answered, what is
// counted, and what is stored. Through the socket too.
func TestSaveAll(t *testing.T) {
	s, c, _ := beside(t, 0)
	testSaveAll(t, s, c)
	testSaveAll(t, newStore(t, t.TempDir()), nil)
}

func testSaveAll(t *testing.T, together *Store, through *Client) {
	ctx := context.Background()
	text, err := encoding.Marshal(strings.Repeat("long ", maxInline/4))
	if err != nil {
		t.Fatal(err)
	}
	reports := []result.Async{
		{ID: "a", State: result.Success, Value: []byte{0x01}},
		{ID: "b", State: result.Failure},
		{ID: "a", State: result.Failure}, // one stands already
		{ID: "long", State: result.Success, Value: text},
		{ID: "lone", State: result.Started},
		{ID: ownID.ID(2), State: result.Success, Value: []byte{0x02}},
	}
	trees := []result.Tree{
		result.Group("f", result.Task("a"), result.Task("b"), result.Task("later")),
		result.Group("g", result.Task("a"), result.Group("g1", result.Task("long"), result.Task("a2"))),
		own,
		result.Group("f", result.Task("a"), result.Task("b"), result.Task("later")), // there already
		result.Group("settled", result.Task("a"), result.Task("long")),
	}
	apart := newStore(t, t.TempDir())
	saveAll := together.SaveAll
	if through != nil {
		saveAll = through.SaveAll
	}
	outcomes, reported, err := saveAll(ctx, trees, reports)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range reports {
		want, err := apart.Report(ctx, r)
		if err != nil || fmt.Sprint(reported[i]) != fmt.Sprint(want[0]) {
			t.Errorf("report %d: %v, want %v, %v", i, reported[i], want[0], err)
		}
	}
	for i, tree := range trees {
		want, err := apart.Save(ctx, tree, result.Attributes{})
		if err != nil || fmt.Sprint(outcomes[i]) != fmt.Sprint(want) {
			t.Errorf("tree %d: %v, want %v, %v", i, outcomes[i], want, err)
		}
	}
	for _, s := range []*Store{together, apart} {
		// A report after it finds every group that names the task.
		out, err := s.Report(ctx, result.Async{ID: "later", State: result.Success}, result.Async{ID: "a2", State: result.Success})
		if err != nil || !slices.Equal(out[0].Settled, []result.ID{"f"}) || !slices.Equal(out[1].Settled, []result.ID{"g"}) {
			t.Errorf("%+v, %v", out, err)
		}
		if found := mustCheck(t, s); !found.Clean() {
			t.Error(found.Findings)
		}
	}
	for _, tree := range trees {
		got, err := together.Restore(ctx, tree.ID())
		want, err2 := apart.Restore(ctx, tree.ID())
		if err != nil || err2 != nil || !got.Tree.Equal(want.Tree) || !got.Progress.Leaves.Equal(want.Progress.Leaves) || got.Progress.Completed != want.Progress.Completed {
			t.Errorf("%+v, %v; want %+v, %v", got, err, want, err2)
		}
		for a, err := range together.Results(ctx, tree, result.Filter{}) {
			b, err2 := apart.Get(ctx, a.ID)
			if err != nil || err2 != nil || a.State != b.State || string(a.Value) != string(b.Value) {
				t.Errorf("%q is %s, want %s; %v, %v", a.ID, a.State, b.State, err, err2)
			}
		}
	}
	if _, _, err := saveAll(ctx, nil, nil); err != nil {
		t.Error("nothing at all:", err)
	}
	other := result.Group("f", result.Task("other"))
	err = third(saveAll(ctx, []result.Tree{result.Group("new", result.Task("a")), other}, []result.Async{{ID: "x", State: result.Success}}))
	if !errors.Is(err, result.ErrExist) || !strings.Contains(err.Error(), `group "f"`) || saved(together, "new") {
		t.Errorf("another tree: %v", err)
	}
	if err := third(saveAll(ctx, nil, make([]result.Async, maxReports+1))); !errors.Is(err, result.ErrTooLarge) {
		t.Errorf("too many: %v", err)
	}
	if err := third(saveAll(ctx, make([]result.Tree, maxReports+1), nil)); !errors.Is(err, result.ErrTooLarge) {
		t.Errorf("too many: %v", err)
	}
}

// TestSaveAllOrNone: where one is refused nothing is stored, and what is in the same
// batch is not touched by it.
func TestSaveAllOrNone(t *testing.T) {
	ctx := context.Background()
	var wide, long []result.Tree
	for i := range longOp + 1 {
		wide = append(wide, result.Task(result.ID(fmt.Sprint("t", i))))
		long = append(long, result.Task(result.ID(fmt.Sprintf("t%0*d", result.MaxIDLen-1, i))))
	}
	long = long[:treePiece/result.MaxIDLen+1]
	good := result.Group("new", result.Task("x"))
	for what, c := range map[string]struct {
		last result.Tree
		want error
	}{
		"another tree of this id":  {result.Group("old", result.Task("y")), result.ErrExist},
		"another tree of the call": {result.Group("new", result.Task("y")), result.ErrExist},
		"a tree for itself":        {result.Group("long", long...), result.ErrTooLarge},
	} {
		s := newStore(t, t.TempDir())
		if _, err := s.Save(ctx, result.Group("old", result.Task("a")), result.Attributes{}); err != nil {
			t.Fatal(err)
		}
		reports := []result.Async{{ID: "a", State: result.Success}, {ID: "x", State: result.Success}}
		errs := inOneBatch(t, s,
			func() error {
				return second(s.Save(ctx, result.Group("before", result.Task("p")), result.Attributes{}))
			},
			func() error { return third(s.SaveAll(ctx, []result.Tree{good, c.last}, reports)) },
			func() error { return second(s.Report(ctx, result.Async{ID: "p", State: result.Success})) })
		if errs[0] != nil || !errors.Is(errs[1], c.want) || errs[2] != nil {
			t.Errorf("%s: %v, want the second to be %v", what, errs, c.want)
		}
		if _, err := s.Get(ctx, "x"); !errors.Is(err, result.ErrNotFound) || state(s, "a").State != result.Pending || saved(s, "new") {
			t.Errorf("%s: a part of it was stored: %v", what, err)
		}
		if found := mustCheck(t, s); !found.Clean() || state(s, "p").State != result.Success || !saved(s, "before") {
			t.Errorf("%s: %v", what, found.Findings)
		}
	}
	s := newStore(t, t.TempDir())
	for _, c := range []struct {
		trees   []result.Tree
		reports []result.Async
		want    error
	}{
		{[]result.Tree{good, result.Task("x")}, nil, result.ErrBadID},
		{[]result.Tree{good, result.Group("wide", wide...)}, nil, result.ErrTooLarge},
		{[]result.Tree{good, result.Group("g", result.Task("x"), result.Task("x"))}, nil, result.ErrDuplicate},
		{[]result.Tree{good}, []result.Async{{ID: "r"}}, result.ErrBadState},
		{[]result.Tree{good}, make([]result.Async, maxReports+1), result.ErrTooLarge},
	} {
		if err := third(s.SaveAll(ctx, c.trees, c.reports)); !errors.Is(err, c.want) || saved(s, "new") {
			t.Errorf("%v, want %v", err, c.want)
		}
	}
}

func third[T, U any](_ T, _ U, err error) error { return err }

// TestSaveAllIsOneCommit: also where the batch it comes to is nearly full.
func TestSaveAllIsOneCommit(t *testing.T) {
	ctx := context.Background()
	s := newStore(t, t.TempDir())
	fill := func(from int) func() error {
		return func() error {
			var reports []result.Async
			for i := range maxReports - 1 {
				reports = append(reports, result.Async{ID: result.ID(fmt.Sprint("r", from+i)), State: result.Success})
			}
			return second(s.Report(ctx, reports...))
		}
	}
	var trees []result.Tree
	for g := range 400 {
		var members []result.Tree
		for m := range 25 {
			members = append(members, result.Task(result.ID(fmt.Sprintf("%d/%d", g, m))))
		}
		trees = append(trees, result.Group(result.ID(fmt.Sprint("g", g)), members...))
	}
	for _, err := range inOneBatch(t, s, fill(0), fill(1000), fill(2000), fill(3000),
		func() error { return third(s.SaveAll(ctx, trees, nil)) }) {
		if err != nil {
			t.Fatal(err)
		}
	}
	commits := map[uint64]int{}
	err := s.db.View(func(txn *badger.Txn) error {
		for _, tree := range trees {
			for _, key := range [][]byte{idKey(keyHead, tree.ID()), idKey(keyResult, tree.At(24).ID())} {
				item, err := txn.Get(key)
				if err != nil {
					return err
				}
				commits[item.Version()]++
			}
		}
		return nil
	})
	if err != nil || len(commits) != 1 {
		t.Errorf("in commits %v, %v", commits, err)
	}
}

// TestHeadsCount: an operation that changes more groups than fit a transaction is
// refused, and the store goes on.
func TestHeadsCount(t *testing.T) {
	ctx := context.Background()
	s, err := Open("", &Options{InMemory: true, Profile: Edge})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	// With their heads they are too many records, and without they are not.
	var trees []result.Tree
	for g := range maxReports {
		var members []result.Tree
		for m := range 11 {
			members = append(members, result.Task(result.ID(fmt.Sprintf("%d/%d", g, m))))
		}
		trees = append(trees, result.Group(result.ID(fmt.Sprint("g", g)), members...))
	}
	if n := int(s.db.MaxBatchCount()); n < 13*maxReports+10 || n > 14*maxReports {
		t.Fatalf("a transaction takes %d records: this test has to be another one", n)
	}
	if err := third(s.SaveAll(ctx, trees, nil)); !errors.Is(err, result.ErrTooLarge) {
		t.Errorf("got %v", err)
	}
	if err := third(s.SaveAll(ctx, append(trees, trees[0]), nil)); !errors.Is(err, result.ErrTooLarge) {
		t.Errorf("got %v", err)
	}
	if err := third(s.SaveAll(ctx, trees[:400], nil)); err != nil {
		t.Error(err)
	}
	// Their heads are too many bytes.
	var reports []result.Async
	for i := range 40 {
		id := result.ID(fmt.Sprint("t", i))
		reports = append(reports, result.Async{ID: id, State: result.Success})
		for half := range 2 {
			var name []result.Tree
			for g := range maxNamers / 2 {
				name = append(name, result.Group(result.ID(fmt.Sprintf("%s in %150d", id, 2*g+half)), result.Task(id)))
			}
			if err := third(s.SaveAll(ctx, name, nil)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := s.Report(ctx, reports...); !errors.Is(err, result.ErrTooLarge) {
		t.Errorf("got %v", err)
	}
	if out, err := s.Report(ctx, reports[0]); err != nil || len(out[0].Settled) != maxNamers {
		t.Errorf("settled %d, %v", len(out[0].Settled), err)
	}
}

// TestRefusedLongValue: of a long value that was refused nothing is left behind, and
// nothing of it stands, however much the operations before it wrote.
func TestRefusedLongValue(t *testing.T) {
	ctx := context.Background()
	text, err := encoding.Marshal(strings.Repeat("long ", maxInline/4))
	if err != nil {
		t.Fatal(err)
	}
	for n := range 4 {
		s := newStore(t, t.TempDir())
		if _, err := s.Save(ctx, result.Group("g", result.Task("a")), result.Attributes{}); err != nil {
			t.Fatal(err)
		}
		errs := inOneBatch(t, s, func() error {
			return s.write(ctx, "before", "", func(b *batch) error {
				for i := range n {
					if err := b.setNumber(seqKey(keyDirect, 1, uint32(i)), 0); err != nil {
						return err
					}
				}
				for i := range n {
					if err := b.delete(seqKey(keyDirect, 1, uint32(i))); err != nil {
						return err
					}
				}
				return nil
			})
		}, func() error {
			return third(s.SaveAll(ctx, []result.Tree{result.Group("g", result.Task("b"))}, []result.Async{{ID: "long", State: result.Success, Value: text}}))
		})
		if errs[0] != nil || !errors.Is(errs[1], result.ErrExist) {
			t.Error(errs)
		}
		if _, err := s.Get(ctx, "long"); !errors.Is(err, result.ErrNotFound) {
			t.Errorf("after %d: refused, and there: %v", n, err)
		}
		if found := mustCheck(t, s); !found.Clean() {
			t.Error(found.Findings)
		}
	}
}
