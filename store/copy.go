package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/pb"
	"github.com/dgraph-io/ristretto/v2/z"

	"github.com/seed-1c955bc8/bunch/result"
)

// raw is a record as Badger has it. It is valid until the next one comes.
type raw struct {
	key, sealed []byte
	meta        byte
	version     uint64
}

// A source calls add with each record, in the order of keys, and ends with what
// add returns.
type source func(add func(raw) error) error

// copyBuffer is how many bytes are handed to Badger at a time.
const copyBuffer = 512 << 10

// build makes the files in dir, anew, of what from gives, and leaves them synced
// and closed; with dir "" it makes a database in memory. All is read again, and
// has to be what was written.
//
// Whatever the size, it needs some 280 MiB of memory at most, 160 with Edge, half of
// which is what the collector lets lie: Badger builds up to 16 tables at a time, in
// buffers of 4 MiB, more if the values compress well. GOMEMLIMIT makes that less, and
// the copy slower. The tables are mapped, and count as memory too for as long as the
// system has no other use for it.
func (s *Store) build(ctx context.Context, dir string, from source, verify func(*badger.DB) error) (db *badger.DB, err error) {
	if dir != "" {
		if err := os.RemoveAll(dir); err != nil {
			return nil, err
		}
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, err
		}
	}
	o := s.opts
	if dir != "" {
		o.Profile, o.still = Edge, true // nobody writes to it but the stream, or reads it twice
	}
	// Badger would build tables of 64 MB otherwise. What it takes to build one fits
	// the buffer it begins with, 4 MiB, unless the values compress well.
	opts := o.badger(dir).WithBaseTableSize(7 << 18)
	opts.TableSizeMultiplier = 1
	if db, err = badger.Open(opts); err != nil {
		return nil, err
	}
	wrote, err := stream(ctx, db, from)
	if err == nil {
		err = wrote.verify(ctx, db)
	}
	if err == nil && verify != nil {
		err = verify(db)
	}
	if dir == "" && err == nil {
		return db, nil
	}
	err = errors.Join(err, db.Close())
	if dir == "" {
		return nil, err
	}
	if err == nil {
		err = syncFiles(dir)
	}
	if err != nil {
		err = errors.Join(err, os.RemoveAll(dir))
	}
	return nil, err
}

// stream writes what from gives to db, which is empty.
func stream(ctx context.Context, db *badger.DB, from source) (wrote total, err error) {
	w := db.NewStreamWriter()
	if err := w.Prepare(); err != nil {
		return wrote, err
	}
	buf := z.NewBuffer(2*copyBuffer, "bunch")
	defer func() { _ = buf.Release() }()
	var last []byte
	err = from(func(r raw) error {
		if bytes.Compare(r.key, last) <= 0 { // Badger would panic
			return fmt.Errorf("%w: records are out of order", result.ErrCorrupt)
		}
		last = append(last[:0], r.key...)
		if _, err := unseal(r.key, r.meta, r.sealed); err != nil {
			return err
		}
		wrote.add(r)
		badger.KVToBuffer(&pb.KV{Key: r.key, Value: r.sealed, UserMeta: []byte{r.meta}, Version: r.version}, buf)
		if buf.LenNoPadding() < copyBuffer {
			return nil
		}
		err := errors.Join(ctx.Err(), w.Write(buf))
		buf.Reset()
		return err
	})
	if err == nil {
		err = w.Write(buf)
	}
	// Also after an error: Cancel would leave the goroutines of a table behind.
	return wrote, errors.Join(err, w.Flush())
}

// total is how much there is of a set of records: how many, and a checksum over
// all of them.
type total struct {
	n   int
	sum uint32
}

func (t *total) add(r raw) {
	t.n++
	t.sum = crc32.Update(t.sum, castagnoli, r.key)
	t.sum = crc32.Update(t.sum, castagnoli, r.sealed) // which has a checksum of the meta byte
}

// verify reads db and compares.
func (t total) verify(ctx context.Context, db *badger.DB) error {
	var found total
	err := db.View(func(txn *badger.Txn) error {
		return scan(ctx, txn, func(r raw) error {
			found.add(r)
			return nil
		})
	})
	if err == nil {
		err = db.VerifyChecksum()
	}
	if err == nil && found != t {
		err = fmt.Errorf("%w: %d records were copied, with checksum %08x, and the copy has %d, with %08x", result.ErrCorrupt, t.n, t.sum, found.n, found.sum)
	}
	return err
}

// scan calls do with every record of a snapshot.
func scan(ctx context.Context, txn *badger.Txn, do func(raw) error) error {
	it := txn.NewIterator(badger.IteratorOptions{})
	defer it.Close()
	for n := 0; ; n++ {
		if n == 0 {
			it.Rewind()
		} else {
			it.Next()
		}
		if !it.Valid() {
			return nil
		}
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		item := it.Item()
		err := item.Value(func(sealed []byte) error {
			return do(raw{key: item.Key(), sealed: sealed, meta: item.UserMeta(), version: item.Version()})
		})
		if err != nil {
			return err
		}
	}
}

// syncFiles makes the files of a directory durable, and that it has them.
func syncFiles(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		f, err := os.OpenFile(filepath.Join(dir, e.Name()), os.O_RDWR, 0)
		if err != nil {
			return err
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			return err
		}
	}
	return syncDir(dir)
}
