package main

import (
	"slices"

	"github.com/seed-1c955bc8/bunch/bench/suite"
)

// slow are the operations that a quick run leaves out.
var slow = []string{"run", "memory", "import"}

// Who takes part where. A quick run leaves out all peers but those in Go that
// need no server.
var (
	sqlites  = []string{"sqlite-modernc", "sqlite-mattn"}
	batched  = []string{"sqlite-modernc-batched", "sqlite-mattn-batched", "bbolt"}
	embedded = []string{"sqlite-modernc", "sqlite-mattn", "bbolt"}
	servers  = []string{"redis-off", "redis-everysec", "redis-always"}
	celery   = []string{"celery-redis", "celery-filesystem"}
)

// workloads are those of a run, in its order. Values have 100 bytes, half of
// which compress, where nothing else is said.
func workloads(quick bool) []suite.Workload {
	million, reported := 1_000_000, 100_000
	if quick {
		million, reported = 100_000, 10_000
	}
	both := []string{"bunch", "floor"}
	var list []suite.Workload
	add := func(w suite.Workload, engines ...[]string) {
		if w.Value == 0 {
			w.Value, w.Random = 100, 0.5
		}
		for _, name := range slices.Concat(engines...) {
			if !quick || !slices.Contains(servers, name) && !slices.Contains(celery, name) {
				w.Engines = append(w.Engines, name)
			}
		}
		if !quick || !slices.Contains(slow, w.Op) {
			list = append(list, w)
		}
	}

	all := []string{"bunch", "bunch-edge", "bunch-nosync", "bunch-memory", "memstore", "floor", "floor-edge", "floor-nosync"}
	add(suite.Workload{Op: "report", Members: reported, Reporters: 64}, all, sqlites, batched, servers, celery)
	add(suite.Workload{Op: "report", Members: reported, Reporters: 512}, all, sqlites, batched, servers)
	if !quick {
		add(suite.Workload{Op: "report", Members: reported, Reporters: 8}, all, sqlites, batched, servers)
	}
	add(suite.Workload{Op: "report-one", Members: 10_000, Reporters: 1, Raw: true}, both, embedded, servers)
	add(suite.Workload{Op: "report-many", Members: 100_000, Call: 1000, Raw: true},
		[]string{"bunch-nosync", "floor-nosync", "bunch", "floor"}, embedded, servers)

	for _, n := range []int{1000, 1_000_000} {
		add(suite.Workload{Op: "save", Members: n}, both)
	}
	if !quick {
		add(suite.Workload{Op: "save", Members: 10_000}, both, embedded, servers, celery)
		add(suite.Workload{Op: "save-nested", Members: 10_000, Nested: 100}, both)
		add(suite.Workload{Op: "save-foreign", Members: 10_000, Foreign: true}, both, embedded, servers, celery)
	}
	add(suite.Workload{Op: "save-foreign", Members: 100_000, Foreign: true}, both)

	for _, unit := range []string{"", suite.Bytes} {
		for _, n := range []int{1000, 1_000_000} {
			add(suite.Workload{Op: "restore", Members: n, Unit: unit}, both)
		}
	}
	add(suite.Workload{Op: "restore-foreign", Members: 10_000, Foreign: true}, both, embedded, servers, celery)
	add(suite.Workload{Op: "restore-foreign", Members: 100_000, Foreign: true}, both)

	add(suite.Workload{Op: "progress", Members: 10}, both, []string{"memstore"}, embedded)
	if !quick {
		add(suite.Workload{Op: "progress", Members: 10_000}, both, embedded, servers, celery)
	}
	add(suite.Workload{Op: "progress", Members: 1_000_000}, both, []string{"memstore"})
	for _, n := range []int{10, 1_000_000} {
		add(suite.Workload{Op: "progress", Members: n, Fresh: true}, both)
	}

	add(suite.Workload{Op: "join", Members: 10_000}, both, embedded, servers, celery)
	add(suite.Workload{Op: "join", Members: million}, both, sqlites)
	add(suite.Workload{Op: "stream", Members: million}, both)
	add(suite.Workload{Op: "stream", Members: million, Unit: suite.Bytes}, both)
	add(suite.Workload{Op: "open", Members: million}, both)
	add(suite.Workload{Op: "size", Members: million / 20, Value: 1000, Random: 0.5, Unit: suite.Bytes}, both, embedded)

	add(suite.Workload{Op: "wake", Members: 1}, []string{"bunch-nosync", "floor-nosync"})
	add(suite.Workload{Op: "wake", Members: 1000, Unit: suite.CPU, Raw: true}, []string{"bunch-nosync", "floor-nosync"})

	for _, op := range []string{"encode", "decode"} {
		for _, unit := range []string{"", suite.Allocs} {
			add(suite.Workload{Op: op, Members: 1, Unit: unit}, []string{"bunch", "fxamacker", "json"})
		}
	}

	add(suite.Workload{Op: "run", Members: 1000}, []string{"bunch", "xargs", "parallel"})
	add(suite.Workload{Op: "memory", Members: 1_000_000, Unit: suite.Bytes}, []string{"bunch-edge", "floor-edge"})
	imported := []string{"bunch-edge-tasks", "bunch-edge-groups"}
	add(suite.Workload{Op: "import", Members: 200_000}, imported, []string{"celery-redis"})
	add(suite.Workload{Op: "import", Members: 200_000, Unit: suite.Bytes}, imported)
	return list
}
