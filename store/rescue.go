package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"

	"github.com/dgraph-io/badger/v4/fb"
	"github.com/dgraph-io/badger/v4/options"
	"github.com/dgraph-io/badger/v4/table"
	"github.com/dgraph-io/badger/v4/y"
)

// rescue writes to path a table of those blocks of a damaged one that can be read,
// and says how many cannot, of how many. A table whose index is damaged, or of
// which nothing is left, is an error; so is one without a bad block, which was
// refused because it is another one's. Whether a damaged one is, nobody can say: its
// fingerprint is wrong either way.
func (r *tableReader) rescue(f *files, id uint64, path string) (bad, blocks int, err error) {
	defer func() {
		if recover() != nil { // numbers in a damaged table may lead anywhere
			err = errors.New("its index leads nowhere")
		}
	}()
	from := table.NewFilename(id, f.dir)
	if err := r.read(from); err != nil {
		return 0, 0, err
	}
	known := f.manifest.Tables[id]
	key, err := f.keys.DataKey(known.KeyID)
	if err != nil {
		return 0, 0, err
	}
	index, err := r.index(key)
	if err != nil {
		return 0, 0, err
	}
	b := table.NewTableBuilder(table.Options{
		BlockSize: 4 << 10, TableSize: uint64(len(r.file)), BloomFalsePositive: 0.01, Compression: options.Snappy, DataKey: key,
	})
	defer b.Close()
	var rescued []byte
	func() {
		defer func() { rescued = b.Finish() }() // in any case: its goroutines end with it
		var at fb.BlockOffset
		for i := range index.OffsetsLength() {
			index.Offsets(&at, i)
			block, err := r.verifyBlock(r.file[at.Offset():at.Offset()+at.Len()], key, known.Compression)
			if err != nil {
				bad++
				continue
			}
			eachEntry(block, func(key []byte, v y.ValueStruct) { b.Add(key, v, 0) })
		}
	}()
	switch {
	case bad == 0:
		return 0, 0, errors.New("it is another one's")
	case len(rescued) == 0:
		return 0, 0, errors.New("no block of it can be read")
	}
	return bad, index.OffsetsLength(), os.WriteFile(path, rescued, 0o600)
}

// eachEntry calls add with every entry of a block of Badger's. Keys share their
// beginning with the first:
//
//	+------------------------+-------------+-------------+-------+
//	| bytes like the first's | further (2) | further key | value |  ...
//	| (2)                    |             |             |       |
//	+------------------------+-------------+-------------+-------+
//	| place of each entry (4 each)               | their number (4) |
//	+--------------------------------------------+------------------+
//
// Numbers are in the machine's order, but for the last.
func eachEntry(block []byte, add func(key []byte, v y.ValueStruct)) {
	end := len(block) - 4
	n := int(binary.BigEndian.Uint32(block[end:]))
	places, entries := block[end-4*n:end], block[:end-4*n]
	var first []byte
	for i := range n {
		start, stop := binary.NativeEndian.Uint32(places[4*i:]), uint32(len(entries))
		if i+1 < n {
			stop = binary.NativeEndian.Uint32(places[4*(i+1):])
		}
		e := entries[start:stop]
		same, further := binary.NativeEndian.Uint16(e), binary.NativeEndian.Uint16(e[2:])
		key := append(bytes.Clone(first[:same]), e[4:4+further]...)
		if i == 0 {
			first = key
		}
		var v y.ValueStruct
		v.Decode(e[4+further:])
		add(key, v)
	}
}
