package storetest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

// A round is some writes of several goroutines at once. Its kind says what may
// be in it, so that its end can be told from its beginning: in a forward round
// groups only settle, in a backward round they only come to be unsettled.
const (
	forward = iota
	backward
	removal
	kinds
)

// ledger is what the outcomes of one goroutine add up to.
type ledger struct {
	announced map[result.ID]int // of this round: by how many operations
	won       []result.Async    // ready reports that were applied, with their attempt
	revoked   int               // results that Revoke changed
	retried   int               // results that Retry changed
	err       error
}

func (l *ledger) add(o result.Outcome) {
	for _, id := range o.Settled {
		l.announced[id]++
	}
}

// concurrent makes one history happen in several goroutines at once.
func concurrent(tt *testing.T, open func(t *testing.T, o Options) Backend, s uint64) {
	l := law{sentence: fmt.Sprintf("whatever the order of writes was, the laws hold. Again with BUNCH_SEED=%d", s)}
	base := &T{T: tt, law: l, open: open}
	base.clause("history", func(t *T) {
		const writers, rounds, writes = 4, 24, 25
		rng := rand.New(rand.NewPCG(s, 2))
		w := newWorld(rng)
		const end = result.ID("the end")
		var seen []result.ID
		missed := false
		var watching sync.WaitGroup
		begun := make(chan struct{})
		watching.Go(func() {
			first := true
			for e, err := range t.Watch(t.ctx, "", append(slices.Clone(w.tasks), end)...) {
				if first {
					close(begun)
					first = false
				}
				seen, missed = append(seen, e.Ready...), missed || e.Missed
				if err != nil || slices.Contains(e.Ready, end) {
					return
				}
			}
		})
		<-begun

		ledgers := make([]ledger, writers)
		for range rounds {
			kind := rng.IntN(kinds)
			before := w.settled(t)
			var wait sync.WaitGroup
			for i := range ledgers {
				own := rand.New(rand.NewPCG(rng.Uint64(), uint64(i)))
				ledgers[i].announced = map[result.ID]int{}
				wait.Go(func() {
					for range writes {
						w.act(t, own, kind, &ledgers[i])
					}
				})
			}
			wait.Wait()
			w.checkRound(t, kind, before, ledgers)
		}

		t.report(end, result.Success)
		watching.Wait()
		w.checkTasks(t, ledgers, seen, missed)
	})
}

// act makes one random write and enters what came of it.
func (w *world) act(t *T, rng *rand.Rand, kind int, l *ledger) {
	var o result.Outcome
	var err error
	id := pick(rng, w.groups)
	tree := w.any(rng)
	n := rng.IntN(100)
	switch {
	case n < 50:
		a := w.async(rng, t.Backend, time.Time{})
		if kind == backward {
			a.State = pick(rng, unreadyStates)
		}
		a.Done = time.Time{}
		var out []result.Outcome
		if out, err = t.Report(t.ctx, a); err == nil {
			o = out[0]
			if o.Applied && a.State.Ready() {
				a.Attempt = o.Attempt
				l.won = append(l.won, a)
			}
		}
	case n < 60 && kind != backward:
		tree = w.trees[id][rng.IntN(3)]
		if tree.Len() == 0 { // it would settle and come to be unsettled within a round
			tree = w.trees[id][1]
		}
		o, err = t.Save(t.ctx, tree, w.attributes(rng, t.Backend, tree))
		if errors.Is(err, result.ErrExist) {
			err = nil
		}
	case n < 65 && kind != backward:
		o, err = t.Revoke(t.ctx, tree)
		l.revoked += o.Changed
	case n < 70 && kind != backward:
		o, err = t.Forget(t.ctx, tree)
	case n < 85 && kind != forward:
		o, err = t.Retry(t.ctx, tree)
		l.retried += o.Changed
	case n < 88 && kind == removal:
		o, err = t.Delete(t.ctx, id)
	case n < 90 && kind == removal:
		o, err = t.Purge(t.ctx, id)
	default:
		w.look(t, tree, l)
		return
	}
	l.add(o)
	if err != nil {
		l.err = err
	}
}

