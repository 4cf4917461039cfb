package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// A batch is one Badger transaction under way, and what the committer has to do
// once it is durable: take over the groups it changed, wake who waits for them,
// answer the operations in it. Only the committer has batches.
type batch struct {
	s    *Store
	txn  *badger.Txn
	now  time.Time // of the whole batch
	used int       // bytes of entries so far, as Badger counts them
	n    int       // entries so far

	groups map[string]*group // by head key: working copies of what was looked at
	bySeq  map[uint64]*group
	dirty  []*group // to be written when the batch is committed
	news   []news   // to be told when it is durable
	ops    []*op    // to be answered then
	long   bool     // the operation under way is in the journal: it may be committed in parts
	tight  bool     // the operation under way did not fit a transaction: it has to be long
}

// news is one thing for watchers to hear.
type news struct {
	group  result.ID // those of this group; empty: those of the task
	task   result.ID // whose result changed; empty if it is about the group
	ready  bool      // the task became ready
	gone   bool      // the group is no longer saved
	serial uint64    // of the change: who watches a group and its task hears it once
}

func (s *Store) newBatch() *batch {
	b := &batch{s: s}
	b.begin()
	return b
}

func (b *batch) begin() {
	b.txn = b.s.db.NewTransaction(true)
	b.now = b.s.now()
	b.used, b.n = 0, 0
	b.groups, b.bySeq = map[string]*group{}, map[uint64]*group{}
	b.dirty, b.news = nil, nil
}

// full reports whether the batch should be committed before more goes in: what
// a damaged log can cost is bounded by the size of a transaction, and an
// operation must still find room.
func (b *batch) full() bool {
	return b.n >= maxBatchEntries || int64(b.used) >= b.s.db.MaxBatchSize()/4
}

const maxBatchEntries = 2000

// get reads a record; body is nil if there is none. It is valid until the batch
// ends.
func (b *batch) get(key []byte) (body []byte, meta byte, err error) {
	if body, meta, ok := b.s.recent.get(key); ok {
		return body, meta, nil
	}
	if b.s.absent.is(key) {
		return nil, 0, nil
	}
	body, meta, err = get(b.txn, key)
	if err == nil && len(body) <= maxRecentBody {
		if body != nil { // Badger's memory is the transaction's
			body = append(make([]byte, 0, len(body)), body...)
		}
		b.s.recent.put(key, body, meta)
	}
	return body, meta, err
}

func get(txn *badger.Txn, key []byte) (body []byte, meta byte, err error) {
	item, err := txn.Get(key)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return nil, 0, nil
	} else if err != nil {
		return nil, 0, err
	}
	err = item.Value(func(sealed []byte) error {
		body, err = unseal(key, item.UserMeta(), sealed)
		return err
	})
	return body, item.UserMeta(), err
}

// set writes a record; body is the batch's from now on.
func (b *batch) set(key []byte, meta byte, body []byte) error {
	e := &badger.Entry{Key: key, Value: seal(key, meta, body), UserMeta: meta}
	b.n++
	b.used += len(key) + len(e.Value) + 16
	b.s.absent.add(key)
	b.s.recent.put(key, e.Value[:len(e.Value)-sealLen:len(e.Value)-sealLen], meta)
	return b.txn.SetEntry(e)
}

func (b *batch) delete(key []byte) error {
	b.n++
	b.used += len(key) + 16
	b.s.recent.put(key, nil, 0)
	return b.txn.Delete(key)
}

func (b *batch) setNumber(key []byte, n uint64) error {
	return b.set(key, 0, binary.BigEndian.AppendUint64(make([]byte, 0, 8+sealLen), n))
}

func (b *batch) number(key []byte) (n uint64, ok bool, err error) {
	body, _, err := b.get(key)
	if err != nil || body == nil {
		return 0, false, err
	}
	if len(body) != 8 {
		return 0, false, corrupt(key, fmt.Errorf("a number has %d bytes", len(body)))
	}
	return binary.BigEndian.Uint64(body), true, nil
}

// nextSeq takes a number that was never used before.
func (b *batch) nextSeq() (uint64, error) {
	n, _, err := b.number(metaSeq)
	if err != nil {
		return 0, err
	}
	n++
	return n, b.setNumber(metaSeq, n)
}

// keys collects the keys from first on, up to and with last, at most limit of
// them. The batch's own writes are seen.
func (b *batch) keys(first, last []byte, limit int) (keys [][]byte, err error) {
	o := badger.IteratorOptions{Prefix: commonPrefix(first, last)}
	it := b.txn.NewIterator(o)
	defer it.Close()
	for it.Seek(first); it.Valid() && len(keys) < limit; it.Next() {
		if string(it.Item().Key()) > string(last) {
			break
		}
		keys = append(keys, it.Item().KeyCopy(nil))
	}
	return keys, nil
}

func commonPrefix(a, b []byte) []byte {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return a[:n]
}

// change marks g as changed: its head is written with the batch.
func (b *batch) change(g *group) {
	if !g.dirty {
		g.dirty = true
		b.dirty = append(b.dirty, g)
	}
}

// commit makes the batch durable, takes over what it changed, tells the
// watchers, and answers the operations in it.
func (b *batch) commit() error {
	for _, g := range b.dirty {
		if g.gone {
			continue
		}
		if err := b.set(g.key, 0, encoding.AppendHead(nil, g.head)); err != nil {
			return err
		}
	}
	if b.n > 0 {
		if err := b.publish(); err != nil {
			return err
		}
	} else {
		b.txn.Discard()
	}
	for _, o := range b.ops {
		o.answer(nil)
	}
	b.ops = nil
	return nil
}

// publish commits, and swaps the groups in memory while no reader can be
// between the old and the new.
func (b *batch) publish() error {
	b.s.live.commit.Lock()
	defer b.s.live.commit.Unlock()
	if err := b.txn.Commit(); err != nil {
		return fmt.Errorf("%w: %w", errCommit, err)
	}
	b.s.live.take(b.dirty)
	b.s.watchers.tell(b.news)
	return nil
}

// flush commits what the batch has so far and begins the next transaction. An
// operation that calls it has made sure that it will be completed after a crash,
// or that what it wrote so far means nothing.
func (b *batch) flush() error {
	if err := b.commit(); err != nil {
		return err
	}
	b.begin()
	return nil
}
