package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store"
)

// startServe starts bunch serve on the store in dir and returns its address, its
// process, and a function that ends it with Ctrl-C and waits.
func startServe(t *testing.T, dir string, args ...string) (url string, pid int, end func()) {
	t.Helper()
	var errs strings.Builder
	cmd := exec.Command("bunch", append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)...)
	cmd.Env = append(os.Environ(), "BUNCH_STORE="+filepath.Join(dir, "store"))
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	ended := false
	end = func() {
		if ended {
			return
		}
		ended = true
		_ = cmd.Process.Signal(os.Interrupt)
		if _ = cmd.Wait(); cmd.ProcessState.ExitCode() != exitDone || errs.Len() > 0 {
			t.Errorf("bunch serve: %v\n%s", cmd.ProcessState, errs.String())
		}
	}
	t.Cleanup(end)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("bunch serve says nothing: %v", err)
	}
	return strings.TrimSpace(line), cmd.Process.Pid, end
}

// fetch asks for a path and returns the status and the answer.
func fetch(t *testing.T, method, url string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// TestServe: what other commands do meanwhile shows at once, as they print it.
func TestServe(t *testing.T) {
	dir := t.TempDir()
	url, _, _ := startServe(t, dir)
	id, _ := bunch(t, dir, exitDone, "t1\nt2\n", "new", "--members", "-")
	id = strings.TrimSpace(id)
	list, _ := bunch(t, dir, exitDone, "", "ls", "-o", "json")
	if code, got := fetch(t, "GET", url+"api/v1/groups"); code != 200 || got != `{"groups":[`+strings.TrimSpace(list)+`],"next":null}`+"\n" {
		t.Errorf("%d: %s, ls has %s", code, got, list)
	}
	events, err := http.Get(url + "api/v1/events?id=" + id)
	if err != nil {
		t.Fatal(err)
	}
	defer events.Body.Close()
	lines := bufio.NewReader(events.Body)
	if first, err := lines.ReadString('\n'); first != "event: progress\n" {
		t.Fatalf("the stream begins with %q, %v", first, err)
	}
	bunch(t, dir, exitDone, "", "report", "t1", "SUCCESS", "1")
	bunch(t, dir, exitDone, "", "report", "t2", "FAILURE")
	if rest, err := io.ReadAll(lines); err != nil || !strings.Contains(string(rest), "event: end\nid: settled\n") {
		t.Errorf("the stream ends with %q, %v", rest, err)
	}
	results, _ := bunch(t, dir, exitDone, "", "results", id)
	if code, got := fetch(t, "GET", url+"api/v1/results?id="+id); code != 200 || got != `{"results":[`+strings.ReplaceAll(strings.TrimSpace(results), "\n", ",")+`],"next":null}`+"\n" {
		t.Errorf("%d: %s, results has %s", code, got, results)
	}
	if code, got := fetch(t, "POST", url+"api/v1/retry?id="+id); code != 403 {
		t.Errorf("a change: %d %s", code, got)
	}
	if code, got := fetch(t, "GET", url+"metrics"); code != 200 || !strings.Contains(got, `bunch_groups{state="failed"} 1`) {
		t.Errorf("%d: %s", code, got)
	}
}

// TestServeWithControl: a change by HTTP is a change. A stream that somebody follows
// does not keep Ctrl-C from ending it.
func TestServeWithControl(t *testing.T) {
	dir := t.TempDir()
	url, _, end := startServe(t, dir, "--control")
	id, _ := bunch(t, dir, exitDone, "t1\nt2\n", "new", "--members", "-")
	stream, err := http.Get(url + "api/v1/events?id=" + strings.TrimSpace(id))
	if err != nil || stream.StatusCode != http.StatusOK {
		t.Fatalf("events: %v, %v", stream, err)
	}
	defer stream.Body.Close()
	if code, got := fetch(t, "POST", url+"api/v1/revoke?id=t1"); code != 200 || got != `{"id":"t1","applied":true,"changed":1,"settled":[]}`+"\n" {
		t.Errorf("%d: %s", code, got)
	}
	end()
	out, _ := bunch(t, dir, exitDone, "", "results", "t1")
	if !strings.Contains(out, `"state":"REVOKED"`) {
		t.Errorf("afterwards the task is %s", out)
	}
}

// TestServeGivesWay: serve is in nobody's way. A program that opens the store gets
// it; serve goes on through it, while it runs, after it has closed the store, and
// after one that was killed.
func TestServeGivesWay(t *testing.T) {
	dir := t.TempDir()
	save(t, dir, result.Group("g", result.Task("t")))
	url, _, _ := startServe(t, dir)
	look := func(when string, want string) {
		t.Helper()
		if code, got := fetch(t, "GET", url+"api/v1/result?id=t"); code != 200 || !strings.Contains(got, want) {
			t.Errorf("%s: %d %s, want %s", when, code, got, want)
		}
	}
	look("before", `"PENDING"`)
	s, err := store.Open(filepath.Join(dir, "store"), nil)
	if err == nil {
		err = s.Serve(nil)
	}
	if err != nil {
		t.Fatalf("a program that opens the store: %v", err)
	}
	if _, err := s.Report(t.Context(), result.Async{ID: "t", State: result.Started}); err != nil {
		t.Fatal(err)
	}
	look("while a program has the store", `"STARTED"`)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	look("after it has closed it", `"STARTED"`)

	// A run takes the store over and is killed with kill -9, by its own task.
	bunch(t, dir, -1, "x\n", "run", "--", "sh", "-c", "bunch report t SUCCESS && kill -9 $PPID")
	for range 100 { // what was under way then is refused, once
		if code, _ := fetch(t, "GET", url+"healthz"); code == 200 {
			break
		}
	}
	look("after one that had it was killed", `"SUCCESS"`)
}
