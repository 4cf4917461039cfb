package remote

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"

	"github.com/seed-1c955bc8/bunch/result"
)

// SocketFile is the name of the socket in a store's directory.
const SocketFile = "SOCKET"

// maxPath is how long the path of a socket may be: every system takes 103 bytes.
const maxPath = 103

// socketPath returns a path of the socket in dir that the system takes, for as
// long as release was not called.
func socketPath(dir string) (path string, release func(), err error) {
	path = filepath.Join(dir, SocketFile)
	if len(path) <= maxPath {
		return path, func() {}, nil
	}
	return shortPath(dir)
}

// listen makes the socket in dir. The caller has the store, so one that is there
// is that of a process that has died.
func listen(dir string) (*net.UnixListener, error) {
	path, release, err := socketPath(dir)
	if err != nil {
		return nil, err
	}
	defer release()
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, err
	}
	l.SetUnlinkOnClose(false) // the path may be one that is gone then
	// Until here the mode is that of the umask; whoever was quicker is asked for
	// its user all the same.
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, l.Close(), os.Remove(path))
	}
	return l, nil
}

// errNobody: no process answers on the socket.
var errNobody = fmt.Errorf("%w: a process that serves the store", result.ErrNotFound)

// connect connects to the socket in dir.
func connect(ctx context.Context, dir string) (*net.UnixConn, error) {
	path, release, err := socketPath(dir)
	if err != nil {
		return nil, err
	}
	defer release()
	var d net.Dialer
	c, err := d.DialContext(ctx, "unix", path)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("%w: %w", errNobody, err)
	}
	return c.(*net.UnixConn), nil
}
