//go:build darwin || freebsd

package remote

import (
	"net"

	"golang.org/x/sys/unix"
)

// peer returns the user and, if that is known, the process at the other end of a
// connection.
func peer(c *net.UnixConn) (uid, pid int, err error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, 0, err
	}
	const local = 0 // SOL_LOCAL
	var cred *unix.Xucred
	if failed := raw.Control(func(fd uintptr) { cred, err = unix.GetsockoptXucred(int(fd), local, unix.LOCAL_PEERCRED) }); failed != nil {
		return 0, 0, failed
	}
	if err != nil {
		return 0, 0, err
	}
	return int(cred.Uid), 0, nil
}
