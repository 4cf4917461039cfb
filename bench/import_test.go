package bench

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// imported is how many documents are imported.
const imported = 200_000

// BenchmarkImport: taking over Celery's documents, tasks' alone or with a group's
// for every nine of them, beside what it costs Celery to store as many in Redis,
// on loopback and without persistence.
func BenchmarkImport(b *testing.B) {
	b.Run("bunch/tasks", func(b *testing.B) { importBunch(b, false) })
	b.Run("bunch/groups", func(b *testing.B) { importBunch(b, true) })
	b.Run("celery-redis", importCelery)
}

func importBunch(b *testing.B, groups bool) {
	bin := filepath.Join(b.TempDir(), "bunch")
	if out, err := exec.Command("go", "build", "-o", bin, "../cmd/bunch").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	docs := filepath.Join(b.TempDir(), "docs")
	if err := os.WriteFile(docs, documents(groups), 0o600); err != nil {
		b.Fatal(err)
	}
	anon := 0
	for b.Loop() {
		cmd := exec.Command(bin, "--store", filepath.Join(b.TempDir(), "store"), "--profile", "edge", "import", "--strict", docs)
		var errs bytes.Buffer
		cmd.Stderr = &errs
		if err := cmd.Start(); err != nil {
			b.Fatal(err)
		}
		done := make(chan error)
		go func() { done <- cmd.Wait() }()
		for running := true; running; {
			select {
			case err := <-done:
				if err != nil {
					b.Fatalf("%v\n%s", err, errs.Bytes())
				}
				running = false
			case <-time.After(20 * time.Millisecond):
				anon = max(anon, rssAnon(cmd.Process.Pid))
			}
		}
	}
	perDoc(b, imported)
	b.ReportMetric(float64(anon)/1024, "anon-MiB")
}

func importCelery(b *testing.B) {
	const n = 5000
	if out, err := exec.Command("/usr/bin/python3", "-c", "import celery, redis").CombinedOutput(); err != nil {
		b.Skipf("Celery or its Redis client is not installed (Debian: python3-celery python3-redis): %s", out)
	}
	server, err := exec.LookPath("redis-server")
	if err != nil {
		b.Skip("redis-server is not installed (Debian: redis-server): ", err)
	}
	port := freePort(b)
	redis := exec.Command(server, "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", b.TempDir())
	if err := redis.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() {
		_ = redis.Process.Kill()
		_ = redis.Wait()
	}()
	var ns float64
	for b.Loop() {
		out, err := exec.Command("/usr/bin/python3", "testdata/store_celery.py", port, strconv.Itoa(n)).CombinedOutput()
		if err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		s, err := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
		if err != nil {
			b.Fatal(err)
		}
		ns = s * 1e9 / n // without the time that Python takes to start
	}
	b.ReportMetric(ns, "ns/doc")
}

func perDoc(b *testing.B, n int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/doc")
}

// documents is what Celery would have stored.
func documents(groups bool) []byte {
	var docs bytes.Buffer
	var members []string
	for i := range imported {
		if groups && len(members) == 9 {
			fmt.Fprintf(&docs, `{"result": [["%s", null], [[["%s", null], null]]]}`+"\n",
				randomUUID(), strings.Join(members, `", null], null], [["`))
			members = members[:0]
			continue
		}
		id := randomUUID()
		members = append(members, id)
		fmt.Fprintf(&docs, `{"status": "SUCCESS", "result": {"n": %d, "text": "some words of a value"}, "traceback": null, `+
			`"children": [], "date_done": "2026-11-22T13:09:29.921905+00:00", "task_id": "%s"}`+"\n", i, id)
	}
	return docs.Bytes()
}

func randomUUID() string {
	return fmt.Sprintf("%08x-0000-4000-8000-%012x", rand.Uint32(), rand.Uint64()>>16)
}

func rssAnon(pid int) (kib int) {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			kib, _ = strconv.Atoi(strings.Fields(rest)[0])
		}
	}
	return kib
}

func freePort(b *testing.B) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	return port
}
