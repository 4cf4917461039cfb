package store

import (
	"errors"
	"fmt"

	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store/remote"
)

// Serve lets other processes of the same user use the store, through a socket in
// its directory, for as long as it is open: Dial is their side, or package
// store/remote without Badger, and every verb of the command line uses it. It
// returns at once. Calls of others share batches with those of this process, and
// none of them waits for a client that is slow. Close answers what others have
// begun before it ends anything, but for what is done with all of the store (Check,
// Backup, Compact, Load), which it ends. Others may ask for that too: a Compact of
// theirs holds up writes as one of this process does, and takes the same memory, here.
//
// Yield is nil, unless the caller has the store only because nobody else did, as
// 'bunch watch' has: then it is called when another process wants to open the
// store, once, from a goroutine of its own, and should Close it soon.
//
// A store is served once: again is an error. One in memory has no directory to
// serve it in; one that is read-only gives ErrReadOnly, others may open it too.
func (s *Store) Serve(yield func()) error {
	s.serving.Lock()
	defer s.serving.Unlock()
	var err error
	select {
	case <-s.closing:
		err = result.ErrClosed
	default:
		switch {
		case s.opts.InMemory:
			err = errors.New("a store in memory has no directory")
		case s.opts.ReadOnly:
			err = result.ErrReadOnly
		case s.server != nil:
			err = errors.New("it is served already")
		default:
			s.server, err = remote.Serve(s.dir, served{s}, yield)
		}
	}
	if err != nil {
		return &Error{Op: "serve", Err: err}
	}
	return nil
}

// endServing ends the server, if there is one. The store is closing: none begins.
func (s *Store) endServing() error {
	s.serving.Lock()
	defer s.serving.Unlock()
	if s.server == nil {
		return nil
	}
	if err := s.server.Close(); err != nil {
		return fmt.Errorf("close the socket: %w", err)
	}
	return nil
}
