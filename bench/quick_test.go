package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"testing"
)

// TestQuick runs the program as a user would, on two operations, and looks at
// what it prints: the fields and their types, every engine, and figures that can
// be. BUNCH_BENCH=quick asks for it, since it builds the peers and syncs a lot.
func TestQuick(t *testing.T) {
	if os.Getenv("BUNCH_BENCH") != "quick" {
		t.Skip("set BUNCH_BENCH=quick to run a part of the benchmark")
	}
	cmd := exec.Command("go", "run", ".", "-quick", "-ops", "report,join", "-o", "json", "-dir", t.TempDir())
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var list []map[string]any
	if err := json.Unmarshal(out, &list); err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	for _, w := range workloads(true) {
		if w.Op == "report" || w.Op == "join" {
			for _, name := range w.Engines {
				want[w.String()+" "+name] = true
			}
		}
	}
	if len(list) != len(want) {
		t.Errorf("%d rows, want %d", len(list), len(want))
	}
	for _, r := range list {
		_, op := r["op"].(string)
		_, engine := r["engine"].(string)
		_, n := r["n"].(float64)
		_, durable := r["durable"].(bool)
		if !op || !engine || !n || !durable || len(r) != 8 {
			t.Errorf("row %v", r)
			continue
		}
		for _, field := range []string{"median_ns", "spread", "ratio_floor", "ratio_ours"} {
			if v, ok := r[field].(float64); !ok || v < 0 || v == 0 && field != "spread" {
				t.Errorf("%v %v: %s is %v", r["op"], r["engine"], field, r[field])
			}
		}
	}
}
