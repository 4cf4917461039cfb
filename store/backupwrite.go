package store

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash"
	"hash/crc32"
	"io"
	"time"
)

// A backup is one file, numbers little endian:
//
//	header   "bunch backup\n" (13), format (1), time in microseconds (8),
//	         number of records (8), CRC-32C of all that (4)
//	frame    length (4), CRC-32C of the bytes before it and of those in it (4), so
//	         many bytes
//	trailer  0 (4), number of records (8), SHA-256 of all before it (32)
//
// A frame holds whole records, in the order of their keys, each with the lengths
// of its key and its value, as LEB128, before them:
//
//	key's length, key, meta byte, value's length, value as it was sealed
//
// Each frame's checksum begins with that of the header or frame before, so one
// that is missing, twice or elsewhere is noticed at once. Nothing in a backup is
// encrypted.
const (
	backupMagic  = "bunch backup\n"
	backupFormat = 2 // that of the records too
	headerLen    = len(backupMagic) + 1 + 8 + 8 + 4
	trailerLen   = 4 + 8 + sha256.Size
	frameSize    = 256 << 10                                 // bytes from which on a frame is written
	maxFrame     = frameSize + maxBackupKey + maxRecord + 64 // bytes of any frame
	maxBackupKey = 512
)

// A BackupHeader is what a backup says about itself.
type BackupHeader struct {
	Time    time.Time // of the snapshot
	Records int
}

// backupWriter writes the frames of a backup. It writes nothing before header.
type backupWriter struct {
	w     *bufio.Writer
	sum   hash.Hash
	crc   uint32
	n     uint64
	frame []byte
}

func newBackupWriter(w io.Writer) *backupWriter {
	return &backupWriter{w: bufio.NewWriterSize(w, 64<<10), sum: sha256.New()}
}

func (b *backupWriter) write(p []byte) error {
	b.sum.Write(p)
	_, err := b.w.Write(p)
	return err
}

func (b *backupWriter) header(h BackupHeader) error {
	p := append([]byte(backupMagic), backupFormat)
	p = binary.LittleEndian.AppendUint64(p, uint64(h.Time.UnixMicro()))
	p = binary.LittleEndian.AppendUint64(p, uint64(h.Records))
	b.crc = crc32.Checksum(p, castagnoli)
	return b.write(binary.LittleEndian.AppendUint32(p, b.crc))
}

func (b *backupWriter) record(r raw) error {
	b.n++
	b.frame = append(binary.AppendUvarint(b.frame, uint64(len(r.key))), r.key...)
	b.frame = append(binary.AppendUvarint(append(b.frame, r.meta), uint64(len(r.sealed))), r.sealed...)
	if len(b.frame) < frameSize {
		return nil
	}
	return b.flush()
}

// flush writes the frame that was begun.
func (b *backupWriter) flush() error {
	if len(b.frame) == 0 {
		return nil
	}
	b.crc = crc32.Update(b.crc, castagnoli, b.frame)
	p := binary.LittleEndian.AppendUint32(nil, uint32(len(b.frame)))
	err := errors.Join(b.write(binary.LittleEndian.AppendUint32(p, b.crc)), b.write(b.frame))
	b.frame = b.frame[:0]
	return err
}

func (b *backupWriter) end() error {
	if err := b.flush(); err != nil {
		return err
	}
	if err := b.write(binary.LittleEndian.AppendUint64(make([]byte, 4), b.n)); err != nil {
		return err
	}
	if _, err := b.w.Write(b.sum.Sum(nil)); err != nil {
		return err
	}
	return b.w.Flush()
}
