package metrics_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seed-1c955bc8/bunch/group/web/metrics"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store/memstore"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// lister counts how often it is asked for a page.
type lister struct {
	*memstore.Store
	asked int
	all   bool // every page is full, and there is a next one
}

func (l *lister) List(ctx context.Context, q result.Query) ([]result.Saved, string, error) {
	l.asked++
	if l.all {
		return make([]result.Saved, q.Limit), "more", nil
	}
	return l.Store.List(ctx, q)
}

func scrape(b *lister) (int, string) {
	w := httptest.NewRecorder()
	metrics.Handler(b).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	return w.Code, w.Body.String()
}

// TestMetrics: every group and task is counted once under its state, and neither
// ids nor states that somebody made up become series.
func TestMetrics(t *testing.T) {
	b := &lister{Store: memstore.New(nil)}
	ctx := t.Context()
	group := func(states ...result.State) {
		id := result.ID(fmt.Sprintf("group-%v", states))
		var tasks []result.Tree
		var reports []result.Async
		for i, s := range states {
			task := result.ID(fmt.Sprintf("%s-%d", id, i))
			tasks = append(tasks, result.Task(task))
			if s != "" {
				reports = append(reports, result.Async{ID: task, State: s})
			}
		}
		must(b.Save(ctx, result.Group(id, tasks...), result.Attributes{}))
		if len(reports) > 0 {
			must(b.Report(ctx, reports...))
		}
	}
	group("", "A", "B", result.Started) // running
	group(result.Success, result.Success)
	group(result.Failure, result.Success)
	group(result.Failure, "") // running, although one has failed
	group(result.Revoked)
	group()
	forgotten := result.Group("f", result.Task("f1"))
	must(b.Save(ctx, forgotten, result.Attributes{}))
	must(b.Forget(ctx, forgotten))

	code, got := scrape(b)
	if code != 200 {
		t.Fatalf("%d: %s", code, got)
	}
	for _, want := range []string{
		`bunch_groups{state="running"} 2`, `bunch_groups{state="successful"} 2`, `bunch_groups{state="failed"} 1`, `bunch_groups{state="other"} 2`,
		`bunch_tasks{state="PENDING"} 2`, `bunch_tasks{state="STARTED"} 1`, `bunch_tasks{state="custom"} 2`, `bunch_tasks{state="SUCCESS"} 3`,
		`bunch_tasks{state="FAILURE"} 2`, `bunch_tasks{state="REVOKED"} 1`, `bunch_tasks{state="forgotten"} 1`, `bunch_tasks{state="RETRY"} 0`,
		`bunch_complete 1`,
	} {
		if !strings.Contains(got, want+"\n") {
			t.Errorf("no line %q", want)
		}
	}
	if strings.Contains(got, "group-") || strings.Contains(got, `"A"`) {
		t.Errorf("an id or a custom state shows:\n%s", got)
	}
	if series := strings.Count(got, "\nbunch_"); series != 17 {
		t.Errorf("%d series:\n%s", series, got)
	}
}

// TestCost: a count looks at a bounded number of groups, and says so; many who ask
// in a short time have one count.
func TestCost(t *testing.T) {
	b := &lister{Store: memstore.New(nil), all: true}
	h := metrics.Handler(b)
	for range 3 {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
		if got := w.Body.String(); !strings.Contains(got, "bunch_complete 0\n") || !strings.Contains(got, `bunch_groups{state="successful"} 100000`) {
			t.Errorf("of endless groups:\n%s", got)
		}
	}
	if b.asked != 10 {
		t.Errorf("%d pages were asked for, want 10", b.asked)
	}
}

// TestNoAnswer: a store that is closed has no figures, old ones least of all.
func TestNoAnswer(t *testing.T) {
	b := &lister{Store: memstore.New(nil)}
	_ = b.Close()
	if code, got := scrape(b); code != 500 || !strings.Contains(got, "store is closed") {
		t.Errorf("%d: %s", code, got)
	}
}
