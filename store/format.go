package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-1c955bc8/bunch/result"
)

// formatVersion changes when an older program could no longer read what is in the
// directory. 1 was before the first release: it had memberships in an index.
const (
	formatWords   = "bunch store, format"
	formatVersion = 2
)

// formatLine is the text of formatFile.
func formatLine() string { return fmt.Sprint(formatWords, " ", formatVersion) }

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
	case has(entries, markFile) && has(entries, dataDir):
		return fmt.Errorf("%w: %s is missing from a store; if you know that it was of format %d, make that file with the line %q in it",
			result.ErrCorrupt, formatFile, formatVersion, formatLine())
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

func has(entries []fs.DirEntry, name string) bool {
	return slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == name })
}

func checkFormat(text string) error {
	number, ok := strings.CutPrefix(strings.TrimSpace(text), formatWords+" ")
	v, err := strconv.ParseUint(number, 10, 32)
	if !ok || err != nil || v == 0 {
		return fmt.Errorf("%w: %s does not say which format this is", result.ErrCorrupt, formatFile)
	}
	if v != formatVersion {
		return &result.VersionError{What: "store", Got: v, Max: formatVersion}
	}
	return nil
}

func writeFormat(dir string) error {
	return writeFile(filepath.Join(dir, formatFile), []byte(formatLine()+"\n"), true)
}

// writeFile writes a file whole or not at all; without durable a loss of power may
// leave something else of it.
func writeFile(path string, text []byte, durable bool) error {
	f, err := os.OpenFile(path+".new", os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if durable && err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(path+".new", path)
	}
	if durable && err == nil {
		err = syncDir(filepath.Dir(path))
	}
	return err
}
