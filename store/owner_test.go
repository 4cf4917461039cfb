//go:build unix

package store

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestRootKeepsOwner: root leaves a store of somebody else's to them.
func TestRootKeepsOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can use a store of somebody else's")
	}
	const nobody = 65534
	dir := t.TempDir()
	if err := os.Chown(dir, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	s := newStore(t, dir)
	owned := func() {
		t.Helper()
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err == nil && !d.IsDir() && info.Sys().(*syscall.Stat_t).Uid != nobody {
				t.Errorf("%s is somebody else's", path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	owned()
	reportAll(t, s, minted(10), 10)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	owned()
}
