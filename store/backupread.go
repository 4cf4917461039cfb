package store

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"math"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

// backupReader reads what backupWriter wrote. What it reads may be hostile: it
// takes no more memory than a frame may have, whatever the file claims.
type backupReader struct {
	r     io.Reader
	sum   hash.Hash
	crc   uint32
	n     uint64
	frame bytes.Buffer
}

func newBackupReader(r io.Reader) *backupReader {
	return &backupReader{r: bufio.NewReaderSize(r, 64<<10), sum: sha256.New()}
}

// damaged is the error for a backup that is not whole.
func damaged(what string, args ...any) error {
	return fmt.Errorf("%w: the backup is damaged: %s", result.ErrCorrupt, fmt.Sprintf(what, args...))
}

// read fills p and adds it to the sum. The error of the reader itself is passed
// on; an end that comes early is damage.
func (b *backupReader) read(p []byte) error {
	_, err := io.ReadFull(b.r, p)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return damaged("it ends early")
	}
	b.sum.Write(p)
	return err
}

func (b *backupReader) header() (h BackupHeader, err error) {
	p := make([]byte, headerLen)
	if err := b.read(p[:len(backupMagic)]); err != nil && !errors.Is(err, result.ErrCorrupt) {
		return h, err
	}
	if string(p[:len(backupMagic)]) != backupMagic {
		return h, fmt.Errorf("%w: this is no backup of a store", result.ErrCorrupt)
	}
	if err := b.read(p[len(backupMagic):]); err != nil {
		return h, err
	}
	rest := p[len(backupMagic):]
	if b.crc = crc32.Checksum(p[:headerLen-4], castagnoli); binary.LittleEndian.Uint32(p[headerLen-4:]) != b.crc {
		return h, damaged("its header fails the checksum")
	}
	n := binary.LittleEndian.Uint64(rest[9:])
	switch {
	case rest[0] != 0 && rest[0] != backupFormat:
		return h, &result.VersionError{What: "backup", Got: uint64(rest[0]), Max: backupFormat}
	case rest[0] == 0 || n > math.MaxInt64:
		return h, damaged("its header makes no sense")
	}
	return BackupHeader{Time: time.UnixMicro(int64(binary.LittleEndian.Uint64(rest[1:]))).UTC(), Records: int(n)}, nil
}

// records calls do with each record, and after the last one verifies the end. So
// nothing that do was given counts until records returns.
func (b *backupReader) records(h BackupHeader, do func(raw) error) error {
	for {
		var p [8]byte
		if err := b.read(p[:4]); err != nil {
			return err
		}
		n := binary.LittleEndian.Uint32(p[:])
		if n == 0 {
			return b.end(h)
		}
		if n > maxFrame {
			return damaged("a frame of %d bytes", n)
		}
		if err := b.read(p[4:]); err != nil {
			return err
		}
		b.frame.Reset()
		if _, err := io.CopyN(io.MultiWriter(&b.frame, b.sum), b.r, int64(n)); errors.Is(err, io.EOF) {
			return damaged("it ends early")
		} else if err != nil {
			return err
		}
		if b.crc = crc32.Update(b.crc, castagnoli, b.frame.Bytes()); b.crc != binary.LittleEndian.Uint32(p[4:]) {
			return damaged("a frame fails the checksum, after %d records", b.n)
		}
		if err := b.split(b.frame.Bytes(), do); err != nil {
			return err
		}
	}
}

// split takes a frame apart.
func (b *backupReader) split(frame []byte, do func(raw) error) error {
	cut := func(most int) (p []byte, ok bool) {
		n, k := binary.Uvarint(frame)
		if k <= 0 || n > uint64(most) || n > uint64(len(frame)-k) {
			return nil, false
		}
		p, frame = frame[k:k+int(n):k+int(n)], frame[k+int(n):]
		return p, true
	}
	for len(frame) > 0 {
		b.n++
		var r raw
		var ok bool
		if r.key, ok = cut(maxBackupKey); !ok || len(r.key) == 0 || len(frame) == 0 {
			return damaged("record %d has a malformed key", b.n)
		}
		r.meta, frame = frame[0], frame[1:]
		if r.sealed, ok = cut(maxRecord + sealLen); !ok {
			return damaged("record %d has a malformed value", b.n)
		}
		if err := do(r); err != nil {
			return err
		}
	}
	return nil
}

func (b *backupReader) end(h BackupHeader) error {
	var n [8]byte
	if err := b.read(n[:]); err != nil {
		return err
	}
	want := b.sum.Sum(nil)
	got := make([]byte, sha256.Size)
	if err := b.read(got); err != nil {
		return err
	}
	switch {
	case !bytes.Equal(got, want):
		return damaged("it fails its checksum")
	case binary.LittleEndian.Uint64(n[:]) != b.n || uint64(h.Records) != b.n:
		return damaged("it has %d records and should have %d", b.n, h.Records)
	}
	if _, err := io.ReadFull(b.r, n[:1]); !errors.Is(err, io.EOF) {
		if err != nil {
			return err
		}
		return damaged("something follows its end")
	}
	return nil
}
