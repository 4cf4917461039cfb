package web_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-1c955bc8/bunch/group/web"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store/memstore"
)

// pipes is a listener whose connections are in memory and have no buffer, so that
// who does not read is noticed at once.
type pipes struct {
	conns chan net.Conn
	once  sync.Once
	done  chan struct{}
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), done: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { p.once.Do(func() { close(p.done) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }
func (p *pipes) dial() net.Conn {
	client, server := net.Pipe()
	p.conns <- server
	return client
}

// slowly runs a test against a server without limits of its own, as a program may
// have one, on a clock that jumps when all wait.
func slowly(t *testing.T, test func(t *testing.T, s *memstore.Store, p *pipes)) {
	synctest.Test(t, func(t *testing.T) {
		s := memstore.New(nil)
		if _, err := s.Save(t.Context(), result.Group("g", result.Task("t")), result.Attributes{}); err != nil {
			t.Fatal(err)
		}
		p := newPipes()
		srv := &http.Server{Handler: web.Handler(s, web.Options{Control: true})}
		go func() { _ = srv.Serve(p) }()
		test(t, s, p)
		_ = srv.Close()
	})
}

// TestASlowBody: a body that does not come is not waited for longer than ten
// seconds, and nothing happens then.
func TestASlowBody(t *testing.T) {
	slowly(t, func(t *testing.T, s *memstore.Store, p *pipes) {
		conn := p.dial()
		defer conn.Close()
		begun := time.Now()
		_, _ = io.WriteString(conn, "POST /api/v1/purge?id=g HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nx")
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || resp.StatusCode != http.StatusRequestTimeout {
			t.Fatalf("%v, %v", resp, err)
		}
		if took := time.Since(begun); took != 10*time.Second {
			t.Errorf("it was waited for %v", took)
		}
		if _, err := s.Restore(t.Context(), "g"); err != nil {
			t.Errorf("the group: %v", err)
		}
	})
}

// TestAClientThatTakesNothing: a stream ends ten seconds after its client has
// stopped reading, and an answer too.
func TestAClientThatTakesNothing(t *testing.T) {
	for _, path := range []string{"/api/v1/events?id=g", "/api/v1/groups", "/metrics", "/none"} {
		slowly(t, func(t *testing.T, s *memstore.Store, p *pipes) {
			conn := p.dial()
			defer conn.Close()
			_, _ = io.WriteString(conn, "GET "+path+" HTTP/1.1\r\nHost: localhost\r\n\r\n")
			time.Sleep(40 * time.Second)
			synctest.Wait()
			// The server has closed its end: a write into a pipe that is open would
			// have to wait for somebody to read it.
			_ = conn.SetDeadline(time.Now().Add(time.Hour))
			if _, err := conn.Write([]byte("x")); err != io.ErrClosedPipe {
				t.Errorf("%s: after 40 seconds the server is still there: %v", path, err)
			}
		})
	}
}

// TestAStreamOutlivesTheTimeForAnswers: who reads may stay, and what limits the
// answers does not end a stream.
func TestAStreamOutlivesTheTimeForAnswers(t *testing.T) {
	slowly(t, func(t *testing.T, s *memstore.Store, p *pipes) {
		conn := p.dial()
		defer conn.Close()
		_, _ = io.WriteString(conn, "GET /api/v1/events?id=g HTTP/1.1\r\nHost: localhost\r\n\r\n")
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			time.Sleep(10 * time.Minute)
			_, _ = s.Report(t.Context(), result.Async{ID: "t", State: result.Success})
		}()
		begun := time.Now()
		all, err := io.ReadAll(resp.Body)
		if took := time.Since(begun); err != nil || took != 10*time.Minute {
			t.Errorf("the stream ended after %v: %v, %.200s", took, err, all)
		}
	})
}
