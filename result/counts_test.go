package result_test

import (
	"fmt"
	"maps"
	"testing"

	. "github.com/seed-1c955bc8/bunch/result"
)

// TestRandomCounts compares with a map, and old copies with what they were.
func TestRandomCounts(t *testing.T) {
	r := random(t)
	states := []State{Success, Failure, Revoked, Started, Received, Rejected, Retry, Pending, Ignored, "A", "B", "C", "PROGRESS", "Z"}
	for range 200 {
		var c Counts
		want := map[State]int{}
		for range 60 {
			old, was := c, maps.Clone(want)
			s, n := states[r.IntN(len(states))], r.IntN(5)-2
			if r.IntN(3) == 0 {
				n = -want[s] // back to none
			}
			c = c.Add(s, n)
			if want[s] += n; want[s] == 0 {
				delete(want, s)
			}
			counted(t, c, want)
			counted(t, old, was)
			if c.Equal(old) != maps.Equal(want, was) {
				t.Fatalf("Equal is %v for %v and %v", c.Equal(old), want, was)
			}
		}
		// Another way to the same counts.
		var d Counts
		for s, n := range want {
			d = d.Add(s, 1).Add(s, n-1)
		}
		if !d.Equal(c) || d.Total() != c.Total() {
			t.Fatalf("counted in another order: %v and %v", d, c)
		}
		if d.Forgotten++; d.Equal(c) || d.Total() != c.Total()+1 {
			t.Fatal("a forgotten one makes no difference")
		}
	}
}

func counted(t *testing.T, c Counts, want map[State]int) {
	t.Helper()
	total, custom := 0, 0
	for s, n := range want {
		total += n
		if s.Custom() {
			custom++
		}
		if c.Of(s) != n {
			t.Fatalf("%d in %s, want %d", c.Of(s), s, n)
		}
	}
	got := maps.Collect(c.All())
	if !maps.Equal(got, want) || c.Total() != total || c.Custom() != custom || c.Ready() != want[Success]+want[Failure]+want[Revoked] {
		t.Fatalf("%v, total %d, custom %d, ready %d; want %v", got, c.Total(), c.Custom(), c.Ready(), want)
	}
}

func TestCountsInOrder(t *testing.T) {
	var c Counts
	for i, s := range []State{"Z", Ignored, Pending, "A", Success, Retry} {
		c = c.Add(s, i+1)
	}
	var order []State
	for s := range c.All() {
		order = append(order, s)
	}
	same(t, "All", order, []State{Success, Retry, Pending, Ignored, "A", "Z"})
	for range c.All() {
		break // must not go on
	}
	if n := testing.AllocsPerRun(10, func() { c = c.Add(Success, 1).Add(Pending, -1) }); n > 0 {
		t.Errorf("counting built-in states allocates %.0f times", n)
	}
}

// TestProgress has Celery's predicates; forgotten leaves are PENDING to them.
func TestProgress(t *testing.T) {
	of := func(forgotten int, states ...State) (p Progress) {
		for _, s := range states {
			p.Leaves = p.Leaves.Add(s, 1)
		}
		p.Leaves.Forgotten = forgotten
		return p
	}
	for _, c := range []struct {
		name                                        string
		p                                           Progress
		ready, successful, failed, waiting, settled bool
		phases                                      string
	}{
		{"empty", of(0), true, true, false, false, true, "settled successful"},
		{"pending", of(0, Pending), false, false, false, true, false, "running"},
		{"done", of(0, Success, Success), true, true, false, false, true, "settled successful"},
		{"failed", of(0, Success, Failure), true, false, true, false, true, "settled failed"},
		{"failing", of(0, "PROGRESS", Failure), false, false, true, true, false, "running failed"},
		{"revoked", of(0, Success, Revoked), true, false, false, false, true, "settled"},
		{"ignored", of(0, Success, Ignored), false, false, false, true, false, "running"},
		{"forgotten", of(1, Success), false, false, false, true, true, "settled"},
		{"forgotten and pending", of(1, Pending), false, false, false, true, false, "running"},
	} {
		p := c.p
		if p.Ready() != c.ready || p.Successful() != c.successful || p.Failed() != c.failed || p.Waiting() != c.waiting || p.Settled() != c.settled {
			t.Errorf("%s: ready %v, successful %v, failed %v, waiting %v, settled %v", c.name, p.Ready(), p.Successful(), p.Failed(), p.Waiting(), p.Settled())
		}
		var phases string
		for _, f := range []Phase{Running, Settled, Successful, Failed} {
			if f.Takes(p) {
				phases += " " + string(f)
			}
		}
		if phases != " "+c.phases || !AnyPhase.Takes(p) {
			t.Errorf("%s: it is%s, want %s", c.name, phases, c.phases)
		}
	}
	a, b := of(0, Success), of(0, Success)
	for i, change := range []func(){func() { b.Total++ }, func() { b.Completed++ }, func() { b.Leaves = b.Leaves.Add("X", 1) }} {
		if b = of(0, Success); !a.Equal(b) {
			t.Error("not equal to itself")
		}
		if change(); a.Equal(b) {
			t.Error(fmt.Sprint("change ", i, " makes no difference"))
		}
	}
}
