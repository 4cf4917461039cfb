package store

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// record checks a record by itself, and that what it belongs to is there. Heads
// and numbers of groups were checked before.
func (c *checker) record(r stored) error {
	switch r.key[0] {
	case keyHead, keySeq:
		return nil
	case keyResult, keyInput, keyLone, keyNests:
		return c.aboutTask(r)
	case keyTree, keyLabels, keyNote, keyDirect, keyBlob, keyJournal:
		if len(r.key) != map[byte]int{keyTree: 17, keyLabels: 9, keyNote: 9, keyDirect: 13, keyBlob: 13, keyJournal: 9}[r.key[0]] {
			break
		}
		return c.numbered(r)
	case keyExpiry:
		_, _, _, err := parseExpiryKey(r.key)
		return err
	case keyMeta:
		return number(r)
	}
	c.stray(r.key, "", fmt.Sprintf("%.64x is no key of a store", r.key))
	return nil
}

// number checks a number of the store, which must have room to go on.
func number(r stored) error {
	var n, most uint64
	var err error
	switch string(r.key) {
	case string(metaClock):
		var at stamp
		at, err = parseStamp(r.body)
		n, most = uint64(at.store.UnixMicro()), maxClock
	case string(metaSeq):
		n, err = parseNumber(r.key, r.body)
		most = maxNumber
	}
	if err == nil && n > most {
		err = corrupt(r.key, fmt.Errorf("it is %d, and the most is %d", n, most))
	}
	return err
}

// stray finds a record that belongs to nothing.
func (c *checker) stray(key []byte, id result.ID, what string) {
	c.find(Finding{Invariant: "I10", ID: id, What: what, spare: true, key: key, fix: func(b *batch) error { return b.delete(key) }})
}

func (c *checker) aboutTask(r stored) error {
	id, err := parseID(r.key[1:])
	if err != nil {
		return err
	}
	switch r.key[0] {
	case keyNests:
		members, res, err := splitMembers(r.key, r.body)
		if err == nil && res != nil {
			err = corrupt(r.key, fmt.Errorf("its %d bytes are no memberships", len(r.body)))
		}
		c.entries(r.key, id, members, c.nests)
		return err
	case keyResult:
		return c.task(r, id)
	case keyInput:
		rec, err := encoding.ParseRecord(r.body)
		if err != nil {
			return parseError(r.key, err)
		}
		c.blob(r.key, id, rec)
		if !c.isNamed(id) {
			c.find(Finding{Invariant: "I10", ID: id, What: "it has an input, and no saved group names it", spare: true,
				fix: func(b *batch) error { return b.dropInput(id) }})
		}
	case keyLone:
		micros, err := parseNumber(r.key, r.body)
		if err != nil {
			return err
		}
		if _, meta, err := c.snap.get(idKey(keyResult, id)); err == nil && meta == 0 {
			c.stray(r.key, id, "it expires, and has no result")
		} else if _, _, missing := c.get(expiryKey(int64(micros), expiresLone, id)); missing {
			c.find(Finding{Invariant: "I7", ID: id, What: "it expires, and the index of expiry does not have it",
				fix: func(b *batch) error { return b.set(expiryKey(int64(micros), expiresLone, id), 0, nil) }})
		}
	}
	return nil
}

// task checks the record of a task.
func (c *checker) task(r stored, id result.ID) error {
	members, res, err := splitMembers(r.key, r.body)
	if err != nil {
		return err
	}
	c.entries(r.key, id, members, c.leaves)
	var rec encoding.Record
	meta := byte(0)
	if res != nil {
		if rec, err = encoding.ParseRecord(res); err != nil {
			return parseError(r.key, err)
		}
		meta = metaOf(rec.Async)
	}
	if meta != r.meta {
		c.find(Finding{Invariant: "I2", ID: id, What: fmt.Sprintf("its meta byte is %#x, that of its state is %#x", r.meta, meta),
			fix: func(b *batch) error { return b.remeta(r.key) }})
	}
	c.blob(r.key, id, rec)
	return nil
}

