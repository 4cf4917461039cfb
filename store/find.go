package store

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/result"
)

// Find gives the saved groups that have id in their tree; see group.Backend.
func (s *Store) Find(ctx context.Context, id result.ID) ([]result.ID, error) {
	if err := id.Validate(); err != nil {
		return nil, &Error{Op: "find", ID: id, Err: err}
	}
	var found []*group
	err := s.read(ctx, "find", id, func(txn *badger.Txn) (err error) {
		if found, err = namedBy(txn, id); err != nil {
			return err
		}
		g, err := readGroup(txn, idKey(keyHead, id))
		if err != nil {
			return err
		}
		if g != nil {
			found = append(found, g)
		}
		nests, err := nestedBy(txn, id)
		found = append(found, nests...)
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(found, func(a, b *group) int { return cmp.Compare(a.head.Seq, b.head.Seq) })
	var ids []result.ID
	for i, g := range found {
		if i == 0 || g.id != found[i-1].id {
			ids = append(ids, g.id)
		}
	}
	return ids, nil
}

// namedBy is namers on a snapshot: the saved groups that name a task.
func namedBy(txn *badger.Txn, task result.ID) ([]*group, error) {
	groups, err := memberOf(txn, idKey(keyNamers, task))
	if err != nil {
		return nil, err
	}
	own, err := ownGroup(txn, task, func(t result.Tree) bool {
		_, node, _ := task.Minted()
		for _, p := range ownPlaces(t) {
			if p.first <= node && node <= p.last {
				return true
			}
		}
		return false
	})
	return append(groups, own...), err
}

// nestedBy gives the saved groups that nest a group.
func nestedBy(txn *badger.Txn, id result.ID) ([]*group, error) {
	groups, err := memberOf(txn, idKey(keyNests, id))
	if err != nil {
		return nil, err
	}
	own, err := ownGroup(txn, id, func(t result.Tree) bool {
		for nested := range t.Groups() {
			if nested.ID() == id {
				return true
			}
		}
		return false
	})
	return append(groups, own...), err
}

// ownGroup gives the saved group of a minted id's own root, if its tree has it.
func ownGroup(txn *badger.Txn, id result.ID, has func(result.Tree) bool) ([]*group, error) {
	root, _, ok := id.Minted()
	if !ok {
		return nil, nil
	}
	g, err := readGroup(txn, nodeKey(keyHead, root, 0))
	if err != nil || g == nil || !g.head.Own && !g.head.Nested {
		return nil, err
	}
	t, err := readTree(txn, g.head.Seq, g.head.Tree, g.head.Chunks)
	if err != nil || !has(t) {
		return nil, err
	}
	return []*group{g}, nil
}

// memberOf reads the saved groups of an 'i' or 'n' record. Entries of groups
// that are gone mean nothing.
func memberOf(txn *badger.Txn, key []byte) (groups []*group, err error) {
	entries, _, err := get(txn, key)
	if err != nil {
		return nil, err
	}
	if len(entries)%membershipLen != 0 {
		return nil, corrupt(key, fmt.Errorf("%d bytes of memberships", len(entries)))
	}
	for ; len(entries) > 0; entries = entries[membershipLen:] {
		id, _, err := get(txn, seqKey(keySeq, binary.BigEndian.Uint64(entries)))
		if err != nil {
			return nil, err
		}
		if id == nil {
			continue
		}
		g, err := readGroup(txn, idKey(keyHead, result.ID(id)))
		if err != nil {
			return nil, err
		}
		if g != nil {
			groups = append(groups, g)
		}
	}
	return groups, nil
}
