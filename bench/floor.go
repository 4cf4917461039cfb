package main

import (
	"encoding/binary"
	"time"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"

	"github.com/seed-1c955bc8/bunch/bench/suite"
	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store"
)

// The floor is raw Badger with the store's settings: it writes and reads the
// same keys and as many bytes, through the same kind of committer, and obeys no
// law. It looks nothing up before it writes, counts nothing, checks nothing, and
// has the bytes of its records ready beforehand. TestSameBytes compares what is
// on disk.
var floors = []suite.Kind{
	floorKind("floor", "raw Badger, synced before it answers", store.Options{}),
	floorKind("floor-edge", "raw Badger, synced before it answers; the edge profile", store.Options{Profile: store.Edge}),
	floorKind("floor-nosync", "raw Badger, not synced", store.Options{NoSync: true}),
}

func floorKind(name, note string, o store.Options) suite.Kind {
	return suite.Kind{Name: name, Durable: !o.NoSync, Note: note, Open: func(dir string, w suite.Workload) (suite.Engine, error) {
		b := badgerOptions(dir, o)
		if w.Op == "open" { // where the store verifies every table, so does Badger
			b.ChecksumVerificationMode = options.OnTableRead
		}
		db, err := badger.Open(b)
		if err != nil {
			return nil, err
		}
		f := &floor{db: db, raw: w.Raw}
		f.committer = suite.NewCommitter(f.commit)
		return f, nil
	}}
}

type floor struct {
	db        *badger.DB
	committer *suite.Committer[floorWrite]
	raw       bool // no committer
	seq       uint64
	records   [][]byte // by number of the value: a sealed record, ready to be written
	heads     map[*suite.Group]*badger.Entry
}

// floorWrite is one operation: the entries it writes, and the head that changes
// with them, which is written once a transaction however many changed it.
type floorWrite struct {
	entries []*badger.Entry
	head    *badger.Entry
}

// seal stands for the checksum of a value.
var seal = make([]byte, 4)

func (f *floor) commit(batch []floorWrite) error {
	return f.db.Update(func(txn *badger.Txn) error {
		heads := []*badger.Entry{clock()}
		for _, w := range batch {
			for _, e := range w.entries {
				if err := txn.SetEntry(e); err != nil {
					return err
				}
			}
			if w.head != nil && heads[len(heads)-1] != w.head {
				heads = append(heads, w.head)
			}
		}
		for _, h := range heads {
			if err := txn.SetEntry(again(h)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (f *floor) write(w floorWrite) error {
	if f.raw {
		return f.commit([]floorWrite{w})
	}
	return f.committer.Put(w)
}

// Save writes what a group adds: its number, its tree, its head and its place in
// the list; with foreign ids, a record for each that names the group, in a WriteBatch.
func (f *floor) Save(g *suite.Group) error {
	f.seq++
	seq := binary.BigEndian.AppendUint64(nil, f.seq)
	entries := []*badger.Entry{entry([]byte("mseq"), seq)}
	tree := encoding.AppendTree(nil, g.Tree)
	chunks := uint32(0)
	for ; len(tree) > 0; chunks++ {
		piece := tree[:min(len(tree), 64<<10)]
		tree = tree[len(piece):]
		key := binary.BigEndian.AppendUint32(append(append([]byte{'t'}, seq...), 0, 0, 0, 0), chunks)
		entries = append(entries, entry(key, piece))
	}
	id := g.Tree.ID()
	entries = append(entries, entry(append([]byte{'s'}, seq...), []byte(id)))
	p := result.Progress{Total: g.N, Completed: g.N}
	p.Leaves = p.Leaves.Add(result.Success, g.N)
	_, _, minted := id.Minted()
	now := time.Now()
	head := entry(idKey('h', id), encoding.AppendHead(nil, encoding.Head{
		Seq: f.seq, Chunks: chunks, Created: now, Settled: now, Own: minted, Progress: p,
	}))
	f.prepare(g, head)
	entries = append(entries, again(head))
	if !g.Foreign() {
		return f.write(floorWrite{entries: entries})
	}
	wb := f.db.NewWriteBatch()
	defer wb.Cancel()
	for i := range g.N {
		place := append(append(append(make([]byte, 0, 19), 0, 0, 1), seq...), 0, 0, 0, 0)
		if err := wb.SetEntry(entry(idKey('r', g.ID(i)), place)); err != nil {
			return err
		}
	}
	for _, e := range append(entries, clock()) {
		if err := wb.SetEntry(e); err != nil {
			return err
		}
	}
	return wb.Flush()
}

// clock is the record that the store writes with every transaction.
func clock() *badger.Entry { return entry([]byte("mclock"), make([]byte, 24)) }

func entry(key, body []byte) *badger.Entry {
	return &badger.Entry{Key: key, Value: append(body[:len(body):len(body)], seal...)}
}

// again is e for one more transaction: Badger takes over the entry it is given.
func again(e *badger.Entry) *badger.Entry { return &badger.Entry{Key: e.Key, Value: e.Value} }

// prepare has the group's head and the records ready.
func (f *floor) prepare(g *suite.Group, head *badger.Entry) {
	if f.heads == nil {
		f.heads = map[*suite.Group]*badger.Entry{}
	}
	f.heads[g] = head
	if f.records != nil || g.Value(0) == nil {
		return
	}
	for i := range suite.Distinct {
		a := result.Async{State: result.Success, Value: g.Value(i), Done: time.Now(), Attempt: 1}
		body := encoding.AppendRecord(nil, encoding.Record{Async: a})
		f.records = append(f.records, append(body, seal...))
	}
}

// idKey is the key of a UUID, of store/keys.go.
func idKey(kind byte, id result.ID) []byte {
	tag := byte(3)
	if _, _, minted := id.Minted(); minted {
		tag = 1
	}
	u, _ := id.UUID()
	return append([]byte{kind, tag}, u[:]...)
}

var successCode = encoding.StateCode(result.Success)

// resultKey is the key of the result of minted task i.
func resultKey(root result.Root, i int) []byte {
	key := append(append(make([]byte, 0, 18), 'r', 1), root[:]...)
	return binary.BigEndian.AppendUint32(key, uint32(i+1))
}

func (f *floor) record(g *suite.Group, i int) *badger.Entry {
	return &badger.Entry{Key: resultKey(g.Root, i), Value: f.records[i%suite.Distinct], UserMeta: successCode}
}

func (f *floor) Report(g *suite.Group, first, n int) error {
	head := f.heads[g]
	if !f.raw || n == 1 {
		entries := make([]*badger.Entry, n)
		for i := range entries {
			entries[i] = f.record(g, first+i)
		}
		return f.write(floorWrite{entries, head})
	}
	wb := f.db.NewWriteBatch()
	defer wb.Cancel()
	for i := range n {
		if err := wb.SetEntry(f.record(g, first+i)); err != nil {
			return err
		}
	}
	for _, e := range []*badger.Entry{again(head), clock()} {
		if err := wb.SetEntry(e); err != nil {
			return err
		}
	}
	return wb.Flush()
}

func (f *floor) Close() error {
	f.committer.Close()
	return f.db.Close()
}
