package store

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

// wall is a clock that a test sets.
type wall struct {
	mu sync.Mutex
	at time.Time
}

func (w *wall) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

func (w *wall) set(at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = at
}

var noon = time.Date(2026, time.May, 1, 12, 0, 0, 0, time.UTC)

// TestClock: the store's time while it is open, and from one opening to the next.
func TestClock(t *testing.T) {
	for _, c := range []struct {
		name   string
		latest stamp
		opened time.Time
		want   time.Time
	}{
		{"a new store", stamp{}, noon, noon},
		{"a minute later", stamp{store: noon, wall: noon}, noon.Add(time.Minute), noon.Add(time.Minute)},
		{"a day later", stamp{store: noon, wall: noon}, noon.Add(maxAdvance), noon.Add(maxAdvance)},
		{"a year later", stamp{store: noon, wall: noon}, noon.Add(365 * 24 * time.Hour), noon.Add(maxAdvance)},
		{"a minute after that", stamp{store: noon.Add(maxAdvance), wall: noon.Add(365 * 24 * time.Hour)}, noon.Add(365*24*time.Hour + time.Minute), noon.Add(maxAdvance + time.Minute)},
		{"in 1970", stamp{store: noon, wall: noon}, time.Unix(10, 0), noon},
		{"after a new store in 1970", stamp{store: time.Unix(10, 0), wall: time.Unix(10, 0)}, noon, time.Unix(10, 0).Add(maxAdvance)},
		{"ahead by 70 years", stamp{store: noon.AddDate(70, 0, 0), wall: noon}, noon.Add(time.Hour), noon.AddDate(70, 0, 0).Add(time.Hour)},
	} {
		w := wall{at: c.opened}
		clock := newClock(w.now, c.latest)
		if got := clock.now(); !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
		w.set(c.opened.Add(time.Hour))
		if got := clock.now(); !got.Equal(c.want.Add(time.Hour)) {
			t.Errorf("%s, an hour later: %v", c.name, got)
		}
		w.set(c.opened.Add(-time.Hour))
		if got := clock.now(); !got.Equal(c.want.Add(time.Hour)) {
			t.Errorf("%s, and back: %v", c.name, got)
		}
	}
	// The real clock is followed by its monotonic reading.
	clock := newClock(time.Now, stamp{})
	before := clock.now()
	time.Sleep(10 * time.Millisecond)
	if d := clock.now().Sub(before); d < 10*time.Millisecond || clock.ahead() != 0 {
		t.Errorf("after 10 ms the clock went on by %v and is %v behind", d, clock.ahead())
	}
}

