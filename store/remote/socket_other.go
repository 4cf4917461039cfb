//go:build !linux

package remote

import "fmt"

// shortPath refuses: without /proc there is no other path to a socket in dir.
func shortPath(dir string) (string, func(), error) {
	return "", nil, fmt.Errorf("the path of %q is too long for a socket in it: the most is %d bytes", dir, maxPath-len(SocketFile)-1)
}
