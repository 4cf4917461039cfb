package store

import (
	"errors"
	"fmt"
	"io/fs"
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
//	data/    Badger's files
const (
	formatFile = "BUNCH"
	lockFile   = "LOCK"
	dataDir    = "data"
)

// formatLine is the text of formatFile. The number changes when an older
// program could no longer read what is in the directory.
const (
	formatWords   = "bunch store, format"
	formatVersion = 1
)

// Open opens the store in dir, and makes one if dir is missing or empty. Nil
// options are the zero ones, which are the durable ones.
//
// It refuses, in this order: a 32-bit machine; options that make no sense; a
// directory that is something else, or in a newer format ([result.VersionError]);
// one that another process holds ([result.ErrLocked]); files that Badger would
// delete or fall over ([result.ErrCorrupt]). What a crash interrupted is
// completed before Open returns.
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
	s := &Store{dir: dir, opts: opts}
	data := ""
	if !opts.InMemory {
		if err := claim(dir, opts.ReadOnly); err != nil {
			return nil, err
		}
		if s.lock, err = acquire(filepath.Join(dir, lockFile), opts.ReadOnly); err != nil {
			return nil, err
		}
		data = filepath.Join(dir, dataDir)
	}
	if s.db, err = openBadger(data, &opts); err == nil {
		if err = s.start(); err == nil {
			return s, nil
		}
		err = errors.Join(err, s.db.Close())
	}
	return nil, errors.Join(err, s.lock.release())
}

// claim makes sure that dir is a store of a format we know; an empty or missing
// one becomes one.
func claim(dir string, readOnly bool) error {
	text, err := os.ReadFile(filepath.Join(dir, formatFile))
	switch {
	case err == nil:
		return checkFormat(string(text))
	case !errors.Is(err, fs.ErrNotExist):
		return err // dir is a file, or may not be read: the error says which
	}
	entries, err := os.ReadDir(dir)
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	case len(entries) > 0 && !onlyLock(entries):
		return fmt.Errorf("not a store: the directory is not empty and has no file %s", formatFile)
	case readOnly:
		return fmt.Errorf("%w: there is no store, and read-only makes none", result.ErrNotFound)
	}
	if err := os.MkdirAll(filepath.Join(dir, dataDir), 0o700); err != nil {
		return err
	}
	return writeFormat(dir)
}

// onlyLock: a process that makes the store right now, or died while it did.
func onlyLock(entries []fs.DirEntry) bool {
	for _, e := range entries {
		if n := e.Name(); n != lockFile && n != dataDir && n != formatFile+".new" {
			return false
		}
	}
	return true
}

func checkFormat(text string) error {
	number, ok := strings.CutPrefix(strings.TrimSpace(text), formatWords+" ")
	v, err := strconv.ParseUint(number, 10, 32)
	if !ok || err != nil {
		return fmt.Errorf("%w: %s does not say which format this is", result.ErrCorrupt, formatFile)
	}
	if v > formatVersion {
		return &result.VersionError{What: "store", Got: v, Max: formatVersion}
	}
	return nil
}

// writeFormat writes the file whole or not at all.
func writeFormat(dir string) error {
	path := filepath.Join(dir, formatFile)
	f, err := os.OpenFile(path+".new", os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "%s %d\n", formatWords, formatVersion)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// openBadger opens Badger's files after the checks that it does not make itself.
func openBadger(data string, opts *Options) (*badger.DB, error) {
	b := opts.badger(data)
	if !opts.InMemory {
		if err := os.MkdirAll(data, 0o700); err != nil && !opts.ReadOnly {
			return nil, err
		}
		if err := inspect(data, &b); err != nil {
			return nil, err
		}
	}
	db, err := badger.Open(b)
	switch {
	case err == nil:
		return db, nil
	case strings.Contains(err.Error(), "Cannot acquire directory lock"):
		return nil, fmt.Errorf("%w by a program that uses Badger directly", result.ErrLocked)
	case opts.ReadOnly && strings.Contains(err.Error(), "truncate"):
		return nil, errors.New("the store was not closed cleanly: open it for writing once, then read-only works")
	}
	return nil, err
}

// inspect looks at Badger's files. Without its MANIFEST Badger takes the
// directory for new and deletes every table in it; and a log from a larger
// memtable than is configured ends the process.
func inspect(data string, b *badger.Options) error {
	entries, err := os.ReadDir(data)
	if err != nil {
		return err
	}
	manifest, tables := false, 0
	for _, e := range entries {
		switch name := e.Name(); {
		case name == badger.ManifestFilename:
			manifest = true
		case strings.HasSuffix(name, ".sst"):
			tables++
		case strings.HasSuffix(name, ".mem"):
			tables++
			info, err := e.Info()
			if err != nil {
				return err
			}
			// A log is twice its memtable.
			b.MemTableSize = max(b.MemTableSize, info.Size()/2)
		}
	}
	if err := checkKey(data, b.EncryptionKey); err != nil {
		return err
	}
	if !manifest && tables > 0 {
		return fmt.Errorf("%w: %s is missing beside %d data files, which Badger would now delete; restore the file or a backup",
			result.ErrCorrupt, filepath.Join(data, badger.ManifestFilename), tables)
	}
	return nil
}

// checkKey tries the encryption key, none being one too, on Badger's own list of
// keys. Badger would find out as well, but leaves goroutines behind when an Open
// fails.
func checkKey(data string, key []byte) error {
	if _, err := os.Stat(filepath.Join(data, badger.KeyRegistryFileName)); err != nil {
		return nil // a new store
	}
	registry, err := badger.OpenKeyRegistry(badger.KeyRegistryOptions{Dir: data, ReadOnly: true, EncryptionKey: key})
	if errors.Is(err, badger.ErrEncryptionKeyMismatch) {
		return errors.New("the encryption key does not fit this store")
	}
	if err != nil {
		return fmt.Errorf("%w: %s: %w", result.ErrCorrupt, badger.KeyRegistryFileName, err)
	}
	return registry.Close()
}
