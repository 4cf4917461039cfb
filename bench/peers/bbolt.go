package main

import (
	"encoding/binary"
	"errors"
	"path/filepath"

	"go.etcd.io/bbolt"

	"github.com/seed-1c955bc8/bunch/bench/suite"
)

var bbolts = []suite.Kind{{
	Name: "bbolt", Durable: true,
	Note: "synced before it answers; DB.Batch shares transactions",
	Open: func(dir string, _ suite.Workload) (suite.Engine, error) {
		db, err := bbolt.Open(filepath.Join(dir, "results.bolt"), 0o600, nil)
		if err != nil {
			return nil, err
		}
		err = db.Update(func(tx *bbolt.Tx) error {
			_, err := tx.CreateBucketIfNotExists(groupsBucket)
			return err
		})
		return &bolt{db}, err
	},
}}

// bolt keeps each group in a bucket: the number of members, how many succeeded,
// and the results by place. What a task's id leads to is for the program to know.
type bolt struct{ db *bbolt.DB }

var (
	groupsBucket = []byte("groups")
	totalKey     = []byte("total")
	doneKey      = []byte("done")
	idsKey       = []byte("ids")
)

func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func (b *bolt) group(tx *bbolt.Tx, g *suite.Group) *bbolt.Bucket {
	return tx.Bucket(groupsBucket).Bucket([]byte(g.Tree.ID()))
}

func (b *bolt) Save(g *suite.Group) error {
	return b.db.Update(func(tx *bbolt.Tx) error {
		group, err := tx.Bucket(groupsBucket).CreateBucket([]byte(g.Tree.ID()))
		if err != nil {
			return err
		}
		if g.Foreign() {
			var ids []byte
			for _, id := range g.IDs() {
				ids = append(ids, id...)
			}
			if err := group.Put(idsKey, ids); err != nil {
				return err
			}
		}
		if _, err := group.CreateBucket([]byte("results")); err != nil {
			return err
		}
		return errors.Join(group.Put(totalKey, number(uint64(g.N))), group.Put(doneKey, number(0)))
	})
}

func (b *bolt) Report(g *suite.Group, first, n int) error {
	return b.db.Batch(func(tx *bbolt.Tx) error {
		group := b.group(tx, g)
		results := group.Bucket([]byte("results"))
		done := binary.BigEndian.Uint64(group.Get(doneKey))
		for i := first; i < first+n; i++ {
			key := number(uint64(i))
			if results.Get(key) != nil { // the first one stands
				continue
			}
			done++
			if err := results.Put(key, g.Value(i)); err != nil {
				return err
			}
		}
		return group.Put(doneKey, number(done))
	})
}

func (b *bolt) Restore(g *suite.Group, each func(string)) (members int, err error) {
	err = b.db.View(func(tx *bbolt.Tx) error {
		group := b.group(tx, g)
		members = int(binary.BigEndian.Uint64(group.Get(totalKey)))
		if each != nil {
			const length = 36
			for ids := group.Get(idsKey); len(ids) > 0; ids = ids[length:] {
				each(string(ids[:length]))
			}
		}
		return nil
	})
	return members, err
}

func (b *bolt) Progress(g *suite.Group) (completed int, err error) {
	err = b.db.View(func(tx *bbolt.Tx) error {
		completed = int(binary.BigEndian.Uint64(b.group(tx, g).Get(doneKey)))
		return nil
	})
	return completed, err
}

func (b *bolt) Join(g *suite.Group, each func([]byte)) error {
	return b.db.View(func(tx *bbolt.Tx) error {
		return b.group(tx, g).Bucket([]byte("results")).ForEach(func(_, value []byte) error {
			each(append([]byte(nil), value...)) // bbolt's bytes end with the transaction
			return nil
		})
	})
}

func (b *bolt) Close() error { return b.db.Close() }
