package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// beside opens and serves a store, and connects to it.
func beside(t *testing.T, members int) (*Store, *Client, result.Tree) {
	t.Helper()
	dir, err := os.MkdirTemp("", "") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	s, err := Open(dir, &Options{NoSync: true, Profile: Edge})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.Serve(nil); err != nil {
		t.Fatal(err)
	}
	c, err := Dial(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if members == 0 {
		return s, c, result.Tree{}
	}
	root := result.NewRoot(time.Now())
	tree := result.Group(root.ID(0), result.Tasks(root, 1, members))
	if _, err := s.Save(t.Context(), tree, result.Attributes{}); err != nil {
		t.Fatal(err)
	}
	for i := 0; i < members; i += 500 {
		var some []result.Async
		for j := i; j < i+500; j++ {
			value := append([]byte{0x58, 100}, bytes.Repeat([]byte{byte(j)}, 100)...)
			some = append(some, result.Async{ID: tree.At(j).ID(), State: result.Success, Value: value})
		}
		if _, err := s.Report(t.Context(), some...); err != nil {
			t.Fatal(err)
		}
	}
	return s, c, tree
}

// TestUpkeepBeside: all that is done with the whole of a store is done through the
// socket, with the same answers, while others write.
func TestUpkeepBeside(t *testing.T) {
	const members = 5000
	s, c, tree := beside(t, members)
	ctx := t.Context()
	var told int
	found, err := c.Check(ctx, func(done, total int) { told++ })
	if err != nil || !found.Clean() || found.Results != members || told == 0 {
		t.Fatalf("check: %+v, told %d times, %v", found, told, err)
	}
	local, err := s.Check(ctx, nil)
	if err != nil || local.Records != found.Records {
		t.Fatalf("%d records through the socket, %d here, %v", found.Records, local.Records, err)
	}
	saboteur{t, s.db}.putHead(tree.ID(), func(h *encoding.Head) { h.Progress.Completed-- })
	if found, err := c.Check(ctx, nil); err != nil || found.Found != 1 || found.Findings[0].ID != tree.ID() || found.Findings[0].What == "" {
		t.Fatalf("check of a wrong count: %+v, %v", found, err)
	}
	if repaired, err := c.Repair(ctx, nil); err != nil || repaired.Found != 1 || !mustCheck(t, s).Clean() {
		t.Fatalf("repair: %+v, %v", repaired, err)
	}

	var writers sync.WaitGroup
	stop := make(chan struct{})
	written := make([]int, 4)
	for w := range written {
		writers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				id := result.ID("lone-" + string(result.NewRoot(time.Now()).ID(0)))
				if _, err := c.Report(ctx, result.Async{ID: id, State: result.Success}); err != nil {
					t.Error(err)
					return
				}
				written[w]++
			}
		})
	}
	var backup bytes.Buffer
	h, err := c.Backup(ctx, &backup)
	if err != nil || h.Records < found.Records || time.Since(h.Time) > time.Hour {
		t.Fatalf("backup: %+v, %v", h, err)
	}
	if _, err := c.Purge(ctx, tree.ID()); err != nil {
		t.Fatal(err)
	}
	for _, how := range []Compaction{Light, Full} {
		if _, err := c.Compact(ctx, how, nil); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	writers.Wait()
	if found, err = c.Check(ctx, nil); err != nil || !found.Clean() || found.Results != written[0]+written[1]+written[2]+written[3] {
		t.Fatalf("after compactions: %+v, %d written, %v", found, written, err)
	}

	_, empty, _ := beside(t, 0)
	damaged := bytes.Clone(backup.Bytes())
	damaged[len(damaged)/2] ^= 1
	if _, err := empty.Load(ctx, bytes.NewReader(damaged)); !errors.Is(err, result.ErrCorrupt) {
		t.Fatalf("a damaged backup: %v", err)
	}
	if _, err := empty.Load(ctx, bytes.NewReader(backup.Bytes()[:backup.Len()-1])); !errors.Is(err, result.ErrCorrupt) {
		t.Fatalf("half a backup: %v", err)
	}
	loaded, err := empty.Load(ctx, iotest.HalfReader(bytes.NewReader(backup.Bytes())))
	if err != nil || loaded.Records != h.Records || !loaded.Time.Equal(h.Time) {
		t.Fatalf("loaded %+v, want %+v: %v", loaded, h, err)
	}
	if p, err := empty.Progress(ctx, tree.ID()); err != nil || p.Completed != members {
		t.Fatalf("%+v, %v", p, err)
	}
	if _, err := empty.Load(ctx, &backup); err == nil {
		t.Fatal("loaded twice")
	}
}

