package storetest

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store/memstore"
)

// Histories lets random histories happen to engines that open opens. One kind
// happens to one engine and to package memstore step by step, and each answer
// must be the same. The other kind happens in several goroutines at once, and
// what must hold whatever the order was is checked.
//
// A failure prints BUNCH_SEED=n; with that in the environment the same happens
// again, as far as the scheduler has no part in it.
func Histories(t *testing.T, open func(t *testing.T, o Options) Backend) {
	n, first := 3, Seed(t)
	if testing.Short() {
		n = 1
	}
	for i := range n {
		s := first + uint64(i)
		t.Run(fmt.Sprint("compared ", i), func(t *testing.T) { compared(t, open, s) })
		t.Run(fmt.Sprint("concurrent ", i), func(t *testing.T) { concurrent(t, open, s) })
	}
}

// An op is one step of a history, the same for every engine it happens to.
type op struct {
	what string
	do   func(t *T) (answer string)
}

// write makes a random write.
func (w *world) write(rng *rand.Rand, b Backend, now time.Time) op {
	tree := w.any(rng)
	id := pick(rng, w.groups)
	switch n := rng.IntN(100); {
	case n < 20:
		tree = pick(rng, w.trees[id])
		attr := w.attributes(rng, b, tree)
		return op{fmt.Sprintf("Save %v, maximum age %v, %d inputs", tree, attr.MaxAge, len(attr.Inputs)), func(t *T) string {
			return answerOutcome(t.Save(t.ctx, tree, attr))
		}}
	case n < 65:
		var reports []result.Async
		var what strings.Builder
		for range 1 + rng.IntN(4) {
			a := w.async(rng, b, now)
			reports = append(reports, a)
			fmt.Fprintf(&what, " %q %s/%d", a.ID, a.State, a.Attempt)
		}
		return op{"Report" + what.String(), func(t *T) string {
			out, err := t.Report(t.ctx, reports...)
			if err != nil {
				return failure(err)
			}
			var all []string
			for _, o := range out {
				all = append(all, answerOutcome(o, nil))
			}
			return strings.Join(all, "\n")
		}}
	case n < 70:
		return op{fmt.Sprintf("Revoke %v", tree), func(t *T) string { return answerOutcome(t.Revoke(t.ctx, tree)) }}
	case n < 82:
		return op{fmt.Sprintf("Retry %v", tree), func(t *T) string { return answerOutcome(t.Retry(t.ctx, tree)) }}
	case n < 90:
		return op{fmt.Sprintf("Forget %v", tree), func(t *T) string { return answerOutcome(t.Forget(t.ctx, tree)) }}
	case n < 94:
		return op{fmt.Sprintf("Delete %q", id), func(t *T) string { return answerOutcome(t.Delete(t.ctx, id)) }}
	case n < 97:
		return op{fmt.Sprintf("Purge %q", id), func(t *T) string { return answerOutcome(t.Purge(t.ctx, id)) }}
	}
	return op{"Sweep", func(t *T) string {
		n, err := t.Sweep(t.ctx)
		return fmt.Sprint("swept ", n, err)
	}}
}

// read makes a random read.
func (w *world) read(rng *rand.Rand) op {
	id, task, tree := pick(rng, w.groups), pick(rng, w.tasks), w.any(rng)
	switch rng.IntN(6) {
	case 0:
		return op{fmt.Sprintf("Restore %q", id), func(t *T) string { return answerSaved(t.Restore(t.ctx, id)) }}
	case 1:
		return op{fmt.Sprintf("Progress %q", id), func(t *T) string {
			p, err := t.Progress(t.ctx, id)
			if err != nil {
				return failure(err)
			}
			return answerProgress(p)
		}}
	case 2:
		return op{fmt.Sprintf("Get %q", task), func(t *T) string {
			a, err := t.Get(t.ctx, task)
			return answerAsync(t.Backend, a, err)
		}}
	case 3:
		f := result.Filter{Ready: rng.IntN(3) == 0, Unready: rng.IntN(3) == 0, Skip: rng.IntN(4), Inputs: rng.IntN(2) == 0}
		return op{fmt.Sprintf("Results %v %+v", tree, f), func(t *T) string {
			var all []string
			for a, err := range t.Results(t.ctx, tree, f) {
				all = append(all, answerAsync(t.Backend, a, err))
			}
			return strings.Join(all, "\n")
		}}
	case 4:
		id := pick(rng, slices.Concat(w.tasks, w.groups))
		return op{fmt.Sprintf("Find %q", id), func(t *T) string {
			ids, err := t.Find(t.ctx, id)
			return fmt.Sprintf("%q %v", ids, err)
		}}
	}
	q := result.Query{
		Phase: pick(rng, []result.Phase{"", "", result.Running, result.Settled, result.Successful, result.Failed}),
		Label: pick(rng, []string{"", "", "k", "k=v", "l=", "l=w=w"}),
		Limit: rng.IntN(4),
	}
	return op{fmt.Sprintf("List %+v", q), func(t *T) string {
		var all []string
		for _, s := range t.list(q) {
			all = append(all, answerSaved(s, nil))
		}
		return strings.Join(all, "\n")
	}}
}

