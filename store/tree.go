package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// A tree is cut into pieces, since a transaction is bounded. That of a flat
// group of minted tasks is one small piece, however many tasks there are.
//
// A group that grows gets a tree of a new version, and its head changes from the
// one to the other; so no reader finds half of each.
const treePiece = 64 << 10 // bytes: part of the format

// writeTree stores an encoded tree as version of group seq and returns in how
// many pieces. A long operation's batch is flushed when it gets full.
func (b *batch) writeTree(seq uint64, version uint32, encoded []byte) (pieces uint32, err error) {
	for ; len(encoded) > 0; pieces++ {
		if err := b.pause(); err != nil {
			return 0, err
		}
		piece := encoded[:min(len(encoded), treePiece)]
		encoded = encoded[len(piece):]
		body := append(make([]byte, 0, len(piece)+sealLen), piece...)
		if err := b.set(seqKey(keyTree, seq, version, pieces), 0, body); err != nil {
			return 0, err
		}
	}
	return pieces, nil
}

func (b *batch) deleteTree(seq uint64, version, pieces uint32) error {
	for n := range pieces {
		if err := b.delete(seqKey(keyTree, seq, version, n)); err != nil {
			return err
		}
	}
	return nil
}

func (b *batch) tree(g *group) (result.Tree, error) {
	return readTree(b, g.head.Seq, g.head.Tree, g.head.Chunks)
}

func readTree(r records, seq uint64, version, pieces uint32) (result.Tree, error) {
	var encoded []byte
	for n := range pieces {
		key := seqKey(keyTree, seq, version, n)
		piece, _, err := r.get(key)
		if err != nil {
			return result.Tree{}, err
		}
		if piece == nil {
			return result.Tree{}, corrupt(key, fmt.Errorf("piece %d of %d of a tree is missing", n+1, pieces))
		}
		if n == 0 { // a piece may lie in a batch, with its seal behind it: Clip
			room := (min(int(pieces), 64) - 1) * len(piece)
			encoded = slices.Grow(slices.Clip(piece), room)
		} else {
			encoded = append(encoded, piece...)
		}
	}
	tree, err := encoding.ParseTree(encoded)
	if err != nil {
		return result.Tree{}, parseError(seqKey(keyTree, seq, version), err)
	}
	return tree, nil
}

// Restore reads a saved group; see group.Backend.
func (s *Store) Restore(ctx context.Context, id result.ID) (saved result.Saved, err error) {
	err = s.read(ctx, "restore", id, func(r snapshot) error {
		g, err := readGroup(r, idKey(keyHead, id))
		if err != nil {
			return err
		}
		if g == nil {
			return result.ErrNotFound
		}
		tree, err := readTree(r, g.head.Seq, g.head.Tree, g.head.Chunks)
		if err != nil {
			return err
		}
		if saved, err = s.listed(r, g); err != nil {
			return err
		}
		saved.Tree = tree
		saved.Note, err = readAside(r, seqKey(keyNote, g.head.Seq))
		return err
	})
	if err != nil {
		return result.Saved{}, err
	}
	return saved, nil
}

// listed is what a listing shows of a group.
func (s *Store) listed(r records, g *group) (result.Saved, error) {
	saved := result.Saved{
		ID: g.id, Created: g.head.Created, Settled: g.head.Settled, Expires: s.clock.shown(g.head.Expires),
		Progress: g.head.Progress,
	}
	key := seqKey(keyLabels, g.head.Seq)
	body, _, err := r.get(key)
	if err != nil || body == nil {
		return saved, err
	}
	if saved.Labels, err = encoding.ParseLabels(body); err != nil {
		return saved, parseError(key, err)
	}
	return saved, nil
}
