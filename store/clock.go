package store

import (
	"sync"
	"time"
)

// A clock is the store's own time, by which things expire. A device without a
// clock of its own starts in 1970 and jumps by decades once it has asked a
// server; nothing may be deleted because of that. So the store's time goes on
// from what it was at its latest commit, when the store is opened by what the wall
// did since then, at most a day, and by the monotonic clock while it is open. It never goes back, and
// a store that was closed for a month keeps things that much longer.
//
// What people see are dates by the clock on the wall: Created, Settled, Done.
// Only times of expiry are stored by the store's time.
type clock struct {
	wall func() time.Time

	mu    sync.Mutex
	start time.Time // on the wall, when the store was opened
	base  time.Time // by the store, then
	last  time.Time // what was said last
}

const (
	// maxAdvance is how far the store's time advances while it is closed.
	maxAdvance = 24 * time.Hour
	// sameTime is how far the store's time and the wall's may be apart and still
	// be the same: they are, as long as nobody sets the clock.
	sameTime = time.Minute
)

// newClock goes on from the latest commit.
func newClock(wall func() time.Time, latest stamp) *clock {
	c := &clock{wall: wall}
	c.goOn(latest)
	return c
}

// goOn makes it the clock of a store with that latest commit.
func (c *clock) goOn(latest stamp) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.start, c.last = c.wall(), zeroTime
	c.base = c.start
	if !latest.store.IsZero() {
		c.base = latest.store.Add(min(max(c.start.Sub(latest.wall), 0), maxAdvance))
	}
}

// now is the store's time, as precise as it is stored.
func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := c.base.Add(c.wall().Sub(c.start)).UTC().Truncate(time.Microsecond) // Sub goes by the monotonic clock
	if at.Before(c.last) {
		return c.last
	}
	c.last = at
	return at
}

// ahead is how far the wall is ahead of the store's time; 0 if they agree.
func (c *clock) ahead() time.Duration {
	d := c.wall().Round(0).Sub(c.now())
	if d.Abs() < sameTime {
		return 0
	}
	return d
}

// deadline is the time, by the store, that is so long after a moment on the wall.
// If the two times disagree nobody knows when that moment was: then it counts
// from now.
func (c *clock) deadline(from time.Time, after time.Duration) time.Time {
	if c.ahead() != 0 {
		from = c.now()
	}
	return from.Add(after).Truncate(time.Microsecond)
}

// shown is what the wall will show at a time of the store's; zero stays zero.
func (c *clock) shown(at time.Time) time.Time {
	if at.IsZero() {
		return at
	}
	return at.Add(c.ahead())
}

// tick commits the store's time if it went on by more than an hour while the
// store was closed: one that nobody writes to would stay where it is.
func (b *batch) tick() error {
	body, _, err := b.get(metaClock)
	if err != nil || body == nil {
		return err
	}
	latest, err := parseStamp(body)
	if err != nil || b.s.clock.now().Sub(latest.store) < time.Hour {
		return err
	}
	if err := b.setNumber(metaClock, 0); err != nil { // the commit puts the time there
		return err
	}
	return b.flush()
}
