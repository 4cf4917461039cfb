//go:build linux

package torture

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store"
)

var (
	fullRounds  = flag.Int("full.rounds", 2, "how often TestFullDisk fills the disk")
	fullBallast = flag.Int("full.ballast", 320, "how many MiB of the disk's 552 something else has at first; 40 leaves 512, as in RELIABILITY.md")
)

const (
	fullWriters = 16
	fullValue   = 32 << 10 // bytes of a result
)

// TestFullDisk fills a small disk, with a new store each time. Nothing dies of it:
// who writes is told that there is no space, who reads is answered, and when
// something else on the disk makes room, writing goes on by itself. The process is
// killed while the disk is full; the next finds all that was answered, and goes on.
func TestFullDisk(t *testing.T) {
	notUnderRace(t)
	t.Parallel() // it waits for the most part
	d := newDisk(t, 552<<20)
	answers := 0
	for range *fullRounds {
		answers += fillDisk(t, d.at)
	}
	t.Logf("%d rounds, %d answers", *fullRounds, answers)
}

// fillDisk is one round on an empty disk.
func fillDisk(t *testing.T, disk string) (answers int) {
	t.Helper()
	dir := filepath.Join(disk, "store")
	b := newBallast(t, filepath.Join(disk, "ballast"))
	var f filler
	f.start(t, dir)
	f.until(t, "full")
	stored := f.answers() * fullValue
	t.Logf("%d MiB of results were answered before %d MiB of disk were full", stored>>20, 552-*fullBallast)
	if *fullBallast <= 40 && stored < 256<<20 {
		t.Error("that is less than half of it")
	}
	b.untilOneMore(t, &f)
	f.until(t, "full")
	f.kill(t)

	b.shrink(t, 0)
	before := f.answers()
	f.start(t, dir)
	f.until(t, strconv.Itoa(before+100))
	f.kill(t)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	return f.answers()
}

// ballast is something else on the disk.
type ballast struct {
	path string
	size int64
}

func newBallast(t *testing.T, path string) *ballast {
	t.Helper()
	b := &ballast{path, int64(*fullBallast) << 20}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run("fallocate", "-l", strconv.FormatInt(b.size, 10), path); err != nil {
		t.Skip("no space can be taken up: ", err)
	}
	return b
}

func (b *ballast) shrink(t *testing.T, to int64) {
	t.Helper()
	b.size = max(to, 0)
	if err := os.Truncate(b.path, b.size); err != nil {
		t.Error(err)
	}
}

// untilOneMore makes room, a MiB a second, until the process has been answered
// once more: what Badger has taken already may need some of it.
func (b *ballast) untilOneMore(t *testing.T, f *filler) {
	t.Helper()
	enough, making := make(chan struct{}), sync.WaitGroup{}
	defer making.Wait()
	defer close(enough)
	making.Go(func() {
		for b.size > 0 {
			b.shrink(t, b.size-1<<20)
			select {
			case <-enough:
				return
			case <-time.After(time.Second):
			}
		}
		select {
		case <-enough:
		case <-time.After(10 * time.Second):
			t.Errorf("-full.ballast=%d MiB more room were not enough to go on", *fullBallast)
			_ = f.cmd.Process.Kill()
		}
	})
	f.until(t, strconv.Itoa(f.answers()+1))
	t.Logf("with %d MiB more room writing went on", int64(*fullBallast)-b.size>>20)
}

// A filler is the process that fills the disk, and what it was answered.
type filler struct {
	cmd   *exec.Cmd
	lines *bufio.Reader
	done  [fullWriters]int // results that each writer has reported
}

func (f *filler) answers() (n int) {
	for _, d := range f.done {
		n += d
	}
	return n
}

// start starts the process, which first looks whether all is there.
func (f *filler) start(t *testing.T, dir string) {
	t.Helper()
	args := []any{dir}
	for _, n := range f.done {
		args = append(args, n)
	}
	f.cmd = child("fill", args...)
	f.cmd.Stderr = os.Stderr
	out, err := f.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	f.lines = bufio.NewReader(out)
	if err := f.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	process := f.cmd.Process
	t.Cleanup(func() { _ = process.Kill() }) // if it is still there, the test has failed
}

// until hears the process until it says what is expected, or has been answered so
// often. One that says nothing for two minutes is killed.
func (f *filler) until(t *testing.T, what string) {
	t.Helper()
	const patience = 2 * time.Minute
	silence := time.AfterFunc(patience, func() { _ = f.cmd.Process.Kill() })
	defer silence.Stop()
	for {
		line, err := f.lines.ReadString('\n')
		line = strings.TrimSpace(line)
		if err != nil {
			t.Fatalf("the process died, or said nothing for %v after %d answers: %v", patience, f.answers(), f.cmd.Wait())
		}
		silence.Reset(patience)
		if n, err := strconv.Atoi(line); err == nil && n < fullWriters {
			f.done[n]++
		} else if line != "full" {
			t.Fatal(line)
		}
		if line == what || what == strconv.Itoa(f.answers()) {
			return
		}
	}
}

// kill kills the process and hears what it had said.
func (f *filler) kill(t *testing.T) {
	t.Helper()
	if err := f.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for {
		line, err := f.lines.ReadString('\n')
		if err != nil {
			break
		}
		if n, err := strconv.Atoi(strings.TrimSpace(line)); err == nil {
			f.done[n]++
		}
	}
	if err := f.cmd.Wait(); err == nil || err.Error() != "signal: killed" {
		t.Fatalf("the process was to be killed, and ended with %v", err)
	}
}

func init() { roles["fill"] = fill }

// fill is the role of the process: it checks what was reported before, and goes on
// reporting. It says the number of the writer with each answer, "full" when there
// is no space, and what is wrong.
func fill(args []string) error {
	ctx := context.Background()
	s, err := store.Open(args[0], &store.Options{Profile: store.Edge})
	if err != nil {
		return err
	}
	var writers sync.WaitGroup
	for w := range fullWriters {
		done, err := strconv.Atoi(args[1+w])
		if err != nil {
			return err
		}
		r, n := root(5, w), 0
		if done > 0 {
			for a, err := range s.Results(ctx, result.Tasks(r, 1, done), result.Filter{}) {
				if err != nil || len(a.Value) < fullValue {
					return fmt.Errorf("result %d of writer %d is %s %v", n, w, a.State, err)
				}
				n++
			}
		}
		if _, err := s.Get(ctx, r.ID(uint32(done+1))); err == nil { // the process before did not live to hear it
			done++
			fmt.Println(w)
		}
		writers.Go(func() {
			value, _ := encoding.Marshal(noise(w, fullValue))
			for full := false; ; {
				id := r.ID(uint32(done + 1))
				_, err := s.Report(ctx, result.Async{ID: id, State: result.Success, Value: value})
				switch {
				case errors.Is(err, result.ErrNoSpace):
					if !full {
						fmt.Println("full")
					}
					if _, err := s.Get(ctx, id); !errors.Is(err, result.ErrNotFound) {
						fmt.Println("what was refused is there, or cannot be read:", err)
					}
					full = true
					time.Sleep(10 * time.Millisecond)
				case err != nil:
					fmt.Println("report:", err)
					return
				default:
					done++
					full = false
					fmt.Println(w)
				}
			}
		})
	}
	writers.Wait()
	return io.EOF
}

// noise is text that does not compress.
func noise(seed, n int) string {
	rng := rand.New(rand.NewPCG(uint64(seed), 3))
	text := make([]byte, n)
	for i := range text {
		text[i] = ' ' + byte(rng.IntN(95))
	}
	return string(text)
}
