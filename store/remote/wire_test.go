package remote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/encoding/encodingtest"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store/memstore"
)

// serve serves a plain engine and returns it and where.
func serve(t testing.TB) (*memstore.Store, string) {
	t.Helper()
	m := memstore.New(nil)
	return m, serveBackend(t, m)
}

// serveBackend serves b and returns where.
func serveBackend(t testing.TB, b Backend) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "") // short, unlike that of a fuzz target
	if err != nil {
		t.Fatal(err)
	}
	s, err := Serve(dir, b, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		_ = os.RemoveAll(dir)
	})
	return dir
}

// bare is a connection that a test writes frames to by hand.
func bare(t testing.TB, dir string) *net.UnixConn {
	t.Helper()
	c, err := connect(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(time.Minute)) // a test that hangs fails
	if _, err := c.Write(greeting[:]); err != nil {
		t.Fatal(err)
	}
	if err := greet(c); err != nil {
		t.Fatal(err)
	}
	return c
}

func ask(t testing.TB, kind byte, id uint64, v any) []byte {
	t.Helper()
	body, err := pack(v)
	if err != nil {
		t.Fatal(err)
	}
	return append(appendHead(nil, head{len(body), kind, id}), body...)
}

// flat saves a group of n.
func flat(t testing.TB, b Backend, n int) result.Tree {
	t.Helper()
	root := result.NewRoot(time.Now())
	tree := result.Group(root.ID(0), result.Tasks(root, 1, n))
	if _, err := b.Save(t.Context(), tree, result.Attributes{}); err != nil {
		t.Fatal(err)
	}
	return tree
}

