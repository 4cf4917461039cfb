package main

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/seed-1c955bc8/bunch/bench/suite"
)

// TestContest: engines take turns, another one is first in each round, and a peer
// that fails is missing while the others go on.
func TestContest(t *testing.T) {
	var order []string
	measured := false // warming up is over
	start := func(name string, broken bool) func(suite.Workload, string) (suite.Session, error) {
		return func(suite.Workload, string) (suite.Session, error) {
			return rounds(func(count int) (suite.Sample, error) {
				if count > 1 {
					return suite.Sample{}, fmt.Errorf("%d operations in a round as long as one", count)
				}
				order = append(order, name)
				if broken && measured {
					return suite.Sample{}, errors.New("it broke")
				}
				measured = measured || len(order) == 3
				return suite.Sample{Value: 1, Took: time.Second}, nil
			}), nil
		}
	}
	entrants := []*entrant{
		{kind: suite.Kind{Name: "a"}, start: start("a", false)},
		{kind: suite.Kind{Name: "b"}, start: start("b", true), peer: true},
		{kind: suite.Kind{Name: "c"}, start: start("c", false)},
	}
	if err := contest(plan{rounds: 3, target: time.Second, dir: t.TempDir()}, suite.Workload{Op: "join"}, entrants); err != nil {
		t.Fatal(err)
	}
	want := []string{"a", "b", "c", "a", "b", "c", "c", "a", "c", "a"}
	if !slices.Equal(order, want) {
		t.Errorf("turns %v, want %v", order, want)
	}
	if entrants[1].missing != "it failed: it broke" || len(entrants[0].values) != 3 {
		t.Errorf("%+v, %+v", entrants[0], entrants[1])
	}
	entrants[1].peer, entrants[1].missing, measured, order = false, "", false, nil
	if contest(plan{rounds: 1, target: time.Second, dir: t.TempDir()}, suite.Workload{}, entrants) == nil {
		t.Error("no error when an engine of ours fails")
	}
}
