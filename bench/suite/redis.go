package suite

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"time"
)

// A Redis is a server on loopback that was started for one engine.
type Redis struct {
	Addr string
	cmd  *exec.Cmd
}

// MissingRedis says why no server can be started; empty if one can.
func MissingRedis() string {
	if _, err := exec.LookPath("redis-server"); err != nil {
		return "redis-server is not installed (Debian: redis-server)"
	}
	return ""
}

// StartRedis starts a server on a free port of loopback, with its files in dir.
// AppendOnly and fsync are Redis's settings appendonly and appendfsync.
func StartRedis(dir, appendOnly, fsync string) (*Redis, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	r := &Redis{Addr: addr, cmd: exec.Command("redis-server", "--bind", "127.0.0.1", "--port", port, "--dir", dir,
		"--save", "", "--appendonly", appendOnly, "--appendfsync", fsync)}
	if err := r.cmd.Start(); err != nil {
		return nil, err
	}
	patience, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for patience.Err() == nil {
		if conn, err := net.Dial("tcp", addr); err == nil {
			return r, conn.Close()
		}
		time.Sleep(10 * time.Millisecond)
	}
	return nil, errors.Join(fmt.Errorf("redis-server does not answer on %s", addr), r.Close())
}

// Close ends the server.
func (r *Redis) Close() error {
	if err := r.cmd.Process.Kill(); err != nil {
		return err
	}
	_ = r.cmd.Wait() // it was killed: that is no failure
	return nil
}
