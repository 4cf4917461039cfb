package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"sync"
	"syscall"
	"time"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store"
)

// A share is the store as one verb uses it: open in this process, which then
// serves it, or in another one that does. When that other process closes it, one
// of those who are left opens it, and calls go on there: what was refused with
// ErrClosed has not happened.
//
// A share that borrows uses the store of whoever has it; if nobody does it opens
// the store, and lets go of it as soon as another process wants to open it itself,
// such as an application that starts. So nothing that only looks or waits is in
// anybody's way. A share that holds tries to open the store first, and keeps it.
type share struct {
	app  *app
	dir  string // "" for an empty store in memory
	hold bool
	read bool // opening for reading will do

	// courtesy is how long one who has lost the store leaves it to the process for
	// which it was given up.
	courtesy time.Duration

	mu     sync.Mutex
	now    engine // nil if the store has to be opened, or connected to
	moved  bool   // it was open before
	frozen bool   // it is open for reading: nothing in it changes
	closed bool
	going  sync.WaitGroup // stores that were let go of, until they are closed
}

// engine is a *store.Store or a *store.Client.
type engine interface {
	group.Backend
	SaveAll(ctx context.Context, trees []result.Tree, reports []result.Async) (saved, reported []result.Outcome, err error)
	Check(ctx context.Context, progress func(done, total int)) (store.Checked, error)
	Repair(ctx context.Context, progress func(done, total int)) (store.Checked, error)
	Compact(ctx context.Context, how store.Compaction, progress func(done, total int)) (removed int, err error)
	Backup(ctx context.Context, w io.Writer) (store.BackupHeader, error)
	Load(ctx context.Context, r io.Reader) (store.BackupHeader, error)
	Close() error
}

// patience is how long to wait for a store that another process has open and does
// not serve, or has just closed.
const patience = 5 * time.Second

// engine returns what calls go to now.
func (s *share) engine(ctx context.Context) (engine, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, result.ErrClosed
	}
	if s.now == nil {
		e, err := s.find(ctx)
		if err != nil {
			return nil, err
		}
		s.now, s.moved = e, true
	}
	return s.now, nil
}

// lost reports whether a call that e refused may be made again: the store goes on
// elsewhere.
func (s *share) lost(e engine) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now == e && !s.closed {
		s.now = nil
		s.going.Go(func() { _ = e.Close() }) // a client; a store closes itself
	}
	return !s.closed
}

// find opens the store or connects to who has.
func (s *share) find(ctx context.Context) (engine, error) {
	if s.dir == "" {
		return s.app.place.open("", false)
	}
	begun := time.Now()
	for {
		lock := !s.moved || time.Since(begun) > s.courtesy
		if lock && s.hold {
			if e, err := s.open(); !errors.Is(err, result.ErrLocked) || time.Since(begun) > patience {
				return e, err
			}
		}
		c, err := store.Dial(ctx, s.dir)
		if err == nil {
			return c, nil
		}
		if lock && !s.hold && !errors.Is(err, result.ErrLocked) {
			var e engine
			if e, err = s.open(); !errors.Is(err, result.ErrLocked) {
				return e, err
			}
		}
		if time.Since(begun) > patience {
			if !errors.Is(err, result.ErrLocked) {
				return s.open() // for who has it
			}
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// open opens the store and serves it.
func (s *share) open() (engine, error) {
	st, err := s.app.place.open(s.dir, false)
	if s.read && (errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) || errors.Is(err, result.ErrNoSpace)) {
		if st, other := s.app.place.open(s.dir, true); other == nil {
			s.frozen = true
			return st, nil
		}
	}
	if err != nil {
		return nil, err
	}
	var yield func()
	if !s.hold {
		yield = func() { s.letGo(st) }
	}
	if err := st.Serve(yield); err != nil {
		s.app.note("others cannot use the store meanwhile: %v", err)
	}
	return st, nil
}

// letGo closes the store for another process that wants it.
func (s *share) letGo(st *store.Store) {
	s.mu.Lock()
	mine := s.now == engine(st) && !s.closed
	if mine {
		s.now = nil
		s.going.Add(1)
	}
	s.mu.Unlock()
	if mine {
		_ = st.Close() // what went wrong shows when it is opened again
		s.going.Done()
	}
}

// close closes what is open.
func (s *share) close() error {
	s.mu.Lock()
	s.closed = true
	e := s.now
	s.mu.Unlock()
	s.going.Wait()
	if e == nil {
		return nil
	}
	return e.Close()
}
