package page_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store/memstore"
)

func save(t testing.TB, b group.Backend, tree result.Tree, attr result.Attributes) {
	t.Helper()
	if _, err := b.Save(t.Context(), tree, attr); err != nil {
		t.Fatal(err)
	}
}

func report(t testing.TB, b group.Backend, a ...result.Async) {
	t.Helper()
	for len(a) > 0 {
		n := min(len(a), group.MaxReports)
		if _, err := b.Report(t.Context(), a[:n]...); err != nil {
			t.Fatal(err)
		}
		a = a[n:]
	}
}

func failure(id result.ID, kind, message string) result.Async {
	return result.Async{ID: id, State: result.Failure, Error: &result.TaskError{Type: kind, Args: []any{message}}}
}

func cbor(t testing.TB, v any) []byte {
	t.Helper()
	data, err := encoding.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// variety is a store with groups of every kind, made at different times. It
// returns the richest of them, which has nested groups and failures.
func variety(t testing.TB) (b *memstore.Store, rich result.Tree) {
	now := time.Now()
	b = memstore.New(&memstore.Options{Clock: func() time.Time { return now }})
	start := now
	for i := range 12 {
		now = start.Add(time.Duration(i-30) * 37 * time.Minute)
		r := group.New(b, 10+i*i*7)
		save(t, b, r.Tree(), result.Attributes{Labels: map[string]string{"night": fmt.Sprint(i), "source": "scanner"}})
		n := r.Tree().Len()
		for k := range n {
			now = now.Add(700 * time.Millisecond)
			switch id := r.Tree().At(k).ID(); {
			case i == 9 && k > n/3: // still running
			case i == 6 && k > n/2:
				report(t, b, result.Async{ID: id, State: result.Revoked, Error: result.RevokedError("terminated")})
			case i%4 == 1 && k%9 == 4:
				report(t, b, failure(id, "TimeoutError", "the scanner did not answer"))
			default:
				report(t, b, result.Async{ID: id, State: result.Success, Value: cbor(t, k)})
			}
		}
	}
	now = start.Add(-20 * time.Minute)
	root := result.NewRoot(start)
	rich = result.Group("nightly-import",
		result.Task("fetch"),
		result.Group("parse", result.Tasks(root, 1, 240)),
		result.Group("store", result.Group("store/eu", result.Tasks(root, 1000, 120)), result.Group("store/us", result.Tasks(root, 2000, 60)), result.Task("index")),
		result.Task("report").WithParent(result.Task("index")))
	save(t, b, rich, result.Attributes{Labels: map[string]string{"job": "import", "night": "2026-11-24"}, Note: cbor(t, map[string]any{"command": []string{"import", "{}"}})})
	report(t, b, result.Async{ID: "fetch", State: result.Success, Value: cbor(t, map[string]any{"files": 240, "bytes": 81_205_332})})
	for i := range 320 {
		now = start.Add(time.Duration(i-320) * 3 * time.Second)
		a, err := leafOf(rich, i+1)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case i < 240 && i%17 == 3:
			f := failure(a, "ValueError", fmt.Sprintf("line %d of part-%04d.csv: 11 fields instead of 12", i*31%97, i))
			f.Error.Module = "csv"
			f.Error.Traceback = "Traceback (most recent call last):\n  File \"parse.py\", line 41, in parse\n    row = next(rows)\nValueError: 11 fields instead of 12"
			report(t, b, f)
		case i%53 == 7:
			report(t, b, failure(a, "ConnectionResetError", "[Errno 104] Connection reset by peer"))
		case i > 300:
			report(t, b, result.Async{ID: a, State: "UPLOADING"})
		case i > 290:
			report(t, b, result.Async{ID: a, State: result.Retry})
		default:
			report(t, b, result.Async{ID: a, State: result.Success, Value: cbor(t, i)})
		}
	}
	now = start
	return b, rich
}

func leafOf(tree result.Tree, n int) (result.ID, error) {
	for leaf := range tree.Leaves() {
		if n--; n < 0 {
			return leaf.ID(), nil
		}
	}
	return "", fmt.Errorf("no such leaf")
}
