//go:build unix

package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/seed-1c955bc8/bunch/encoding"
)

// TestKill kills a run in the middle. What was recorded does not run again, and
// nothing is missing in the end. Commands that outlive the kill do no harm.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	var lines, want strings.Builder
	for i := range 40 {
		lines.WriteString(strconv.Itoa(i+1) + "\n")
	}
	want.WriteString(lines.String())
	script := `echo {} >>log; if test {} = 20 && mkdir killed 2>/dev/null; then kill -9 $PPID; fi; sleep 0.02; echo {}`
	out, _ := bunch(t, dir, -1, lines.String(), "run", "-j", "4", "--", "sh", "-c", script)
	id := strings.TrimSpace(out)

	recorded := map[string]bool{}
	out, _ = bunch(t, dir, exitDone, "", "results", id)
	for line := range strings.Lines(out) {
		var r struct{ State, Input string }
		value, err := encoding.FromJSON([]byte(line))
		if err == nil {
			err = encoding.Unmarshal(value, &r)
		}
		if err != nil {
			t.Fatal(err)
		}
		if r.State == "SUCCESS" {
			recorded[r.Input] = true
		}
	}
	if len(recorded) < 10 || len(recorded) > 30 {
		t.Fatalf("%d results were recorded before the kill: it was not in the middle", len(recorded))
	}

	bunch(t, dir, exitDone, "", "resume", id)
	out, _ = bunch(t, dir, exitDone, "", "join", "-o", "raw", id)
	if out != want.String() {
		t.Errorf("the outputs, in order, are\n%s", out)
	}
	log, err := os.ReadFile(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	ran := map[string]int{}
	for _, n := range strings.Fields(string(log)) {
		ran[n]++
	}
	for n := range recorded {
		if ran[n] != 1 {
			t.Errorf("task %s was recorded before the kill, and ran %d times", n, ran[n])
		}
	}
	if len(ran) != 40 {
		t.Errorf("%d tasks ran, want 40", len(ran))
	}
}

// TestHolderDies: who watches a group in the store of a run that is killed goes on
// by itself, and sees the end when the group is resumed.
func TestHolderDies(t *testing.T) {
	dir := t.TempDir()
	start := func(input string, args ...string) (*exec.Cmd, *bufio.Scanner) {
		cmd := exec.Command("bunch", args...)
		cmd.Dir, cmd.Stdin, cmd.Stderr = dir, strings.NewReader(input), os.Stderr
		cmd.Env = append(os.Environ(), "BUNCH_STORE="+filepath.Join(dir, "store"))
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cmd.Process.Kill() })
		return cmd, bufio.NewScanner(out)
	}
	script := `while ! test -e watched; do sleep 0.01; done
		if test {} = 5 && mkdir killed 2>/dev/null; then kill -9 $PPID; fi; echo {}`
	run, its := start("1\n2\n3\n4\n5\n6\n7\n8\n", "run", "-j", "1", "--", "sh", "-c", script)
	if !its.Scan() {
		t.Fatal("run did not say its id")
	}
	id := its.Text()
	watch, lines := start("", "watch", "--timeout", "1m", id)
	if !lines.Scan() {
		t.Fatal("watch said nothing")
	}
	if err := os.WriteFile(filepath.Join(dir, "watched"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run.Wait(); err == nil || err.Error() != "signal: killed" {
		t.Fatalf("run ended with %v", err)
	}
	bunch(t, dir, exitDone, "", "resume", id)
	last := ""
	for lines.Scan() {
		last = lines.Text()
	}
	if err := watch.Wait(); err != nil || !strings.HasPrefix(last, "8/8 ") {
		t.Errorf("watch ended with %v, its last line is %q", err, last)
	}
}

// TestTimeout: at the end of its time a command goes with all that it started,
// also what does not want to.
func TestTimeout(t *testing.T) {
	dir := t.TempDir()
	script := `sh -c 'exec 2>/dev/null; trap : TERM; echo $$ >pid; while :; do sleep 1; done' & wait; : {}`
	bunch(t, dir, exitFailed, "a\n", "run", "--timeout", "300ms", "--", "sh", "-c", script)
	text, err := os.ReadFile(filepath.Join(dir, "pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	for range 1000 { // it was killed, and takes a moment to die
		if gone(pid) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	_ = syscall.Kill(pid, syscall.SIGKILL)
	t.Errorf("process %d has outlived the timeout", pid)
}

// gone reports whether a process is dead, be it that nobody took note yet.
func gone(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return true
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && strings.Contains(string(stat), ") Z ")
}

// TestPermission: what may not be read or written is named, with exit code 1.
func TestPermission(t *testing.T) {
	dir := t.TempDir()
	out, _ := bunch(t, dir, exitDone, "", "new", "1")
	id := strings.TrimSpace(out)
	path, err := exec.LookPath("bunch")
	if err != nil {
		t.Fatal(err)
	}
	as := &syscall.SysProcAttr{}
	if os.Getuid() == 0 { // root may do anything, so be nobody
		as.Credential = &syscall.Credential{Uid: 65534, Gid: 65534}
	}
	// Nobody needs a way to the program and to the store.
	for _, p := range []string{path, dir} {
		for ; p != os.TempDir() && len(p) > 1; p = filepath.Dir(p) {
			if err := os.Chmod(p, 0o755); err != nil {
				t.Skip(err)
			}
		}
	}
	store := filepath.Join(dir, "store")
	run := func(args ...string) (int, string) {
		cmd := exec.Command(path, args...)
		cmd.Env = append(os.Environ(), "BUNCH_STORE="+store)
		cmd.Dir, cmd.SysProcAttr = "/", as
		text, _ := cmd.CombinedOutput()
		return cmd.ProcessState.ExitCode(), string(text)
	}
	chmod := func(mode, files os.FileMode) {
		err := filepath.Walk(store, func(p string, info os.FileInfo, err error) error {
			if err == nil && !info.IsDir() {
				return os.Chmod(p, files)
			}
			return err
		})
		for _, p := range []string{filepath.Join(store, "data"), store} {
			if err == nil {
				err = os.Chmod(p, mode)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}

	chmod(0o700, 0o600)
	if as.Credential == nil {
		chmod(0o000, 0o000)
	}
	for _, args := range [][]string{{"ls"}, {"new", "1"}} {
		code, text := run(args...)
		if code != exitError || !strings.HasPrefix(text, "bunch: ") || !strings.Contains(text, "permission denied") || strings.Count(text, "\n") != 1 {
			t.Errorf("bunch %q without permission: exit code %d\n%s", args, code, text)
		}
	}
	if as.Credential == nil {
		chmod(0o700, 0o600)
	}
	chmod(0o555, 0o444)
	if code, text := run("show", id); code != exitDone || !strings.Contains(text, id) {
		t.Errorf("show of a store that may only be read: exit code %d\n%s", code, text)
	}
	if code, text := run("purge", "--yes", id); code != exitError || !strings.Contains(text, "permission denied") {
		t.Errorf("purge in a store that may only be read: exit code %d\n%s", code, text)
	}
	chmod(0o755, 0o644)
}
