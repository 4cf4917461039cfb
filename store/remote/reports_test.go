package remote

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store/memstore"
)

// counted counts the calls of Report.
type counted struct {
	*memstore.Store
	calls atomic.Int32
}

func (c *counted) Report(ctx context.Context, reports ...result.Async) ([]result.Outcome, error) {
	c.calls.Add(1)
	return c.Store.Report(ctx, reports...)
}

// TestCrowd: reports that come in one piece are made in one call, and each has its
// own answer: of two for one task the first wins. One that is refused is nobody
// else's trouble.
func TestCrowd(t *testing.T) {
	b := &counted{Store: memstore.New(nil)}
	dir := serveBackend(t, b)
	conn := bare(t, dir)

	send := func(ids ...result.ID) map[uint64]string {
		t.Helper()
		b.calls.Store(0)
		var piece []byte
		for i, id := range ids {
			call := []async{packAsync(result.Async{ID: id, State: result.Success})}
			piece = append(piece, ask(t, askReport, uint64(i), call)...)
		}
		if _, err := conn.Write(piece); err != nil {
			t.Fatal(err)
		}
		answers := map[uint64]string{}
		for range ids {
			h, err := readHead(conn)
			if err != nil {
				t.Fatal(err)
			}
			body, err := readBody(conn, h.length)
			if err != nil {
				t.Fatal(err)
			}
			answers[h.id] = says(t, frame{h.kind, body})
		}
		return answers
	}

	got := send("a", "b", "a", "c")
	if want := map[uint64]string{0: "applied", 1: "applied", 2: "stands", 3: "applied"}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("answers %v, want %v", got, want)
	}
	if n := b.calls.Load(); n != 1 {
		t.Errorf("%d calls of the backend for 4 reports in one piece, want 1", n)
	}
	got = send("d", "", "e")
	if want := map[uint64]string{0: "applied", 1: "refused", 2: "applied"}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("answers %v, want %v", got, want)
	}
	for _, id := range []result.ID{"a", "b", "c", "d", "e"} {
		if a, err := b.Get(t.Context(), id); err != nil || a.State != result.Success {
			t.Errorf("%s is %v, %v", id, a.State, err)
		}
	}
}

// says puts the answer of a call with one report in a word.
func says(t *testing.T, f frame) string {
	t.Helper()
	outcomes, err := answered[[]outcome](t.Context(), f)
	switch {
	case errors.Is(err, result.ErrBadID):
		return "refused"
	case err != nil || len(outcomes) != 1:
		t.Errorf("the answer is %v, %v", outcomes, err)
		return "?"
	case outcomes[0].Applied:
		return "applied"
	}
	return "stands"
}

// gated has reports wait until they may, or are cancelled.
type gated struct {
	*memstore.Store
	gate chan struct{}
}

func (g *gated) Report(ctx context.Context, reports ...result.Async) ([]result.Outcome, error) {
	select {
	case <-g.gate:
		return g.Store.Report(ctx, reports...)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// TestCrowdCancelled: one of those that came together is cancelled while they wait.
// It has not happened, and the others happen.
func TestCrowdCancelled(t *testing.T) {
	b := &gated{memstore.New(nil), make(chan struct{})}
	dir := serveBackend(t, b)
	conn := bare(t, dir)
	var piece []byte
	for i, id := range []result.ID{"a", "b", "c"} {
		piece = append(piece, ask(t, askReport, uint64(i), []async{packAsync(result.Async{ID: id, State: result.Success})})...)
	}
	if _, err := conn.Write(append(piece, appendHead(nil, head{0, kindCancel, 1})...)); err != nil {
		t.Fatal(err)
	}
	h, err := readHead(conn)
	if err != nil || h.id != 1 || h.kind != kindFailure {
		t.Fatalf("the first answer is %+v, %v", h, err)
	}
	if _, err := readBody(conn, h.length); err != nil {
		t.Fatal(err)
	}
	close(b.gate)
	for range 2 {
		if h, err = readHead(conn); err != nil || h.kind != kindAnswer {
			t.Fatalf("an answer is %+v, %v", h, err)
		}
		if _, err := readBody(conn, h.length); err != nil {
			t.Fatal(err)
		}
	}
	for id, there := range map[result.ID]bool{"a": true, "b": false, "c": true} {
		if _, err := b.Get(t.Context(), id); (err == nil) != there {
			t.Errorf("%s: %v", id, err)
		}
	}
}

// TestCrowdGarbage: what is no report ends the connection, and nothing that came
// with it happens.
func TestCrowdGarbage(t *testing.T) {
	m, dir := serve(t)
	conn := bare(t, dir)
	good := ask(t, askReport, 1, []async{packAsync(result.Async{ID: "a", State: result.Success})})
	bad := ask(t, askReport, 2, []async{{ID: "b", Record: []byte{9}}})
	if _, err := conn.Write(append(good, bad...)); err != nil {
		t.Fatal(err)
	}
	if h, err := readHead(conn); err == nil {
		t.Errorf("answered with %+v", h)
	}
	if a, err := m.Get(t.Context(), "a"); !errors.Is(err, result.ErrNotFound) {
		t.Errorf("a is %v, %v", a.State, err)
	}
}
