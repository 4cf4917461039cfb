package remote

import (
	"fmt"
	"os"
)

// shortPath names the socket by way of a descriptor of the directory. Nothing but
// this process knows of it: the socket lies in the directory, and another process
// comes to it by a descriptor of its own.
func shortPath(dir string) (path string, release func(), err error) {
	d, err := os.Open(dir)
	if err != nil {
		return "", nil, err
	}
	return fmt.Sprintf("/proc/self/fd/%d/%s", d.Fd(), SocketFile), func() { _ = d.Close() }, nil
}