// TestStuckClients: a client that asks for more than it takes, and one that
// watches and never asks for the next event, are in nobody's way. The first is
// dropped, the second has had one event.
func TestStuckClients(t *testing.T) {
	t.Parallel()
	m, dir := serve(t)
	value, err := encoding.Marshal(make([]byte, 1<<20))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Report(t.Context(), result.Async{ID: "large", State: result.Success, Value: value}); err != nil {
		t.Fatal(err)
	}
	tree := flat(t, m, 5000)
	greedy, still := bare(t, dir), bare(t, dir)
	for i := range uint64(maxRequests) {
		if _, err := greedy.Write(ask(t, askGet, 1+i, result.ID("large"))); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := still.Write(ask(t, askWatch, 7, watch{Group: tree.ID()})); err != nil {
		t.Fatal(err)
	}
	first, err := readHead(still)
	if err != nil || first.kind != kindItem || first.id != 7 {
		t.Fatalf("a watch began with %+v, %v", first, err)
	}
	if _, err := io.CopyN(io.Discard, still, int64(first.length)); err != nil {
		t.Fatal(err)
	}

	c, err := Dial(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for leaf := range tree.Leaves() {
		if _, err := c.Report(t.Context(), result.Async{ID: leaf.ID(), State: result.Success}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := still.Write(appendHead(nil, head{0, kindMore, 7})); err != nil {
		t.Fatal(err)
	}
	second, err := readHead(still)
	if err != nil || second.kind != kindItem {
		t.Fatalf("a watch went on with %+v, %v", second, err)
	}
	body := make([]byte, second.length)
	if _, err := io.ReadFull(still, body); err != nil {
		t.Fatal(err)
	}
	if e, err := unpackEvent(body); err != nil || !e.Progress.Ready() {
		t.Errorf("of all that happened one event tells %+v, %v", e.Progress, err)
	}
	for err := error(nil); err == nil; time.Sleep(10 * time.Millisecond) {
		_, err = greedy.Write(appendHead(nil, head{0, kindCancel, 1}))
		if errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatal("a client that takes nothing was not dropped")
		}
	}
}

// TestSilentServer: a write whose context ends while nobody answers says that
// nobody knows, and Dial says that somebody has the store.
func TestSilentServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l, err := listen(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	accepted := make(chan net.Conn, 2)
	go func() {
		for greeted := true; ; greeted = false {
			conn, err := l.Accept()
			if err != nil {
				close(accepted)
				return
			}
			if greeted {
				_, _ = conn.Write(greeting[:])
			}
			accepted <- conn
		}
	}()
	c, err := Dial(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err = c.Get(ctx, "a")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a read that is not answered gives %v", err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err = c.Report(ctx, result.Async{ID: "a", State: result.Success})
	if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, result.ErrClosed) {
		t.Errorf("a write that is not answered gives %v", err)
	}
	if _, err := Dial(t.Context(), dir); !errors.Is(err, result.ErrLocked) {
		t.Errorf("Dial gives %v", err)
	}
	_ = l.Close()
	for conn := range accepted {
		_ = conn.Close()
	}
}

// garbage is what no client sends.
func garbage(t testing.TB) map[string][]byte {
	return map[string][]byte{
		"text":                    []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
		"a frame without an end":  appendHead(nil, head{MaxFrame + 1, askGet, 1}),
		"no kind":                 ask(t, 0x7f, 1, 1),
		"a kind of the server":    ask(t, kindAnswer, 1, 1),
		"more of nothing":         append(ask(t, askGet, 1, result.ID("a")), appendHead(nil, head{0, kindMore, 1})...),
		"no CBOR":                 append(appendHead(nil, head{2, askSave, 1}), 0xff, 0xff),
		"another type":            ask(t, askSave, 1, "text"),
		"an array of 2^60":        append(appendHead(nil, head{9, askReport, 1}), 0x9b, 0x10, 0, 0, 0, 0, 0, 0, 0),
		"a tree that is none":     ask(t, askRevoke, 1, []byte{1, 0x81}),
		"a result that is none":   ask(t, askReport, 1, []async{{ID: "a", Record: []byte{9}}}),
		"more than can be asked":  ask(t, askReport, 1, make([]async, maxReports+1)),
		"a blob":                  ask(t, askReport, 1, []async{{ID: "a", Record: encoding.AppendRecord(nil, encoding.Record{Async: result.Async{State: result.Started}, Blob: &encoding.Blob{Seq: 1, Size: 1}})}}),
		"two events for the same": append(ask(t, askWatch, 1, watch{}), bytes.Repeat(appendHead(nil, head{0, kindMore, 1}), 9)...),
	}
}

// TestGarbage: it ends its own connection, and does nothing else.
func TestGarbage(t *testing.T) {
	m, dir := serve(t)
	c, err := Dial(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for what, data := range garbage(t) {
		conn := bare(t, dir)
		_, _ = conn.Write(data)
		if what == "more of nothing" {
			_ = conn.CloseWrite() // whether it was over by then nobody knows
		}
		if _, err := io.Copy(io.Discard, conn); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("after %s the connection is still open", what)
		}
		if _, err := c.Find(t.Context(), "a"); err != nil {
			t.Errorf("after %s another connection gives %v", what, err)
		}
	}
	if _, err := m.Get(t.Context(), "a"); !errors.Is(err, result.ErrNotFound) {
		t.Errorf("of garbage something came about: %v", err)
	}
}

// TestReadBody: a body comes whole, whatever its length, and one that ends early
// takes no more memory than what came of it.
func TestReadBody(t *testing.T) {
	for _, n := range []int{0, 1, trusted - 1, trusted, trusted + 1, 4 * trusted, 5*trusted + 7} {
		want := bytes.Repeat([]byte("0123456789abcdefg"), n/17+1)[:n]
		if got, err := readBody(bytes.NewReader(want), n); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes came as %d, %v", n, len(got), err)
		}
	}
	encodingtest.Bounded(t, func() {
		if _, err := readBody(bytes.NewReader(make([]byte, 3*trusted)), MaxFrame); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("a body cut short gave %v", err)
		}
	})
}

// FuzzServer: whatever a client sends, the connection ends with it, and another
// one is served.
func FuzzServer(f *testing.F) {
	for _, data := range garbage(f) {
		f.Add(data)
	}
	f.Add(ask(f, askSave, 3, save{Tree: encoding.AppendTree(nil, result.Group("g", result.Task("a")))}))
	all := saveAll{Trees: [][]byte{encoding.AppendTree(nil, result.Group("g", result.Task("a")))}, Reports: []async{packAsync(result.Async{ID: "a", State: result.Success})}}
	f.Add(ask(f, askSaveAll, 3, all))
	f.Add(append(ask(f, askResults, 3, results{Tree: encoding.AppendTree(nil, result.Task("a"))}), appendHead(nil, head{0, kindCancel, 3})...))
	f.Add(append(ask(f, askUpkeep, 3, upkeep{Name: "copy", In: true}),
		append(append(appendHead(nil, head{1, kindInput, 3}), 'x'), appendHead(nil, head{0, kindMore, 3})...)...))
	dir := serveBackend(f, keeper{memstore.New(nil), func(_ context.Context, u Upkeep) (any, error) {
		u.Progress(1, u.How)
		if u.In == nil {
			return nil, nil
		}
		n, err := io.Copy(u.Out, u.In)
		return n, err
	}})
	f.Fuzz(func(t *testing.T, data []byte) {
		encodingtest.Bounded(t, func() {
			conn := bare(t, dir)
			go func() {
				_, _ = conn.Write(data)
				_ = conn.CloseWrite()
			}()
			if _, err := io.Copy(io.Discard, conn); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatal("the connection is still open")
			}
		})
	})
}

