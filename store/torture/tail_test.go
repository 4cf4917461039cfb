package torture

import (
	"bytes"
	"context"

	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store"
	"github.com/seed-1c955bc8/bunch/store/memstore"
)

// A survival says how many of a worker's steps are in the store. Steps that change
// nothing are in it or not, as one likes; so two numbers.
type survival struct {
	there int // the step with this number is there, and so must be all before it
	lost  int // the step with this number is not there; none may be after it
}

// checkTail checks that the store has a beginning of what was heard: of each
// worker its first steps, each as a whole, and no step that began after the answer
// to one that is lost.
func (w *witness) checkTail(s *store.Store) {
	w.t.Helper()
	ctx := context.Background()
	won := map[string]bool{} // values in the store that won a race
	for n := range w.races {
		for a, err := range s.Results(ctx, raceTree(n), result.Filter{Ready: true}) {
			if err != nil {
				w.t.Error(err)
			}
			won[string(a.Value)] = true
		}
	}
	firstLost := w.heard // when the answer to the first lost step was heard
	var all [workers]survival
	for i, tr := range w.tracks {
		at, ok := w.survived(ctx, s, i, won)
		if !ok {
			w.t.Errorf("worker %d has\n%swhich is no beginning of its %d steps", i, own(ctx, s, i), tr.script.n-1)
		}
		if at.there >= at.lost {
			w.t.Errorf("worker %d: step %d is lost and step %d is there", i, at.lost, at.there)
		}
		all[i] = at
		if at.lost < tr.script.n { // the last one was not answered
			firstLost = min(firstLost, w.when(i, at.lost))
		}
	}
	w.lost += w.heard - firstLost
	for i, at := range all {
		if at.there > 1 && w.when(i, at.there-1) > firstLost {
			w.t.Errorf("worker %d: step %d is there, which began after the answer to a step that is lost", i, at.there)
		}
	}
}

// when is the place of the answer to a step among all answers.
func (w *witness) when(worker, step int) int { return w.tracks[worker].answers[step-1] }

// survived goes through a worker's steps again and looks for what the store has.
// It is not ok if the store has what no number of steps leaves.
func (w *witness) survived(ctx context.Context, s *store.Store, worker int, won map[string]bool) (at survival, ok bool) {
	got, model := own(ctx, s, worker), memstore.New(nil)
	again, end := newScript(w.seed, w.round, worker, 0), w.tracks[worker].script.n // the step under way
	at.lost = end + 1
	lost := end + 1 // the first step of those after which the worker's own things were never again as they are
	ok = own(ctx, model, worker) == got
	for again.n < end {
		st := again.step()
		switch {
		case st.race < 0:
			st.answer(ctx, model)
			same := own(ctx, model, worker) == got
			switch {
			case same && !ok:
				ok, at.there, lost = true, max(at.there, again.n), end+1
			case same:
				lost = end + 1
			case lost > again.n:
				lost = again.n
			}
		case st.member >= 0 && won[string(st.value)]:
			at.there = max(at.there, again.n)
		case st.member >= 0 && bytes.Equal(w.race(st.race).won[st.member], st.value):
			at.lost = min(at.lost, again.n)
		}
	}
	at.lost = min(at.lost, lost)
	return at, ok
}
