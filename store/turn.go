package store

import (
	"context"

	"github.com/seed-1c955bc8/bunch/result"
)

// turn waits until nobody else checks, backs up, loads or compacts, which take
// long and take turns, and returns what ends the turn.
func (s *Store) turn(ctx context.Context, name string) (end func(), err error) {
	if err = ctx.Err(); err == nil {
		err = s.ended()
	}
	if err == nil {
		select {
		case s.turns <- struct{}{}:
			return func() { <-s.turns }, nil
		case <-s.closing:
			err = result.ErrClosed
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	return nil, &Error{Op: name, Err: err}
}

// ended gives ErrClosed once Close has begun: what takes long looks now and then.
func (s *Store) ended() error {
	select {
	case <-s.closing:
		return result.ErrClosed
	default:
		return nil
	}
}
