package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/result"
)

// Load fills an empty store with what Backup wrote. It happens as a whole or not
// at all, also if the process ends meanwhile: the records go into files of their
// own, which take the place of the store's once the backup was read to its end,
// every checksum in it was right, and Check found nothing. A backup may come from
// anybody; one that is damaged, or that was made to break a store, gives
// ErrCorrupt, one of another format a VersionError. A store that has anything in
// it, or that is written to meanwhile, is refused.
//
// The store's time goes on from that of the backup, by a day at most, as if the store
// that was backed up were opened: what has expired by then goes. The options of this
// store count, not those of the one that was backed up. A disk without room for
// the files, and 64 MiB beside the reserve, gives ErrNoSpace. A context that ends is
// noticed between two reads of r, and so is Close. R must not use the store.
func (s *Store) Load(ctx context.Context, r io.Reader) (h BackupHeader, err error) {
	if s.opts.ReadOnly {
		return h, &Error{Op: "load", Err: result.ErrReadOnly}
	}
	end, err := s.turn(ctx, "load")
	if err != nil {
		return h, err
	}
	defer end()
	in := newBackupReader(r)
	if h, err = in.header(); err != nil { // whatever is no backup is refused at once
		return h, &Error{Op: "load", Err: err}
	}
	var version uint64 // of what is loaded: they go on from where they are
	err = s.write(ctx, "load", "", func(b *batch) error {
		return b.paused(func() error {
			version = s.db.MaxVersion() + 1
			return s.isEmpty()
		})
	})
	if err != nil {
		return BackupHeader{}, err
	}
	db, err := s.buildLoaded(ctx, in, h, version)
	if err != nil {
		return BackupHeader{}, &Error{Op: "load", Err: err}
	}
	err = s.write(ctx, "load", "", func(b *batch) error {
		return b.paused(func() error {
			if s.db.MaxVersion()+1 != version {
				return errors.New("the store was written to while the backup was read: nothing is loaded, try again")
			}
			return s.takeLoaded(db)
		})
	})
	if err != nil {
		if db != nil {
			err = errors.Join(err, db.Close())
		} // files are removed by the next build, or Open
		return BackupHeader{}, err
	}
	s.nextSweep(s.clock.now())
	return h, nil
}

// While a backup is read, the disk is asked for room every loadStep bytes, and has
// to have loadRoom beside the store's reserve: what Badger may be writing of the
// tables that it builds at a time.
const (
	loadStep = 4 << 20
	loadRoom = 64 << 20
)

// buildLoaded makes the files, or the database in memory, of what is loaded.
func (s *Store) buildLoaded(ctx context.Context, in *backupReader, h BackupHeader, version uint64) (*badger.DB, error) {
	if err := s.hold(); err != nil { // nobody else may have the directory meanwhile
		return nil, err
	}
	defer s.release()
	asked := 0 // bytes since the disk was asked for room
	from := func(add func(raw) error) error {
		return in.records(h, func(r raw) error {
			r.version = version
			if asked -= len(r.key) + len(r.sealed); asked < 0 && !s.opts.InMemory {
				asked = loadStep
				if err := s.keeps(s.opts.Profile.reserve() + loadRoom); err != nil {
					return err
				}
			}
			return errors.Join(s.ended(), add(r))
		})
	}
	dir := ""
	if !s.opts.InMemory {
		dir = filepath.Join(s.dir, newDir)
	}
	return s.build(ctx, dir, from, func(db *badger.DB) error { return s.examine(ctx, db) })
}

// takeLoaded puts what was loaded in the place of what there is, in the committer.
func (s *Store) takeLoaded(db *badger.DB) (err error) {
	s.absent.forget()
	if s.opts.InMemory {
		err = s.replace(db)
	} else {
		err = s.reopen(func() error { return s.swap("") })
	}
	if err == nil {
		var latest stamp
		latest, err = s.latestCommit()
		s.clock.goOn(latest)
	}
	if err == nil {
		s.watchers.tell([]news{{gone: true}}) // whoever watches a task looks again
	}
	return err
}

// isEmpty gives an error unless there are none but the store's own numbers.
func (s *Store) isEmpty() error {
	return s.db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{})
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			if key := it.Item().Key(); key[0] != keyMeta {
				return errors.New("a backup is loaded into an empty store, and this one has something in it")
			}
		}
		return nil
	})
}

// examine refuses a database that a store could not work with.
func (s *Store) examine(ctx context.Context, db *badger.DB) error {
	return db.View(func(txn *badger.Txn) error {
		c := &checker{ctx: ctx, closing: s.closing, snap: snapshot{txn}, limit: 1, foreign: true}
		if err := c.records(); err != nil && !errors.Is(err, errFound) {
			return err
		}
		for i, b := range c.longValues() {
			if i > 0 && b.Seq == c.blobs[i-1].Seq || b.Seq > maxNumber {
				c.find(Finding{Invariant: "I8", What: fmt.Sprintf("long value %d is that of two records, or of none", b.Seq)})
			}
		}
		if !c.Clean() {
			return fmt.Errorf("%w: the backup's checksums are right, but what is in it is not: %d findings, the first is %v",
				result.ErrCorrupt, c.Found, c.Findings[0])
		}
		return nil
	})
}

// replace puts a database in memory in the place of the one that is open.
func (s *Store) replace(db *badger.DB) error {
	s.using.Lock()
	defer s.using.Unlock()
	old := s.db
	s.db = db
	if err := old.Close(); err != nil {
		s.failed = errors.Join(errCommit, err)
	}
	return s.failed
}
