package main

import (
	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"

	"github.com/seed-1c955bc8/bunch/store"
)

// badgerOptions repeats the settings of store/options.go, which are nobody's
// business but here. TestSameOptions compares the two as Badger sees them.
func badgerOptions(dir string, o store.Options) badger.Options {
	b := badger.DefaultOptions(dir).
		WithSyncWrites(!o.NoSync).
		WithInMemory(o.InMemory).
		WithMemTableSize(16 << 20).
		WithNumMemtables(2).
		WithBlockCacheSize(16 << 20).
		WithNumCompactors(2).
		WithNumGoroutines(1).
		WithNumLevelZeroTables(2).
		WithNumLevelZeroTablesStall(3).
		WithCompression(options.Snappy).
		WithValueThreshold(1 << 20).
		WithValueLogFileSize(1 << 20).
		WithDetectConflicts(false).
		WithChecksumVerificationMode(options.OnBlockRead).
		WithMetricsEnabled(false).
		WithLogger(nil)
	if o.Profile == store.Edge {
		b = b.WithMemTableSize(8 << 20).WithNumMemtables(1).WithBlockCacheSize(4 << 20)
	}
	return b
}
