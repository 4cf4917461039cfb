package main

import "strings"

// A bar is what a run has to show: a figure of ours, compared with another figure
// of the same run.
type bar struct {
	op    string
	what  string
	mine  pick
	times float64 // mine is compared with times × theirs
	their pick    // of several the best one; empty: times is the limit itself
	plus  float64 // ... + plus
}

// pick finds a figure in a run, among those of an operation: an engine, a size and a
// unit.
type pick struct {
	engine string
	n      int // 0: the largest there is
	unit   string
}

// bars are those of the project, in the order of its operations. What takes part
// at another size in a quick run is looked at there.
var bars = []bar{
	{op: "report", what: "64 reporters: ≥ 0.7 of the floor", mine: pick{engine: "bunch", n: 64}, times: 1 / 0.7, their: pick{engine: "floor", n: 64}},
	{op: "report", what: "64 reporters: ≥ 8 × the faster SQLite", mine: pick{engine: "bunch", n: 64}, times: 1. / 8, their: pick{engine: "sqlite-modernc|sqlite-mattn", n: 64}},
	{op: "report", what: "512 reporters: ≥ 15 × the faster SQLite", mine: pick{engine: "bunch", n: 512}, times: 1. / 15, their: pick{engine: "sqlite-modernc|sqlite-mattn", n: 512}},
	{op: "report", what: "64 reporters: ≥ 5 × Celery on Redis", mine: pick{engine: "bunch", n: 64}, times: 1. / 5, their: pick{engine: "celery-redis", n: 64}},
	{op: "report", what: "not synced: ≥ 20 × Celery on Redis", mine: pick{engine: "bunch-nosync", n: 64}, times: 1. / 20, their: pick{engine: "celery-redis", n: 64}},
	{op: "report-one", what: "≤ 1.3 × one raw synced transaction", mine: pick{engine: "bunch"}, times: 1.3, their: pick{engine: "floor"}},
	{op: "report-many", what: "not synced: ≤ 1.5 × raw WriteBatch", mine: pick{engine: "bunch-nosync"}, times: 1.5, their: pick{engine: "floor-nosync"}},
	{op: "save", what: "1,000,000 members ≤ 2 × 1,000", mine: pick{engine: "bunch", n: 1_000_000}, times: 2, their: pick{engine: "bunch", n: 1000}},
	{op: "save-foreign", what: "≤ 1.5 × raw writes of as many records", mine: pick{engine: "bunch"}, times: 1.5, their: pick{engine: "floor"}},
	{op: "restore", what: "1,000,000 members ≤ 2 × 1,000", mine: pick{engine: "bunch", n: 1_000_000}, times: 2, their: pick{engine: "bunch", n: 1000}},
	{op: "restore", what: "allocates no more for 1,000,000 than for 1,000", mine: pick{engine: "bunch", n: 1_000_000, unit: "B"}, times: 1, their: pick{engine: "bunch", n: 1000, unit: "B"}, plus: 256},
	{op: "restore-foreign", what: "≤ 200 ns a member", mine: pick{engine: "bunch"}, times: 200},
	{op: "restore-foreign", what: "≥ 50 × Celery", mine: pick{engine: "bunch", n: 10_000}, times: 1. / 50, their: pick{engine: "celery-redis|celery-filesystem", n: 10_000}},
	{op: "progress", what: "live: ≤ 1 µs", mine: pick{engine: "bunch"}, times: 1000},
	{op: "progress", what: "live: 1,000,000 members as 10 (≤ 1.5 ×)", mine: pick{engine: "bunch", n: 1_000_000}, times: 1.5, their: pick{engine: "bunch", n: 10}},
	{op: "progress", what: "fresh: as one Get (≤ 1.5 ×)", mine: pick{engine: "bunch-fresh"}, times: 1.5, their: pick{engine: "floor-fresh"}},
	{op: "join", what: "≤ 1.5 × a raw scan that decodes", mine: pick{engine: "bunch"}, times: 1.5, their: pick{engine: "floor"}},
	{op: "join", what: "not behind SQLite", mine: pick{engine: "bunch"}, times: 1, their: pick{engine: "sqlite-modernc|sqlite-mattn"}},
	{op: "join", what: "≥ 100 × Celery on Redis", mine: pick{engine: "bunch", n: 10_000}, times: 1. / 100, their: pick{engine: "celery-redis", n: 10_000}},
	{op: "join", what: "≥ 100 × Celery on files", mine: pick{engine: "bunch", n: 10_000}, times: 1. / 100, their: pick{engine: "celery-filesystem", n: 10_000}},
	{op: "stream", what: "live heap ≤ 32 MiB above the start", mine: pick{engine: "bunch", unit: "B"}, times: 32 << 20},
	{op: "wake", what: "≤ 50 µs above the commit", mine: pick{engine: "bunch-nosync", n: 1}, times: 1, their: pick{engine: "floor-nosync", n: 1}, plus: 50_000},
	{op: "wake", what: "1,000 idle waiters: no more than Badger (+ 1 ms a second)", mine: pick{engine: "bunch-nosync", unit: "cpu"}, times: 1, their: pick{engine: "floor-nosync", unit: "cpu"}, plus: 1e6},
	{op: "encode", what: "≤ 1 allocation", mine: pick{engine: "bunch", unit: "allocs"}, times: 1},
	{op: "run", what: "≤ 2 × xargs", mine: pick{engine: "bunch"}, times: 2, their: pick{engine: "xargs"}},
	{op: "run", what: "ahead of GNU parallel --joblog", mine: pick{engine: "bunch"}, times: 1, their: pick{engine: "parallel"}},
	{op: "open", what: "≤ 1.5 × Badger's own", mine: pick{engine: "bunch"}, times: 1.5, their: pick{engine: "floor"}},
	{op: "size", what: "≤ 1.3 × the floor's", mine: pick{engine: "bunch", unit: "B"}, times: 1.3, their: pick{engine: "floor", unit: "B"}},
	{op: "size", what: "≤ SQLite's after VACUUM", mine: pick{engine: "bunch", unit: "B"}, times: 1, their: pick{engine: "sqlite-modernc|sqlite-mattn", unit: "B"}},
	{op: "import", what: "tasks alone: ≥ 20 × Celery on Redis", mine: pick{engine: "bunch-edge-tasks"}, times: 1. / 20, their: pick{engine: "celery-redis"}},
	{op: "import", what: "with groups: ≥ 20 × Celery on Redis", mine: pick{engine: "bunch-edge-groups"}, times: 1. / 20, their: pick{engine: "celery-redis"}},
	{op: "import", what: "with groups: ≤ 200 MiB of memory", mine: pick{engine: "bunch-edge-groups", unit: "B"}, times: 200 << 20},
	{op: "memory", what: "≤ 1.3 × Badger's own", mine: pick{engine: "bunch-edge", unit: "B"}, times: 1.3, their: pick{engine: "floor-edge", unit: "B"}},
}

