package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// A record that is long lies in pieces of its own, under a number that is used
// once; in its place stands a short one with the number. The pieces are written
// first, in as many transactions as it takes, and mean nothing until the short
// record is committed; the journal entry that goes with the first piece and away
// with that record lets Open remove the pieces of a record that never got that
// far. So Badger's value log, where most of its troubles are, stays empty.
const (
	maxInline = 64 << 10  // bytes of a record in one piece
	maxRecord = 768 << 10 // bytes of any record: below Badger's threshold for its value log
	blobPiece = 128 << 10 // bytes of a piece: part of the format
)

// writeBlob stores rec in pieces. It commits what the batch holds.
func (b *batch) writeBlob(rec encoding.Record) (*encoding.Blob, error) {
	v := encoding.AppendRecord(nil, rec)
	if err := b.flush(); err != nil {
		return nil, err
	}
	seq, err := b.nextSeq()
	if err != nil {
		return nil, err
	}
	blob := &encoding.Blob{Seq: seq, Size: uint64(len(v))}
	if err := b.setJournal(journal{Verb: journalBlob, Seq: seq, Size: blob.Size}); err != nil {
		return nil, err
	}
	for n := uint32(0); len(v) > 0; n++ {
		piece := v[:min(len(v), blobPiece)]
		v = v[len(piece):]
		if b.full() {
			if err := b.flushForRoom(); err != nil {
				return blob, err // some of it is there: to be dropped
			}
		}
		body := append(make([]byte, 0, len(piece)+sealLen), piece...)
		if err := b.set(seqKey(keyBlob, seq, n), 0, body); err != nil {
			return nil, err
		}
	}
	return blob, b.flush()
}

func (b *batch) deleteBlob(blob encoding.Blob) error {
	for n := range pieces(blob) {
		if err := b.delete(seqKey(keyBlob, blob.Seq, n)); err != nil {
			return err
		}
	}
	return nil
}

// dropBlobs removes long records that were written for reports which were refused.
// Where it fails the store has, and Open does it.
func (s *Store) dropBlobs(ctx context.Context, blobs []*encoding.Blob) {
	if !slices.ContainsFunc(blobs, func(b *encoding.Blob) bool { return b != nil }) {
		return
	}
	_ = s.queueAndWait(context.WithoutCancel(ctx), func(b *batch) error {
		for _, blob := range blobs {
			if blob == nil {
				continue
			}
			if err := b.dropBlob(*blob); err != nil {
				return err
			}
		}
		return nil
	})
}

// dropBlob removes the pieces of a record that never came to stand.
func (b *batch) dropBlob(blob encoding.Blob) error {
	if err := b.delete(seqKey(keyJournal, blob.Seq)); err != nil {
		return err
	}
	return b.deleteBlob(blob)
}

func pieces(blob encoding.Blob) uint32 {
	return uint32((blob.Size + blobPiece - 1) / blobPiece)
}

// readBlob puts the pieces together again. What a damaged record claims cannot
// make it take more memory than there are pieces.
func readBlob(r records, blob encoding.Blob) ([]byte, error) {
	var v []byte
	for n := range pieces(blob) {
		key := seqKey(keyBlob, blob.Seq, n)
		piece, _, err := r.get(key)
		if err != nil {
			return nil, err
		}
		if piece == nil {
			return nil, corrupt(key, fmt.Errorf("a piece of a record is missing"))
		}
		if v == nil {
			v = make([]byte, 0, min(blob.Size, 4*blobPiece))
		}
		v = append(v, piece...)
	}
	if uint64(len(v)) != blob.Size {
		return nil, corrupt(seqKey(keyBlob, blob.Seq), fmt.Errorf("a record of %d bytes has %d", blob.Size, len(v)))
	}
	return v, nil
}

// short is what stands in place of a record that lies in pieces.
func short(rec encoding.Record, blob *encoding.Blob) encoding.Record {
	return encoding.Record{Blob: blob, Async: result.Async{State: rec.State, Done: rec.Done, Attempt: rec.Attempt}}
}

// whole returns rec as it was before short.
func whole(r records, rec encoding.Record) (encoding.Record, error) {
	if rec.Blob == nil {
		return rec, nil
	}
	body, err := readBlob(r, *rec.Blob)
	if err != nil {
		return rec, err
	}
	long, err := encoding.ParseRecord(body)
	if err != nil {
		return rec, parseError(seqKey(keyBlob, rec.Blob.Seq), err)
	}
	long.State, long.Done, long.Attempt = rec.State, rec.Done, rec.Attempt
	return long, nil
}
