package main

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/seed-1c955bc8/bunch/bench/suite"
)

// TestContest: engines take turns, not always in the same order, and a peer that
// fails is missing while the others go on.
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
	if err := contest(plan{rounds: 20, few: 20, target: time.Second, dir: t.TempDir()}, suite.Workload{Op: "join"}, entrants); err != nil {
		t.Fatal(err)
	}
	if warm := []string{"a", "b", "c"}; !slices.Equal(order[:3], warm) {
		t.Errorf("warmed up: %v, want %v", order[:3], warm)
	}
	turns := slices.DeleteFunc(order[3:], func(name string) bool { return name == "b" })
	first := map[string]int{}
	for round := range slices.Chunk(turns, 2) {
		first[round[0]]++
		if round[0] == round[1] {
			t.Errorf("twice in a round: %v", turns)
		}
	}
	if first["a"] < 3 || first["c"] < 3 {
		t.Errorf("nearly always the same order: %v", turns)
	}
	if entrants[1].missing != "it failed: it broke" || len(entrants[0].values) != 20 || len(entrants[2].values) != 20 {
		t.Errorf("%+v, %+v, %+v", entrants[0], entrants[1], entrants[2])
	}
	entrants[1].peer, entrants[1].missing, measured, order = false, "", false, nil
	if contest(plan{rounds: 1, target: time.Second, dir: t.TempDir()}, suite.Workload{}, entrants) == nil {
		t.Error("no error when an engine of ours fails")
	}
}
