package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// damagedDir has the files that Recover replaced.
const damagedDir = "damaged"

// Recover makes a store that Open refuses, because it is damaged, one that opens
// again: of what Options.Salvage can read, which is in its files from then on.
// Call Repair next, which says what is lost and makes the rest consistent. It
// needs as much room again as the store takes.
//
// The damaged files stay in a folder "damaged" in dir, for whoever wants to try
// more; they are in nobody's way, and are never removed. If there is such a folder
// already Recover gives an error that matches fs.ErrExist and changes nothing. A
// crash leaves the store as it was, or recovered; in the very last moment it may
// cost the damaged files. A store that is not damaged may be recovered too: that
// only costs time.
//
// Lost says which files, or which parts of files, could not be read; Repair does
// not know of them, but finds what is missing because of them where other records
// tell.
func Recover(dir string, o *Options) (lost []Finding, err error) {
	if lost, err = recoverStore(dir, o); err != nil {
		return nil, fmt.Errorf("recover store %q: %w", dir, err)
	}
	return lost, nil
}

func recoverStore(dir string, o *Options) ([]Finding, error) {
	opts := Options{}
	if o != nil {
		opts = *o
	}
	opts.Salvage, opts.recovering = true, true
	damaged := filepath.Join(dir, damagedDir)
	if _, err := os.Lstat(damaged); err == nil {
		return nil, fmt.Errorf("%w: %s has the files of an earlier recovery: move it away", fs.ErrExist, damaged)
	}
	s, err := open(dir, &opts)
	if err != nil {
		return nil, err
	}
	lock, made := s.lock, s.scratch
	s.lock, s.scratch = nil, "" // both outlive the reading
	defer lock.release()
	defer os.RemoveAll(made) // if it is still called that
	if err := s.Close(); err != nil {
		return nil, err
	}
	fresh := filepath.Join(dir, newDir)
	err = errors.Join(os.RemoveAll(fresh), keepPrivate(made), syncFiles(made))
	if err == nil {
		err = os.Rename(made, fresh)
	}
	if err == nil {
		err = s.swap(damaged)
	}
	return s.leftOut, errors.Join(err, syncDir(dir))
}
