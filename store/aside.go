package store

import (
	"bytes"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// writeInputs stores what the leaves of tree are given. An input belongs to the
// task: of two groups that give one, the first stays.
func (b *batch) writeInputs(tree result.Tree, inputs [][]byte) error {
	i := 0
	for leaf := range tree.Leaves() {
		if i == len(inputs) {
			return nil
		}
		in := inputs[i]
		i++
		if in == nil {
			continue
		}
		if err := b.writeInput(leaf.ID(), in); err != nil {
			return err
		}
		if err := b.pause(); err != nil {
			return err
		}
	}
	return nil
}

// writeInput keeps an input that is there already.
func (b *batch) writeInput(task result.ID, in []byte) error {
	key := idKey(keyInput, task)
	if body, _, err := b.get(key); err != nil || body != nil {
		return err
	}
	return b.writeAside(key, in)
}

// writeAside stores what the caller gave beside the results: an input, a note.
// One that is long makes the operation a long one.
func (b *batch) writeAside(key, v []byte) error {
	rec := encoding.Record{Async: result.Async{State: result.Pending, Value: v}}
	if len(v) > maxInline {
		blob, err := b.writeBlob(rec)
		if err != nil {
			return err
		}
		if err := b.delete(seqKey(keyJournal, blob.Seq)); err != nil {
			return err
		}
		rec = short(rec, blob)
	}
	return b.set(key, 0, encoding.AppendRecord(nil, rec))
}

func (b *batch) deleteAside(key []byte) error {
	body, _, err := b.get(key)
	if err != nil || body == nil {
		return b.passOver(err)
	}
	rec, err := encoding.ParseRecord(body)
	if err != nil {
		return b.passOver(parseError(key, err))
	}
	if rec.Blob != nil {
		if err := b.deleteBlob(*rec.Blob); err != nil {
			return err
		}
	}
	return b.delete(key)
}

// readAside returns what writeAside stored, nil if nothing.
func readAside(r records, key []byte) ([]byte, error) {
	body, _, err := r.get(key)
	if err != nil || body == nil {
		return nil, err
	}
	rec, err := encoding.ParseRecord(body)
	if err != nil {
		return nil, parseError(key, err)
	}
	rec, err = whole(r, rec)
	return bytes.Clone(rec.Value), err
}