// TestUpkeepEnds: what is done through the socket ends when its context does, when
// the reader or writer fails, and when the store closes; and nothing stays behind.
func TestUpkeepEnds(t *testing.T) {
	s, c, _ := beside(t, 20_000)
	broken := errors.New("broken")
	if _, err := c.Load(t.Context(), iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("a reader that fails: %v", err)
	}
	if _, err := c.Backup(t.Context(), writer(func([]byte) (int, error) { return 0, broken })); !errors.Is(err, broken) {
		t.Errorf("a writer that fails: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := c.Backup(ctx, writer(func(p []byte) (int, error) { cancel(); return len(p), nil })); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that ends: %v", err)
	}
	if _, err := c.Check(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that has ended: %v", err)
	}

	// A client that takes nothing holds up no write and no Close, nor the next in turn.
	stuck, began := make(chan struct{}), make(chan struct{})
	var once sync.Once
	ended := make(chan error, 1)
	go func() {
		_, err := c.Backup(t.Context(), writer(func(p []byte) (int, error) {
			once.Do(func() { close(began) })
			<-stuck
			return len(p), nil
		}))
		ended <- err
	}()
	<-began
	if _, err := s.Report(t.Context(), result.Async{ID: "lone", State: result.Success}); err != nil {
		t.Error(err)
	}
	next := make(chan error, 1)
	go func() { _, err := s.Check(t.Context(), nil); next <- err }()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := <-next; err != nil && !errors.Is(err, result.ErrClosed) {
		t.Errorf("the next in turn: %v", err)
	}
	close(stuck)
	if err := <-ended; !errors.Is(err, result.ErrClosed) {
		t.Errorf("of a store that has closed: %v", err)
	}
}

type writer func([]byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

// TestUpkeepOfDamage: a table goes bad under a store that is served. Nothing that
// others ask for then ends the process or the store, or makes less of it than there
// is and calls that good.
func TestUpkeepOfDamage(t *testing.T) {
	for name, damage := range map[string]func([]byte){
		"a block": func(b []byte) { b[len(b)/2] ^= 0x55 },
		"all":     func(b []byte) { copy(b, bytes.Repeat([]byte{0x55}, len(b))) },
	} {
		ctx, dir := t.Context(), t.TempDir()
		s := newStore(t, dir)
		for i := range 3000 {
			if _, err := s.Report(ctx, result.Async{ID: result.ID(fmt.Sprint("lone-", i)), State: result.Success}); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = newStore(t, dir)
		tables, err := filepath.Glob(filepath.Join(dir, dataDir, "*.sst"))
		if err != nil || len(tables) != 1 {
			t.Fatalf("tables %q, %v", tables, err)
		}
		table, err := os.ReadFile(tables[0])
		if err != nil {
			t.Fatal(err)
		}
		damage(table)
		if err := os.WriteFile(tables[0], table, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := s.Serve(nil); err != nil {
			t.Fatal(err)
		}
		c, err := Dial(ctx, dir)
		if err != nil {
			t.Fatal(err)
		}
		found, err := c.Check(ctx, nil)
		if err != nil || !slices.ContainsFunc(found.Findings, func(f Finding) bool { return f.Invariant == "I11" }) {
			t.Errorf("%s: check: %+v, %v", name, found, err)
		}
		if h, err := c.Backup(ctx, io.Discard); !errors.Is(err, result.ErrCorrupt) {
			t.Errorf("%s: backup of %d records: %v", name, h.Records, err)
		}
		if _, err := c.Repair(ctx, nil); !errors.Is(err, result.ErrCorrupt) {
			t.Errorf("%s: repair: %v", name, err)
		}
		for _, how := range []Compaction{Light, Full} {
			if _, err := c.Compact(ctx, how, nil); !errors.Is(err, result.ErrCorrupt) {
				t.Errorf("%s: compaction %d: %v", name, how, err)
			}
		}
		if _, _, err := c.List(ctx, result.Query{}); err != nil {
			t.Errorf("%s: then the store is of no use: %v", name, err)
		}
		_ = c.Close()
		_ = s.Close()
	}
}

// TestLoadKeepsRoom: a load asks the disk for room while it reads, and leaves the
// store its reserve.
func TestLoadKeepsRoom(t *testing.T) {
	s, _, _ := beside(t, 1000)
	var backup bytes.Buffer
	if _, err := s.Backup(t.Context(), &backup); err != nil {
		t.Fatal(err)
	}
	e, c, _ := beside(t, 0)
	free := e.free
	e.onCommitter(t, func() {
		e.free = func(string) (uint64, error) { return e.opts.Profile.reserve() + loadRoom - 1, nil }
	})
	if _, err := c.Load(t.Context(), bytes.NewReader(backup.Bytes())); !errors.Is(err, result.ErrNoSpace) {
		t.Errorf("with too little room: %v", err)
	}
	if _, err := os.Stat(filepath.Join(e.dir, newDir)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what was made is still there: %v", err)
	}
	e.onCommitter(t, func() { e.free = free })
	if _, err := c.Load(t.Context(), &backup); err != nil {
		t.Error(err)
	}
}

// TestLoadOfAnyTime: a backup of whatever time it says is loaded, and said to be.
func TestLoadOfAnyTime(t *testing.T) {
	far := func() time.Time { return time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC) }
	s, err := Open("", &Options{InMemory: true, Clock: far})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Report(t.Context(), result.Async{ID: "lone", State: result.Success}); err != nil {
		t.Fatal(err)
	}
	var backup bytes.Buffer
	h, err := s.Backup(t.Context(), &backup)
	if err != nil {
		t.Fatal(err)
	}
	_, c, _ := beside(t, 0)
	if loaded, err := c.Load(t.Context(), &backup); err != nil || loaded.Records != h.Records || loaded.Time.UnixMicro() != h.Time.UnixMicro() {
		t.Errorf("loaded %+v, %v, want %+v", loaded, err, h)
	}
}
