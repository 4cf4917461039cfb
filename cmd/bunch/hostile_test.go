//go:build linux

package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

const marked = `<script>alert(1)</script>"'&`

// hostile are requests that somebody may send to do harm, and how they are
// refused. They are written as they are: a client would put some of them right.
var hostile = []struct {
	request string
	codes   []int
}{
	// Paths that lead elsewhere, if they are cleaned or decoded in the wrong order.
	{"GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", []int{307, 404}},
	{"GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", []int{307, 404}},
	{"GET /..%2f..%2fetc%2fpasswd HTTP/1.1\r\nHost: localhost\r\n\r\n", []int{404}},
	{"GET /api/v1/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", []int{404}},
	{"GET /api/v1/..%5c..%5cwindows HTTP/1.1\r\nHost: localhost\r\n\r\n", []int{404}},
	{"GET /api/v1/groups%00.html HTTP/1.1\r\nHost: localhost\r\n\r\n", []int{404}},
	{"GET /\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n", []int{400}},
	{"GET //evil.example/.. HTTP/1.1\r\nHost: localhost\r\n\r\n", []int{307, 404}},
	{"GET /<script>alert(1)</script> HTTP/1.1\r\nHost: localhost\r\n\r\n", []int{404}},
	{"GET //%3Cscript%3E/../%3Cscript%3E HTTP/1.1\r\nHost: localhost\r\n\r\n", []int{307}},
	{"GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n", []int{400}},
	{"GET /" + strings.Repeat("a/", 5000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n", []int{404}},
	{"GET /" + strings.Repeat("x", 1<<20) + " HTTP/1.1\r\nHost: localhost\r\n\r\n", []int{431}},
	// Names and origins that are not ours.
	{"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", []int{403}},
	{"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n", []int{400}},
	{"GET / HTTP/1.1\r\n\r\n", []int{400}},
	{"GET / HTTP/1.0\r\n\r\n", []int{403}},
	{"GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n", []int{403}},
	{"CONNECT evil.example:80 HTTP/1.1\r\nHost: localhost\r\n\r\n", []int{403}},
	{"POST /api/v1/purge?id=g HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n\r\n", []int{403}},
	{"POST /api/v1/purge?id=g HTTP/1.1\r\nHost: localhost\r\nOrigin: null\r\n\r\n", []int{403}},
	{"POST /api/v1/purge?id=g HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: cross-site\r\n\r\n", []int{403}},
	{"POST /api/v1/purge?id=g HTTP/1.1\r\nHost: evil.example\r\nOrigin: http://evil.example\r\n\r\n", []int{403}},
	{"GET /api/v1/results?id=g HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-site\r\n\r\n", []int{403}},
	// Changes that are asked for in the wrong way.
	{"GET /api/v1/purge?id=g HTTP/1.1\r\nHost: localhost\r\n\r\n", []int{404}},
	{"GET /api/v1/group?id=g HTTP/1.1\r\nHost: localhost\r\nX-HTTP-Method-Override: DELETE\r\n\r\n", []int{200}},
	{"DELETE /api/v1/group?id=g HTTP/1.1\r\nHost: localhost\r\n\r\n", []int{404, 405}},
	{"POST /api/v1/purge HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 4\r\n\r\nid=g", []int{400}},
	{"POST /api/v1/purge?id=g&id=h HTTP/1.1\r\nHost: localhost\r\n\r\n", []int{400}},
	{"POST /api/v1/purge?id=" + strings.Repeat("g", 300) + " HTTP/1.1\r\nHost: localhost\r\n\r\n", []int{400}},
	// Bodies, headers and requests that are not what they say.
	{"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello", []int{400}},
	{"POST /api/v1/purge?id=g HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1099511627776\r\n\r\n", []int{413}},
	{"POST /api/v1/purge?id=g HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", []int{400}},
	{"POST /api/v1/purge?id=g HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", []int{400}},
	{"GET / HTTP/1.1\r\nHost: localhost\r\n" + strings.Repeat("X-Y: "+strings.Repeat("z", 1000)+"\r\n", 1000) + "\r\n", []int{431}},
	{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", []int{400}},
	// Ids and cursors of garbage.
	{"GET /api/v1/group?id=%3Cb%3E HTTP/1.1\r\nHost: localhost\r\n\r\n", []int{404}},
	{"GET /api/v1/group?id=%00%1b[2J HTTP/1.1\r\nHost: localhost\r\n\r\n", []int{404}},
	{"GET /api/v1/group?id=%ff%fe HTTP/1.1\r\nHost: localhost\r\n\r\n", []int{400}},
	{"GET /api/v1/groups?cursor=-1 HTTP/1.1\r\nHost: localhost\r\n\r\n", []int{400}},
	{"GET /api/v1/groups?cursor=%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", []int{400}},
	{"GET /api/v1/groups?label=" + strings.Repeat("%3D", 3000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n", []int{200}},
	{"GET /api/v1/members?id=g&cursor=99999999999999999999 HTTP/1.1\r\nHost: localhost\r\n\r\n", []int{400}},
	{"GET /api/v1/results?id=g&cursor=../t1 HTTP/1.1\r\nHost: localhost\r\n\r\n", []int{400}},
	{"GET /api/v1/results?id=g&limit=1e9 HTTP/1.1\r\nHost: localhost\r\n\r\n", []int{400}},
}

// TestHostileRequests sends what is hostile to a server that may change the store,
// and a crowd of connections that say nothing. It is refused, costs bounded memory,
// and the store is afterwards what it was.
func TestHostileRequests(t *testing.T) {
	dir := t.TempDir()
	save(t, dir, result.Group("g", result.Task("t1"), result.Group(marked, result.Task("t2"))), success(t, "t1", marked))
	before := meaning(t, dir)
	url, pid, end := startServe(t, dir, "--control")
	addr := strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/")
	t.Logf("at the start the server has at most %d MiB", peak(t, pid)>>20)

	for _, h := range hostile {
		resp, body := send(t, addr, h.request)
		if !slices.Contains(h.codes, resp.StatusCode) {
			t.Errorf("%.90q: %s, want %v", h.request, resp.Status, h.codes)
		}
		if at := resp.Header.Get("Location"); at != "" && (!strings.HasPrefix(at, "/") || strings.HasPrefix(at, "//")) {
			t.Errorf("%.90q leads to %q", h.request, at)
		}
		if kind := resp.Header.Get("Content-Type"); strings.Contains(body, "<script>alert") && strings.Contains(kind, "html") {
			t.Errorf("%.90q is answered with markup: %s", h.request, body)
		}
	}
	if resp, body := send(t, addr, "GET /api/v1/members?id=g HTTP/1.1\r\nHost: localhost\r\n\r\n"); resp.Header.Get("Content-Type") != "application/json" || !strings.Contains(body, "<script>") {
		t.Errorf("an id with markup comes as %s: %s", resp.Header.Get("Content-Type"), body)
	}
	t.Logf("of a body without end the server took %d KiB", endless(t, addr)>>10)
	t.Logf("after %d requests it has at most %d MiB", len(hostile), peak(t, pid)>>20)

	crowd(t, addr)
	if most := peak(t, pid); most > 300<<20 {
		t.Errorf("with the crowd the server had %d MiB", most>>20)
	} else {
		t.Logf("with the crowd it had at most %d MiB", most>>20)
	}
	if code, got := fetch(t, "GET", url+"healthz"); code != 200 {
		t.Errorf("afterwards: %d %s", code, got)
	}
	end()
	if after := meaning(t, dir); after != before {
		t.Errorf("the store was\n%s\nand is\n%s", before, after)
	}
}

// meaning is all that a store says of itself.
func meaning(t *testing.T, dir string) (all string) {
	t.Helper()
	for _, args := range [][]string{
		{"ls", "-o", "json"}, {"show", "-o", "json", "g"}, {"results", "g"}, {"check", "-o", "json"}, {"export"},
	} {
		out, _ := bunch(t, dir, exitDone, "", args...)
		all += out
	}
	return all
}

// send writes a request as it is, and reads the answer.
func send(t *testing.T, addr, request string) (*http.Response, string) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	go func() { _, _ = io.WriteString(conn, request) }() // it may be refused before all of it was read
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("%.90q: %v", request, err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return resp, string(body)
}

// endless sends a body in chunks until the server has enough, and returns how much
// went out. The server reads 64 KiB; the rest is what lay in the system's buffers.
func endless(t *testing.T, addr string) (n int) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, err = io.WriteString(conn, "POST /api/v1/purge?id=g HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
	chunk := fmt.Appendf(nil, "%x\r\n%s\r\n", 1<<15, strings.Repeat("x", 1<<15))
	for ; err == nil; n += len(chunk) {
		if n > 256<<20 {
			t.Fatal("the server takes a body without end")
		}
		_, err = conn.Write(chunk)
	}
	return n
}

// crowd opens connections that say nothing or not all, 10,000 if this process may
// have as many files, and holds them all at once.
func crowd(t *testing.T, addr string) {
	t.Helper()
	n := 10_000
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	if most := int(min(limit.Cur, 1<<20)) - 500; most < n {
		t.Logf("this process may have %d files: %d connections instead of %d", limit.Cur, most, n)
		n = most
	}
	var mu sync.Mutex
	var conns []net.Conn
	var refused atomic.Int64
	var dialing sync.WaitGroup
	for i := range 64 {
		dialing.Go(func() {
			for k := i; k < n; k += 64 {
				conn, err := net.DialTimeout("tcp", addr, 50*time.Millisecond)
				if err != nil { // the system's queue is full: nobody accepts more than the limit
					refused.Add(1)
					continue
				}
				if k%2 == 0 {
					_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: localhost\r\nX: ")
				}
				mu.Lock()
				conns = append(conns, conn)
				mu.Unlock()
			}
		})
	}
	dialing.Wait()
	t.Logf("%d connections were open, the system refused %d more", len(conns), refused.Load())
	if len(conns) <= maxConnections {
		t.Errorf("only %d connections were open: the limit of %d was not tried", len(conns), maxConnections)
	}
	for _, c := range conns {
		_ = c.Close()
	}
}

// peak is the most memory that a process has had, in bytes.
func peak(t *testing.T, pid int) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	kib, err := strconv.Atoi(strings.Fields(rest + " 0")[0])
	if err != nil || kib == 0 {
		t.Fatalf("/proc/%d/status has no VmHWM: %v", pid, err)
	}
	return kib << 10
}
