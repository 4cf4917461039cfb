//go:build unix

package main

import (
	"io/fs"
	"syscall"
)

// allocated is what a file occupies, which is less than its size where it has
// holes: Badger's logs do.
func allocated(info fs.FileInfo) int64 {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return int64(st.Blocks) * 512
	}
	return info.Size()
}
