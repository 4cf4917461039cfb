package remote

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store/memstore"
)

// keeper does what its function does, as upkeep.
type keeper struct {
	*memstore.Store
	do func(context.Context, Upkeep) (any, error)
}

func (k keeper) Upkeep(ctx context.Context, u Upkeep) (any, error) { return k.do(ctx, u) }

// TestUpkeepNotOffered: a backend that has none, or no SaveAll, says so, and the
// connection lives.
func TestUpkeepNotOffered(t *testing.T) {
	_, dir := serve(t)
	c, err := Dial(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Upkeep(t.Context(), Upkeep{Name: "check"}, nil); err == nil || !strings.Contains(err.Error(), "does not offer") {
		t.Error(err)
	}
	if _, _, err := c.SaveAll(t.Context(), nil, nil); err == nil || !strings.Contains(err.Error(), "cannot save many") {
		t.Error(err)
	}
	if _, _, err := c.List(t.Context(), result.Query{}); err != nil {
		t.Error(err)
	}
}

// TestUpkeepProgressWaitsForNobody: a client that takes nothing does not hold up
// who tells it how far the work is.
func TestUpkeepProgressWaitsForNobody(t *testing.T) {
	through := make(chan struct{})
	dir := serveBackend(t, keeper{memstore.New(nil), func(_ context.Context, u Upkeep) (any, error) {
		for i := range 5 {
			u.Progress(i, 5)
			time.Sleep(stagePace + stagePace/2) // each would be sent
		}
		close(through)
		return nil, nil
	}})
	conn := bare(t, dir)
	if _, err := conn.Write(ask(t, askUpkeep, 1, upkeep{Name: "check"})); err != nil {
		t.Fatal(err)
	}
	select {
	case <-through:
	case <-time.After(10 * time.Second):
		t.Fatal("the work waits for the client")
	}
}

// TestUpkeepInput: bytes come as they were sent, in whatever pieces they are read,
// and end; those that nobody asked for end the connection.
func TestUpkeepInput(t *testing.T) {
	for _, n := range []int{0, 1, maxIn - 1, maxIn, maxIn + 1, 3 * maxIn} {
		sent := strings.Repeat("abcdefg", n/7+1)[:n]
		dir := serveBackend(t, keeper{memstore.New(nil), func(_ context.Context, u Upkeep) (any, error) {
			got, err := io.ReadAll(u.In)
			return string(got), err
		}})
		c, err := Dial(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		var got string
		if err := c.Upkeep(t.Context(), Upkeep{Name: "load", In: strings.NewReader(sent)}, &got); err != nil || got != sent {
			t.Errorf("of %d bytes came %d: %v", n, len(got), err)
		}
	}

	begun := make(chan struct{})
	dir := serveBackend(t, keeper{memstore.New(nil), func(ctx context.Context, _ Upkeep) (any, error) {
		close(begun)
		<-ctx.Done()
		return nil, ctx.Err()
	}})
	conn := bare(t, dir)
	input := append(appendHead(nil, head{1, kindInput, 1}), 'x')
	if _, err := conn.Write(ask(t, askUpkeep, 1, upkeep{Name: "load", In: true})); err != nil {
		t.Fatal(err)
	}
	<-begun
	if _, err := conn.Write(input); err != nil {
		t.Fatal(err)
	}
	if n, err := io.Copy(io.Discard, conn); err != nil {
		t.Errorf("after %d bytes: %v", n, err)
	}
}

// TestUpkeepIdle: a client that takes nothing, or sends nothing, loses its turn.
func TestUpkeepIdle(t *testing.T) {
	defer func(d time.Duration) { idleTime = d }(idleTime)
	idleTime = 100 * time.Millisecond
	for name, do := range map[string]func(u Upkeep) error{
		"takes": func(u Upkeep) error { _, err := u.Out.Write(make([]byte, 2*maxOut)); return err },
		"sends": func(u Upkeep) error { _, err := u.In.Read(make([]byte, 1)); return err },
	} {
		ended := make(chan error, 1)
		dir := serveBackend(t, keeper{memstore.New(nil), func(_ context.Context, u Upkeep) (any, error) {
			ended <- do(u)
			return nil, nil
		}})
		if _, err := bare(t, dir).Write(ask(t, askUpkeep, 1, upkeep{Name: "copy", In: true})); err != nil {
			t.Fatal(err)
		}
		select {
		case err := <-ended:
			if err == nil || !strings.Contains(err.Error(), "nothing was taken or sent") {
				t.Errorf("a client that %s nothing: %v", name, err)
			}
		case <-time.After(10 * time.Second):
			t.Errorf("a client that %s nothing is waited for", name)
		}
	}
}

// TestUpkeepDone: what is done is said to be done, also if it was cancelled, the
// client closes, or the server does. What could not be written down was not done.
func TestUpkeepDone(t *testing.T) {
	for name, end := range map[string]func(cancel func(), c *Client, s *Server){
		"cancelled":     func(cancel func(), _ *Client, _ *Server) { cancel() },
		"client closed": func(_ func(), c *Client, _ *Server) { go c.Close() },
		"server closed": func(_ func(), _ *Client, s *Server) { go s.Close() },
	} {
		dir := t.TempDir()
		under := make(chan struct{})
		s, err := Serve(dir, keeper{memstore.New(nil), func(ctx context.Context, u Upkeep) (any, error) {
			close(under)
			<-ctx.Done() // too late
			return "done", nil
		}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		c, err := Dial(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var answer string
		ended := make(chan error, 1)
		go func() { ended <- c.Upkeep(ctx, Upkeep{Name: "load"}, &answer) }()
		<-under
		end(cancel, c, s)
		if err := <-ended; err != nil || answer != "done" {
			t.Errorf("%s: %q, %v", name, answer, err)
		}
		cancel()
		_, _ = c.Close(), s.Close()
	}

	full := errors.New("full")
	dir := serveBackend(t, keeper{memstore.New(nil), func(_ context.Context, u Upkeep) (any, error) {
		_, err := u.Out.Write([]byte("all")) // which it is, as far as the server knows
		return "done", err
	}})
	c, err := Dial(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var answer string
	if err := c.Upkeep(t.Context(), Upkeep{Name: "backup", Out: failing{full}}, &answer); !errors.Is(err, full) {
		t.Errorf("a writer that failed: %q, %v", answer, err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
