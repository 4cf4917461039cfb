package main

import (
	"context"
	"io"
)

// input reads standard input for as long as ctx lasts: a read from a terminal ends for
// nothing but a key.
type input struct {
	ctx context.Context
	r   io.Reader
}

// Read leaves a read that is under way to the end of the process, once ctx has ended.
func (in input) Read(p []byte) (int, error) {
	type read struct {
		text []byte
		err  error
	}
	done := make(chan read, 1)
	text := make([]byte, len(p)) // p is the caller's again when ctx has ended
	go func() {
		n, err := in.r.Read(text)
		done <- read{text[:n], err}
	}()
	select {
	case r := <-done:
		return copy(p, r.text), r.err
	case <-in.ctx.Done():
		return 0, in.ctx.Err()
	}
}
