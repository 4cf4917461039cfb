package main

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/seed-1c955bc8/bunch/bench/suite"
)

func entered(name string, durable bool, values ...float64) *entrant {
	return &entrant{kind: suite.Kind{Name: name, Durable: durable}, values: values}
}

func TestRatios(t *testing.T) {
	list := rows(suite.Workload{Op: "report", Reporters: 64}, []*entrant{
		entered("memstore", false, 1), entered("bunch", true, 10, 12, 8), entered("bunch-nosync", false, 4),
		entered("floor", true, 5), entered("floor-nosync", false, 2), entered("sqlite-mattn", true, 100),
		{kind: suite.Kind{Name: "redis-off"}, missing: "not installed"},
	})
	for _, c := range []struct {
		engine      string
		floor, ours float64
	}{
		{"memstore", 0.2, 0.1}, {"bunch", 2, 1}, {"bunch-nosync", 2, 0.4},
		{"floor", 1, 0.5}, {"floor-nosync", 0.4, 0.2}, {"sqlite-mattn", 20, 10},
	} {
		i := slices.IndexFunc(list, func(r Row) bool { return r.Engine == c.engine })
		if r := list[i]; *r.RatioFloor != c.floor || *r.RatioOurs != c.ours || r.N != 64 {
			t.Errorf("%s: %v of the floor, %v of ours, n %d; want %v, %v, 64", c.engine, *r.RatioFloor, *r.RatioOurs, r.N, c.floor, c.ours)
		}
	}
	if r := list[len(list)-1]; r.Median != nil || r.RatioOurs != nil || r.Missing == "" {
		t.Errorf("a missing engine: %+v", r)
	}
}

// TestJSONShape: eight fields are always there, in order, and no other but where
// something has to be said.
func TestJSONShape(t *testing.T) {
	list := rows(suite.Workload{Op: "join", Members: 3}, []*entrant{entered("bunch", true, 2), entered("floor", true, 1)})
	list = append(list, Row{Op: "size", Engine: "bunch", Unit: suite.Bytes, Missing: "why"})
	var out bytes.Buffer
	if err := writeJSON(&out, list); err != nil {
		t.Fatal(err)
	}
	want := `[
  {"op":"join","engine":"bunch","n":3,"durable":true,"median_ns":2,"spread":0,"ratio_floor":2,"ratio_ours":1},
  {"op":"join","engine":"floor","n":3,"durable":true,"median_ns":1,"spread":0,"ratio_floor":1,"ratio_ours":0.5},
  {"op":"size","engine":"bunch","n":0,"durable":false,"median_ns":null,"spread":null,"ratio_floor":null,"ratio_ours":null,"unit":"B","missing":"why"}
]
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
	if err := json.Unmarshal(out.Bytes(), &list); err != nil {
		t.Error(err)
	}
}

func TestBenchLines(t *testing.T) {
	var out bytes.Buffer
	list := rows(suite.Workload{Op: "report-many", Call: 1000}, []*entrant{entered("bunch", true, 2, 3)})
	if err := writeBench(&out, list); err != nil {
		t.Fatal(err)
	}
	_, lines, _ := strings.Cut(out.String(), "\nBench")
	want := "markReportMany/n=1000/engine=bunch 1 2.0000 ns/op\nBenchmarkReportMany/n=1000/engine=bunch 1 3.0000 ns/op\n"
	if lines != want {
		t.Errorf("got %q, want %q", lines, want)
	}
}

// TestBarsAreMeasured: every figure that a bar needs is one that a full run has,
// so no bar is passed over for a slip of its name.
func TestBarsAreMeasured(t *testing.T) {
	var list []Row
	for _, w := range workloads(false) {
		for _, name := range w.Engines {
			if find(w, name, peersOf(".")[:0]).missing != "" && !slices.ContainsFunc(peersOf("."), func(p *peers) bool { return slices.Contains(p.names, name) }) {
				t.Errorf("%v: nobody has %s", w, name)
			}
			list = append(list, rows(w, []*entrant{entered(name, true, 1)})...)
		}
	}
	for _, v := range judge(list) {
		if !v.known {
			t.Errorf("%s, %s: its figures are not measured", v.op, v.what)
		}
	}
	if len(judge(list)) != len(bars) {
		t.Errorf("%d of %d bars are about an operation that is measured", len(judge(list)), len(bars))
	}
}

func TestJudge(t *testing.T) {
	list := rows(suite.Workload{Op: "join", Members: 10}, []*entrant{
		entered("bunch", true, 3), entered("floor", true, 2), entered("sqlite-modernc", true, 9), entered("sqlite-mattn", true, 2.5)})
	got := map[string]bool{}
	for _, v := range judge(list) {
		if v.known {
			got[v.what] = v.met()
		}
	}
	if len(got) != 2 || !got["≤ 1.5 × a raw scan that decodes"] || got["not behind SQLite"] {
		t.Errorf("met: %v", got)
	}
}
