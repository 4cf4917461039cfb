package store

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// rebuild derives again what a saved group's tree and its results say: counts,
// marks, numbers and index. Each part of it may be done twice.
func (b *batch) rebuild(id result.ID) error {
	key := idKey(keyHead, id)
	g, err := readGroup(b, key)
	if err != nil || g == nil {
		return err // it is gone meanwhile
	}
	tree, err := b.tree(g)
	if err != nil || tree.ID() != id || !tree.IsGroup() {
		return err // it is lost, which is found by itself
	}
	found, err := b.survey(g.head.Seq, tree)
	if err != nil {
		return err
	}
	if err := b.link(g.head.Seq, tree, found); err != nil {
		return err
	}
	g.head.Progress, g.head.Own, g.head.Nested = found.progress, found.own, found.nested
	g = b.adopt(g)
	b.change(g)
	b.news = append(b.news, news{group: id})
	if err := b.setSeqOf(g); err != nil {
		return err
	}
	switch settled := g.head.Progress.Settled(); {
	case settled && g.head.Settled.IsZero():
		g.head.Settled = b.now
	case !settled && (!g.head.Settled.IsZero() || g.head.Expires.IsZero() != (g.head.MaxAge == 0)):
		g.head.Settled = zeroTime
	case g.head.Expires.IsZero():
		return nil
	default:
		return b.expireAt(g.head.Expires, expiresGroup, id)
	}
	return b.expireGroup(g)
}

// revive gives a group back its head, if its tree is there whole. What only the
// head knew is lost; the time of creation comes from the id if that was minted.
func (b *batch) revive(seq uint64, id result.ID) error {
	if g, err := readGroup(b, idKey(keyHead, id)); err != nil || g != nil {
		return err
	}
	g := &group{id: id, key: idKey(keyHead, id), head: encoding.Head{Seq: seq, Created: b.now}}
	if root, _, ok := id.Minted(); ok {
		g.head.Created = mintedAt(root)
	}
	keys, err := b.keys(seqKey(keyTree, seq), seqKey(keyTree, seq, 1<<32-1, 1<<32-1), 1<<20)
	if err != nil {
		return err
	}
	for _, key := range keys { // the last version counts
		g.head.Tree, g.head.Chunks = binary.BigEndian.Uint32(key[9:]), binary.BigEndian.Uint32(key[13:])+1
	}
	tree, err := b.tree(g)
	if err != nil || tree.ID() != id || !tree.IsGroup() {
		return b.delete(seqKey(keySeq, seq)) // what is left belongs to nothing
	}
	if err := b.set(g.key, 0, encoding.AppendHead(nil, g.head)); err != nil {
		return err
	}
	return b.rebuild(id)
}

// mintedAt is when a root was minted.
func mintedAt(root result.Root) time.Time {
	ms := int64(0)
	for _, c := range root[:6] {
		ms = ms<<8 | int64(c)
	}
	return time.UnixMilli(ms).UTC()
}

// raiseCounter makes the counter of numbers no less than top.
func (b *batch) raiseCounter(top uint64) error {
	n, _, err := b.number(metaSeq)
	if err != nil || n >= top {
		return err
	}
	return b.setNumber(metaSeq, top)
}

// remeta gives the record of a task the meta byte of its state.
func (b *batch) remeta(key []byte) error {
	body, _, err := b.get(key)
	if err != nil || body == nil {
		return err
	}
	_, res, err := splitMembers(key, body)
	if err != nil {
		return err
	}
	meta := byte(0)
	if res != nil {
		rec, err := encoding.ParseRecord(res)
		if err != nil {
			return parseError(key, err)
		}
		meta = metaOf(rec.Async)
	}
	return b.set(key, meta, append(make([]byte, 0, len(body)+sealLen), body...))
}

func (b *batch) setSeqOf(g *group) error {
	return b.set(seqKey(keySeq, g.head.Seq), 0, append(make([]byte, 0, len(g.id)+sealLen), g.id...))
}

// lose removes a group whose tree is gone, or a head that cannot be read. What
// hangs on it belongs to nothing then.
func (b *batch) lose(key []byte) error {
	if g, err := readGroup(b, key); err == nil && g != nil {
		if tree, err := b.tree(g); err == nil && tree.ID() == g.id && tree.IsGroup() {
			return nil // it was saved anew meanwhile
		}
		if err := b.delete(seqKey(keySeq, g.head.Seq)); err != nil {
			return err
		}
	}
	id, err := parseID(key[1:])
	if err != nil {
		return b.delete(key)
	}
	g := b.groups[string(key)]
	if g == nil { // it has no working copy
		g = b.adopt(&group{id: id, key: key})
	}
	b.change(g)
	g.gone = true
	b.news = append(b.news, news{group: id, gone: true})
	return b.delete(key)
}

// forgetLost marks a result that cannot be read as forgotten. The counts of the
// groups that name it follow when those are repaired.
func (b *batch) forgetLost(id result.ID) error {
	rec := encoding.Record{Async: result.Async{State: result.Pending, Forgotten: true, Attempt: 1}}
	e, err := b.entry(id)
	if err == nil && e.exists { // only its value is lost
		rec.Attempt = e.rec.Attempt
	}
	b.news = append(b.news, news{task: id})
	return b.set(e.key, metaOf(rec.Async), encoding.AppendRecord(appendMembers(nil, e.members), rec))
}

// dropInput removes the input of a task that no group names.
func (b *batch) dropInput(id result.ID) error {
	e, err := b.entry(id)
	if err != nil {
		return err
	}
	if namers, err := b.namers(e); err != nil || len(namers) > 0 {
		return err
	}
	if err := b.deleteAside(idKey(keyInput, id)); err != nil {
		return err
	}
	return b.pause()
}

// conclude carries out what a journal entry stands for, or drops it if that cannot be
// told.
func (b *batch) conclude(key []byte) error {
	err := b.resume(key)
	if errors.Is(err, result.ErrCorrupt) {
		return b.delete(key)
	}
	return err
}
