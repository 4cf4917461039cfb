package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store"
)

// readLines reads lines to the end of r; those that are empty do not count. With
// nul, they end in NUL bytes instead. It gives up when ctx ends, although the read
// may go on.
func readLines(ctx context.Context, r io.Reader, nul bool) ([]string, error) {
	type answer struct {
		lines []string
		err   error
	}
	done := make(chan answer, 1)
	go func() {
		var a answer
		s := bufio.NewScanner(r)
		s.Buffer(nil, store.DefaultMaxValueSize)
		if nul {
			s.Split(splitNUL)
		}
		n := 0
		for s.Scan() {
			n++
			if len(s.Bytes()) > 0 {
				a.lines = append(a.lines, s.Text())
			}
		}
		a.err = s.Err()
		if a.err == bufio.ErrTooLong {
			a.err = fmt.Errorf("line %d: %w: the most is %d bytes", n+1, result.ErrTooLarge, store.DefaultMaxValueSize)
		}
		done <- a
	}()
	select {
	case a := <-done:
		return a.lines, a.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// splitNUL is bufio.ScanLines for NUL.
func splitNUL(data []byte, atEOF bool) (advance int, token []byte, err error) {
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return i + 1, data[:i], nil
	}
	if atEOF && len(data) > 0 {
		return len(data), data, nil
	}
	return 0, nil, nil
}
