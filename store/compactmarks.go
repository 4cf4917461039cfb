package store

import (
	"context"

	"github.com/dgraph-io/badger/v4"
)

// dropMarks removes the marks of forgotten results that no saved group names.
func (s *Store) dropMarks(ctx context.Context) (removed int, err error) {
	next := []byte{keyResult}
	for {
		keys, err := s.marks(ctx, next)
		if err != nil || len(keys) == 0 {
			return removed, err
		}
		next = append(keys[len(keys)-1], 0)
		n := 0
		err = s.write(ctx, "compact", "", func(b *batch) error {
			n = 0
			for _, key := range keys {
				did, err := b.dropMark(key)
				if err != nil {
					return err
				}
				if did {
					n++
				}
			}
			return nil
		})
		if err != nil {
			return removed, err
		}
		removed += n
	}
}

// marks returns keys of forgotten results, from one on.
func (s *Store) marks(ctx context.Context, from []byte) (keys [][]byte, err error) {
	const page = 500
	err = s.read(ctx, "compact", "", func(r snapshot) error {
		it := r.NewIterator(badger.IteratorOptions{Prefix: []byte{keyResult}})
		defer it.Close()
		n := 0
		for it.Seek(from); it.Valid() && len(keys) < page; it.Next() {
			if n++; n%1024 == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			if it.Item().UserMeta()&metaForgotten != 0 {
				keys = append(keys, it.Item().KeyCopy(nil))
			}
		}
		return nil
	})
	return keys, err
}

func (b *batch) dropMark(key []byte) (bool, error) {
	id, err := parseID(key[1:])
	if err != nil {
		return false, err
	}
	e, err := b.entry(id)
	if err != nil || !e.rec.Forgotten {
		return false, err
	}
	if namers, err := b.namers(e); err != nil || len(namers) > 0 {
		return false, err
	}
	return true, b.eraseTask(e)
}
