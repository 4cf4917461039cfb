package store

import (
	"bytes"
	"crypto/aes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/fb"
	"github.com/dgraph-io/badger/v4/options"
	"github.com/dgraph-io/badger/v4/pb"
	"github.com/dgraph-io/badger/v4/table"
	"github.com/dgraph-io/badger/v4/y"
	"github.com/klauspost/compress/snappy"
	"google.golang.org/protobuf/proto"

	"github.com/seed-1c955bc8/bunch/result"
)

// Every table is read whole and verified before Badger opens it, for two
// reasons: a table whose end is broken panics in a goroutine of Badger's Open,
// which ends the process; and a broken block is no error later on, but the
// silent end of an iterator, which the next compaction makes permanent. So Badger
// itself verifies nothing when it opens a table. A table is read with read(2): a
// sector that cannot be read is an error here, and a SIGBUS in Badger's mmap.

// verifyTables verifies the tables with these numbers and returns the highest
// version in them.
func (f *files) verifyTables(ids []uint64) (version uint64, err error) {
	const workers = 2 // tables in memory at a time
	var (
		mu   sync.Mutex
		wg   sync.WaitGroup
		next = make(chan uint64)
	)
	for range workers {
		wg.Go(func() {
			var r tableReader
			for id := range next {
				v, e := r.verify(f, id)
				mu.Lock()
				version, err = max(version, v), errors.Join(err, e)
				mu.Unlock()
			}
		})
	}
	for _, id := range ids {
		next <- id
	}
	close(next)
	wg.Wait()
	return version, err
}

// A tableReader verifies tables one after the other; it keeps its buffers.
type tableReader struct{ file, plain, block []byte }

// verify reads one table. Numbers in a damaged one may lead anywhere, so a panic
// is an answer too.
func (r *tableReader) verify(f *files, id uint64) (version uint64, err error) {
	path := table.NewFilename(id, f.dir)
	defer func() {
		if p := recover(); p != nil {
			err = errors.New("its index leads nowhere")
		}
		if err != nil {
			version, err = 0, fmt.Errorf("%w: table %s: %w; restore a backup, open with Options.Salvage to read what is left, or accept the loss with bunch check --repair",
				result.ErrCorrupt, path, err)
		}
	}()
	if err := r.read(path); err != nil {
		return 0, err
	}
	known := f.manifest.Tables[id]
	key, err := f.keys.DataKey(known.KeyID)
	if err != nil {
		return 0, fmt.Errorf("its encryption key %d is not in %s", known.KeyID, badger.KeyRegistryFileName)
	}
	index, err := r.index(key)
	if err != nil {
		return 0, err
	}
	var at fb.BlockOffset
	for i := range index.OffsetsLength() {
		index.Offsets(&at, i)
		if _, err := r.verifyBlock(r.file[at.Offset():at.Offset()+at.Len()], key, known.Compression); err != nil {
			return 0, fmt.Errorf("block %d of %d: %w", i+1, index.OffsetsLength(), err)
		}
	}
	if index.OffsetsLength() == 0 {
		return 0, errors.New("it has no blocks")
	}
	return index.MaxVersion(), f.prints.check(filepath.Base(path), bytes.NewReader(r.file), int64(len(r.file)))
}

func (r *tableReader) read(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if n := int(info.Size()); cap(r.file) < n {
		r.file = make([]byte, n)
	} else {
		r.file = r.file[:n]
	}
	n, err := file.ReadAt(r.file, 0)
	if n == len(r.file) {
		return nil
	}
	return err
}

// index verifies and returns the index of the table in r.file:
//
//	+--------+-------+-----------------+----------+--------------------+
//	| blocks | index | its length (4)  | checksum | its length (4)     |
//	+--------+-------+-----------------+----------+--------------------+
func (r *tableReader) index(key *pb.DataKey) (*fb.TableIndex, error) {
	body, sum, err := cutChecksum(r.file)
	if err != nil {
		return nil, err
	}
	body, n := cutLength(body)
	index := body[len(body)-n:]
	if n == 0 {
		return nil, errors.New("its end is blank")
	}
	if err := y.VerifyChecksum(index, sum); err != nil {
		return nil, fmt.Errorf("index: %w", y.ErrChecksumMismatch)
	}
	if index, err = r.decrypt(index, key); err != nil {
		return nil, err
	}
	return fb.GetRootAsTableIndex(append([]byte(nil), index...), 0), nil
}

// verifyBlock verifies one block, whose checksum is inside the encryption and
// the compression, and returns what is before the checksum, until the next call:
//
//	+---------+------------------+------------+----------+----------------+
//	| entries | their places (4*)| count (4)  | checksum | its length (4) |
//	+---------+------------------+------------+----------+----------------+
func (r *tableReader) verifyBlock(b []byte, key *pb.DataKey, how options.CompressionType) (block []byte, err error) {
	if b, err = r.decrypt(b, key); err != nil {
		return nil, err
	}
	switch how {
	case options.None:
	case options.Snappy:
		if n, err := snappy.DecodedLen(b); err != nil || n > maxBlock {
			return nil, errors.New("it does not decompress")
		}
		if b, err = snappy.Decode(r.block[:cap(r.block)], b); err != nil {
			return nil, err
		}
		r.block = b
	default:
		return nil, fmt.Errorf("compressed in way %d, which this store never uses", how)
	}
	b, sum, err := cutChecksum(b)
	if err != nil {
		return nil, err
	}
	if y.VerifyChecksum(b, sum) != nil {
		return nil, y.ErrChecksumMismatch
	}
	return b, nil
}

// maxBlock bounds what a damaged length can make of a block: four times the
// largest record.
const maxBlock = 4 << 20

// decrypt returns the plain text of b, which ends in its initial vector.
func (r *tableReader) decrypt(b []byte, key *pb.DataKey) ([]byte, error) {
	if key == nil {
		return b, nil
	}
	text, iv := b[:len(b)-aes.BlockSize], b[len(b)-aes.BlockSize:]
	if cap(r.plain) < len(text) {
		r.plain = make([]byte, len(text))
	}
	return r.plain[:len(text)], y.XORBlock(r.plain[:len(text)], text, key.Data, iv)
}

func cutLength(b []byte) (rest []byte, n int) {
	end := len(b) - 4
	return b[:end], int(binary.BigEndian.Uint32(b[end:]))
}

func cutChecksum(b []byte) (rest []byte, sum *pb.Checksum, err error) {
	b, n := cutLength(b)
	sum = new(pb.Checksum)
	if err := proto.Unmarshal(b[len(b)-n:], sum); err != nil {
		return nil, nil, errors.New("its checksum is no checksum")
	}
	return b[:len(b)-n], sum, nil
}
