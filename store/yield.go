package store

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store/remote"
)

// yieldTime is how long a process that lets go of the store may take for it.
const yieldTime = 5 * time.Second

// take takes the lock of the store in dir. A process that holds it only because
// nobody else did, as 'bunch watch' does, is asked to let go, and waited for; it
// goes on through whoever serves the store next. Any other keeps it: ErrLocked.
func take(dir string, shared bool) (*lock, error) {
	ctx, cancel := context.WithTimeout(context.Background(), yieldTime)
	defer cancel()
	for asked := false; ; {
		l, err := acquire(filepath.Join(dir, lockFile), shared)
		if !errors.Is(err, result.ErrLocked) {
			return l, err
		}
		// Several may wait: after one has let go, the next may have been quicker.
		if remote.AskToYield(ctx, dir) {
			asked = true
		}
		if !asked || ctx.Err() != nil {
			return nil, err
		}
		time.Sleep(10 * time.Millisecond)
	}
}
