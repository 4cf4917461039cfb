//go:build !linux && !darwin && !freebsd

package remote

import (
	"net"
	"os"
)

// peer cannot ask here who is at the other end: the mode of the socket, or of the
// directory that it lies in, has to be enough.
func peer(*net.UnixConn) (uid, pid int, err error) { return os.Geteuid(), 0, nil }
