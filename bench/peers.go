package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"

	"github.com/seed-1c955bc8/bunch/bench/suite"
)

// A process of peers, which is started when the first of them is needed and ends
// with its input.
type peers struct {
	argv   []string
	names  []string // of the engines in it
	cmd    *exec.Cmd
	input  io.Closer
	client *suite.Client
	kinds  []suite.Kind
	failed string // why there is none
}

// peersOf are the processes in the module at root.
func peersOf(root string) []*peers {
	return []*peers{
		{
			argv: []string{"go", "run", "-C", root + "/bench/peers", "."},
			names: []string{
				"sqlite-modernc", "sqlite-mattn", "sqlite-modernc-batched", "sqlite-mattn-batched",
				"bbolt", "redis-off", "redis-everysec", "redis-always",
			},
		},
		{
			argv:  []string{"/usr/bin/python3", root + "/bench/peers/celery_peer.py"},
			names: []string{"celery-redis", "celery-filesystem"},
		},
	}
}

// entrant is the peer of this name. One whose process does not start is missing,
// and says why.
func (p *peers) entrant(name string) *entrant {
	if p.cmd == nil && p.failed == "" {
		if err := p.begin(); err != nil {
			p.failed = err.Error()
		}
	}
	if p.failed != "" {
		return &entrant{kind: suite.Kind{Name: name}, missing: p.failed}
	}
	i := slices.IndexFunc(p.kinds, func(k suite.Kind) bool { return k.Name == name })
	if i < 0 {
		return &entrant{kind: suite.Kind{Name: name}, missing: "the peers do not have it"}
	}
	k := p.kinds[i]
	return &entrant{kind: k, missing: k.Missing, peer: true, start: func(w suite.Workload, dir string) (suite.Session, error) {
		return p.client.Start(k, w, dir)
	}}
}

func (p *peers) begin() error {
	cmd := exec.Command(p.argv[0], p.argv[1:]...)
	cmd.Stderr = os.Stderr
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1") // for mattn's SQLite
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	p.cmd, p.input, p.client = cmd, in, suite.NewClient(in, out)
	if p.kinds, err = p.client.Kinds(); err != nil {
		return fmt.Errorf("%s: %w", p.argv[0], errors.Join(err, p.end()))
	}
	return nil
}

// end ends the process, if it runs.
func (p *peers) end() error {
	if p.cmd == nil {
		return nil
	}
	err := errors.Join(p.input.Close(), p.cmd.Wait())
	p.cmd = nil
	return err
}
