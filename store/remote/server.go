package remote

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/seed-1c955bc8/bunch/result"
)

// Backend is what a server makes others of: a group.Backend, but for its Codec,
// which is the client's own.
type Backend interface {
	Save(ctx context.Context, tree result.Tree, attr result.Attributes) (result.Outcome, error)
	Restore(ctx context.Context, id result.ID) (result.Saved, error)
	Delete(ctx context.Context, id result.ID) (result.Outcome, error)
	Purge(ctx context.Context, id result.ID) (result.Outcome, error)
	Report(ctx context.Context, reports ...result.Async) ([]result.Outcome, error)
	Revoke(ctx context.Context, tree result.Tree) (result.Outcome, error)
	Retry(ctx context.Context, tree result.Tree) (result.Outcome, error)
	Forget(ctx context.Context, tree result.Tree) (result.Outcome, error)
	Progress(ctx context.Context, id result.ID) (result.Progress, error)
	Results(ctx context.Context, tree result.Tree, filter result.Filter) iter.Seq2[result.Async, error]
	Get(ctx context.Context, id result.ID) (result.Async, error)
	Watch(ctx context.Context, group result.ID, tasks ...result.ID) iter.Seq2[result.Event, error]
	List(ctx context.Context, query result.Query) (page []result.Saved, next string, err error)
	Find(ctx context.Context, id result.ID) ([]result.ID, error)
}

// Limits of a server, beside those of a connection in frame.go.
const (
	maxConnections = 512

	// Requests above smallBody count against these; others are few enough as it
	// is. A call waits for its turn, a range is refused.
	smallBody    = 4 << 10
	maxCallBytes = 2 * MaxFrame
	maxAskBytes  = MaxFrame // of ranges
)

// Server answers the other processes that use a store. Use store.Store.Serve.
type Server struct {
	backend Backend
	yield   func() // nil if the store is not given up for others
	path    string // of the socket
	socket  *net.UnixListener

	callBytes, askBytes *semaphore.Weighted
	upkeeps             chan struct{} // a place for each that is under way

	mu       sync.Mutex
	began    time.Time
	turn     time.Time // of the latest event of a watch; see rest
	closing  bool
	yielded  bool
	sessions map[*session]struct{}
	running  sync.WaitGroup
}

// Serve answers on a socket in dir, until Close, for the process that has the
// store there open. A socket that is there already is taken for that of a dead
// process. Yield, if it is not nil, is called at most once, when another process
// wants to open the store itself, and should see to it that it soon can.
func Serve(dir string, b Backend, yield func()) (*Server, error) {
	socket, err := listen(dir)
	if err != nil {
		return nil, fmt.Errorf("serve store %q: %w", dir, err)
	}
	s := &Server{
		backend: b, yield: yield, path: filepath.Join(dir, SocketFile), socket: socket,
		callBytes: semaphore.NewWeighted(maxCallBytes), askBytes: semaphore.NewWeighted(maxAskBytes),
		upkeeps: make(chan struct{}, maxUpkeeps),
		began:   time.Now(), sessions: map[*session]struct{}{},
	}
	s.running.Go(s.accept)
	return s, nil
}

func (s *Server) accept() {
	for {
		conn, err := s.socket.AcceptUnix()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil: // most likely too many open files
			time.Sleep(50 * time.Millisecond)
			continue
		}
		if uid, _, err := peer(conn); err != nil || uid != os.Geteuid() && uid != 0 {
			_ = conn.Close()
			continue
		}
		c := newSession(s, conn)
		s.mu.Lock()
		if s.closing {
			s.mu.Unlock()
			_ = conn.Close()
			continue
		}
		c.refused = len(s.sessions) >= maxConnections
		if !c.refused {
			s.sessions[c] = struct{}{}
		}
		s.running.Go(c.run)
		s.mu.Unlock()
	}
}

func (s *Server) leave(c *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, c)
}

// Close ends the server, while the backend is still open. Calls that have begun
// are completed and answered; whatever else was asked gives ErrClosed on the other
// side, and has not happened. It returns when all connections are closed; one that
// takes nothing is waited for for five seconds.
func (s *Server) Close() error {
	s.mu.Lock()
	again := s.closing
	s.closing = true
	for c := range s.sessions {
		c.end()
	}
	s.mu.Unlock()
	var err error
	if !again {
		// Nobody new connects to a socket that is gone: they wait for the next.
		if err = os.Remove(s.path); errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		err = errors.Join(err, s.socket.Close())
	}
	s.running.Wait()
	return err
}

// giveUp reports whether the store is given up for the process that asks.
func (s *Server) giveUp() bool {
	if s.yield == nil {
		return false
	}
	s.mu.Lock()
	first := !s.yielded
	s.yielded = true
	s.mu.Unlock()
	if first {
		go s.yield()
	}
	return true
}