// A verdict is a bar held against a run.
type verdict struct {
	bar
	got, limit float64 // in the row's unit
	unit       string
	known      bool // both figures are there
}

func (v verdict) met() bool { return v.known && v.got <= v.limit }

// judge holds every bar whose operation was measured against a run.
func judge(list []Row) []verdict {
	var verdicts []verdict
	for _, b := range bars {
		measured := false
		for _, r := range list {
			measured = measured || r.Op == b.op
		}
		if !measured {
			continue
		}
		v := verdict{bar: b, unit: b.mine.unit}
		mine, ok := b.mine.best(b.op, list)
		v.got, v.known, v.limit = mine, ok, b.times+b.plus
		if b.their.engine != "" {
			theirs, ok := b.their.best(b.op, list)
			v.limit = b.times*theirs + b.plus
			v.known = v.known && ok
		}
		verdicts = append(verdicts, v)
	}
	return verdicts
}

// best is the lowest figure of those that p means.
func (p pick) best(op string, list []Row) (figure float64, ok bool) {
	n := p.n
	for _, r := range list {
		if p.n == 0 && p.of(op, r) {
			n = max(n, r.N)
		}
	}
	for _, r := range list {
		if p.of(op, r) && r.N == n && (!ok || *r.Median < figure) {
			figure, ok = *r.Median, true
		}
	}
	return figure, ok
}

func (p pick) of(op string, r Row) bool {
	if r.Op != op || r.Median == nil || r.Unit != p.unit {
		return false
	}
	for name := range strings.SplitSeq(p.engine, "|") {
		if r.Engine == name {
			return true
		}
	}
	return false
}