// everything asks for all there is, as the answer to one question.
func (w *world) everything() op {
	return op{"everything", func(t *T) string {
		var all []string
		for _, s := range t.list(result.Query{Limit: 3}) {
			full, err := t.Restore(t.ctx, s.ID)
			all = append(all, answerSaved(s, nil), answerSaved(full, err))
			t.recount(s.ID)
			for e, err := range t.Watch(t.ctx, s.ID) {
				all = append(all, fmt.Sprint(answerProgress(e.Progress), e.Ready, e.Missed, err))
				break
			}
		}
		for _, id := range w.tasks {
			for a, err := range t.Results(t.ctx, result.Task(id), result.Filter{Inputs: true}) {
				all = append(all, answerAsync(t.Backend, a, err))
			}
			if _, err := t.Get(t.ctx, id); err != nil {
				all = append(all, failure(err))
			}
		}
		for _, id := range slices.Concat(w.tasks, w.groups) {
			all = append(all, fmt.Sprintf("%q in %q", id, t.find(id)))
		}
		return strings.Join(all, "\n")
	}}
}

// compared makes one history happen to an engine and to memstore.
func compared(tt *testing.T, open func(t *testing.T, o Options) Backend, s uint64) {
	l := law{sentence: fmt.Sprintf("an engine answers as package memstore does. Again with BUNCH_SEED=%d", s)}
	root := &T{T: tt, law: l, open: open}
	root.clauseKeeping(time.Hour, "history", func(t *T) {
		rng := rand.New(rand.NewPCG(s, 1))
		w := newWorld(rng)
		model := *t
		model.Backend = memstore.New(&memstore.Options{Retention: time.Hour, Clock: t.clock.now})
		var past []string
		step := func(o op) {
			t.Helper()
			past = append(past, o.what)
			got, want := o.do(t), o.do(&model)
			if got != want {
				t.broken("step %d, %s\nthe engine:\n%s\nmemstore:\n%s\nthe steps before:\n%s", len(past), o.what, got, want,
					strings.Join(past[max(0, len(past)-30):], "\n"))
			}
		}
		const steps, stretch = 600, 25
		for begun := 0; begun < steps; begun += stretch {
			end := result.ID(fmt.Sprint("the end of stretch ", begun))
			news, modelNews := w.follow(t, end), w.follow(&model, end)
			for range stretch {
				if rng.IntN(4) == 0 {
					step(w.read(rng))
				} else {
					step(w.write(rng, t.Backend, t.clock.now()))
				}
				if rng.IntN(10) == 0 {
					t.clock.add(time.Duration(rng.IntN(40)) * time.Minute)
					step(op{"Sweep, later", func(t *T) string { return fmt.Sprint(t.sweep()) }})
				}
			}
			step(w.everything())
			step(op{"Report of the stretch's end", func(t *T) string { return answerOutcome(t.report(end, result.Success), nil) }})
			step(op{"news", func(x *T) string {
				if x == t {
					return news()
				}
				return modelNews()
			}})
			if _, ok := t.Backend.(Reopener); ok && rng.IntN(3) == 0 {
				t.reopen()
				past = append(past, "Reopen")
				step(w.everything())
			}
		}
	})
}

// follow watches all tasks from now on. What it returns gives the tasks that
// became ready since then, up to end.
func (w *world) follow(t *T, end result.ID) func() string {
	next, stop := iter.Pull2(t.Watch(t.ctx, "", append(slices.Clone(w.tasks), end)...))
	var all []result.ID
	take := func() {
		e, err, ok := next()
		t.want(ok && err == nil && !e.Missed, "a watch ended with %v, missed %v", err, e.Missed)
		all = append(all, e.Ready...)
	}
	take()
	return func() string {
		defer stop()
		for !slices.Contains(all, end) {
			take()
		}
		return fmt.Sprintf("%q", all)
	}
}
