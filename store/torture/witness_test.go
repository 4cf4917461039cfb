package torture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store"
	"github.com/seed-1c955bc8/bunch/store/memstore"
)

// A witness hears what a victim was answered and knows what the store must have
// after that: all that was answered, and of each worker perhaps one step more,
// the one under way when the victim died.
type witness struct {
	t      *testing.T
	seed   uint64
	tracks [workers]*track
	races  map[int]*race
	round  int // of the victim who lives, or lived last
	heard  int // answers in all
	lost   int // of those, what checkTail did not find, and all after it
}

// A track is what the witness knows of one worker.
type track struct {
	script  *script
	pending step            // which has not been answered
	answers []int           // when each step of this life was answered, by how many answers had been heard
	model   *memstore.Store // of the worker's own tasks and groups
}

// race is what was answered in a race.
type race struct {
	saved     bool
	won       map[int][]byte // the values of members whose report was applied
	decided   map[int]bool   // members of which somebody heard that they are ready
	announced int            // by how many steps
}

func newWitness(t *testing.T, seed uint64) *witness {
	w := &witness{t: t, seed: seed, races: map[int]*race{}}
	for i := range w.tracks {
		w.tracks[i] = &track{model: memstore.New(nil)}
	}
	return w
}

// begin is called before a victim's life. The workers take the races up where the
// slowest of them was.
func (w *witness) begin(dir string, round int) shot {
	w.round = round
	from := 0
	for i, tr := range w.tracks {
		if tr.script == nil {
			continue
		}
		if at := max(0, tr.script.next-1) / stepsOfRace; i == 0 || at < from {
			from = at
		}
	}
	for i, tr := range w.tracks {
		tr.script = newScript(w.seed, round, i, from)
		tr.pending, tr.answers = tr.script.step(), nil
	}
	return shot{dir: dir, seed: w.seed, round: round, race: from}
}

// hear takes one line of a victim.
func (w *witness) hear(line string) {
	w.t.Helper()
	who, rest, _ := strings.Cut(line, " ")
	number, answer, _ := strings.Cut(rest, " ")
	i, err := strconv.Atoi(who)
	n, err2 := strconv.Atoi(number)
	if err != nil || err2 != nil || i >= workers || n != w.tracks[i].script.n {
		w.t.Errorf("the victim said %q", line)
		return
	}
	tr := w.tracks[i]
	tr.answers = append(tr.answers, w.heard)
	w.heard++
	st := tr.pending
	tr.pending = tr.script.step()
	if st.race >= 0 {
		w.hearRace(st, answer)
	} else if want := st.answer(context.Background(), tr.model); answer != want {
		w.t.Errorf("worker %d, %s: the store answered %q, it had to be %q", i, st.what, answer, want)
	}
}

func (w *witness) hearRace(st step, answer string) {
	w.t.Helper()
	r := w.race(st.race)
	applied := strings.HasPrefix(answer, "applied true")
	switch {
	case !applied && !strings.HasPrefix(answer, "applied false"):
		w.t.Errorf("%s: %s", st.what, answer)
	case st.member < 0:
		r.saved = true
	case applied && r.won[st.member] != nil:
		w.t.Errorf("%s: two reports were applied, of %q and %q", st.what, r.won[st.member], st.value)
	case applied:
		r.won[st.member] = st.value
	default:
		r.decided[st.member] = true
	}
	if strings.Contains(answer, string(raceTree(st.race).ID())) {
		if r.announced++; r.announced > 1 {
			w.t.Errorf("%s: it was announced before that the group has settled", st.what)
		}
	}
}

func (w *witness) race(n int) *race {
	if w.races[n] == nil {
		w.races[n] = &race{won: map[int][]byte{}, decided: map[int]bool{}}
	}
	return w.races[n]
}

// check compares the store with what was heard, and takes over what the last
// steps did of which nothing was heard.
func (w *witness) check(b *store.Store) {
	w.t.Helper()
	ctx := context.Background()
	for i, tr := range w.tracks {
		if tr.pending.race >= 0 {
			w.race(tr.pending.race) // which may have begun with a step that was not answered
		}
		got, before := own(ctx, b, i), own(ctx, tr.model, i)
		if got == before {
			continue
		}
		if tr.pending.race < 0 {
			tr.pending.answer(ctx, tr.model)
		}
		if after := own(ctx, tr.model, i); got != after {
			w.t.Errorf("worker %d has\n%safter its answered steps it had to be\n%s%s was not answered, after that it would be\n%s", i, got, before, tr.pending.what, after)
		}
	}
	for n := range w.races {
		w.checkRace(ctx, b, n)
	}
}

// own is all that a store has of the tasks and groups that are one worker's own.
func own(ctx context.Context, b group.Backend, worker int) string {
	var s strings.Builder
	for _, t := range ownTasks(worker) {
		a, err := b.Get(ctx, t.ID())
		if errors.Is(err, result.ErrNotFound) {
			continue
		}
		fmt.Fprintf(&s, "%s: %s/%d, forgotten %t, %.60q", t.ID(), a.State, a.Attempt, a.Forgotten, a.Value)
		fmt.Fprintln(&s, len(a.Value), err)
	}
	for _, trees := range ownGroups(worker) {
		g, err := b.Restore(ctx, trees[0].ID())
		if errors.Is(err, result.ErrNotFound) {
			continue
		}
		fmt.Fprintln(&s, g.ID, g.Tree, g.Labels, g.Settled.IsZero(), g.Progress, err)
	}
	return s.String()
}

func (w *witness) checkRace(ctx context.Context, b group.Backend, n int) {
	w.t.Helper()
	r, tree := w.race(n), raceTree(n)
	underway := map[string]bool{} // values that may have been applied
	saving, any := false, false
	for _, tr := range w.tracks {
		if tr.pending.race == n {
			underway[string(tr.pending.value)] = true
			saving = saving || tr.pending.member < 0
			any = true
		}
	}
	m := 0
	for a, err := range b.Results(ctx, tree, result.Filter{}) {
		won := r.won[m]
		switch {
		case err != nil:
			w.t.Errorf("race %d, member %d: %v", n, m, err)
		case won != nil && !bytes.Equal(a.Value, won):
			w.t.Errorf("race %d, member %d: %.60q was reported and acknowledged, there is %s %.60q", n, m, won, a.State, a.Value)
		case r.decided[m] && !a.State.Ready():
			w.t.Errorf("race %d, member %d was ready, and is %s", n, m, a.State)
		case won == nil && a.State.Ready() && !r.decided[m] && !underway[string(a.Value)]:
			w.t.Errorf("race %d, member %d: nobody reported %.60q", n, m, a.Value)
		case a.State.Ready():
			r.won[m] = a.Value
		}
		m++
	}
	g, err := b.Restore(ctx, tree.ID())
	switch {
	case errors.Is(err, result.ErrNotFound):
		if r.saved {
			w.t.Errorf("race %d was saved, and is not there", n)
		}
		return
	case err != nil:
		w.t.Errorf("race %d: %v", n, err)
		return
	case !g.Tree.Equal(tree) || !r.saved && !saving:
		w.t.Errorf("race %d: nobody saved %v", n, g.Tree)
	case g.Settled.IsZero() && r.announced > 0:
		w.t.Errorf("race %d: it was announced that it has settled, and it has not", n)
	case !g.Settled.IsZero() && r.announced == 0 && !any:
		w.t.Errorf("race %d has settled, and nobody was told", n)
	}
	r.saved = true
	if !g.Settled.IsZero() {
		r.announced = 1
	}
}
