//go:build linux

package torture

import (
	"flag"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/seed-1c955bc8/bunch/store"
	"github.com/seed-1c955bc8/bunch/store/storetest"
)

var powerRounds = flag.Int("power.rounds", 2, "how often TestPowerCut and TestPowerCutNoSync cut the power")

// TestPowerCut cuts the power of a machine on which 64 writers are at work. What
// was answered is there.
func TestPowerCut(t *testing.T) {
	t.Parallel()
	cutPower(t, store.Options{Profile: store.Edge}, (*witness).check)
}

// TestPowerCutNoSync: without syncing there is a tail that is lost, and nothing
// but a tail: every write is there as a whole or not at all, and none is there that
// began when one that is lost had been answered.
func TestPowerCutNoSync(t *testing.T) {
	t.Parallel()
	cutPower(t, store.Options{Profile: store.Edge, NoSync: true, SyncEvery: 200 * time.Millisecond}, (*witness).checkTail)
}

func cutPower(t *testing.T, o store.Options, check func(*witness, *store.Store)) {
	seed := storetest.Seed(t)
	t.Logf("BUNCH_SEED=%d", seed)
	rng := rand.New(rand.NewPCG(seed, 2))
	heard, lost := 0, 0
	for round := range *powerRounds {
		w := newWitness(t, seed+uint64(round))
		before := newDisk(t, 256<<20)
		var after *disk
		life := time.Duration(300+rng.IntN(3000)) * time.Millisecond
		shot := w.begin(filepath.Join(before.at, "store"), round)
		shot.noSync, shot.every = o.NoSync, o.SyncEvery
		w.live(shot, life, func(pid int) {
			freeze(t, pid)
			after = before.cut(t)
		})
		if after == nil {
			t.Fatal("there was no cut")
		}
		before.unmount(t)
		if err := after.mount(t); err != nil {
			t.Fatal(err)
		}
		s, err := store.Open(filepath.Join(after.at, "store"), &o)
		if err != nil {
			t.Fatalf("round %d, cut after %v: %v", round, life, err)
		}
		check(w, s)
		recount(t, s)
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		after.unmount(t)
		heard, lost = heard+w.heard, lost+w.lost
		if t.Failed() {
			t.Fatalf("in round %d, cut after %v", round, life)
		}
	}
	t.Logf("%d rounds, %d answers, of which the last %d were lost", *powerRounds, heard, lost)
}
