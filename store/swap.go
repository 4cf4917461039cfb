package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/seed-1c955bc8/bunch/result"
)

// Files that are made anew, by a full compaction or by Load, take the place of
// the old ones by two renames. What is on disk at each moment, and what Open makes
// of it, if the process ends there:
//
//	data  data.new           while it is made     data.new goes
//	      data.new data.old  between the renames  data.old becomes data again, data.new goes
//	data           data.old  after them           data.old goes
const (
	newDir = "data.new"
	oldDir = "data.old"
)

// swap puts the files in newDir in the place of those in dataDir, which go, or
// become the folder keep if that is not "". No database is open.
func (s *Store) swap(keep string) error {
	data, fresh, old := filepath.Join(s.dir, dataDir), filepath.Join(s.dir, newDir), filepath.Join(s.dir, oldDir)
	// The mark tells the size of the old manifest; the next opening makes another.
	if err := os.Remove(filepath.Join(s.dir, markFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(data, old); err != nil {
		return err
	}
	if err := syncDir(s.dir); err != nil {
		return err
	}
	if err := os.Rename(fresh, data); err != nil {
		return errors.Join(err, os.Rename(old, data))
	}
	if err := syncDir(s.dir); err != nil {
		return err
	}
	if keep != "" {
		return os.Rename(old, keep)
	}
	_ = os.RemoveAll(old) // if not now, at the next Open
	return nil
}

// recoverSwap completes, or undoes, what was going on when a process ended.
func recoverSwap(dir string) error {
	data, fresh, old := filepath.Join(dir, dataDir), filepath.Join(dir, newDir), filepath.Join(dir, oldDir)
	exists := func(path string) bool {
		_, err := os.Lstat(path)
		return !errors.Is(err, fs.ErrNotExist)
	}
	switch {
	case !exists(data) && exists(old):
		if err := os.Rename(old, data); err != nil {
			return err
		}
		if err := syncDir(dir); err != nil {
			return err
		}
	case !exists(data) && exists(fresh): // no state of ours
		return fmt.Errorf("%w: %s is missing beside %s", result.ErrCorrupt, data, fresh)
	}
	return errors.Join(os.RemoveAll(fresh), os.RemoveAll(old))
}

// reopen closes Badger's files, lets change do something about them, and opens
// them again, in the committer. Readers wait meanwhile. After an error the store
// has nothing open any more and refuses everything.
func (s *Store) reopen(change func() error) error {
	s.using.Lock()
	defer s.using.Unlock()
	err := s.closeFiles()
	if err == nil {
		err = change()
	}
	if err == nil {
		err = s.openFiles()
	}
	if err != nil {
		s.failed = fmt.Errorf("%w: %w", errCommit, err)
	}
	return s.failed
}
