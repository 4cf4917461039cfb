package store

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/result"
)

// Operations read and write records through their batch: what they wrote is there for
// those after them, and nobody else.

// written returns what the batch, or the one before it, wrote under key last.
func (b *batch) written(key []byte) (w record, ok bool) {
	w, ok = b.writes[string(key)]
	if !ok && b.before != nil {
		w, ok = b.before.writes[string(key)]
	}
	return w, ok
}

// get reads a record; see records.
func (b *batch) get(key []byte) (body []byte, meta byte, err error) {
	if b.absent(key) {
		return nil, 0, nil
	}
	if w, ok := b.written(key); ok {
		return w.body(), w.meta, nil
	}
	err = b.s.guarded(func() (err error) {
		body, meta, err = b.snap.get(key)
		return err
	})
	return bytes.Clone(body), meta, err // Badger's memory is the snapshot's, which a long operation outlives
}

// set writes a record; key and body are the batch's from now on.
func (b *batch) set(key []byte, meta byte, body []byte) error {
	if len(body) > maxRecord { // Badger's own error for that has a dump of the value in it
		return fmt.Errorf("%w: record %s has %d bytes, the most is %d", result.ErrTooLarge, describe(key), len(body), maxRecord)
	}
	w := record{key, seal(key, meta, body), meta}
	b.s.absent.add(key)
	return b.add(w)
}

// delete removes the record under key, if there is one.
func (b *batch) delete(key []byte) error {
	return b.add(record{key: key})
}

// drop removes the record under key, which is there.
func (b *batch) drop(key []byte) error {
	if key[0] == keyResult {
		b.tasks--
	}
	return b.delete(key)
}

func (b *batch) add(w record) error {
	b.n++
	b.used += w.size()
	if old, ok := b.writes[string(w.key)]; ok {
		b.used -= old.size()
	}
	b.writes[string(w.key)] = w
	if b.tooBig() {
		return errTooBig
	}
	return nil
}

func (b *batch) setNumber(key []byte, n uint64) error {
	return b.set(key, 0, binary.BigEndian.AppendUint64(make([]byte, 0, 8+sealLen), n))
}

func (b *batch) number(key []byte) (n uint64, ok bool, err error) {
	body, _, err := b.get(key)
	if err != nil || body == nil {
		return 0, false, err
	}
	n, err = parseNumber(key, body)
	return n, err == nil, err
}

func parseNumber(key, body []byte) (uint64, error) {
	if len(body) != 8 {
		return 0, corrupt(key, fmt.Errorf("a number has %d bytes", len(body)))
	}
	return binary.BigEndian.Uint64(body), nil
}

// nextSeq takes a number that was never used before.
func (b *batch) nextSeq() (uint64, error) {
	n, ok, err := b.number(metaSeq)
	if err == nil && !ok { // a new store, or one that lost it
		n, err = b.highest()
	}
	if err != nil {
		return 0, err
	}
	n++
	return n, b.setNumber(metaSeq, n)
}

// highest is the highest number that is stored.
func (b *batch) highest() (top uint64, err error) {
	err = b.s.guarded(func() error {
		for _, kind := range []byte{keySeq, keyTree, keyBlob, keyJournal, keyDirect} {
			it := b.snap.NewIterator(badger.IteratorOptions{Prefix: []byte{kind}, Reverse: true})
			if it.Seek([]byte{kind + 1}); it.ValidForPrefix([]byte{kind}) && len(it.Item().Key()) >= 9 {
				top = max(top, seqOf(it.Item().Key()))
			}
			it.Close()
		}
		return nil
	})
	return top, err
}

// keys collects the keys from first on, up to and with last, at most limit of
// them.
func (b *batch) keys(first, last []byte, limit int) (keys [][]byte, err error) {
	err = b.s.guarded(func() error {
		it := b.snap.NewIterator(badger.IteratorOptions{Prefix: commonPrefix(first, last)})
		defer it.Close()
		for it.Seek(first); it.Valid() && len(keys) < limit; it.Next() {
			key := it.Item().Key()
			if string(key) > string(last) {
				break
			}
			if _, ok := b.written(key); !ok {
				keys = append(keys, it.Item().KeyCopy(nil))
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	// What came after the snapshot may lie between those.
	add := func(writes map[string]record, over map[string]record) {
		for key, w := range writes {
			if key < string(first) || key > string(last) || w.sealed == nil {
				continue
			}
			if _, ok := over[key]; !ok {
				keys = append(keys, w.key)
			}
		}
	}
	add(b.writes, nil)
	if b.before != nil {
		add(b.before.writes, b.writes)
	}
	slices.SortFunc(keys, bytes.Compare)
	return keys[:min(len(keys), limit)], nil
}

func commonPrefix(a, b []byte) []byte {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return a[:n]
}
