package suite

import (
	"io/fs"
	"path/filepath"
)

// diskUsage is what the files in dir take from the disk: blocks, not lengths, as
// Badger's files are sparse while it is open.
func diskUsage(dir string) (n int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			n += allocated(info)
		}
		return err
	})
	return n, err
}
