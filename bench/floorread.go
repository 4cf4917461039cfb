package main

import (
	"encoding/binary"

	"github.com/dgraph-io/badger/v4"
	"github.com/google/uuid"

	"github.com/seed-1c955bc8/bunch/bench/suite"
	"github.com/seed-1c955bc8/bunch/encoding"
)

func (f *floor) Restore(g *suite.Group, each func(string)) (members int, err error) {
	err = f.db.View(func(txn *badger.Txn) error {
		head, err := readHead(txn, g)
		if err != nil {
			return err
		}
		members = head.Progress.Total
		var tree []byte
		for n := range head.Chunks {
			key := binary.BigEndian.AppendUint64([]byte{'t'}, head.Seq)
			key = binary.BigEndian.AppendUint32(append(key, 0, 0, 0, 0), n)
			item, err := txn.Get(key)
			if err != nil {
				return err
			}
			err = item.Value(func(v []byte) error { tree = append(tree, v[:len(v)-len(seal)]...); return nil })
			if err != nil {
				return err
			}
		}
		if each == nil {
			return nil
		}
		// An array's head, a group's marker and id, then 17 bytes an id.
		const idLen = 17
		ids := tree[len(tree)-1-idLen*members : len(tree)-1]
		for ; len(ids) > 0; ids = ids[idLen:] {
			each(uuid.UUID(ids[1:idLen]).String())
		}
		return nil
	})
	return members, err
}

func readHead(txn *badger.Txn, g *suite.Group) (head encoding.Head, err error) {
	item, err := txn.Get(idKey('h', g.Tree.ID()))
	if err != nil {
		return head, err
	}
	err = item.Value(func(v []byte) error {
		head, err = encoding.ParseHead(v[:len(v)-len(seal)])
		return err
	})
	return head, err
}

// Progress is one Get. The floor counts nothing, so it answers what it was told.
func (f *floor) Progress(g *suite.Group) (completed int, err error) {
	err = f.db.View(func(txn *badger.Txn) error {
		_, err := readHead(txn, g)
		return err
	})
	return suite.Completed, err
}

// Join is a range scan that decodes the CBOR, that of records and of values, and
// keeps the values.
func (f *floor) Join(g *suite.Group, each func([]byte)) error {
	values := make([][]byte, 0, g.N)
	err := f.scan(g, func(v []byte) error {
		var value []byte
		err := encoding.Unmarshal(v, &value)
		values = append(values, value)
		return err
	})
	for _, v := range values {
		each(v)
	}
	return err
}

// Stream is a range scan that decodes records and keeps nothing.
func (f *floor) Stream(g *suite.Group, each func([]byte)) error {
	return f.scan(g, func(v []byte) error { each(v); return nil })
}

// scan calls do with the value of every record.
func (f *floor) scan(g *suite.Group, do func([]byte) error) error {
	return f.db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{Prefix: append([]byte{'r', 1}, g.Root[:]...)})
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			err := it.Item().Value(func(v []byte) error {
				rec, err := encoding.ParseRecord(v[:len(v)-len(seal)])
				if err != nil {
					return err
				}
				return do(rec.Value)
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}
