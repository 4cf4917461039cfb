package torture

import (
	"context"
	"fmt"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

// A race is a group to which all workers report: two of them to each member, with
// different results, at about the same time. Exactly one of the two must win, and
// exactly one write may announce that the group has settled. One of the workers
// saves the group when others may have reported to it already.
//
// In every race a worker has these steps.
const (
	membersOfWorker = 2
	stepsOfRace     = membersOfWorker + 1
	raceSize        = workers / 2 * membersOfWorker
)

// raceTree is the tree of a race: every second one has members with ids of their
// own kind, which need an index.
func raceTree(race int) result.Tree {
	r := root(2, race)
	g := result.Group(r.ID(0))
	if race%2 == 0 {
		return g.Append(result.Tasks(r, 1, raceSize))
	}
	for m := range raceSize {
		g = g.Append(result.Task(result.ID(fmt.Sprintf("race-%d-%d", race, m))))
	}
	return g
}

// racing makes the nth step in the races. A worker whose turn it is to save does;
// for the others that step is one more report of what has been reported.
func (s *script) racing(n int) step {
	race, part := n/stepsOfRace, n%stepsOfRace
	tree := raceTree(race)
	if part == membersOfWorker && race%workers == s.worker {
		return step{what: fmt.Sprint("save race ", race), race: race, member: -1,
			do: func(ctx context.Context, b group.Backend) (result.Outcome, error) {
				return b.Save(ctx, tree, result.Attributes{})
			}}
	}
	member := s.worker/2*membersOfWorker + part%membersOfWorker
	report := s.report(tree.At(member).ID(), pick(s.rng, []result.State{result.Success, result.Failure}))
	report.Attempt = 0
	return step{what: fmt.Sprintf("report member %d of race %d", member, race), race: race, member: member, value: report.Value,
		do: func(ctx context.Context, b group.Backend) (result.Outcome, error) {
			out, err := b.Report(ctx, report)
			if err != nil {
				return result.Outcome{}, err
			}
			return out[0], nil
		}}
}
