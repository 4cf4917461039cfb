package main

import "github.com/seed-1c955bc8/bunch/bench/suite"

// The workloads of a run, in its order. Values are half compressible unless
// compression is not what matters.
func workloads(quick bool) []suite.Workload {
	big := 1_000_000
	if quick {
		big = 100_000
	}
	var list []suite.Workload
	add := func(w suite.Workload, engines ...string) {
		if w.Value == 0 {
			w.Value, w.Random = 100, 0.5
		}
		w.Engines = engines
		list = append(list, w)
	}
	for _, n := range []int{64, 512} {
		add(suite.Workload{Op: "report", Members: 100_000, Reporters: n},
			"bunch", "bunch-edge", "bunch-nosync", "bunch-memory", "memstore", "floor", "floor-edge", "floor-nosync")
	}
	add(suite.Workload{Op: "report-one", Members: 100_000, Reporters: 1, Raw: true}, "bunch", "floor")
	add(suite.Workload{Op: "report-many", Members: 200_000, Call: 1000, Raw: true}, "bunch-nosync", "floor-nosync")
	for _, n := range []int{1000, 1_000_000} {
		add(suite.Workload{Op: "save", Members: n}, "bunch", "floor")
	}
	add(suite.Workload{Op: "save-foreign", Members: 100_000, Foreign: true}, "bunch", "floor")
	for _, n := range []int{1000, 1_000_000} {
		add(suite.Workload{Op: "restore", Members: n}, "bunch", "floor")
	}
	for _, n := range []int{1000, 1_000_000} {
		add(suite.Workload{Op: "restore", Members: n, Unit: suite.Bytes}, "bunch", "floor")
	}
	add(suite.Workload{Op: "restore-foreign", Members: 100_000, Foreign: true}, "bunch", "floor")
	for _, n := range []int{10, 1_000_000} {
		add(suite.Workload{Op: "progress", Members: n}, "bunch", "memstore", "floor")
	}
	for _, n := range []int{10, 1_000_000} {
		add(suite.Workload{Op: "progress", Members: n, Fresh: true}, "bunch", "floor")
	}
	add(suite.Workload{Op: "join", Members: big}, "bunch-nosync", "floor-nosync")
	add(suite.Workload{Op: "size", Members: 50_000, Value: 1000, Random: 0.5}, "bunch-nosync", "floor-nosync")
	return list
}
