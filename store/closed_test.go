package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

// A call is one way to use a store.
type call struct {
	do    func(context.Context, *Store) error
	wrote func(*Store) bool // whether its change is there; nil: it changes nothing one could see
}

func ended[T any](seq iter.Seq2[T, error]) (err error) {
	for _, e := range seq {
		err = errors.Join(err, e)
	}
	return err
}

func second[T any](_ T, err error) error { return err }

func state(s *Store, id result.ID) result.Async {
	a, _ := s.Get(context.Background(), id)
	return a
}

func saved(s *Store, id result.ID) bool {
	_, err := s.Progress(context.Background(), id)
	return err == nil
}

// calls has each exported method, but for those that do without the files.
var calls = map[string]call{
	"Save": {func(ctx context.Context, s *Store) error {
		return second(s.Save(ctx, foreign("new", many), result.Attributes{Inputs: [][]byte{{0xf6}}}))
	}, func(s *Store) bool { return saved(s, "new") }},
	"Report": {func(ctx context.Context, s *Store) error {
		return second(s.Report(ctx, result.Async{ID: "y", State: result.Success}))
	}, func(s *Store) bool { return state(s, "y").State == result.Success }},
	"SaveAll": {func(ctx context.Context, s *Store) error {
		return third(s.SaveAll(ctx, []result.Tree{foreign("all", 3)}, []result.Async{{ID: "z", State: result.Success}}))
	}, func(s *Store) bool { return saved(s, "all") }},
	"Revoke": {func(ctx context.Context, s *Store) error { return second(s.Revoke(ctx, own)) },
		func(s *Store) bool { return state(s, ownID.ID(23)).State == result.Revoked }},
	"Retry": {func(ctx context.Context, s *Store) error { return second(s.Retry(ctx, own)) },
		func(s *Store) bool { return state(s, ownID.ID(3)).State == result.Retry }},
	"Forget": {func(ctx context.Context, s *Store) error { return second(s.Forget(ctx, own)) },
		func(s *Store) bool { return state(s, ownID.ID(1)).Forgotten }},
	"Delete": {func(ctx context.Context, s *Store) error { return second(s.Delete(ctx, "f")) }, func(s *Store) bool { return !saved(s, "f") }},
	"Purge":  {func(ctx context.Context, s *Store) error { return second(s.Purge(ctx, "f")) }, func(s *Store) bool { return !saved(s, "f") }},

	"Get":      {do: func(ctx context.Context, s *Store) error { return second(s.Get(ctx, "a")) }},
	"Progress": {do: func(ctx context.Context, s *Store) error { return second(s.Progress(ctx, "f")) }},
	"Restore":  {do: func(ctx context.Context, s *Store) error { return second(s.Restore(ctx, "f")) }},
	"Find":     {do: func(ctx context.Context, s *Store) error { return second(s.Find(ctx, "a")) }},
	"Results":  {do: func(ctx context.Context, s *Store) error { return ended(s.Results(ctx, own, result.Filter{})) }},
	"List": {do: func(ctx context.Context, s *Store) error {
		_, _, err := s.List(ctx, result.Query{})
		return err
	}},
	"Watch": {do: func(ctx context.Context, s *Store) error {
		for _, err := range s.Watch(ctx, "f") {
			return err // the first event; it would wait for the next
		}
		return nil
	}},

	"Sweep":  {do: func(ctx context.Context, s *Store) error { return second(s.Sweep(ctx)) }},
	"Check":  {do: func(ctx context.Context, s *Store) error { return second(s.Check(ctx, nil)) }},
	"Repair": {do: func(ctx context.Context, s *Store) error { return second(s.Repair(ctx, nil)) }},
	"Backup": {do: func(ctx context.Context, s *Store) error { return second(s.Backup(ctx, io.Discard)) }},
	"Load": {do: func(ctx context.Context, s *Store) error {
		if _, err := s.Load(ctx, bytes.NewReader(forged())); err == nil || errors.Is(err, result.ErrClosed) || ctx.Err() != nil {
			return err
		}
		return nil // it is not empty
	}},
	"Compact": {do: func(ctx context.Context, s *Store) error {
		_, err := s.Compact(ctx, Light, nil)
		_, err2 := s.Compact(ctx, Full, nil)
		return errors.Join(err, err2)
	}},
}

