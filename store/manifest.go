package store

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/table"

	"github.com/seed-1c955bc8/bunch/result"
)

// files are Badger's files as they lie there before Badger opens them. All the
// guards of Open look at them first and change nothing: what is refused stays as
// it was found.
type files struct {
	dir      string
	manifest badger.Manifest
	whole    int64    // bytes of the manifest that parse
	tables   []uint64 // on disk, in order
	logs     []*walFile
	keys     *badger.KeyRegistry
	prints   fingerprints // as they were written down
}

// readFiles lists dir and reads the manifest and the keys. A new store has no
// files.
func readFiles(dir string, key []byte) (*files, error) {
	f := &files{dir: dir, manifest: badger.Manifest{Tables: map[uint64]badger.TableManifest{}}}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	} else if err != nil {
		return nil, err
	}
	for _, e := range entries {
		name := e.Name()
		if id, ok := table.ParseFileID(name); ok {
			f.tables = append(f.tables, id)
		}
		if number, ok := strings.CutSuffix(name, ".mem"); ok {
			fid, err := strconv.ParseUint(number, 10, 32)
			if err != nil {
				return nil, fmt.Errorf("%w: %s is no log of Badger's", result.ErrCorrupt, filepath.Join(dir, name))
			}
			info, err := e.Info()
			if err != nil {
				return nil, err
			}
			f.logs = append(f.logs, &walFile{fid: fid, path: filepath.Join(dir, name), size: info.Size()})
		}
	}
	slices.Sort(f.tables)
	slices.SortFunc(f.logs, func(a, b *walFile) int { return int(a.fid) - int(b.fid) })
	if f.prints, err = readPrints(dir); err != nil {
		return nil, err
	}
	if err = f.readKeys(key); err != nil {
		return nil, err
	}
	return f, f.readManifest()
}

// readManifest replays Badger's list of tables. Without it Badger takes the
// directory for new and deletes every table. A last record that was cut short is
// what a loss of power leaves: Badger syncs each record before it relies on it.
func (f *files) readManifest() error {
	path := filepath.Join(f.dir, badger.ManifestFilename)
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		if n := len(f.tables) + len(f.logs); n > 0 {
			return fmt.Errorf("%w: %s is missing beside %d data files, which Badger would now delete; restore the file or a backup",
				result.ErrCorrupt, path, n)
		}
		return nil
	} else if err != nil {
		return err
	}
	defer file.Close()
	manifest, whole, err := replayManifest(file)
	if err != nil {
		return fmt.Errorf("%w: %s: %w; restore the file or a backup", result.ErrCorrupt, path, err)
	}
	f.manifest, f.whole = manifest, whole
	for id := range f.manifest.Tables {
		if _, ok := slices.BinarySearch(f.tables, id); !ok {
			return fmt.Errorf("%w: table %s is missing; restore the file or a backup", result.ErrCorrupt, table.NewFilename(id, f.dir))
		}
	}
	return nil
}

func replayManifest(file *os.File) (m badger.Manifest, whole int64, err error) {
	return badger.ReplayManifestFile(file, 0, badger.DefaultOptions("").WithLogger(nil))
}

// known are the tables of the manifest, unknown those that Badger would delete:
// an interrupted compaction leaves some.
func (f *files) split() (known, unknown []uint64) {
	for _, id := range f.tables {
		if _, ok := f.manifest.Tables[id]; ok {
			known = append(known, id)
		} else {
			unknown = append(unknown, id)
		}
	}
	return known, unknown
}

// names are those of the files that have a fingerprint.
func (f *files) names() []string {
	names := tableNames(f.manifest)
	for _, w := range f.logs {
		names = append(names, filepath.Base(w.path))
	}
	return append(names, badger.KeyRegistryFileName)
}

// writePrints writes the fingerprints of what is there.
func (f *files) writePrints() error {
	was := f.prints
	var err error
	if f.prints, err = was.take(f.dir, f.names()); err != nil || maps.Equal(was, f.prints) {
		return err
	}
	return f.prints.write(f.dir, true)
}

func tableNames(m badger.Manifest) (names []string) {
	for id := range m.Tables {
		names = append(names, filepath.Base(table.NewFilename(id, "")))
	}
	return names
}

// readKeys reads Badger's list of data keys and tries the encryption key, none
// being one too. Badger would find out as well, but leaves goroutines behind
// when an Open fails.
func (f *files) readKeys(key []byte) (err error) {
	path := filepath.Join(f.dir, badger.KeyRegistryFileName)
	f.keys, err = badger.OpenKeyRegistry(badger.KeyRegistryOptions{Dir: f.dir, ReadOnly: true, EncryptionKey: key}) // no file gives an empty list
	if errors.Is(err, badger.ErrEncryptionKeyMismatch) {
		sum, ok, e := fingerprintOf(path)
		if want, listed := f.prints[badger.KeyRegistryFileName]; e == nil && listed && (!ok || sum != want) {
			return fmt.Errorf("%w: %s is damaged, or another store's; restore the file or a backup", result.ErrCorrupt, path)
		}
		return errors.New("the encryption key does not fit this store")
	} else if err != nil {
		return fmt.Errorf("%w: %s: %w; restore the file or a backup", result.ErrCorrupt, path, err)
	}
	return nil
}
