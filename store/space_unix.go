//go:build linux || darwin || freebsd || dragonfly

package store

import "golang.org/x/sys/unix"

// freeSpace is how many bytes a program like this one may still write to dir.
func freeSpace(dir string) (uint64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, err
	}
	return uint64(max(int64(st.Bavail), 0)) * uint64(st.Bsize), nil
}
