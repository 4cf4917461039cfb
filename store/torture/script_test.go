package torture

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

// workers is how many goroutines write at the same time.
const workers = 64

// A step is one write of a worker. It does not depend on what was answered to the
// steps before, so the same steps can be gone through again.
type step struct {
	what   string
	race   int    // the number of the race that the step is in, -1 if it is in none
	member int    // of the race, whose result it reports; -1 for the save
	value  []byte // that it reports in a race
	do     func(ctx context.Context, b group.Backend) (result.Outcome, error)
}

// answer is what was answered to the step, as one line of text.
func (s step) answer(ctx context.Context, b group.Backend) string {
	out, err := s.do(ctx, b)
	switch {
	case errors.Is(err, result.ErrExist):
		return result.ErrExist.Error()
	case err != nil:
		return "error: " + strings.ReplaceAll(err.Error(), "\n", " ")
	}
	return fmt.Sprintf("applied %t, changed %d, %s/%d, settled %q", out.Applied, out.Changed, out.State, out.Attempt, out.Settled)
}

// A script is the endless list of one worker's steps. Every second step is about
// tasks and groups that are the worker's own, so what it does to them follows
// from the script alone; in the others it races.
type script struct {
	worker int
	rng    *rand.Rand
	n      int // steps so far
	next   int // the step of the race that comes next, counted through all races
	value  string
}

// newScript begins a script at a race. Values that are reported say the round, so
// that what comes back is known to be of this round.
func newScript(seed uint64, round, worker, race int) *script {
	return &script{
		worker: worker,
		rng:    rand.New(rand.NewPCG(seed+uint64(round), uint64(worker))),
		next:   race * stepsOfRace,
		value:  fmt.Sprintf("round %d, worker %d, step ", round, worker),
	}
}

func (s *script) step() step {
	s.n++
	if s.n%2 == 0 {
		s.next++
		return s.racing(s.next - 1)
	}
	return s.owning()
}

func root(high, low int) result.Root {
	return result.Root{0x01, 0x95, 0x51, 0x0a, 0x5c, byte(high), 0x8a, 0xbc, 0xa1, byte(low >> 16), byte(low >> 8), byte(low)}
}

// ownTasks are the tasks of one worker, minted ones and others.
func ownTasks(worker int) []result.Tree {
	r := root(1, worker)
	var own []result.Tree
	for i := range 4 {
		own = append(own, result.Task(r.ID(uint32(i+1))), result.Task(result.ID(fmt.Sprintf("own-%d-%d", worker, i))))
	}
	return own
}

// ownGroups are the trees that one worker saves: per group one tree, one that
// adds a member to it, and one that is another.
func ownGroups(worker int) [][]result.Tree {
	t, r := ownTasks(worker), root(1, worker)
	flat := result.Group(r.ID(0), t[0], t[2], t[4])
	nest := result.Group(result.ID(fmt.Sprintf("nest-%d", worker)), result.Group("inner", t[1], t[2]).WithParent(t[7]), t[3])
	return [][]result.Tree{
		{flat, flat.Append(t[1]), result.Group(flat.ID(), t[3])},
		{nest, nest.Append(t[5], t[0]), result.Group(nest.ID(), t[6])},
	}
}

func pick[T any](rng *rand.Rand, from []T) T { return from[rng.IntN(len(from))] }

var states = []result.State{
	result.Started, "PROGRESS", result.Success, result.Success, result.Success, result.Failure, result.Failure, result.Revoked,
}

// owning makes one step about the worker's own tasks and groups.
func (s *script) owning() step {
	tree := pick(s.rng, pick(s.rng, ownGroups(s.worker)))
	task := pick(s.rng, ownTasks(s.worker))
	some := pick(s.rng, []result.Tree{task, task, tree})
	st := step{race: -1}
	switch n := s.rng.IntN(100); {
	case n < 55:
		reports := []result.Async{s.report(task.ID(), pick(s.rng, states))}
		if s.rng.IntN(8) == 0 {
			reports = append(reports, s.report(pick(s.rng, ownTasks(s.worker)).ID(), pick(s.rng, states)))
		}
		st.what = fmt.Sprintf("report %d, first %s %s", len(reports), reports[0].ID, reports[0].State)
		st.do = func(ctx context.Context, b group.Backend) (out result.Outcome, err error) {
			all, err := b.Report(ctx, reports...)
			for _, o := range all {
				out.Applied, out.State, out.Attempt = out.Applied || o.Applied, o.State, o.Attempt
				out.Changed += o.Changed
				out.Settled = append(out.Settled, o.Settled...)
			}
			return out, err
		}
	case n < 67:
		st.what = fmt.Sprintf("save %v", tree)
		attr := result.Attributes{Labels: map[string]string{"worker": fmt.Sprint(s.worker)}}
		st.do = func(ctx context.Context, b group.Backend) (result.Outcome, error) { return b.Save(ctx, tree, attr) }
	case n < 77:
		st.what = fmt.Sprintf("retry %v", some)
		st.do = func(ctx context.Context, b group.Backend) (result.Outcome, error) { return b.Retry(ctx, some) }
	case n < 82:
		st.what = fmt.Sprintf("revoke %v", some)
		st.do = func(ctx context.Context, b group.Backend) (result.Outcome, error) { return b.Revoke(ctx, some) }
	case n < 89:
		st.what = fmt.Sprintf("forget %v", some)
		st.do = func(ctx context.Context, b group.Backend) (result.Outcome, error) { return b.Forget(ctx, some) }
	case n < 95:
		st.what = fmt.Sprintf("delete %s", tree.ID())
		st.do = func(ctx context.Context, b group.Backend) (result.Outcome, error) { return b.Delete(ctx, tree.ID()) }
	default:
		st.what = fmt.Sprintf("purge %s", tree.ID())
		st.do = func(ctx context.Context, b group.Backend) (result.Outcome, error) { return b.Purge(ctx, tree.ID()) }
	}
	return st
}

// report is a report whose value is there once in all rounds. Few are long enough
// to be stored in pieces.
func (s *script) report(id result.ID, state result.State) result.Async {
	text := fmt.Sprint(s.value, s.n, " ", id)
	if s.rng.IntN(40) == 0 {
		text += strings.Repeat(".", 100_000)
	}
	a := result.Async{ID: id, State: state}
	a.Value, _ = encoding.Marshal(text) // text has no way to fail
	if s.rng.IntN(4) == 0 {
		a.Attempt = uint32(1 + s.rng.IntN(3))
	}
	if state.Exception() {
		a.Error = &result.TaskError{Type: "Boom", Args: []any{s.n}}
	}
	return a
}
