package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/bench/suite"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store"
)

// Memory is the anonymous memory of a process that opens a store of w.Members
// results with the edge profile and GOMEMLIMIT=48MiB, and reads 100,000 of them,
// one by one, at random: the most that was seen. The floor reads the same keys
// from a store that raw Badger filled.
var memories = []special{
	{suite.Kind{Name: "bunch-edge", Durable: true, Note: "edge profile, GOMEMLIMIT=48MiB"}, memoryOf(ours[1])},
	{suite.Kind{Name: "floor-edge", Durable: true, Note: "raw Badger, edge profile, GOMEMLIMIT=48MiB"}, memoryOf(floors[1])},
}

const (
	memoryReads = 100_000
	memoryLimit = "GOMEMLIMIT=48MiB"
	readerVar   = "BUNCH_BENCH_READER" // makes this program a reader: "engine dir root members"
)

func memoryOf(k suite.Kind) starter {
	return func(w suite.Workload, dir string) (suite.Session, error) {
		suite.MakeValues(w)
		g, err := fillEdge(k, w, dir)
		if err != nil {
			return nil, err
		}
		return rounds(func(int) (suite.Sample, error) {
			began := time.Now()
			self, err := os.Executable()
			if err != nil {
				return suite.Sample{}, err
			}
			cmd := exec.Command(self)
			cmd.Env = append(os.Environ(), memoryLimit, readerVar+"="+fmt.Sprintf("%s %s %x %d", k.Name, dir, g.Root[:], g.N))
			anon, err := mostMemory(cmd)
			return suite.Sample{Value: float64(anon), Took: time.Since(began)}, err
		}), nil
	}
}

func fillEdge(k suite.Kind, w suite.Workload, dir string) (g *suite.Group, err error) {
	e, err := k.Open(dir, w)
	if err != nil {
		return nil, err
	}
	g = suite.NewGroup(w, w.Members)
	err = e.Save(g)
	for first := 0; first < g.N && err == nil; first += 1000 {
		err = e.Report(g, first, min(1000, g.N-first))
	}
	if closing := e.Close(); err == nil {
		err = closing
	}
	return g, err
}

// mostMemory runs cmd and watches its anonymous memory, in bytes.
func mostMemory(cmd *exec.Cmd) (most int64, err error) {
	var errs bytes.Buffer
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			if err != nil {
				err = fmt.Errorf("%s: %w\n%s", cmd.Path, err, errs.Bytes())
			}
			return most, err
		case <-time.After(10 * time.Millisecond):
			most = max(most, anonymous(cmd.Process.Pid))
		}
	}
}

// anonymous is the anonymous memory of a process in bytes, as Linux has it; 0 if
// that is not known.
func anonymous(pid int) (bytes int64) {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			kib, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			bytes = kib << 10
		}
	}
	return bytes
}

// reader is what the process that is watched does.
func reader(spec string) error {
	var engine, dir string
	var prefix []byte
	var n int
	if _, err := fmt.Sscanf(spec, "%s %s %x %d", &engine, &dir, &prefix, &n); err != nil {
		return fmt.Errorf("%s: %w", readerVar, err)
	}
	root := result.Root(prefix)
	random := rand.New(rand.NewPCG(1, 1)) // both read the same
	if engine == "bunch-edge" {
		s, err := store.Open(dir, &store.Options{Profile: store.Edge})
		if err != nil {
			return err
		}
		for range memoryReads {
			if _, err := s.Get(ctx, root.ID(random.Uint32N(uint32(n))+1)); err != nil {
				return err
			}
		}
		return s.Close()
	}
	db, err := badger.Open(badgerOptions(dir, store.Options{Profile: store.Edge}))
	if err != nil {
		return err
	}
	for range memoryReads {
		err := db.View(func(txn *badger.Txn) error {
			item, err := txn.Get(resultKey(root, int(random.Uint32N(uint32(n)))))
			if err != nil {
				return err
			}
			_, err = item.ValueCopy(nil)
			return err
		})
		if err != nil {
			return err
		}
	}
	return db.Close()
}
