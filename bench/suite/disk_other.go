//go:build !unix

package suite

import "io/fs"

func allocated(info fs.FileInfo) int64 { return info.Size() }