// TestCallsAreAll: no exported method is missing above.
func TestCallsAreAll(t *testing.T) {
	without := map[string]bool{"Close": true, "Marshal": true, "Unmarshal": true, "Serve": true}
	for typ, i := reflect.TypeFor[*Store](), 0; i < typ.NumMethod(); i++ {
		name := typ.Method(i).Name
		if _, ok := calls[name]; !ok && !without[name] {
			t.Errorf("%s is not tried", name)
		}
	}
}

// TestAfterClose: every method of a closed store gives ErrClosed; none hangs, and
// none crashes, as Badger's own would.
func TestAfterClose(t *testing.T) {
	s := furnished(t)
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	if err := s.Serve(nil); !errors.Is(err, result.ErrClosed) {
		t.Errorf("Serve: %v", err)
	}
	for name, call := range calls {
		if err := call.do(context.Background(), s); !errors.Is(err, result.ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestReadOnlyCalls: what writes is refused by a store that was opened for
// reading, and what reads works.
func TestReadOnlyCalls(t *testing.T) {
	s := furnished(t)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := Open(s.dir, &Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for name, call := range calls {
		err := call.do(context.Background(), s)
		switch name {
		case "Sweep": // nothing has expired, so nothing is to be written
		case "Load":
			if _, err := s.Load(context.Background(), bytes.NewReader(forged())); !errors.Is(err, result.ErrReadOnly) {
				t.Errorf("%s: %v", name, err)
			}
		case "Repair", "Compact":
			if !errors.Is(err, result.ErrReadOnly) {
				t.Errorf("%s: %v", name, err)
			}
		default:
			if call.wrote == nil && err != nil || call.wrote != nil && !errors.Is(err, result.ErrReadOnly) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// countdown is a context that ends when it is asked for the nth time.
type countdown struct {
	context.Context
	n    atomic.Int64
	done chan struct{}
}

func newCountdown(n int) *countdown {
	c := &countdown{Context: context.Background(), done: make(chan struct{})}
	c.n.Store(int64(n))
	return c
}

func (c *countdown) Err() error {
	left := c.n.Add(-1)
	if left == 0 {
		close(c.done)
	}
	if left <= 0 {
		return context.Canceled
	}
	return nil
}

func (c *countdown) Done() <-chan struct{} { return c.done }

// TestCancelledAnywhere: whenever a context ends, a call stops with its error, and
// then has changed nothing, or it is done and the change is whole.
func TestCancelledAnywhere(t *testing.T) {
	for name, call := range calls {
		if name == "Load" {
			continue // see TestLoadMeanwhile
		}
		t.Run(name, func(t *testing.T) {
			try := func(s *Store, ctx context.Context, when any) (done bool) {
				err := call.do(ctx, s)
				if err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
					t.Fatalf("after %v: %v", when, err)
				}
				if call.wrote != nil && call.wrote(s) != (err == nil) {
					t.Fatalf("after %v: the error is %v, and what was to be written is there: %v", when, err, call.wrote(s))
				}
				if found := mustCheck(t, s); !found.Clean() {
					t.Fatalf("after %v: %v", when, found.Findings)
				}
				return err == nil
			}
			s := furnished(t)
			for n := 1; !try(s, newCountdown(n), n); n++ {
				if n == 100 {
					t.Fatal("it never ends")
				}
			}
			s = furnished(t)
			for after := time.Duration(0); ; after += 50*time.Microsecond + after/4 { // while it waits for its turn
				ctx, cancel := context.WithTimeout(context.Background(), after)
				done := try(s, ctx, after)
				cancel()
				if done {
					return
				}
			}
		})
	}
}

// TestIterators: one may leave a range at any time, close the store within it, and
// go on: then it ends with ErrClosed.
func TestIterators(t *testing.T) {
	ctx := context.Background()
	tree := minted(3 * pageResults)
	for n := range 3 {
		s := furnished(t)
		for range s.Results(ctx, tree, result.Filter{}) {
			break
		}
		for range s.Watch(ctx, "f", "a") {
			break
		}
		next, stop := iter.Pull2(s.Results(ctx, tree, result.Filter{}))
		for range n * pageResults / 2 {
			if _, err, ok := next(); !ok || err != nil {
				t.Fatal(err)
			}
		}
		watch, done := iter.Pull2(s.Watch(ctx, "f"))
		if _, err, ok := watch(); !ok || err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		var last error
		for got, ok := 0, true; ok; got++ {
			var err error
			if _, err, ok = next(); err != nil {
				last = err
			}
			if got > pageResults+1 {
				t.Fatal("it goes on for ever")
			}
		}
		if !errors.Is(last, result.ErrClosed) {
			t.Errorf("results after %d pages: %v", n, last)
		}
		if _, err, _ := watch(); !errors.Is(err, result.ErrClosed) {
			t.Errorf("watch: %v", err)
		}
		stop()
		done()
	}
	s := furnished(t)
	for _, err := range s.Results(ctx, tree, result.Filter{}) { // Close within the loop
		if closed := s.Close(); closed != nil {
			t.Fatal(closed)
		}
		if err != nil && !errors.Is(err, result.ErrClosed) {
			t.Errorf("results: %v", err)
		}
	}
}

// TestCloseUnderWrites: while 64 write, the store is closed, several times at
// once. Every write that was answered is there; all others say ErrClosed.
func TestCloseUnderWrites(t *testing.T) {
	for round := range 5 {
		s := furnished(t)
		ctx := context.Background()
		counts := make([]int, 64)
		var wg sync.WaitGroup
		for i := range counts {
			wg.Go(func() {
				for n := 0; ; n++ {
					_, err := s.Report(ctx, result.Async{ID: result.ID(fmt.Sprintf("w%d-%d", i, n)), State: result.Success})
					if err != nil {
						if !errors.Is(err, result.ErrClosed) {
							t.Errorf("report: %v", err)
						}
						counts[i] = n
						return
					}
				}
			})
		}
		time.Sleep(time.Duration(round) * 3 * time.Millisecond)
		for range 4 {
			wg.Go(func() {
				if err := s.Close(); err != nil {
					t.Errorf("close: %v", err)
				}
			})
		}
		wg.Wait()
		want := 10
		for _, n := range counts {
			want += n
		}
		s = openFurnished(t, s.dir)
		if found := mustCheck(t, s); !found.Clean() || found.Results != want {
			t.Errorf("%d results of %d answered, %v", found.Results, want, found.Findings)
		}
	}
}

// TestCloseUnderWork: a store that is checked, repaired, backed up or compacted is
// closed all the same, soon, and the work is done or says ErrClosed.
func TestCloseUnderWork(t *testing.T) {
	for _, name := range []string{"Check", "Repair", "Backup", "Compact", "Sweep"} {
		s := furnished(t)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for {
					err := calls[name].do(context.Background(), s)
					if errors.Is(err, result.ErrClosed) {
						return
					}
					if err != nil {
						t.Errorf("%s: %v", name, err)
						return
					}
				}
			})
		}
		time.Sleep(20 * time.Millisecond)
		if err := s.Close(); err != nil {
			t.Errorf("%s: close: %v", name, err)
		}
		wg.Wait()
		furnishedWhole(t, openFurnished(t, s.dir))
	}
}
