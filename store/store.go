package store

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store/remote"
)

// Store is an open store. All its methods may be called from any number of
// goroutines at once. It satisfies group.Backend.
type Store struct {
	dir  string
	opts Options
	db   *badger.DB
	lock *lock // nil in memory

	queue     *queue
	flights   chan *flight // to the disk; the committer closes it
	spare     changes      // the committer's: none, with the memory of the batch before
	live      live
	watchers  *watchers
	changes   uint64                           // of results, since Open; the committer's
	absent    absent                           // the committer's
	free      func(dir string) (uint64, error) // bytes of its disk
	mark      highWater                        // the committer's
	walSync   walSync
	scratch   string    // folder of Options.Salvage
	leftOut   []Finding // by Options.Salvage: files it could not read, or not wholly
	replaying bool      // Open completes what was interrupted
	clock     *clock
	sweeper   sweeper
	committed chan struct{} // closed when the committer has ended
	swept     chan struct{} // closed when the sweep loop has ended

	turns   chan struct{} // has room for one: see turn
	closing chan struct{} // closed when Close begins
	once    sync.Once
	serving sync.Mutex     // Serve and its end
	server  *remote.Server // nil if it is not served
	using   sync.RWMutex   // shared by readers of db; Close takes it whole
	closed  bool
	failed  error // nothing is open any more: see reopen
	err     error // of Close
}

// start completes what a crash interrupted and lets the goroutines run.
func (s *Store) start() error {
	s.queue = newQueue()
	s.watchers = newWatchers()
	s.sweeper.nudge = make(chan struct{}, 1)
	s.committed, s.swept, s.closing = make(chan struct{}), make(chan struct{}), make(chan struct{})
	latest, err := s.latestCommit()
	if err != nil {
		return err
	}
	s.clock = newClock(s.opts.Clock, latest)
	s.turns = make(chan struct{}, 1)
	if s.opts.ReadOnly {
		close(s.committed)
		close(s.swept)
		return nil
	}
	if err := s.absent.begin(s.db); err != nil {
		return err
	}
	s.flights = make(chan *flight)
	go s.fly(s.flights)
	s.replaying = true
	if err := s.replay(); err != nil {
		close(s.flights)
		<-s.committed
		return err
	}
	s.replaying = false
	s.walSync.begin(s)
	go s.commitLoop()
	go s.sweepLoop()
	return nil
}

// now is the time on the wall, as precise as it is stored.
func (s *Store) now() time.Time { return s.opts.Clock().UTC().Truncate(time.Microsecond) }

// Close ends the store. What other processes have begun through [Store.Serve] is
// completed and answered first. Writes whose turn has come are completed and
// answered; those that still wait, watchers, and whatever is called later get
// ErrClosed. It waits for readers that are in the middle of a page. Closing again does
// nothing and returns what the first Close did.
func (s *Store) Close() error {
	s.once.Do(func() {
		close(s.closing)
		s.err = s.endServing()
		s.queue.close(result.ErrClosed)
		<-s.committed
		<-s.swept
		s.walSync.end()
		s.using.Lock()
		defer s.using.Unlock()
		s.closed = true
		if err := s.closeFiles(); err != nil {
			s.err = errors.Join(s.err, fmt.Errorf("close %s: %w", s.dir, err))
		}
		s.err = errors.Join(s.err, s.endSalvage(), s.lock.release())
	})
	return s.err
}

// parseError says which record could not be parsed. A newer format is no damage.
func parseError(key []byte, err error) error {
	var newer *result.VersionError
	if errors.As(err, &newer) {
		return fmt.Errorf("record %s: %w", describe(key), err)
	}
	return corrupt(key, err)
}
