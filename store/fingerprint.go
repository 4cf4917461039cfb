package store

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"hash/crc64"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dgraph-io/badger/v4"
)

// Badger's tables and logs do not say which store they are of, and every checksum
// in one of another store is right. So data/FILES has a fingerprint of each: one
// that was exchanged for another, or for an older one of its name, is told by it.
//
// It is written when a store is opened and closed, and while it is open soon after
// Badger has made a file, unsynced: a file that it does not name is taken as it is,
// and one that is torn or missing says nothing. It is never wrong, for Badger never
// changes a table, nor the header of a log, and gives no name twice while it is
// open; what names files that are gone is written anew before Badger opens.
//
//	FILES    a line for each file: its name, its fingerprint
//	         a line with the CRC-32C of those before it
type fingerprints map[string]uint64 // CRC-64, by name

const printsFile = "FILES"

var printTable = crc64.MakeTable(crc64.ECMA)

// Of a table the two ends go into the fingerprint, and its size: the end has the
// checksum of the index, and that the first key and the length of every block. Of a
// log it is the header, which has 12 random bytes. Of the key registry it is what
// tells whether an encryption key fits, which stays when keys are added.
const (
	tableEnds      = 64 << 10
	registryHeader = 28
)

// fingerprint is that of a file of so many bytes; ok is false for one that is blank
// there, as a log is whose header was lost with the power.
func fingerprint(name string, r io.ReaderAt, size int64) (sum uint64, ok bool, err error) {
	head, tail := int64(walHeader), int64(0)
	switch {
	case filepath.Ext(name) == ".sst":
		head, tail = tableEnds, tableEnds
	case name == badger.KeyRegistryFileName:
		head = registryHeader
	}
	b := make([]byte, min(head, size), min(head, size)+min(tail, size))
	if _, err := r.ReadAt(b, 0); err != nil && !errors.Is(err, io.EOF) {
		return 0, false, err
	}
	ok = len(bytes.Trim(b, "\x00")) > 0
	if end := b[len(b):cap(b)]; len(end) > 0 {
		if _, err := r.ReadAt(end, size-int64(len(end))); err != nil && !errors.Is(err, io.EOF) {
			return 0, false, err
		}
		b = fmt.Append(b[:cap(b)], size)
	}
	return crc64.Checksum(b, printTable), ok, nil
}

// check gives an error if the file was there when p was written, and another is
// there now.
func (p fingerprints) check(name string, r io.ReaderAt, size int64) error {
	want, listed := p[name]
	got, ok, err := fingerprint(name, r, size)
	if err == nil && ok && listed && got != want {
		err = fmt.Errorf("it is not the file that it was when %s was written: another one was put in its place", printsFile)
	}
	return err
}

// take returns the fingerprints of these files in dir: those in p, others from the
// files. One that is gone or blank has none.
func (p fingerprints) take(dir string, names []string) (fingerprints, error) {
	now := fingerprints{}
	for _, name := range names {
		sum, ok := p[name]
		if !ok {
			var err error
			if sum, ok, err = fingerprintOf(filepath.Join(dir, name)); err != nil {
				return nil, err
			}
		}
		if ok {
			now[name] = sum
		}
	}
	return now, nil
}

func fingerprintOf(path string) (sum uint64, ok bool, err error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, false, nil
	} else if err != nil {
		return 0, false, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return 0, false, err
	}
	return fingerprint(filepath.Base(path), file, info.Size())
}

// readPrints reads those of dir; none if the file says nothing.
func readPrints(dir string) (fingerprints, error) {
	b, err := os.ReadFile(filepath.Join(dir, printsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return parsePrints(string(b)), err
}

func parsePrints(text string) fingerprints {
	end := len(text) - len("01234567\n")
	if end < 0 || text[end:] != fmt.Sprintf("%08x\n", crc32.Checksum([]byte(text[:end]), castagnoli)) {
		return nil
	}
	p := fingerprints{}
	for line := range strings.Lines(text[:end]) {
		var name string
		var sum uint64
		if _, err := fmt.Sscanf(line, "%s %x\n", &name, &sum); err != nil {
			return nil
		}
		p[name] = sum
	}
	return p
}

func (p fingerprints) append(b []byte) []byte {
	n := len(b)
	for _, name := range slices.Sorted(maps.Keys(p)) {
		b = fmt.Appendf(b, "%s %016x\n", name, p[name])
	}
	return fmt.Appendf(b, "%08x\n", crc32.Checksum(b[n:], castagnoli))
}

// write writes them whole; without durable a loss of power may leave something that
// says nothing.
func (p fingerprints) write(dir string, durable bool) error {
	return writeFile(filepath.Join(dir, printsFile), p.append(nil), durable)
}
