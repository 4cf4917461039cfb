package encoding

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

var update = flag.Bool("update", false, "write the goldens of the newest version anew")

// goldens are the records whose bytes are in testdata/v1, by file name. The part
// of the name before the dash is the kind of record.
func goldens() map[string][]byte {
	rec := func(r Record) []byte { return AppendRecord(nil, r) }
	tree := func(t result.Tree) []byte { return AppendTree(nil, t) }
	var counts result.Counts
	for i, s := range []result.State{"PENDING", "SUCCESS", "FAILURE", "REVOKED", "RETRY", "IGNORED", "PROGRESS", "ÉTAPE", "A"} {
		counts = counts.Add(s, 10+i)
	}
	counts.Forgotten = 70_000
	return map[string][]byte{
		"result-success": rec(Record{Async: result.Async{State: result.Success, Value: []byte{0x18, 0x2a}, Done: testTime, Attempt: 1}}),
		"result-failure": rec(Record{Async: result.Async{State: result.Failure, Done: testTime, Attempt: 2, Error: &result.TaskError{
			Type: "ValueError", Args: []any{"bad", int64(-7), 2.5, true, nil, []byte{1}, []any{}, map[string]any{"k": "v"}},
			Module: "builtins", Traceback: "Traceback:\n  line 1\n"}}}),
		"result-revoked":   rec(Record{Async: result.Async{State: result.Revoked, Done: testTime, Attempt: 1, Error: result.RevokedError("terminated")}}),
		"result-custom":    rec(Record{Async: result.Async{State: "PROGRESS", Value: []byte{0xa1, 0x61, 'n', 0xf9, 0x38, 0x00}, Attempt: 1}}),
		"result-blob":      rec(Record{Async: result.Async{State: result.Success, Done: time.UnixMicro(-1), Attempt: 1}, Blob: &Blob{Seq: 1 << 40, Size: 2_000_000}}),
		"result-forgotten": rec(Record{Async: result.Async{State: result.Pending, Attempt: 3, Forgotten: true}}),
		"result-empty":     rec(Record{}),
		"result-request": rec(Record{Async: result.Async{State: result.Success, Attempt: 1,
			Children: []result.Tree{result.Task("child"), result.Group("g", result.Tasks(testRoot, 1, 5))},
			Request: &result.Request{Name: "app.add", Args: []byte{0x82, 1, 2}, Kwargs: []byte{0xa0}, Worker: "w1@host", Queue: "celery",
				Retries: -2, Parent: "p", Group: "g", Extra: map[string][]byte{"stamps": {0xa0}, "x": {0xf6}}}}}),
		"result-childless": rec(Record{Async: result.Async{State: result.Success, Attempt: 1, Children: []result.Tree{}, Request: &result.Request{}}}),

		"head-new": AppendHead(nil, Head{Seq: 1, Tree: 1, Chunks: 1, Created: testTime, Own: true,
			Progress: result.Progress{Total: 10_000, Leaves: result.Counts{}.Add(result.Pending, 10_000)}}),
		"head-full": AppendHead(nil, Head{Seq: 1 << 33, Tree: 7, Chunks: 300, Created: testTime, Settled: testTime.Add(time.Hour),
			Expires: testTime.Add(25 * time.Hour), MaxAge: 90 * time.Minute, Nested: true, Own: true,
			Progress: result.Progress{Total: 3, Completed: 1, Leaves: counts}}),
		"head-empty": AppendHead(nil, Head{}),

		"labels-full": AppendLabels(nil, map[string]string{"env": "prod", "b": "", "owner": "déjà"}),

		"tree-task":  tree(result.Task("task-17")),
		"tree-uuid":  tree(result.Task(testUUID)),
		"tree-run":   tree(result.Tasks(testRoot, 1<<32-2, 2)),
		"tree-zero":  tree(result.Tree{}),
		"tree-empty": tree(result.Group("nobody")),
		"tree-flat": tree(result.Group(testRoot.ID(0), result.Tasks(testRoot, 1, 3), result.Task(testUUID), result.Task("x"),
			result.Task(testRoot.ID(9)))),
		"tree-nested": tree(result.Group("out", result.Task("a"),
			result.Group("in", result.Tasks(testRoot, 1, 2), result.Group("empty")), result.Tasks(testRoot, 3, 2), result.Task("z"))),
		"tree-parents": tree(result.Group("g",
			result.Task("a").WithParent(result.Task("p")),
			result.Task("b").WithParent(result.Task("p")),
			result.Task("c").WithParent(result.Group("pg", result.Task("q").WithParent(result.Task("p"))).WithParent(result.Task("pp"))),
		).WithParent(result.Task("before"))),
	}
}

// reread parses a record and writes it again.
func reread(kind string, b []byte) ([]byte, error) {
	switch kind {
	case "result":
		r, err := ParseRecord(b)
		return AppendRecord(nil, r), err
	case "head":
		h, err := ParseHead(b)
		return AppendHead(nil, h), err
	case "labels":
		l, err := ParseLabels(b)
		return AppendLabels(nil, l), err
	case "tree":
		t, err := ParseTree(b)
		return AppendTree(nil, t), err
	}
	return nil, fmt.Errorf("no kind of record %q", kind)
}

func goldenText(b []byte) (string, error) {
	diag, err := Diagnose(b[1:])
	return fmt.Sprintf("hex   %x\nbytes %d\ndiag  %d, %s\n", b, len(b), b[0], diag), err
}

func goldenBytes(t testing.TB, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return unhex(t, strings.TrimPrefix(line, "hex"))
}

// What is written today is what was written when the format was made.
func TestGoldensAreWrittenAlike(t *testing.T) {
	for name, b := range goldens() {
		file := filepath.Join("testdata", "v1", name+".txt")
		text, err := goldenText(b)
		if err != nil {
			t.Fatal(name, err)
		}
		if *update {
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if text != string(want) {
			t.Errorf("%s is written as\n%swant\n%s", name, text, want)
		}
	}
}

// Every golden there ever was can be read, and in this version is written again
// as it was.
func TestGoldensAreReadForEver(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "v*", "*.txt"))
	if err != nil || len(files) < len(goldens()) {
		t.Fatalf("%d goldens found, want at least %d (error %v)", len(files), len(goldens()), err)
	}
	for _, file := range files {
		kind, _, _ := strings.Cut(filepath.Base(file), "-")
		b := goldenBytes(t, file)
		again, err := reread(kind, b)
		if err != nil {
			t.Errorf("%s: %v", file, err)
		} else if b[0] == formatVersion && !bytes.Equal(again, b) {
			t.Errorf("%s is written again as %x", file, again)
		}
	}
}

// A million minted members are 20 bytes and a frame: what doc.go promises.
func TestRunIsSmall(t *testing.T) {
	empty := len(AppendTree(nil, result.Group(testRoot.ID(0))))
	full := len(AppendTree(nil, result.Group(testRoot.ID(0), result.Tasks(testRoot, 1, 1_000_000))))
	if full-empty != 20 {
		t.Errorf("a run of a million takes %d bytes, want 20", full-empty)
	}
}
