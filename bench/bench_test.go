// Package bench measures what the store costs, with the floor beside it: raw
// Badger with the same settings, moving the same bytes, without any of the laws.
// Compare figures of one run only; the machine's speed is not part of the result.
//
//	go test -run '^$' -bench . ./bench
package bench

import (
	"context"
	"encoding/binary"
	"sync"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store"
)

const (
	reporters = 64
	joined    = 100_000
)

// value is 48 bytes of CBOR: a byte string of 46.
var value = append([]byte{0x58, 46}, make([]byte, 46)...)

func open(b *testing.B, o *store.Options) *store.Store {
	b.Helper()
	s, err := store.Open(b.TempDir(), o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	return s
}

func openBadger(b *testing.B, sync bool) *badger.DB {
	b.Helper()
	o := badger.DefaultOptions(b.TempDir()).WithSyncWrites(sync).WithLogger(nil).
		WithMemTableSize(16 << 20).WithNumMemtables(2).WithDetectConflicts(false).
		WithNumLevelZeroTables(2).WithNumLevelZeroTablesStall(3).WithNumCompactors(2).
		WithValueThreshold(1 << 20).WithValueLogFileSize(1 << 20).WithMetricsEnabled(false)
	db, err := badger.Open(o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	})
	return db
}

// save saves a group of n minted tasks, the first done of which succeeded.
func save(b *testing.B, s *store.Store, n, done int) result.Tree {
	b.Helper()
	root := result.NewRoot(time.Now())
	tree := result.Group(root.ID(0), result.Tasks(root, 1, n))
	if _, err := s.Save(b.Context(), tree, result.Attributes{}); err != nil {
		b.Fatal(err)
	}
	for at := 0; at < done; at += 1000 {
		reports := make([]result.Async, 0, 1000)
		for i := at; i < min(at+1000, done); i++ {
			reports = append(reports, result.Async{ID: tree.At(i).ID(), State: result.Success, Value: value})
		}
		if _, err := s.Report(b.Context(), reports...); err != nil {
			b.Fatal(err)
		}
	}
	return tree
}

// inParallel divides b.N over goroutines that each wait for their own.
func inParallel(b *testing.B, do func(i int) error) {
	b.Helper()
	b.ResetTimer()
	var wg sync.WaitGroup
	for r := range reporters {
		wg.Go(func() {
			for i := r; i < b.N; i += reporters {
				if err := do(i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// BenchmarkReport: durable, 64 reporters, each waits for its own report.
func BenchmarkReport(b *testing.B) {
	b.Run("bunch", func(b *testing.B) {
		s := open(b, nil)
		tree := save(b, s, max(b.N, 1), 0)
		inParallel(b, func(i int) error {
			_, err := s.Report(b.Context(), result.Async{ID: tree.At(i).ID(), State: result.Success, Value: value})
			return err
		})
	})
	b.Run("floor", func(b *testing.B) {
		put, stop := committer(openBadger(b, true))
		defer stop()
		inParallel(b, func(i int) error { return put(key(i), value) })
	})
}

// BenchmarkJoin: a group of 100,000 members that are done, read in member order.
func BenchmarkJoin(b *testing.B) {
	b.Run("bunch", func(b *testing.B) {
		s := open(b, &store.Options{NoSync: true})
		tree := save(b, s, joined, joined)
		b.ResetTimer()
		for b.Loop() {
			n := 0
			for _, err := range s.Results(b.Context(), tree, result.Filter{}) {
				if err != nil {
					b.Fatal(err)
				}
				n++
			}
			if n != joined {
				b.Fatalf("%d results", n)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/joined, "ns/member")
	})
	b.Run("floor", func(b *testing.B) {
		db := openBadger(b, false)
		wb := db.NewWriteBatch()
		for i := range joined {
			if err := wb.Set(key(i), value); err != nil {
				b.Fatal(err)
			}
		}
		if err := wb.Flush(); err != nil {
			b.Fatal(err)
		}
		b.ResetTimer()
		for b.Loop() {
			if n := scan(b, db); n != joined {
				b.Fatalf("%d results", n)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/joined, "ns/member")
	})
}

// BenchmarkProgress: how far a group of a million members is.
func BenchmarkProgress(b *testing.B) {
	b.Run("bunch", func(b *testing.B) {
		s := open(b, nil)
		tree := save(b, s, 1_000_000, 10_000)
		for b.Loop() {
			p, err := s.Progress(b.Context(), tree.ID())
			if err != nil || p.Completed != 10_000 {
				b.Fatal(p, err)
			}
		}
	})
	b.Run("floor", func(b *testing.B) { // one Get of a small record
		db := openBadger(b, false)
		err := db.Update(func(txn *badger.Txn) error { return txn.Set(key(0), value) })
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			err := db.View(func(txn *badger.Txn) error {
				item, err := txn.Get(key(0))
				if err != nil {
					return err
				}
				return item.Value(func([]byte) error { return nil })
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

// key has the length of a minted result's key.
func key(i int) []byte {
	return binary.BigEndian.AppendUint32([]byte("r.0123456789ab"), uint32(i))
}

func scan(b *testing.B, db *badger.DB) (n int) {
	b.Helper()
	err := db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{})
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			if _, err := it.Item().ValueCopy(nil); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// committer is the store's own plumbing without its laws: one goroutine that
// puts all that waits into one transaction.
func committer(db *badger.DB) (put func(k, v []byte) error, stop func()) {
	type write struct {
		k, v []byte
		done chan error
	}
	queue := make(chan write, 1000)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			var batch []write
			select {
			case w := <-queue:
				batch = append(batch, w)
			case <-ctx.Done():
				return
			}
			for more := true; more && len(batch) < 1000; {
				select {
				case w := <-queue:
					batch = append(batch, w)
				default:
					more = false
				}
			}
			err := db.Update(func(txn *badger.Txn) error {
				for _, w := range batch {
					if err := txn.Set(w.k, w.v); err != nil {
						return err
					}
				}
				return nil
			})
			for _, w := range batch {
				w.done <- err
			}
		}
	}()
	put = func(k, v []byte) error {
		w := write{k, v, make(chan error, 1)}
		queue <- w
		return <-w.done
	}
	return put, func() { cancel(); <-ended }
}