// look reads while others write: what comes must make sense in itself.
func (w *world) look(t *T, tree result.Tree, l *ledger) {
	all, err := collect(t.Results(t.ctx, tree, result.Filter{}))
	if !slices.Equal(named(all), leaves(runless(tree))) {
		err = fmt.Errorf("the results of %v came as %q", tree, named(all))
	}
	page, _, err2 := t.List(t.ctx, result.Query{})
	for _, s := range page {
		if s.Progress.Completed > s.Progress.Total || s.Settled.IsZero() == s.Progress.Settled() {
			err2 = fmt.Errorf("%q is listed with counts %+v and settled at %v", s.ID, s.Progress, s.Settled)
		}
	}
	if err = errors.Join(err, err2); err != nil {
		l.err = err
	}
}

// runless is a tree in which a run stands in a group, so that it has members.
func runless(tree result.Tree) result.Tree {
	if tree.IsGroup() {
		return tree
	}
	return result.Group("run", tree)
}

// settled says of every saved group whether it has settled.
func (w *world) settled(t *T) map[result.ID]bool {
	t.Helper()
	is := map[result.ID]bool{}
	for _, s := range t.list(result.Query{}) {
		is[s.ID] = s.Progress.Settled()
	}
	return is
}

// checkRound checks the groups at the end of a round.
func (w *world) checkRound(t *T, kind int, before map[result.ID]bool, ledgers []ledger) {
	t.Helper()
	announced := map[result.ID]int{}
	for _, l := range ledgers {
		t.ok("a call", l.err)
		for id, n := range l.announced {
			announced[id] += n
		}
	}
	after := w.settled(t)
	for id, is := range after {
		t.recount(id)
		want := 0
		if is && !before[id] {
			want = 1
		}
		t.want(kind == removal || announced[id] == want, "in a round of kind %d %q went from settled %v to %v, which %d operations announced",
			kind, id, before[id], is, announced[id])
	}
	for id := range before {
		_, there := after[id]
		t.want(there || kind == removal, "%q has gone", id)
	}
}

// checkTasks compares the tasks at the end with what the outcomes said.
func (w *world) checkTasks(t *T, ledgers []ledger, seen []result.ID, missed bool) {
	t.Helper()
	type try struct {
		id      result.ID
		attempt uint32
	}
	won := map[try]result.Async{}
	ready, retried := 1, 0 // the end of the watch is one
	for _, l := range ledgers {
		ready += l.revoked + len(l.won)
		retried += l.retried
		for _, a := range l.won {
			k := try{a.ID, a.Attempt}
			_, twice := won[k]
			t.want(!twice, "two ready reports of %q, attempt %d, were applied", a.ID, a.Attempt)
			won[k] = a
		}
	}
	attempts := 0
	for _, a := range t.results(result.Group("all", tasks(w.tasks...)...), result.Filter{}) {
		attempts += int(a.Attempt) - 1
		said, ok := won[try{a.ID, a.Attempt}]
		switch {
		case a.Forgotten:
		case ok:
			said.Done = a.Done
			if said.Request == nil { // one that was reported before it stays
				said.Request = a.Request
			}
			t.same(a, said)
		default:
			t.want(!a.State.Ready() || a.State == result.Revoked, "%q is %s, which nobody was told", a.ID, a.State)
		}
		delete(won, try{a.ID, a.Attempt})
	}
	for k := range won {
		t.want(k.attempt <= t.results(result.Task(k.id), result.Filter{})[0].Attempt, "attempt %d of %q was reported and is yet to come", k.attempt, k.id)
	}
	t.want(attempts == retried, "Retry said that it reopened %d results, the attempts say %d", retried, attempts)
	t.want(missed || len(seen) == ready, "%d results became ready, a watch named %d", ready, len(seen))
}
