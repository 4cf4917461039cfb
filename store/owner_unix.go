//go:build unix

package store

import (
	"os"
	"path/filepath"
	"syscall"
)

// keepOwner gives what root has made in a directory of somebody else's to them, or they
// could not open their own store any more. Where root may not, it stays as it is.
func keepOwner(dir string) {
	info, err := os.Stat(dir)
	if err != nil || os.Geteuid() != 0 {
		return
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || owner.Uid == 0 {
		return
	}
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		_ = os.Lchown(filepath.Join(dir, e.Name()), int(owner.Uid), int(owner.Gid))
	}
}
