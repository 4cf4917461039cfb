package store

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"

	"github.com/seed-1c955bc8/bunch/result"
)

// Find gives the saved groups that have id in their tree; see group.Backend.
func (s *Store) Find(ctx context.Context, id result.ID) ([]result.ID, error) {
	if err := id.Validate(); err != nil {
		return nil, &Error{Op: "find", ID: id, Err: err}
	}
	var found []*group
	err := s.read(ctx, "find", id, func(r snapshot) (err error) {
		if found, err = namedBy(r, id); err != nil {
			return err
		}
		g, err := readGroup(r, idKey(keyHead, id))
		if err != nil {
			return err
		}
		if g != nil {
			found = append(found, g)
		}
		nests, err := nestedBy(r, id)
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
func namedBy(r records, task result.ID) ([]*group, error) {
	groups, err := memberOf(r, idKey(keyResult, task))
	if err != nil {
		return nil, err
	}
	own, err := ownGroup(r, task, func(t result.Tree) bool {
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
func nestedBy(r records, id result.ID) ([]*group, error) {
	groups, err := memberOf(r, idKey(keyNests, id))
	if err != nil {
		return nil, err
	}
	own, err := ownGroup(r, id, func(t result.Tree) bool {
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
func ownGroup(r records, id result.ID, has func(result.Tree) bool) ([]*group, error) {
	root, _, ok := id.Minted()
	if !ok {
		return nil, nil
	}
	g, err := readGroup(r, nodeKey(keyHead, root, 0))
	if err != nil || g == nil || !g.head.Own && !g.head.Nested {
		return nil, err
	}
	t, err := readTree(r, g.head.Seq, g.head.Tree, g.head.Chunks)
	if err != nil || !has(t) {
		return nil, err
	}
	return []*group{g}, nil
}

// memberOf reads the saved groups that an 'r' or 'n' record names. Memberships of
// groups that are gone mean nothing.
func memberOf(r records, key []byte) (groups []*group, err error) {
	members, err := memberships(r, key)
	if err != nil {
		return nil, err
	}
	for ; len(members) > 0; members = members[membershipLen:] {
		id, _, err := r.get(seqKey(keySeq, binary.BigEndian.Uint64(members)))
		if err != nil {
			return nil, err
		}
		if id == nil {
			continue
		}
		g, err := readGroup(r, idKey(keyHead, result.ID(id)))
		if err != nil {
			return nil, err
		}
		if g != nil {
			groups = append(groups, g)
		}
	}
	return groups, nil
}