// TestClockJumps: a device reports in 1970, asks a server for the time and is
// opened again: nothing is deleted before its time by the store is over, and
// people see when that is.
func TestClockJumps(t *testing.T) {
	ctx := context.Background()
	dir := filepath.Join(t.TempDir(), "store")
	w := wall{at: time.Unix(100, 0)}
	open := func() *Store {
		t.Helper()
		s, err := Open(dir, &Options{NoSync: true, Profile: Edge, Retention: 48 * time.Hour, Clock: w.now})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	close := func(s *Store) {
		t.Helper()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	sweep := func(s *Store, want error) {
		t.Helper()
		if _, err := s.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Restore(ctx, "g"); !errors.Is(err, want) {
			t.Errorf("at %v Restore gave %v", w.now(), err)
		}
		if _, err := s.Get(ctx, "lone"); !errors.Is(err, want) {
			t.Errorf("at %v Get gave %v", w.now(), err)
		}
	}
	s := open()
	if _, err := s.Save(ctx, result.Group("g", result.Task("a")), result.Attributes{}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Report(ctx, result.Async{ID: "a", State: result.Success}, result.Async{ID: "lone", State: result.Success}); err != nil {
		t.Fatal(err)
	}
	close(s)

	w.set(noon) // the second of three days by the store
	s = open()
	sweep(s, nil)
	saved, err := s.Restore(ctx, "g")
	if err != nil {
		t.Fatal(err)
	}
	if !saved.Settled.Equal(time.Unix(100, 0)) || !saved.Expires.Equal(noon.Add(24*time.Hour)) {
		t.Errorf("settled %v, expires %v", saved.Settled, saved.Expires)
	}
	close(s)

	w.set(time.Unix(50, 0)) // back in 1970: the day is not lost, though nothing was written
	s = open()
	sweep(s, nil)
	w.set(w.now().Add(24*time.Hour - time.Second))
	sweep(s, nil)
	w.set(w.now().Add(time.Second))
	sweep(s, result.ErrNotFound)
	close(s)
}

// TestCreatedAfterCall: what is written is dated after the call that wrote it,
// also when the committer had begun the batch that took it before.
func TestCreatedAfterCall(t *testing.T) {
	ctx := context.Background()
	w := wall{at: noon}
	s, err := Open("", &Options{InMemory: true, Clock: w.now})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for i := range 2000 {
		at := noon.Add(time.Duration(i+1) * time.Minute)
		w.set(at)
		id := result.ID(at.Format(time.RFC3339))
		if _, err := s.Save(ctx, result.Group(id), result.Attributes{}); err != nil {
			t.Fatal(err)
		}
		saved, err := s.Restore(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		if saved.Created.Before(at) {
			t.Fatalf("group %s was created at %v, before Save was called at %v", id, saved.Created, at)
		}
	}
}

// TestLoadGoesOn: the time of a loaded store goes on from that of the backup, so that
// one of a device that began in 1970 does not expire where the clock is right.
func TestLoadGoesOn(t *testing.T) {
	ctx := context.Background()
	w := wall{at: time.Unix(100, 0)}
	open := func() *Store {
		s, err := Open(t.TempDir(), &Options{Retention: 48 * time.Hour, Clock: w.now, NoSync: true, Profile: Edge})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return s
	}
	s := open()
	if _, err := s.Save(ctx, result.Group("g"), result.Attributes{}); err != nil {
		t.Fatal(err)
	}
	backup := backedUp(t, s)
	w.set(noon)
	s = open()
	if _, err := s.Load(ctx, bytes.NewReader(backup)); err != nil {
		t.Fatal(err)
	}
	s.sweeper.mu.Lock()
	if next := s.sweeper.next; next.IsZero() || next.After(s.clock.now()) {
		t.Errorf("the next sweep is at %v, and it is %v", next, s.clock.now())
	}
	s.sweeper.mu.Unlock()
	if n, err := s.Sweep(ctx); n != 0 || err != nil || !saved(s, "g") {
		t.Errorf("right after loading it %d have expired, %v", n, err)
	}
	w.set(noon.Add(25 * time.Hour)) // a day went by when it was loaded
	if n, err := s.Sweep(ctx); n != 1 || err != nil {
		t.Errorf("a day later %d have expired, %v", n, err)
	}
}

// TestSweepCancelled: a sweep that was ended does not make the store forget when the
// next thing expires.
func TestSweepCancelled(t *testing.T) {
	ctx := context.Background()
	s, err := Open(t.TempDir(), &Options{Retention: time.Hour, NoSync: true, Profile: Edge})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Save(ctx, result.Group("g"), result.Attributes{}); err != nil {
		t.Fatal(err)
	}
	over, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := s.Sweep(over); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	s.nextSweep(s.clock.now().Add(2 * time.Hour)) // as of something that expires later
	g, err := s.Restore(ctx, "g")
	if err != nil {
		t.Fatal(err)
	}
	s.sweeper.mu.Lock()
	defer s.sweeper.mu.Unlock()
	if next := s.sweeper.next; next.IsZero() || next.After(g.Expires) {
		t.Errorf("the next sweep is at %v, and the group expires at %v", next, g.Expires)
	}
}

// TestSweepPassesOver: what cannot be read keeps nothing else from expiring.
func TestSweepPassesOver(t *testing.T) {
	ctx := context.Background()
	w := wall{at: noon}
	s, err := Open(t.TempDir(), &Options{Retention: time.Hour, Clock: w.now, NoSync: true, Profile: Edge})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, id := range []result.ID{"a", "b", "c"} {
		if _, err := s.Save(ctx, result.Group(id, result.Task("of "+id)), result.Attributes{}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Report(ctx, result.Async{ID: "of " + id, State: result.Success}); err != nil {
			t.Fatal(err)
		}
		w.set(w.now().Add(time.Minute))
	}
	v := saboteur{t, s.db}
	_, meta := v.body(idKey(keyResult, "of b"))
	v.write(idKey(keyResult, "of b"), meta, []byte("damage"))
	w.set(noon.Add(100 * time.Hour))
	if n, err := s.Sweep(ctx); n != 2 || !errors.Is(err, result.ErrCorrupt) || saved(s, "a") || !saved(s, "b") || saved(s, "c") {
		t.Errorf("%d have expired, %v", n, err)
	}
}

// TestManyOpenings: a clock that was set costs one day, however often the store is
// opened after that.
func TestManyOpenings(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	w := wall{at: time.Unix(100, 0)}
	open := func() *Store {
		s, err := Open(dir, &Options{Retention: 7 * 24 * time.Hour, Clock: w.now, NoSync: true, Profile: Edge})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open()
	if _, err := s.Save(ctx, result.Group("g"), result.Attributes{}); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if w.now().Before(noon) {
			w.set(noon)
		}
		w.set(w.now().Add(time.Second))
		s = open()
	}
	defer s.Close()
	if n, err := s.Sweep(ctx); n != 0 || err != nil || !saved(s, "g") {
		t.Errorf("%d have expired within seconds, %v", n, err)
	}
}