// FuzzClient: whatever a server answers, a client gives an error or an answer.
func FuzzClient(f *testing.F) {
	f.Add(ask(f, kindAnswer, 1, async{ID: "a", Record: []byte{1, 0xa0}}))
	f.Add(ask(f, kindFailure, 1, packFailure(&result.MemberError{ID: "a", State: result.Failure})))
	f.Add(append(ask(f, kindItem, 2, []async{{ID: "a"}}), ask(f, kindAnswer, 2, nil)...))
	f.Add(append(ask(f, kindItem, 3, event{}), ask(f, kindBye, 0, nil)...))
	f.Add(ask(f, kindFailure, 0, "no"))
	f.Add(append(ask(f, kindItem, 4, stage{In: true}), append(ask(f, kindItem, 4, stage{Out: []byte("x")}), ask(f, kindAnswer, 4, "x")...)...))
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		f.Fatal(err)
	}
	defer os.RemoveAll(dir)
	l, err := listen(dir)
	if err != nil {
		f.Fatal(err)
	}
	defer l.Close()
	f.Fuzz(func(t *testing.T, data []byte) {
		go func() {
			if conn, err := l.Accept(); err == nil {
				_, _ = conn.Write(append(slices.Clone(greeting[:]), data...))
				_, _ = io.CopyN(io.Discard, conn, int64(len(greeting)+headLen))
				_ = conn.Close()
			}
		}()
		encodingtest.Bounded(t, func() {
			c, err := Dial(t.Context(), dir)
			if err != nil {
				return // it was quicker
			}
			defer c.Close()
			_, _ = c.Get(t.Context(), "a")
			for range c.Results(t.Context(), result.Task("a"), result.Filter{}) {
			}
			for range c.Watch(t.Context(), "g") {
			}
			var answer string
			_ = c.Upkeep(t.Context(), Upkeep{Name: "copy", In: strings.NewReader("x"), Out: io.Discard}, &answer)
		})
	})
}

// TestFailure: an error says the same on the other side, and matches the same.
func TestFailure(t *testing.T) {
	for _, s := range sentinels {
		err := packFailure(fmt.Errorf("save %q: %w, really", "g", s.err)).unpack()
		for _, other := range sentinels {
			if errors.Is(err, other.err) != (other.err == s.err) {
				t.Errorf("%v matches %v: %t", err, other.err, errors.Is(err, other.err))
			}
		}
		if want := `save "g": ` + s.err.Error() + `, really`; err.Error() != want {
			t.Errorf("%v came as %q", s.err, err)
		}
	}
	version := &result.VersionError{What: "tree", Got: 3, Max: 1}
	var v *result.VersionError
	if err := packFailure(fmt.Errorf("read: %w", version)).unpack(); !errors.As(err, &v) || *v != *version {
		t.Errorf("%v came as %v", version, err)
	}
	member := &result.MemberError{ID: "a", State: result.Failure, Err: &result.TaskError{Type: "E", Args: []any{"x", int64(1)}}}
	var m *result.MemberError
	if err := packFailure(fmt.Errorf("join: %w", member)).unpack(); !errors.As(err, &m) || m.Error() != member.Error() {
		t.Errorf("%v came as %v", member, err)
	}
}

