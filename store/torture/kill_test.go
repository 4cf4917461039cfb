//go:build unix

package torture

import (
	"bufio"
	"context"
	"flag"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store"
	"github.com/seed-1c955bc8/bunch/store/storetest"
)

var killRounds = flag.Int("kill.rounds", 5, "how often TestKill kills")

// TestKill kills a process with 64 writers at random moments, again and again,
// and looks at the store every time: all that was answered is there, nothing else
// is but what was under way, the counts are a recount, and over all rounds no
// settling was announced twice. After every second kill the next victim finds the
// store as the kill left it, and what is looked at is a copy. Every third victim
// does not sync: what is written survives a kill anyway.
func TestKill(t *testing.T) {
	seed := storetest.Seed(t)
	t.Logf("BUNCH_SEED=%d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	dir := t.TempDir()
	w := newWitness(t, seed)
	for round := range *killRounds {
		life := time.Duration(rng.IntN(800)) * time.Millisecond
		shot := w.begin(dir, round)
		shot.noSync = round%3 == 2
		w.live(shot, life, nil)
		at := dir
		if round%2 == 0 {
			at = copyDir(t, dir)
		}
		s, err := store.Open(at, &store.Options{Profile: store.Edge})
		if err != nil {
			t.Fatalf("round %d, killed after %v: %v", round, life, err)
		}
		w.check(s)
		groups := recount(t, s)
		if at == dir {
			w.retire(s)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if at != dir {
			if err := os.RemoveAll(at); err != nil {
				t.Error(err)
			}
		}
		if t.Failed() {
			t.Fatalf("in round %d, killed after %v", round, life)
		}
		if round%50 == 49 || round == *killRounds-1 {
			t.Logf("%d rounds, %d answers, %d groups at the end", round+1, w.heard, groups)
		}
	}
}

// live runs a victim, hears it, and kills it at the end of its life, which begins
// with the first answer; in every fourth round with the process, so that it may end
// before the store is open. What is to happen just before the kill is given the
// victim's process.
func (w *witness) live(s shot, life time.Duration, before func(pid int)) {
	w.t.Helper()
	cmd := child("load", s.args()...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	first, heard := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(heard)
		begin := sync.OnceFunc(func() { close(first) })
		for lines := bufio.NewReader(out); ; begin() {
			line, err := lines.ReadString('\n')
			if err != nil {
				return // what stands before it is torn, and was not said
			}
			w.hear(strings.TrimSuffix(line, "\n"))
		}
	}()
	if s.round%4 != 0 {
		select {
		case <-first:
		case <-heard:
		}
	}
	select {
	case <-heard: // it ended by itself
	case <-time.After(life):
		if before != nil {
			before(cmd.Process.Pid)
		}
		if err := cmd.Process.Kill(); err != nil {
			w.t.Error(err)
		}
		<-heard
	}
	if err := cmd.Wait(); err == nil || err.Error() != "signal: killed" {
		w.t.Fatalf("the victim of round %d ended by itself: %v\n%s", s.round, err, &stderr)
	}
}

// retire takes races that are over out of the store and out of mind, but for the
// latest, so that a thousand rounds do not make a store of a million groups.
func (w *witness) retire(s *store.Store) {
	w.t.Helper()
	newest := 0
	for n := range w.races {
		newest = max(newest, n)
	}
	for n := range w.races {
		if n > newest-200 {
			continue
		}
		if _, err := s.Purge(context.Background(), raceTree(n).ID()); err != nil {
			w.t.Error(err)
		}
		delete(w.races, n)
	}
}

// recount compares the counts of all groups with their results, has the store check
// itself, and returns how many groups there are.
func recount(t *testing.T, s *store.Store) (groups int) {
	t.Helper()
	ctx := context.Background()
	if c, err := s.Check(ctx, nil); err != nil || !c.Clean() {
		t.Errorf("Check found %+v, %v", c, err)
	}
	for query := (result.Query{Limit: 1000}); ; {
		page, next, err := s.List(ctx, query)
		if err != nil {
			t.Error(err)
		}
		for _, listed := range page {
			groups++
			g, err := s.Restore(ctx, listed.ID)
			if err != nil {
				t.Error(err)
				continue
			}
			var all []result.Async
			for a, err := range s.Results(ctx, g.Tree, result.Filter{}) {
				if err != nil {
					t.Error(err)
				}
				all = append(all, a)
			}
			if want := storetest.Count(g.Tree, all); !want.Equal(g.Progress) || g.Settled.IsZero() == want.Settled() {
				t.Errorf("%q: the counts are %+v, settled at %v, a recount gives %+v", g.ID, g.Progress, g.Settled, want)
			}
		}
		if query.Cursor = next; next == "" {
			return groups
		}
	}
}
