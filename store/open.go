package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/result"
)

// The directory of a store:
//
//	BUNCH    what this is, and in which format: formatLine
//	LOCK     held by the process that has the store open; names its pid
//	MARK     the latest commit, and how safe it was: mark
//	data/    Badger's files, and FILES, which says which they are: fingerprints;
//	         data.new and data.old are about to take their place, or did
//	aside/   files that Badger would have deleted at the last opening that had any,
//	         until the disk is short of space
//	damaged/ files that Recover replaced
//	salvage-*  what Options.Salvage reads; removed by Close
const (
	formatFile = "BUNCH"
	lockFile   = "LOCK"
	dataDir    = "data"
	asideDir   = "aside"
)

// Open opens the store in dir, and makes one if dir is missing or empty. Nil
// options are the zero ones, which are the durable ones.
//
// It refuses, in this order: a 32-bit machine; options that make no sense; a
// directory that is something else, or in another format ([result.VersionError]);
// one that another process holds ([result.ErrLocked]) and does not let go of when
// it is asked, see [Store.Serve]; files of Badger's that it would delete, fall
// over or silently skip, and a store that has lost commits ([result.ErrCorrupt]);
// a disk that is too full ([result.ErrNoSpace]). What is refused is left as it was
// found. What a crash interrupted is completed before Open returns.
func Open(dir string, o *Options) (*Store, error) {
	s, err := open(dir, o)
	if err != nil {
		return nil, fmt.Errorf("open store %q: %w", dir, err)
	}
	return s, nil
}

func open(dir string, o *Options) (*Store, error) {
	if strconv.IntSize < 64 {
		return nil, errors.New("this is a 32-bit program: Badger 4.9.6 silently loses data there; build for a 64-bit machine")
	}
	opts, err := o.withDefaults(dir)
	if err != nil {
		return nil, err
	}
	s := &Store{dir: dir, opts: opts, free: freeSpace}
	if opts.InMemory {
		s.db, err = badger.Open(opts.badger(""))
	} else if err = claim(dir, opts.ReadOnly); err == nil {
		if s.lock, err = take(dir, opts.ReadOnly && !opts.Salvage); err == nil {
			if opts.Salvage {
				err = s.salvage()
			} else {
				err = s.openFiles()
			}
		}
	}
	if err == nil {
		if err = s.start(); err == nil {
			return s, nil
		}
		err = errors.Join(err, s.db.Close())
	}
	return nil, errors.Join(err, s.endSalvage(), s.lock.release())
}

// openFiles opens Badger's files after the checks that it does not make itself.
// Up to prepare they change nothing, but that a swap of files is completed.
func (s *Store) openFiles() error {
	data := filepath.Join(s.dir, dataDir)
	if !s.opts.ReadOnly {
		if err := recoverSwap(s.dir); err != nil {
			return err
		}
	}
	f, err := readFiles(data, s.opts.EncryptionKey)
	if err != nil {
		return err
	}
	was, known, err := readMark(s.dir)
	if err != nil {
		return err
	}
	l, err := f.lost(was, known)
	if err != nil {
		return err
	}
	if s.opts.ReadOnly && len(f.logs) > 0 { // Badger leaves goroutines behind when it finds out
		return errors.New("the store was not closed cleanly: open it for writing once, then read-only works")
	}
	if !s.opts.ReadOnly {
		if err := s.prepare(f, l, !known || was.flags&markSynced == 0); err != nil {
			return err
		}
	}
	b := s.opts.badger(data)
	for _, w := range f.logs { // Badger ends the process over a log of a larger memtable
		b.MemTableSize = max(b.MemTableSize, w.size/2)
	}
	if s.db, err = openBadger(b); err != nil || s.opts.ReadOnly {
		return err
	}
	if err = keepPrivate(data); err != nil {
		return errors.Join(err, s.db.Close())
	}
	if err = s.mark.begin(s.dir, s.db.MaxVersion(), s.opts.synced(), f.prints); err != nil {
		return errors.Join(err, s.db.Close())
	}
	keepOwner(s.dir)
	keepOwner(data)
	return nil
}

// closeFiles is the opposite of openFiles.
func (s *Store) closeFiles() error {
	if s.db == nil { // reopening failed
		return nil
	}
	err := s.db.Close()
	s.db = nil
	if s.mark.file == nil { // it only read, or is in memory
		return err
	}
	data := filepath.Join(s.dir, dataDir)
	err = errors.Join(err, keepPrivate(data))
	err = errors.Join(err, s.mark.end(err == nil))
	s.mark.file = nil
	keepOwner(s.dir)
	keepOwner(data)
	return err
}

func openBadger(b badger.Options) (*badger.DB, error) {
	db, err := badger.Open(b)
	switch {
	case err == nil:
		return db, nil
	case strings.Contains(err.Error(), "Cannot acquire directory lock"):
		return nil, fmt.Errorf("%w by a program that uses Badger directly", result.ErrLocked)
	}
	return nil, err
}

// prepare does to the files what has to be done before Badger opens them.
func (s *Store) prepare(f *files, l loss, sync bool) error {
	if err := s.keeps(s.opts.Profile.reserve() / 2); err != nil {
		return err
	}
	if err := errors.Join(os.MkdirAll(f.dir, 0o700), os.Chmod(f.dir, 0o700), s.setAside(f, l)); err != nil {
		return err
	}
	if err := errors.Join(dropValueLog(f.dir), f.writePrints()); err != nil || !sync {
		return err
	}
	return syncLogs(f.dir, 0) // what a store without syncs left must be durable from now on
}
