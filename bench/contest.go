package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/seed-1c955bc8/bunch/bench/suite"
)

// A plan is how long a run takes pains.
type plan struct {
	rounds int
	few    int           // rounds of what takes long and is nearly the same each time
	target time.Duration // of one round
	dir    string        // engines get folders in it
}

// An entrant is an engine in the contest of one workload.
type entrant struct {
	kind    suite.Kind
	start   func(w suite.Workload, dir string) (suite.Session, error)
	session suite.Session
	count   int       // operations a round
	values  []float64 // one a round
	took    time.Duration
	missing string // why it takes no part
	peer    bool   // its failure ends its own part, not the run
}

// failed ends the part of an entrant that cannot go on. A peer is then missing
// and says why; without ours and the floor there is no run.
func (e *entrant) failed(w suite.Workload, err error) error {
	if e.peer {
		e.missing = "it failed: " + err.Error()
		return nil
	}
	return fmt.Errorf("%v: %s: %w", w, e.kind.Name, err)
}

// contest measures a workload on all entrants. Each has a fresh folder and is
// warmed up; then they take turns, round by round, in an order that is drawn for
// each round: whatever the machine does in the meantime it does to all of them, and
// nobody always comes after the same one, and pays for what that has left behind.
func contest(p plan, w suite.Workload, entrants []*entrant) (err error) {
	dir, err := os.MkdirTemp(p.dir, "bench-")
	if err != nil {
		return err
	}
	defer func() {
		for _, e := range entrants {
			if e.session != nil {
				err = errors.Join(err, e.session.Close())
			}
		}
		err = errors.Join(err, os.RemoveAll(dir))
	}()
	var running []*entrant
	for _, e := range entrants {
		if e.missing != "" {
			continue
		}
		own := filepath.Join(dir, e.kind.Name)
		if err := os.Mkdir(own, 0o700); err != nil {
			return err
		}
		session, err := e.start(w, own)
		if err == nil {
			e.session = session
			e.count, err = calibrate(session, p.target)
		}
		if err == nil {
			running = append(running, e)
		} else if err := e.failed(w, err); err != nil {
			return err
		}
	}
	rounds := p.rounds
	if w.Op == "size" || slices.Contains(slow, w.Op) {
		rounds = p.few
	}
	order := rand.New(rand.NewPCG(1, 1)) // the same in every run
	for range rounds {
		for _, i := range order.Perm(len(running)) {
			e := running[i]
			if e.missing != "" || len(e.values) >= p.few && e.took > time.Duration(4*rounds)*p.target {
				continue // it is not there, or takes so long that few rounds must do
			}
			runtime.GC() // nobody pays for the garbage of the one before,
			syncDisks()  // nor for what it has left to write
			s, err := e.session.Round(e.count)
			if err != nil {
				if err := e.failed(w, err); err != nil {
					return err
				}
				continue
			}
			e.values, e.took = append(e.values, s.Value), e.took+s.Took
		}
	}
	return nil
}

// calibrate warms a session up and finds how many operations make a round of
// about the target's length.
func calibrate(s suite.Session, target time.Duration) (count int, err error) {
	const most = 5_000_000
	for count = 1; ; {
		sample, err := s.Round(count)
		if err != nil {
			return 0, err
		}
		took := max(sample.Took, time.Microsecond)
		fitting := max(1, int(float64(count)*float64(target)/float64(took)))
		if took >= target/3 || fitting <= count || count >= most {
			return min(fitting, most), nil
		}
		count = min(fitting, 50*count, most)
	}
}
