package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store/remote"
)

const (
	// yieldTime is how long a process that lets go of the store may take for it.
	yieldTime = 5 * time.Second
	// servesWithin is how long a process may have the store before it serves it:
	// one that does not by then never will.
	servesWithin = time.Second
)

// take takes the lock of the store in dir. A process that holds it only because
// nobody else did, as 'bunch watch' does, is asked to let go, and waited for; it
// goes on through whoever serves the store next. Any other keeps it: ErrLocked.
func take(dir string, shared bool) (*lock, error) {
	ctx, cancel := context.WithTimeout(context.Background(), yieldTime)
	defer cancel()
	begun, asked := time.Now(), false
	for {
		l, err := acquire(filepath.Join(dir, lockFile), shared)
		if !errors.Is(err, result.ErrLocked) {
			return l, err
		}
		// Several may wait: after one has let go, the next may have been quicker.
		switch yields, nobody := remote.AskToYield(ctx, dir); {
		case yields:
			asked = true
		case nobody == nil:
			return nil, err
		case ctx.Err() != nil || errors.Is(nobody, result.ErrLocked):
			return nil, fmt.Errorf("%w, which does not answer; is it stopped?", err)
		case !asked && time.Since(begun) > servesWithin:
			return nil, fmt.Errorf("%w, which does not share it", err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
