package store

import (
	"bufio"
	"context"
	"expvar"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/dgraph-io/badger/v4"
	"go.uber.org/goleak"

	"github.com/seed-1c955bc8/bunch/result"
)

// victimDir makes the test binary the process that TestKill kills.
const victimDir = "BUNCH_TEST_VICTIM"

func TestMain(m *testing.M) {
	if dir := os.Getenv(victimDir); dir != "" {
		if err := victim(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	goleak.VerifyTestMain(m)
}

const million = 1_000_000

// victim saves a group of a million and reports, until it is killed. It prints
// the id of the group, and the number of each member whose report was answered.
func victim(dir string) error {
	ctx := context.Background()
	s, err := Open(dir, nil)
	if err != nil {
		return err
	}
	tree := minted(million)
	if _, err := s.Save(ctx, tree, result.Attributes{}); err != nil {
		return err
	}
	fmt.Println(tree.ID())
	var wg sync.WaitGroup
	for w := range 64 {
		wg.Go(func() {
			for i := w; ; i += 64 {
				out, err := s.Report(ctx, result.Async{ID: tree.At(i).ID(), State: result.Success})
				if err != nil || !out[0].Applied {
					fmt.Fprintln(os.Stderr, out, err)
					os.Exit(1)
				}
				fmt.Println(i)
			}
		})
	}
	wg.Wait()
	return nil
}

// TestKill: a process that has saved a million members and reported ten thousand
// is killed. Whoever opens the store then finds every report that was answered,
// counts that equal a recount, and the progress in one Get.
func TestKill(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), victimDir+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	lines.Scan()
	id := result.ID(lines.Text())
	answered := map[int]bool{}
	for lines.Scan() {
		i, err := strconv.Atoi(lines.Text())
		if err != nil {
			break // the last line may be torn
		}
		answered[i] = true
		if len(answered) == 10_000 {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = cmd.Wait() // "signal: killed"
	if len(answered) < 10_000 {
		t.Fatalf("only %d reports were answered", len(answered))
	}

	s := newStore(t, dir)
	saved, err := s.Restore(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	done := 0
	for a, err := range s.Results(ctx, saved.Tree, result.Filter{Ready: true}) {
		if err != nil {
			t.Fatal(err)
		}
		_, n, _ := a.ID.Minted()
		delete(answered, int(n-1))
		done++
	}
	if len(answered) > 0 {
		t.Errorf("%d reports were answered and are gone", len(answered))
	}
	if p := saved.Progress; p.Total != million || p.Completed != done || p.Leaves.Of(result.Success) != done {
		t.Errorf("progress %+v, recounted %d", p, done)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d results after the kill", done)

	// Again, with Badger counting what is asked of it.
	opts, err := (&Options{Profile: Edge}).withDefaults(dir)
	if err != nil {
		t.Fatal(err)
	}
	fresh := &Store{dir: dir, opts: opts, free: freeSpace}
	if fresh.db, err = badger.Open(opts.badger(filepath.Join(dir, dataDir)).WithMetricsEnabled(true)); err != nil {
		t.Fatal(err)
	}
	if err := fresh.start(); err != nil {
		t.Fatal(err)
	}
	defer fresh.Close()
	gets := expvar.Get("badger_get_num_user").(*expvar.Int)
	before := gets.Value()
	if p, err := fresh.Progress(ctx, id); err != nil || p.Completed != done {
		t.Errorf("progress %+v, %v", p, err)
	}
	if n := gets.Value() - before; n != 1 {
		t.Errorf("progress took %d gets in a fresh process, want 1", n)
	}
	before = gets.Value()
	saved, err = fresh.Restore(ctx, id)
	if err != nil || saved.Tree.Len() != million {
		t.Errorf("restored %d members, %v", saved.Tree.Len(), err)
	}
	if n := gets.Value() - before; n > 5 {
		t.Errorf("restore took %d gets for a million members", n)
	}
	allocs := testing.AllocsPerRun(10, func() {
		if _, err := fresh.Restore(ctx, id); err != nil {
			t.Error(err)
		}
	})
	if allocs > 200 {
		t.Errorf("restore took %.0f allocations for a million members", allocs)
	}
}
