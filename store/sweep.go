package store

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/result"
)

// sweepBatch is how many entries of the expiry index one write of the sweep
// looks at, so that reports get their turn in between.
const sweepBatch = 100

// sweeper knows when the next thing expires, and sleeps until then.
type sweeper struct {
	mu    sync.Mutex
	next  time.Time // zero: nothing is known to expire
	nudge chan struct{}
}

// nextSweep makes the sweep run at t, if it was to run later.
func (s *Store) nextSweep(t time.Time) {
	s.sweeper.mu.Lock()
	defer s.sweeper.mu.Unlock()
	if !s.sweeper.next.IsZero() && !t.Before(s.sweeper.next) {
		return
	}
	s.sweeper.next = t
	select {
	case s.sweeper.nudge <- struct{}{}:
	default:
	}
}

// sweepLoop sweeps when something expires, at most once a second.
func (s *Store) sweepLoop() {
	defer close(s.swept)
	if !s.opts.sweeps {
		<-s.closing
		return
	}
	s.nextSweep(s.clock.now()) // look what there is
	for {
		var timer <-chan time.Time
		s.sweeper.mu.Lock()
		if next := s.sweeper.next; !next.IsZero() {
			timer = time.After(max(next.Sub(s.clock.now()), time.Second))
		}
		s.sweeper.mu.Unlock()
		select {
		case <-s.closing:
			return
		case <-s.sweeper.nudge: // the time may be another now
		case <-timer:
			if _, err := s.sweep(context.Background()); err != nil && !errors.Is(err, result.ErrClosed) {
				s.opts.Logger.Warn("sweep failed", "error", err)
				s.nextSweep(s.clock.now().Add(time.Minute)) // the disk may have room again
			}
		}
	}
}

// Sweep removes what has expired by now, and returns how many groups and lone
// results that were. The store does it by itself in the background; a caller
// does it to have it done. Groups in use are not spared: expiry was asked for.
func (s *Store) Sweep(ctx context.Context) (removed int, err error) {
	if removed, err = s.sweep(ctx); err != nil {
		s.nextSweep(s.clock.now()) // nobody has looked what expires next
	}
	return removed, err
}

func (s *Store) sweep(ctx context.Context) (removed int, err error) {
	s.sweeper.mu.Lock()
	s.sweeper.next = zeroTime
	s.sweeper.mu.Unlock()
	var after []byte
	var failed error // of records that cannot be read: they keep nothing else
	for {
		keys, err := s.expired(ctx, after)
		if err != nil || len(keys) == 0 {
			return removed, cmp.Or(err, failed)
		}
		after = keys[len(keys)-1]
		for _, key := range keys {
			did := false
			err := s.write(ctx, "sweep", "", func(b *batch) (err error) {
				did, err = b.expire(key)
				return err
			})
			if errors.Is(err, result.ErrCorrupt) && s.queue.open() {
				failed = cmp.Or(failed, err)
				continue
			}
			if err != nil {
				return removed, err
			}
			if did {
				removed++
			}
		}
	}
}

// expired returns index entries behind one whose time has come. If there are none it
// notes when the next one's does.
func (s *Store) expired(ctx context.Context, after []byte) (keys [][]byte, err error) {
	now := s.clock.now().UnixMicro()
	err = s.read(ctx, "sweep", "", func(r snapshot) error {
		it := r.NewIterator(badger.IteratorOptions{Prefix: []byte{keyExpiry}})
		defer it.Close()
		for it.Seek(after); it.Valid() && len(keys) < sweepBatch; it.Next() {
			key := it.Item().KeyCopy(nil)
			if bytes.Equal(key, after) {
				continue
			}
			micros, _, _, err := parseExpiryKey(key)
			if err != nil {
				return err
			}
			if micros > now {
				if len(keys) == 0 {
					s.nextSweep(time.UnixMicro(micros))
				}
				return nil
			}
			keys = append(keys, key)
		}
		return nil
	})
	return keys, err
}

// expire removes what an index entry points to, if it still expires then, and
// the entry.
func (b *batch) expire(key []byte) (removed bool, err error) {
	micros, kind, id, err := parseExpiryKey(key)
	if err != nil {
		return false, err
	}
	if kind == expiresGroup {
		g, err := b.group(idKey(keyHead, id))
		if err != nil {
			return false, err
		}
		if removed = g != nil && !g.head.Expires.IsZero() && g.head.Expires.UnixMicro() == micros; removed {
			var t tally
			if err := b.removeGroup(&t, journalExpire, id); err != nil {
				return false, err
			}
		}
		return removed, b.delete(key)
	}
	at, ok, err := b.number(idKey(keyLone, id))
	if err != nil {
		return false, err
	}
	if ok && int64(at) == micros {
		e, err := b.entry(id)
		if err != nil {
			return false, err
		}
		namers, err := b.namers(e)
		if err != nil {
			return false, err
		}
		if len(namers) > 0 { // it lives with them now
			err = b.delete(idKey(keyLone, id))
		} else {
			removed, err = true, b.eraseTask(e)
		}
		if err != nil {
			return false, err
		}
	}
	return removed, b.delete(key)
}
