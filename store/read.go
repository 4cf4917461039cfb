package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// read runs do on a snapshot of the store. Badger hangs or crashes when it is
// used after Close, so nothing gets to it but through here and the committer.
func (s *Store) read(ctx context.Context, name string, id result.ID, do func(snapshot) error) error {
	err := ctx.Err()
	if err == nil {
		if err = s.hold(); err == nil {
			defer s.release()
			err = s.view(do)
		}
	}
	if err != nil {
		return &Error{Op: name, ID: id, Err: err}
	}
	return nil
}

// view is Badger's View, of a snapshot that has nothing which the groups in memory
// do not have yet: who has seen a result sees counts that have it too.
func (s *Store) view(do func(snapshot) error) error {
	return s.guarded(func() error {
		s.live.commit.RLock()
		r := snapshot{s.db.NewTransaction(false)}
		s.live.commit.RUnlock()
		defer r.Discard()
		return do(r)
	})
}

// guarded runs what reads from Badger. Where a table went bad under an open store
// Badger reads on at a wrong place, and panics.
func (s *Store) guarded(do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: a table of Badger's is damaged, it could not read on: close the store and restore a backup", result.ErrCorrupt)
			s.opts.Logger.Error("panic in a read", "panic", p, "stack", string(debug.Stack()))
		}
	}()
	return do()
}

// verified gives ErrCorrupt if a table of Badger's is damaged. A scan ends early at a
// block that Badger cannot read, and says nothing.
func (s *Store) verified() error {
	err := s.guarded(s.db.VerifyChecksum)
	if err != nil && !errors.Is(err, result.ErrCorrupt) {
		err = fmt.Errorf("%w: a table of Badger's is damaged: %w", result.ErrCorrupt, err)
	}
	return err
}

// hold refuses a closed store, or one that failed, and keeps an open one open until release.
func (s *Store) hold() error {
	s.using.RLock()
	err := s.failed
	if s.closed {
		err = result.ErrClosed
	}
	if err != nil {
		s.using.RUnlock()
	}
	return err
}

func (s *Store) release() { s.using.RUnlock() }

// Progress says how far a saved group is; see group.Backend. In a process that
// used the group lately it comes from memory; a Badger read would wait for the
// commit under way.
func (s *Store) Progress(ctx context.Context, id result.ID) (result.Progress, error) {
	p, err := result.Progress{}, ctx.Err()
	if err == nil {
		p, err = s.progress(id)
	}
	if err != nil {
		return p, &Error{Op: "progress", ID: id, Err: err}
	}
	return p, nil
}

func (s *Store) progress(id result.ID) (result.Progress, error) {
	if err := s.hold(); err != nil {
		return result.Progress{}, err
	}
	defer s.release()
	g, err := s.lookup(idKey(keyHead, id))
	if err != nil {
		return result.Progress{}, err
	}
	if g == nil {
		return result.Progress{}, result.ErrNotFound
	}
	return g.head.Progress, nil
}

// Get reads one result; see group.Backend.
func (s *Store) Get(ctx context.Context, id result.ID) (a result.Async, err error) {
	if err := id.Validate(); err != nil {
		return a, &Error{Op: "get", ID: id, Err: err}
	}
	err = s.read(ctx, "get", id, func(r snapshot) error {
		var found bool
		a, found, err = readResult(r, id, result.Filter{})
		if err != nil || found {
			return err
		}
		groups, err := namedBy(r, id)
		if err == nil && len(groups) == 0 {
			err = result.ErrNotFound
		}
		return err
	})
	if err != nil {
		return result.Async{}, err
	}
	return a, nil
}

// readResult reads a task's result: PENDING if there is none.
func readResult(r records, id result.ID, filter result.Filter) (a result.Async, found bool, err error) {
	key := idKey(keyResult, id)
	body, _, err := r.get(key)
	if err != nil {
		return a, false, err
	}
	if a, found, err = parseResult(r, id, key, bytes.Clone(body)); err != nil {
		return a, true, err
	}
	if filter.Inputs {
		a.Input, err = readAside(r, idKey(keyInput, id))
	}
	return a, found, err
}

// parseResult makes a result of the body of a task's record, of which its value may
// be a piece. It is PENDING, and not found, if none is in there.
func parseResult(r records, id result.ID, key, body []byte) (a result.Async, found bool, err error) {
	_, res, err := splitMembers(key, body)
	if err != nil {
		return a, false, err
	}
	if res == nil {
		return result.Async{ID: id, State: result.Pending, Attempt: 1}, false, nil
	}
	rec, err := encoding.ParseRecord(res)
	if err != nil {
		return a, true, parseError(key, err)
	}
	if rec.Blob != nil {
		if rec, err = whole(r, rec); err != nil {
			return a, true, err
		}
	}
	rec.ID = id
	return rec.Async, true, nil
}

// Marshal returns v as CBOR, by package encoding.
func (s *Store) Marshal(v any) ([]byte, error) { return encoding.Marshal(v) }

// Unmarshal reads CBOR, by package encoding.
func (s *Store) Unmarshal(data []byte, v any) error { return encoding.Unmarshal(data, v) }
