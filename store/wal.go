package store

import (
	"bufio"
	"crypto/aes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/pb"
	"github.com/dgraph-io/badger/v4/y"

	"github.com/seed-1c955bc8/bunch/result"
)

// Badger replays a log up to the first byte that makes no sense, drops what
// comes after it without a word, and goes on with the next log. So the logs are
// read here before, as Badger will read them: commits are numbered without gaps,
// which shows what is missing at the end of a log that is not the last.

// walFile is a log of Badger's: the commits that no table has yet.
type walFile struct {
	fid         uint64
	path        string
	size        int64
	first, last uint64 // the commits that Badger will find in it; 0 if none
}

// Parts of the format of a log. An entry in it:
//
//	+----------+---------------+------------------------------------------+-----+-------+---------+
//	| meta (1) | user meta (1) | lengths of key and value, expiry: varint | key | value | CRC (4) |
//	+----------+---------------+------------------------------------------+-----+-------+---------+
//
// The entries of a transaction have its number in their keys; the last one has it
// as text in its value.
const (
	walHeader      = 20 // number of the data key, and 12 bytes of initial vector
	walEntryHeader = 22 // at most
	walTxn         = 1 << 6
	walTxnEnd      = 1 << 7
)

// scan finds out which commits are in the log.
func (w *walFile) scan(f *files) error {
	file, err := os.Open(w.path)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := f.prints.check(filepath.Base(w.path), file, w.size); err != nil {
		return fmt.Errorf("%w: log %s: %w; restore a backup, open with Options.Salvage to read what is left, or accept the loss with bunch check --repair",
			result.ErrCorrupt, w.path, err)
	}
	r := newWALReader(file, w.size)
	if r.key, err = f.keys.DataKey(r.keyID); err != nil {
		return fmt.Errorf("%w: log %s is encrypted with a key that %s does not have; restore that file or a backup",
			result.ErrCorrupt, w.path, badger.KeyRegistryFileName)
	}
	open := uint64(0) // the transaction that the entry belongs to
	for r.next() {
		switch version := y.ParseTs(r.k); {
		case r.meta&walTxn != 0:
			if open == 0 {
				open = version
			}
			if open != version {
				return nil
			}
		case r.meta&walTxnEnd != 0:
			if n, err := strconv.ParseUint(string(r.v), 10, 64); err != nil || n != open {
				return nil
			}
			w.add(open)
			open = 0
		case open != 0:
			return nil
		default:
			w.add(version)
		}
	}
	return nil
}

func (w *walFile) add(commit uint64) {
	if w.first == 0 {
		w.first = commit
	}
	w.last = max(w.last, commit)
}

// walReader reads the entries of a log up to the first that is none.
type walReader struct {
	r     *bufio.Reader
	at    uint32 // of the next entry in the file
	left  int64  // bytes of the file from there
	keyID uint64
	key   *pb.DataKey
	iv    []byte
	buf   []byte

	meta byte // of the entry
	k, v []byte
}

// newWALReader reads the header. A log that is shorter has no entries.
func newWALReader(log io.Reader, size int64) *walReader {
	var header [walHeader]byte
	r := &walReader{r: bufio.NewReaderSize(log, 64<<10), at: walHeader, left: size - walHeader, iv: header[8:]}
	if _, err := io.ReadFull(r.r, header[:]); err == nil {
		r.keyID = binary.BigEndian.Uint64(header[:])
	}
	return r
}

func (r *walReader) next() bool {
	h, _ := r.r.Peek(walEntryHeader) // fewer at the end
	if len(h) < 2 {
		return false
	}
	r.meta = h[0]
	at, lengths := 2, [3]uint64{}
	for i := range lengths {
		n, size := binary.Uvarint(h[at:])
		if size <= 0 {
			return false
		}
		lengths[i] = n
		at += size
	}
	klen, vlen := lengths[0], lengths[1]
	if klen == 0 || klen > 1<<16 || vlen > 1<<32-1 || int64(klen+vlen) > r.left {
		return false
	}
	n := at + int(klen+vlen) + crc32.Size
	if cap(r.buf) < n {
		r.buf = make([]byte, 2*n)
	}
	b := r.buf[:n]
	if _, err := io.ReadFull(r.r, b); err != nil {
		return false
	}
	body, sum := b[:n-crc32.Size], binary.BigEndian.Uint32(b[n-crc32.Size:])
	if crc32.Checksum(body, castagnoli) != sum {
		return false
	}
	text := body[at:]
	if r.key != nil {
		iv := binary.BigEndian.AppendUint32(append(make([]byte, 0, aes.BlockSize), r.iv...), r.at)
		if y.XORBlock(text, text, r.key.Data, iv) != nil {
			return false
		}
	}
	r.k, r.v = text[:klen], text[klen:]
	r.at += uint32(n)
	r.left -= int64(n)
	return true
}
