package store

import (
	"fmt"
	"sync"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// group is a saved group in memory: its head, and where its own root's members
// are. What readers see is never changed; a batch works on a copy.
type group struct {
	id    result.ID
	key   []byte // of the head
	head  encoding.Head
	own   []place // in order of node; nil until needed
	dirty bool    // a working copy that differs from what is stored
	most  int     // bytes that the batch keeps for its head
	gone  bool    // deleted in this batch
}

// live holds the groups that were used lately, as they are committed.
type live struct {
	// commit is held by the committer from before a commit until the groups are
	// swapped, and shared by a reader that fills a gap, so nobody puts an older
	// group over a newer one, and by one that begins a snapshot. Badger's reads
	// wait for a commit anyway.
	commit sync.RWMutex
	mu     sync.RWMutex
	groups map[string]*group // by head key
}

// maxLive bounds the groups in memory.
const maxLive = 4096

func (l *live) get(key []byte) *group {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.groups[string(key)]
}

func (l *live) put(g *group) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.putLocked(g)
}

func (l *live) putLocked(g *group) {
	if l.groups == nil {
		l.groups = map[string]*group{}
	}
	for k := range l.groups { // any will do: it is only a cache
		if len(l.groups) < maxLive {
			break
		}
		delete(l.groups, k)
	}
	l.groups[string(g.key)] = g
}

// take makes a batch's working copies the ones that readers see.
func (l *live) take(groups []*group) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, g := range groups {
		if g.gone {
			delete(l.groups, string(g.key))
			continue
		}
		l.putLocked(g)
	}
}

// readGroup reads the head of a saved group; nil if id is not saved.
func readGroup(r records, key []byte) (*group, error) {
	body, _, err := r.get(key)
	if err != nil || body == nil {
		return nil, err
	}
	head, err := encoding.ParseHead(body)
	if err != nil {
		return nil, parseError(key, err)
	}
	id, err := parseID(key[1:])
	if err != nil {
		return nil, err
	}
	return &group{id: id, key: key, head: head}, nil
}

// lookup returns the committed group with this head key, from memory if it is
// there; nil if it is not saved.
func (s *Store) lookup(key []byte) (*group, error) {
	if g := s.live.get(key); g != nil {
		return g, nil
	}
	s.live.commit.RLock()
	defer s.live.commit.RUnlock()
	var g *group
	err := s.guarded(func() error {
		return s.db.View(func(txn *badger.Txn) (err error) {
			g, err = readGroup(snapshot{txn}, key)
			return err
		})
	})
	if err == nil && g != nil {
		s.live.put(g)
	}
	return g, err
}

// group returns the batch's working copy of a saved group; nil if it is not
// saved. Each group is copied once a batch.
func (b *batch) group(key []byte) (*group, error) {
	if g, ok := b.groups[string(key)]; ok {
		if g == nil || g.gone {
			return nil, nil
		}
		return g, nil
	}
	g, err := b.lookup(key)
	if err != nil {
		return nil, err
	}
	if g == nil {
		b.groups[string(key)] = nil
		return nil, nil
	}
	return b.adopt(g), nil
}

// lookup finds a saved group as it was when the batch began.
func (b *batch) lookup(key []byte) (*group, error) {
	if b.before != nil {
		if g, ok := b.before.groups[string(key)]; ok {
			if g == nil || g.gone {
				return nil, nil
			}
			return g, nil
		}
	}
	if g := b.s.live.get(key); g != nil {
		return g, nil
	}
	return readGroup(b, key)
}

// adopt makes a working copy of g known to the batch.
func (b *batch) adopt(g *group) *group {
	work := *g
	work.dirty, work.most = false, 0
	b.groups[string(g.key)] = &work
	b.bySeq[g.head.Seq] = &work
	return &work
}

// groupBySeq is group by creation sequence: nil if that saved group is gone.
func (b *batch) groupBySeq(seq uint64) (*group, error) {
	if g, ok := b.bySeq[seq]; ok {
		if g.gone {
			return nil, nil
		}
		return g, nil
	}
	key := seqKey(keySeq, seq)
	id, _, err := b.get(key)
	if err != nil || id == nil {
		return nil, err
	}
	g, err := b.group(idKey(keyHead, result.ID(id)))
	if err != nil || g == nil {
		return nil, err
	}
	if g.head.Seq != seq {
		return nil, corrupt(key, fmt.Errorf("group %q was created as %d", string(g.id), g.head.Seq))
	}
	return g, nil
}

// remember keeps the places of a committed group for the batches to come.
func (l *live) remember(work *group) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if g := l.groups[string(work.key)]; g != nil && g.head.Seq == work.head.Seq && g.head.Tree == work.head.Tree {
		keep := *g
		keep.own = work.own
		l.groups[string(work.key)] = &keep
	}
}
