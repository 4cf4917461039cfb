package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/seed-1c955bc8/bunch/result"
)

// formatLine is the text of formatFile. The number changes when an older
// program could no longer read what is in the directory.
const (
	formatWords   = "bunch store, format"
	formatVersion = 1
)

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
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	return syncDir(dir)
}
