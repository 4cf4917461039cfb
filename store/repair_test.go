package store

import (
	"context"
	"testing"

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
