package store

import (
	"fmt"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/encoding"
)

// A value longer than fits its record lies in pieces of its own, under a number
// that is used once. The pieces are written first, in as many transactions as it
// takes, and mean nothing until the record that names them is committed; the
// journal entry that goes with the first piece and away with the record lets
// Open remove the pieces of a value that never got that far. So Badger's value
// log, where most of its troubles are, stays empty.
const (
	maxInline = 64 << 10  // bytes of a value in its record
	blobPiece = 128 << 10 // bytes of a piece: part of the format
)

// writeBlob stores v in pieces. It commits what the batch holds.
func (b *batch) writeBlob(v []byte) (*encoding.Blob, error) {
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
			if err := b.flush(); err != nil {
				return nil, err
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

// dropBlob removes a value that no record came to name.
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
func readBlob(txn *badger.Txn, blob encoding.Blob) ([]byte, error) {
	var v []byte
	for n := range pieces(blob) {
		key := seqKey(keyBlob, blob.Seq, n)
		piece, _, err := get(txn, key)
		if err != nil {
			return nil, err
		}
		if piece == nil {
			return nil, corrupt(key, fmt.Errorf("a piece of a value is missing"))
		}
		if v == nil {
			v = make([]byte, 0, min(blob.Size, 4*blobPiece))
		}
		v = append(v, piece...)
	}
	if uint64(len(v)) != blob.Size {
		return nil, corrupt(seqKey(keyBlob, blob.Seq), fmt.Errorf("a value of %d bytes has %d", blob.Size, len(v)))
	}
	return v, nil
}

// value returns the value of a stored record, wherever it lies.
func value(txn *badger.Txn, rec encoding.Record) ([]byte, error) {
	if rec.Blob != nil {
		return readBlob(txn, *rec.Blob)
	}
	return rec.Value, nil // parsing has copied it
}
