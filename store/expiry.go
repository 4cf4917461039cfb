package store

import (
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

// Expiry is by an index of our own in the order of time, and explicit deletes:
// Badger's TTL would never give the space of time-ordered keys back. An entry in
// the index is only a hint to look: the head of the group, or the task's 'l'
// record, says whether that moment still holds. Moments are by the store's clock.

var zeroTime time.Time

// expireGroup sets when the group expires, after it was saved, settled or was
// reopened.
func (b *batch) expireGroup(g *group) error {
	h := &g.head
	h.Expires = zeroTime
	switch {
	case !h.Settled.IsZero() && b.s.opts.Retention > 0:
		h.Expires = b.s.clock.deadline(h.Settled, b.s.opts.Retention)
	case h.Settled.IsZero() && h.MaxAge > 0:
		h.Expires = b.s.clock.deadline(h.Created, h.MaxAge)
	default:
		return nil
	}
	return b.expireAt(h.Expires, expiresGroup, g.id)
}

// expireLone sets when a result that no saved group names expires: some time
// after this change.
func (b *batch) expireLone(id result.ID) error {
	if b.s.opts.Retention == 0 {
		return nil
	}
	at := b.s.clock.deadline(b.now, b.s.opts.Retention)
	if err := b.setNumber(idKey(keyLone, id), uint64(at.UnixMicro())); err != nil {
		return err
	}
	return b.expireAt(at, expiresLone, id)
}

func (b *batch) expireAt(at time.Time, kind byte, id result.ID) error {
	b.s.nextSweep(at)
	return b.set(expiryKey(at.UnixMicro(), kind, id), 0, nil)
}
