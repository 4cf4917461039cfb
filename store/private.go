package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// keepPrivate takes what others may do to Badger's files away. Badger makes its
// logs and tables with the permissions that the umask leaves, which a library
// cannot change for itself alone. Nobody else gets into their folder; so this is
// for when they are copied or packed, and is done at opening and closing.
func keepPrivate(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := os.Chmod(filepath.Join(dir, e.Name()), 0o600); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err // one that is gone has been compacted
		}
	}
	return nil
}
