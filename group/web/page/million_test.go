package page_test

import (
	"testing"
	"time"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/group/web/page"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store"
)

// million is a store on disk with a group of a million members: most succeeded, one
// in a thousand failed, the last are pending. If sparse, only every fiftieth
// thousand of them is reported, which takes no time.
func million(t testing.TB, sparse bool) (*store.Store, result.ID) {
	t.Helper()
	s, err := store.Open(t.TempDir(), &store.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	const n = 1_000_000
	r := group.New(s, n)
	save(t, s, r.Tree(), result.Attributes{Labels: map[string]string{"size": "a million"}})
	value := cbor(t, map[string]any{"ok": true})
	for at := 0; at < n-5000; at += group.MaxReports {
		if sparse && at%(50*group.MaxReports) != 0 {
			continue
		}
		batch := make([]result.Async, group.MaxReports)
		for i := range batch {
			id := r.Tree().At(at + i).ID()
			batch[i] = result.Async{ID: id, State: result.Success, Value: value}
			if (at+i)%1000 == 77 {
				batch[i] = failure(id, "ValueError", "seven of seven")
			}
		}
		report(t, s, batch...)
	}
	return s, r.ID()
}

// TestMillion: the pages of a group with a million members are small, wherever in
// it they are. How long they take is printed and decides nothing; the benchmark has
// all of them reported.
func TestMillion(t *testing.T) {
	s, id := million(t, true)
	for _, path := range []string{"", "?from=500000", "?from=999000", "tree", "failures", "999999"} {
		begun := time.Now()
		body := get(t, s, "/group/"+string(id)+"/"+path)
		took := time.Since(begun)
		if len(body) > 200_000 {
			t.Errorf("/%s has %d bytes, the most is 200,000", path, len(body))
		}
		t.Logf("/%s: %d bytes in %v", path, len(body), took.Round(100*time.Microsecond))
	}
}

// BenchmarkMillion is the page of a group with a million members.
func BenchmarkMillion(b *testing.B) {
	s, id := million(b, false)
	h := page.Handler(s, page.Options{})
	var size int
	for b.Loop() {
		_, body := askHandler(h, "GET", "/group/"+string(id)+"/")
		size = len(body)
	}
	b.ReportMetric(float64(size), "bytes/page")
}
