package store

import (
	"context"
	"io"
)

// Backup writes all of the store to w, as it was at one moment between two
// operations, however much is written meanwhile; Load reads it. Its error is w's,
// or says why the store could not be read; then what w got is no backup, which
// Load notices. A damaged record or table gives ErrCorrupt: no backup is made of a
// store that Check would find fault with in that way.
//
// A backup is not encrypted, also if the store is: give w to a program such as age
// where that matters. It has no more than what Restore, Results and List show, and
// is about as long.
//
// Until Backup returns, space that is deleted or overwritten is not given back,
// and Close waits until w has taken what it is given.
// W must not use the store.
func (s *Store) Backup(ctx context.Context, w io.Writer) (h BackupHeader, err error) {
	end, err := s.turn(ctx, "backup")
	if err != nil {
		return h, err
	}
	defer end()
	err = s.between(ctx, "backup", func(r snapshot) error {
		h.Time = s.now()
		if h.Records, err = countKeys(ctx, r.Txn); err != nil {
			return err
		}
		out := newBackupWriter(w)
		if err := out.header(h); err != nil {
			return err
		}
		err := scan(ctx, r.Txn, func(r raw) error {
			if err := s.ended(); err != nil {
				return err
			}
			if _, err := unseal(r.key, r.meta, r.sealed); err != nil {
				return err
			}
			return out.record(r)
		})
		if err == nil {
			err = s.verified() // else some records may not have come
		}
		if err == nil {
			err = out.end()
		}
		return err
	})
	if err != nil {
		return BackupHeader{}, err
	}
	return h, nil
}
