package remote

import (
	"context"
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

// TestUpkeepNotOffered: a backend that has none says so, and the connection lives.
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
// and end; more than were asked for end the connection.
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
	if _, err := conn.Write(append(input, input...)); err != nil {
		t.Fatal(err)
	}
	if n, err := io.Copy(io.Discard, conn); err != nil {
		t.Errorf("after %d bytes: %v", n, err)
	}
}
