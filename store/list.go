package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/result"
)

// Limits of a page of List.
const (
	defaultPage = 100
	maxPage     = 10_000
)

// List gives a page of saved groups, the last created first; see group.Backend.
// The cursor is the creation number of the last group on the page before.
func (s *Store) List(ctx context.Context, q result.Query) (page []result.Saved, next string, err error) {
	limit := q.Limit
	if limit <= 0 {
		limit = defaultPage
	}
	limit = min(limit, maxPage)
	from := ^uint64(0)
	if q.Cursor != "" {
		if from, err = strconv.ParseUint(q.Cursor, 10, 64); err != nil || from == 0 {
			return nil, "", &Error{Op: "list", Err: fmt.Errorf("%w: %q is no cursor of a page", result.ErrBadValue, q.Cursor)}
		}
		from--
	}
	err = s.read(ctx, "list", "", func(r snapshot) error {
		it := r.NewIterator(badger.IteratorOptions{Prefix: []byte{keySeq}, Reverse: true})
		defer it.Close()
		for it.Seek(seqKey(keySeq, from)); it.Valid(); it.Next() {
			key := it.Item().KeyCopy(nil)
			saved, err := s.readListed(r, key)
			if err != nil {
				return err
			}
			if !takesGroup(q, saved) {
				continue
			}
			if len(page) == limit {
				return nil
			}
			page = append(page, saved)
			next = strconv.FormatUint(seqOf(key), 10)
		}
		next = ""
		return nil
	})
	if err != nil {
		return nil, "", err
	}
	return page, next, nil
}

// readListed reads what List shows of the group created as key says.
func (s *Store) readListed(r records, key []byte) (result.Saved, error) {
	id, _, err := r.get(key)
	if err != nil {
		return result.Saved{}, err
	}
	g, err := readGroup(r, idKey(keyHead, result.ID(id)))
	if err != nil {
		return result.Saved{}, err
	}
	if g == nil {
		return result.Saved{}, corrupt(key, fmt.Errorf("group %q has no head", string(id)))
	}
	return s.listed(r, g)
}

func takesGroup(q result.Query, g result.Saved) bool {
	if !q.Phase.Takes(g.Progress) ||
		!q.Since.IsZero() && g.Created.Before(q.Since) ||
		!q.Before.IsZero() && !g.Created.Before(q.Before) {
		return false
	}
	if q.Label == "" {
		return true
	}
	key, want, exact := strings.Cut(q.Label, "=")
	v, ok := g.Labels[key]
	return ok && (!exact || v == want)
}