// TestLimits: what is over a limit is refused, and what is at it passes.
func TestLimits(t *testing.T) {
	_, dir := serve(t)
	c, err := Dial(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	value, err := encoding.Marshal(make([]byte, memstore.DefaultMaxValueSize-5))
	if err != nil || len(value) != memstore.DefaultMaxValueSize {
		t.Fatal(len(value), err)
	}
	var reports []result.Async
	for i := range MaxFrame / len(value) {
		reports = append(reports, result.Async{ID: result.ID(fmt.Sprint("t", i)), State: result.Success, Value: value})
	}
	if _, err := c.Report(t.Context(), reports...); !errors.Is(err, result.ErrTooLarge) {
		t.Errorf("reports of %d bytes give %v", MaxFrame, err)
	}
	if _, err := c.Report(t.Context(), reports[1:]...); err != nil {
		t.Errorf("one report less gives %v", err)
	}
	n := 0
	for a, err := range c.Results(t.Context(), result.Group("g", result.Task("t1"), result.Task("t2")), result.Filter{}) {
		if err != nil || !bytes.Equal(a.Value, value) {
			t.Fatalf("a value of %d bytes came as %d, %v", len(value), len(a.Value), err)
		}
		n++
	}
	if n != 2 {
		t.Errorf("%d results came", n)
	}

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	began, ended := make(chan error, maxRequests), make(chan error, maxRequests)
	for range maxRequests {
		go func() {
			var last error
			first := true
			for _, last = range c.Watch(ctx, "", "t1") {
				if first {
					began <- last
				}
				first = false
			}
			ended <- last
		}()
	}
	for range maxRequests {
		if err := <-began; err != nil {
			t.Fatal(err)
		}
	}
	for _, err := range c.Watch(ctx, "", "t1") {
		if !errors.Is(err, result.ErrTooLarge) {
			t.Errorf("one watch too many gives %v", err)
		}
		break
	}
	if _, err := c.Get(ctx, "t1"); err != nil {
		t.Errorf("beside many watches a read gives %v", err)
	}
	cancel()
	for range maxRequests {
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("a watch that was cancelled ended with %v", err)
		}
	}
}

// TestLongPath: a directory may have a path that no socket can have.
func TestLongPath(t *testing.T) {
	dir := filepath.Join(t.TempDir(), string(bytes.Repeat([]byte("d"), 200)))
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	s, err := Serve(dir, memstore.New(nil), nil)
	if err != nil {
		if _, _, err := shortPath(dir); err != nil {
			t.Skip("not on this system: ", err)
		}
		t.Fatal(err)
	}
	c, err := Dial(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	flat(t, c, 1)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, SocketFile)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after Close, the socket: %v", err)
	}
	if _, err := c.Get(t.Context(), "a"); !errors.Is(err, result.ErrClosed) {
		t.Errorf("after Close, a client gives %v", err)
	}
	_ = c.Close()
}

// slow is an engine whose Report has had its turn, and takes its time.
type slow struct {
	Backend
	begun, end chan struct{}
}

func (s *slow) Report(_ context.Context, reports ...result.Async) ([]result.Outcome, error) {
	close(s.begun)
	<-s.end
	return s.Backend.Report(context.Background(), reports...)
}

// TestCancelledWrite: a write whose turn has come is waited for, and answered,
// although its context has ended (L15).
func TestCancelledWrite(t *testing.T) {
	dir := t.TempDir()
	b := &slow{memstore.New(nil), make(chan struct{}), make(chan struct{})}
	s, err := Serve(dir, b, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	c, err := Dial(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-b.begun
		cancel()
		time.Sleep(50 * time.Millisecond) // for one who does not wait to be caught at it
		close(b.end)
	}()
	out, err := c.Report(ctx, result.Async{ID: "a", State: result.Success})
	if err != nil || !out[0].Applied {
		t.Errorf("a write that has happened gives %+v, %v", out, err)
	}
}
