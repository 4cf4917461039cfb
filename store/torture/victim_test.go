package torture

import (
	"context"
	"flag"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/seed-1c955bc8/bunch/store"
)

// A shot says how a victim is to run: all that its script depends on, and how it
// opens the store.
type shot struct {
	dir    string
	seed   uint64
	round  int
	race   int // where the workers begin to race
	noSync bool
	every  time.Duration // when it does not sync each write: how often it syncs all
}

func (s shot) args() []any {
	return []any{"-dir", s.dir, "-seed", s.seed, "-round", s.round, "-race", s.race, fmt.Sprintf("-nosync=%t", s.noSync), "-every", s.every}
}

func init() { roles["load"] = load }

// load is the role of a process that writes until it is killed. For each answer
// of the store it writes one line, "worker step answer", in one piece, so what
// the test can read was said before the kill.
func load(args []string) error {
	var s shot
	flags := flag.NewFlagSet("load", flag.ContinueOnError)
	flags.StringVar(&s.dir, "dir", "", "")
	flags.Uint64Var(&s.seed, "seed", 0, "")
	flags.IntVar(&s.round, "round", 0, "")
	flags.IntVar(&s.race, "race", 0, "")
	flags.BoolVar(&s.noSync, "nosync", false, "")
	flags.DurationVar(&s.every, "every", 0, "")
	if err := flags.Parse(args); err != nil {
		return err
	}
	b, err := store.Open(s.dir, &store.Options{NoSync: s.noSync, SyncEvery: s.every, Profile: store.Edge})
	if err != nil {
		return err
	}
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for sc := newScript(s.seed, s.round, w, s.race); ; {
				st := sc.step()
				line := fmt.Sprintf("%d %d %s\n", w, sc.n, st.answer(context.Background(), b))
				if _, err := os.Stdout.WriteString(line); err != nil {
					return // the test is gone
				}
			}
		})
	}
	all.Wait()
	return nil
}
