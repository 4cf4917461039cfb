package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// TestRepairBesideReports: a repair does not make the store forget what was reported
// just before it, in the same batch.
func TestRepairBesideReports(t *testing.T) {
	ctx := context.Background()
	s := newStore(t, t.TempDir())
	if _, err := s.Save(ctx, own, result.Attributes{}); err != nil {
		t.Fatal(err)
	}
	report := func(state result.State) func() error {
		return func() error { return second(s.Report(ctx, result.Async{ID: ownID.ID(5), State: state})) }
	}
	for _, err := range inOneBatch(t, s, report(result.Success), func() error {
		return s.write(ctx, "repair", "", func(b *batch) error { return b.fix([]Finding{{rebuild: own.ID()}}) })
	}, report(result.Failure)) {
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := state(s, ownID.ID(5)).State; got != result.Success {
		t.Errorf("a second report was applied: %s", got)
	}
	if found := mustCheck(t, s); !found.Clean() {
		t.Error(found.Findings)
	}
}

// TestRepairMemberships: damage to the record of a task that nobody reported loses
// nothing, and the task takes its report.
func TestRepairMemberships(t *testing.T) {
	ctx := context.Background()
	s := newStore(t, t.TempDir())
	if _, err := s.Save(ctx, result.Group("g", result.Task("a"), result.Task("b")), result.Attributes{}); err != nil {
		t.Fatal(err)
	}
	saboteur{t, s.db}.write(idKey(keyResult, "a"), 0, []byte{membersMark, 1})
	repaired, err := s.Repair(ctx, nil)
	if err != nil || repaired.Found == 0 {
		t.Fatal(repaired, err)
	}
	for _, f := range repaired.Findings {
		if f.Lost {
			t.Error(f)
		}
	}
	out, err := s.Report(ctx, result.Async{ID: "a", State: result.Success}, result.Async{ID: "b", State: result.Success})
	if err != nil || !out[0].Applied || len(out[1].Settled) != 1 {
		t.Errorf("%+v, %v", out, err)
	}
}

// TestRepairStale: what was reported after Repair has looked is not overwritten by what
// it found, and numbers that were taken since are not given again.
func TestRepairStale(t *testing.T) {
	ctx := context.Background()
	s := furnished(t)
	v := saboteur{t, s.db}
	body, _ := v.body(idKey(keyResult, "c"))
	v.put(idKey(keyResult, "c"), encoding.StateCode(result.Started), body) // a wrong meta byte
	v.remove(metaSeq)
	head := v.head("f")
	v.put(seqKey(keyTree, head.Seq, head.Tree+1, 0), 0, []byte("of nobody"))
	found, err := s.check(ctx, nil, maxFixes)
	if err != nil || found.Found != 3 {
		t.Fatal(found.Findings, err)
	}
	v.put(metaSeq, 0, binary.BigEndian.AppendUint64(nil, 1000))
	if _, err := s.Save(ctx, result.Group("new", result.Task("c")), result.Attributes{}); err != nil {
		t.Fatal(err)
	}
	f, err := s.Restore(ctx, "f")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Save(ctx, f.Tree.Append(result.Task("late")), result.Attributes{}); err != nil {
		t.Fatal(err)
	}
	if out, err := s.Report(ctx, result.Async{ID: "c", State: result.Success}); err != nil || !out[0].Applied {
		t.Fatal(out, err)
	}
	if err := s.write(ctx, "repair", "", func(b *batch) error { return b.fix(found.Findings) }); err != nil {
		t.Fatal(err)
	}
	if got := state(s, "c").State; got != result.Success {
		t.Errorf("what was reported is %s", got)
	}
	if found := mustCheck(t, s); !found.Clean() {
		t.Error(found.Findings)
	}
}

// TestLostCounter: numbers are not given again after the counter was lost, or cannot be
// read and is repaired while others save.
func TestLostCounter(t *testing.T) {
	ctx := context.Background()
	for what, do := range map[string]func(saboteur){
		"lost":   func(v saboteur) { v.remove(metaSeq) },
		"broken": func(v saboteur) { v.write(metaSeq, 0, []byte("damage")) },
	} {
		s := furnished(t)
		do(saboteur{t, s.db})
		n := 0
		save := func() {
			err := make(chan error)
			n++
			go func() {
				err <- second(s.Save(ctx, result.Group(result.ID(fmt.Sprint("new", n)), result.Task("a")), result.Attributes{}))
			}()
			if err := <-err; err != nil && (what == "lost" || !errors.Is(err, result.ErrCorrupt)) {
				t.Errorf("%s: save %d: %v", what, n, err)
			}
		}
		save()
		if _, err := s.Repair(ctx, func(int, int) { save() }); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if first, err := s.Restore(ctx, own.ID()); err != nil || !first.Tree.Equal(own) {
			t.Errorf("%s: %v, %v", what, first.Tree, err)
		}
		if found := mustCheck(t, s); !found.Clean() {
			t.Errorf("%s: %v", what, found.Findings)
		}
	}
}

// TestMissingTasks: that records of tasks are missing which no group names is found, also
// while others come and go, and is right again once it was told.
func TestMissingTasks(t *testing.T) {
	ctx := context.Background()
	s := newStore(t, t.TempDir())
	for i := range 5 {
		if _, err := s.Report(ctx, result.Async{ID: result.ID(fmt.Sprint("lone", i)), State: result.Success}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.db.Update(func(txn *badger.Txn) error { // as Badger's compaction does: without a word
		return errors.Join(txn.Delete(idKey(keyResult, "lone1")), txn.Delete(idKey(keyResult, "lone2")))
	}); err != nil {
		t.Fatal(err)
	}
	change := func(n int) {
		for _, err := range []error{
			second(s.Report(ctx, result.Async{ID: result.ID(fmt.Sprint("more", n)), State: result.Success})),
			second(s.Save(ctx, result.Group(result.ID(fmt.Sprint("new", n)), result.Task(result.ID(fmt.Sprint("of new", n)))), result.Attributes{})),
			second(s.Delete(ctx, result.ID(fmt.Sprint("new", n)))),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	change(1)
	found := mustCheck(t, s)
	if found.Found != 1 || found.Findings[0].Invariant != "I12" || !found.Findings[0].Lost || !strings.HasPrefix(found.Findings[0].What, "2 records of tasks are missing") {
		t.Errorf("found %v", found.Findings)
	}
	change(2)
	if err := s.write(ctx, "repair", "", func(b *batch) error { return b.fix(due(found.Findings)) }); err != nil {
		t.Fatal(err)
	}
	change(3)
	if found := mustCheck(t, reopen(t, s)); !found.Clean() {
		t.Error(found.Findings)
	}
}
