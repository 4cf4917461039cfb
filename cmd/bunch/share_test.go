package main

import (
	"context"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store"
)

var _ group.Backend = (*share)(nil)

// TestHandover: while many report, read and wait through a share, applications
// open the store and close it again. Every report is applied, once, and told so;
// every member comes once; and who waits learns of the end.
func TestHandover(t *testing.T) {
	const members, reporters, least = 3000, 16, 10
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	dir := t.TempDir()
	s := &share{app: &app{err: io.Discard, place: place{profile: "edge", noSync: true}}, dir: dir, courtesy: 20 * time.Millisecond}
	defer func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	}()
	root := result.NewRoot(time.Now())
	tree := result.Group(root.ID(0), result.Tasks(root, 1, members))
	if _, err := s.Save(ctx, tree, result.Attributes{}); err != nil {
		t.Fatal(err)
	}

	ready := make(chan struct{}) // all but the last member of every reporter
	var times int
	var apps, work sync.WaitGroup
	apps.Go(func() {
		for {
			a, err := store.Open(dir, &store.Options{Profile: store.Edge, NoSync: true})
			if err == nil {
				err = a.Serve(nil)
			}
			if err != nil {
				t.Errorf("an application: %v", err)
				close(ready)
				return
			}
			time.Sleep(20 * time.Millisecond)
			if err := a.Close(); err != nil {
				t.Error(err)
			}
			if times++; times == least {
				close(ready)
				return
			}
		}
	})
	var mu sync.Mutex
	announced, applied := 0, 0
	report := func(i int, state result.State) {
		out, err := s.Report(ctx, result.Async{ID: tree.At(i).ID(), State: state})
		mu.Lock()
		defer mu.Unlock()
		switch {
		case err != nil:
			t.Errorf("report %d: %v", i, err)
		case out[0].Applied:
			applied++
			announced += len(out[0].Settled)
		case state.Ready():
			t.Errorf("report %d was not applied: %s stands", i, out[0].State)
		}
	}
	for r := range reporters {
		work.Go(func() {
			for i := r; i < members-reporters; i += reporters {
				report(i, result.Success)
				time.Sleep(time.Millisecond)
			}
			<-ready
			report(members-reporters+r, result.Failure)
		})
	}
	work.Go(func() { // reads, page by page
		for open := true; open; {
			select {
			case <-ready:
				open = false
			default:
			}
			n := 0
			for a, err := range s.Results(ctx, tree, result.Filter{}) {
				if err != nil || a.ID != tree.At(n).ID() {
					t.Errorf("result %d is of %q, %v", n, a.ID, err)
					return
				}
				n++
			}
			if n != members {
				t.Errorf("%d results, want %d", n, members)
			}
		}
	})
	for range 4 {
		work.Go(func() {
			if err := group.Of(s, tree).Wait(ctx); err != nil {
				t.Errorf("wait: %v", err)
			}
		})
	}
	work.Wait()
	apps.Wait()
	p, err := s.Progress(ctx, tree.ID())
	if err != nil || p.Leaves.Of(result.Success) != members-reporters || p.Leaves.Of(result.Failure) != reporters {
		t.Errorf("progress %+v, %v", p, err)
	}
	if applied != members || announced != 1 {
		t.Errorf("%d reports of %d were applied, and %d said that the group settled", applied, members, announced)
	}
	if times < least {
		t.Errorf("the store was opened by %d applications, want %d", times, least)
	}
}

// TestUpkeepMoves: what is done with all of a store begins again where the store
// has gone, unless that cannot be.
func TestUpkeepMoves(t *testing.T) {
	for _, again := range []bool{true, false} {
		dir := t.TempDir()
		holder, err := store.Open(dir, &store.Options{Profile: store.Edge, NoSync: true})
		if err == nil {
			err = holder.Serve(nil)
		}
		if err != nil {
			t.Fatal(err)
		}
		a := &app{err: io.Discard, place: place{dir: dir, profile: "edge", noSync: true}}
		var engines []engine
		err = a.upkeep(t.Context(), a.there, true, func(e engine) error {
			engines = append(engines, e)
			if len(engines) == 1 {
				if err := holder.Close(); err != nil {
					t.Error(err)
				}
			}
			_, err := e.Check(t.Context(), nil)
			if !again {
				err = final(err, "that was all")
			}
			return err
		})
		if !again {
			if len(engines) != 1 || err == nil || err.Error() != "store is closed: that was all" {
				t.Errorf("%d times, %v", len(engines), err)
			}
			continue
		}
		if err != nil || len(engines) != 2 {
			t.Fatalf("%d times, %v", len(engines), err)
		}
		if _, ok := engines[0].(*store.Client); !ok {
			t.Errorf("first with %T", engines[0])
		}
		if _, ok := engines[1].(*store.Store); !ok {
			t.Errorf("then with %T", engines[1])
		}
	}
}