// numbered checks what belongs to a group, or a long value, by its number.
func (c *checker) numbered(r stored) error {
	seq := seqOf(r.key)
	_, known := slices.BinarySearch(c.groups, seq)
	switch r.key[0] {
	case keyBlob:
		if c.refused[seq] {
			return nil
		}
		i, ok := slices.BinarySearchFunc(c.longValues(), seq, func(b encoding.Blob, seq uint64) int { return cmp.Compare(b.Seq, seq) })
		if !c.blind && (!ok || binary.BigEndian.Uint32(r.key[9:]) >= pieces(c.blobs[i])) {
			c.stray(r.key, "", fmt.Sprintf("no record names piece %d of long value %d", binary.BigEndian.Uint32(r.key[9:]), seq))
		}
		return nil
	case keyJournal:
		if c.refused[seq] {
			return nil
		}
		c.find(Finding{Invariant: "I10", What: fmt.Sprintf("operation %d is not completed", seq),
			fix: func(b *batch) error { return b.conclude(r.key) }})
		return nil
	case keyLabels:
		if _, err := encoding.ParseLabels(r.body); err != nil {
			return parseError(r.key, err)
		}
	case keyNote:
		rec, err := encoding.ParseRecord(r.body)
		if err != nil {
			return parseError(r.key, err)
		}
		c.blob(r.key, "", rec)
	case keyDirect:
		if _, err := parseNumber(r.key, r.body); err != nil {
			return err
		}
	case keyTree:
		version, piece := binary.BigEndian.Uint32(r.key[9:]), binary.BigEndian.Uint32(r.key[13:])
		if head, ok := c.headOf(seq); ok && (version != head.Tree || piece >= head.Chunks) {
			c.stray(r.key, "", fmt.Sprintf("group %d has no piece %d of version %d of its tree", seq, piece, version))
		}
	}
	if !known {
		c.stray(r.key, "", fmt.Sprintf("it belongs to group %d, which is not there: %s", seq, describe(r.key)))
	}
	return nil
}

// underWay notes the long value that a journal entry undoes: those of a report that was
// refused go in an operation of their own, or when the store is opened next.
func (c *checker) underWay(r stored) error {
	var j journal
	if err := encoding.Unmarshal(r.body, &j); err == nil && len(r.key) == 9 && j.Verb == journalBlob && j.Seq == seqOf(r.key) {
		c.refused[j.Seq] = true
		c.top = max(c.top, j.Seq)
	}
	return nil
}

// longValues are those that records name, in order, once all were seen.
func (c *checker) longValues() []encoding.Blob {
	if !c.sorted {
		slices.SortFunc(c.blobs, func(a, b encoding.Blob) int { return cmp.Compare(a.Seq, b.Seq) })
		c.sorted = true
	}
	return c.blobs
}

// blob checks the long value of a record, if it has one.
func (c *checker) blob(key []byte, id result.ID, rec encoding.Record) {
	if rec.Blob == nil {
		return
	}
	c.blobs = append(c.blobs, *rec.Blob)
	if seq := rec.Blob.Seq; c.refused[seq] {
		c.find(Finding{Invariant: "I8", ID: id, What: fmt.Sprintf("operation %d would remove long value %d, which it names", seq, seq),
			fix: func(b *batch) error { return b.delete(seqKey(keyJournal, seq)) }})
	}
	c.top = max(c.top, rec.Blob.Seq)
	for n := range pieces(*rec.Blob) {
		switch _, ok, missing := c.get(seqKey(keyBlob, rec.Blob.Seq, n)); {
		case missing:
			c.gone(key, id, "I8", fmt.Sprintf("piece %d of %d of it is missing", n+1, pieces(*rec.Blob)))
			return
		case !ok:
			return // found by itself
		}
	}
	if _, err := whole(c.snap, rec); err != nil {
		c.gone(key, id, "I8", "its pieces do not make a record")
	}
}
