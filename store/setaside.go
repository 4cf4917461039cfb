package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/dgraph-io/badger/v4/table"
)

// setAside moves away what Badger would delete, or must not replay: tables that
// its manifest does not know, as an interrupted compaction leaves them, and logs
// behind a gap. What was set aside at an earlier opening goes for them, so that
// the folder never has more than one crash left behind.
func (s *Store) setAside(f *files, l loss) error {
	var paths []string
	if _, unknown := f.split(); len(unknown) > 0 {
		for _, id := range unknown {
			paths = append(paths, table.NewFilename(id, f.dir))
		}
		s.opts.Logger.Info("tables that Badger's manifest does not know are set aside: a compaction was interrupted",
			"tables", len(unknown), "folder", filepath.Join(s.dir, asideDir))
	}
	if l.from != 0 {
		for _, w := range f.logs[l.logs:] {
			paths = append(paths, w.path)
		}
		s.opts.Logger.Warn("the latest commits were lost with the power: the store did not sync them",
			"commits", l.to-l.from+1, "from", l.from, "logs set aside", len(f.logs)-l.logs)
		f.logs = f.logs[:l.logs]
	}
	for _, w := range f.logs {
		if w.size == 0 { // made just before a crash; Badger does not open it
			if err := os.Remove(w.path); err != nil {
				return err
			}
		}
	}
	if len(paths) == 0 {
		return nil
	}
	aside := filepath.Join(s.dir, asideDir)
	if err := errors.Join(os.RemoveAll(aside), os.Mkdir(aside, 0o700)); err != nil {
		return err
	}
	for _, path := range paths {
		if err := os.Rename(path, filepath.Join(aside, filepath.Base(path))); err != nil {
			return fmt.Errorf("set aside: %w", err)
		}
	}
	return errors.Join(syncDir(aside), syncDir(f.dir)) // what goes on from here must not find them again
}

// dropAside removes what was set aside, and reports whether there was anything. The
// store was opened without it, and found that it has all its commits, or which of
// them a loss of power took.
func (s *Store) dropAside() bool {
	aside := filepath.Join(s.dir, asideDir)
	if _, err := os.Lstat(aside); err != nil {
		return false
	}
	if err := os.RemoveAll(aside); err != nil {
		s.opts.Logger.Warn("what was set aside stays, and the disk is short of space", "error", err)
		return false
	}
	s.opts.Logger.Info("what was set aside is removed, since the disk is short of space", "folder", aside)
	return true
}

// dropValueLog removes Badger's value log and what it knows about it. No value is
// ever long enough for it, so it is empty; but Badger does not open when a crash
// or damage left its file without a good header. It makes a new one.
func dropValueLog(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if name := e.Name(); filepath.Ext(name) == ".vlog" || name == "DISCARD" {
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				return err
			}
		}
	}
	return nil
}
