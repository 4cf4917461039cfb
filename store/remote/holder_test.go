package remote_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store"
	"github.com/seed-1c955bc8/bunch/store/remote"
)

// holderDir makes the test binary a process that has a store and serves it.
const holderDir = "BUNCH_TEST_HOLDER"

func hold(dir string) error {
	s, err := store.Open(dir, &store.Options{NoSync: true})
	if err != nil {
		return err
	}
	if err := s.Serve(nil); err != nil {
		return err
	}
	fmt.Println("serving")
	select {}
}

// TestKilled: the process that has the store is killed while others wait for it.
// They are told, and that nobody knows; the next one finds the socket dead.
func TestKilled(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), holderDir+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 8)); err != nil {
		t.Fatal(err)
	}
	c := dial(t, dir)
	defer c.Close()
	root := result.NewRoot(time.Now())
	tree := result.Group(root.ID(0), result.Tasks(root, 1, 1000))
	if _, err := c.Save(t.Context(), tree, result.Attributes{}); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 3)
	begun := make(chan bool, 3)
	go func() {
		var last error
		for _, last = range c.Watch(t.Context(), tree.ID()) {
			begun <- true
		}
		ended <- last
	}()
	for range 2 {
		go func() {
			for i := 0; ; i++ {
				_, err := c.Report(t.Context(), result.Async{ID: tree.At(i % 1000).ID(), State: "PROGRESS"})
				if err != nil {
					ended <- err
					return
				}
			}
		}()
	}
	<-begun
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := <-ended; !errors.Is(err, remote.ErrLost) || errors.Is(err, result.ErrClosed) {
			t.Errorf("after the kill: %v", err)
		}
		select {
		case <-begun:
		default:
		}
	}
	_ = cmd.Wait() // "signal: killed"
	if _, err := c.Progress(t.Context(), tree.ID()); !errors.Is(err, remote.ErrLost) {
		t.Errorf("later: %v", err)
	}

	if _, err := os.Stat(filepath.Join(dir, remote.SocketFile)); err != nil {
		t.Errorf("a process that was killed leaves its socket: %v", err)
	}
	if _, err := remote.Dial(t.Context(), dir); !errors.Is(err, result.ErrNotFound) {
		t.Errorf("Dial of a dead socket gives %v", err)
	}
	d := openDisk(t, dir, store.Options{NoSync: true})
	if p, err := d.Progress(t.Context(), tree.ID()); err != nil || p.Total != 1000 {
		t.Errorf("the next one has progress %+v, %v", p, err)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}

// TestServe: who may serve, and how the socket lies there.
func TestServe(t *testing.T) {
	dir := t.TempDir()
	o := &store.Options{NoSync: true}
	s, err := store.Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Serve(nil); err != nil {
		t.Fatal(err)
	}
	if err := s.Serve(nil); err == nil {
		t.Error("a store is served twice")
	}
	socket := filepath.Join(dir, remote.SocketFile)
	if info, err := os.Stat(socket); err != nil || info.Mode() != fs.ModeSocket|0o600 {
		t.Errorf("the socket is %v, %v", info.Mode(), err)
	}
	if _, err := store.Open(dir, o); !errors.Is(err, result.ErrLocked) {
		t.Errorf("Open beside one that does not yield gives %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(socket); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after Close, the socket: %v", err)
	}
	if err := s.Serve(nil); !errors.Is(err, result.ErrClosed) {
		t.Errorf("after Close, Serve gives %v", err)
	}
	for name, c := range map[string]struct {
		dir string
		o   store.Options
		err error
	}{
		"in memory": {"", store.Options{InMemory: true}, nil},
		"read-only": {dir, store.Options{ReadOnly: true}, result.ErrReadOnly},
	} {
		s, err := store.Open(c.dir, &c.o)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Serve(nil); err == nil || c.err != nil && !errors.Is(err, c.err) {
			t.Errorf("a store %s is served: %v", name, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestYield: who yields is asked once, however many want the store, and has it no
// more when one of them has it.
func TestYield(t *testing.T) {
	dir := t.TempDir()
	o := &store.Options{NoSync: true}
	s, err := store.Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	asked, may := make(chan error, 10), make(chan struct{})
	if err := s.Serve(func() { <-may; asked <- s.Close() }); err != nil {
		t.Fatal(err)
	}
	c := dial(t, dir)
	defer c.Close()
	for range 3 {
		if yields, err := remote.AskToYield(t.Context(), dir); err != nil || !yields {
			t.Error("it does not yield")
		}
	}
	time.AfterFunc(20*time.Millisecond, func() { close(may) }) // Open is waiting by then, or not
	next, err := store.Open(dir, o)
	if err != nil {
		t.Fatalf("Open beside one that yields gives %v", err)
	}
	defer next.Close()
	if err := <-asked; err != nil || len(asked) > 0 {
		t.Errorf("it was asked %d times more; it closed with %v", len(asked), err)
	}
	if _, err := c.Get(context.Background(), "a"); !errors.Is(err, result.ErrClosed) {
		t.Errorf("a client of the one that yielded gets %v", err)
	}
}
