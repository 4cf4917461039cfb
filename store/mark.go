package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/dgraph-io/badger/v4"
)

// The high-water mark says what the store has been, so that one that lost its
// latest commits says so instead of looking young. It is written after each
// commit and not synced, so it is never ahead of what was committed. It may be
// behind, torn or missing, and then it says less; a good store opens all the same.
//
//	+----------------+------------+-------------------+-----------+----------+--------------+
//	| "bunchmrk" (8) | commit (8) | manifest size (8) | flags (1) | zero (3) | CRC-32C (4)  |
//	+----------------+------------+-------------------+-----------+----------+--------------+
type mark struct {
	commit   uint64 // number of the latest commit
	manifest uint64 // bytes of Badger's MANIFEST that are durable
	flags    byte
}

const (
	markSynced = 1 // every commit was durable when it was answered
	markClosed = 2 // nothing was committed since the store was closed
)

const (
	markFile  = "MARK"
	markMagic = "bunchmrk"
	markLen   = 32
)

func (m mark) append(dst []byte) []byte {
	n := len(dst)
	dst = append(dst, markMagic...)
	dst = binary.BigEndian.AppendUint64(dst, m.commit)
	dst = binary.BigEndian.AppendUint64(dst, m.manifest)
	dst = append(dst, m.flags, 0, 0, 0)
	return binary.BigEndian.AppendUint32(dst, crc32.Checksum(dst[n:], castagnoli))
}

func parseMark(b []byte) (m mark, ok bool) {
	if len(b) != markLen || !bytes.HasPrefix(b, []byte(markMagic)) ||
		binary.BigEndian.Uint32(b[markLen-4:]) != crc32.Checksum(b[:markLen-4], castagnoli) {
		return m, false
	}
	return mark{binary.BigEndian.Uint64(b[8:]), binary.BigEndian.Uint64(b[16:]), b[24]}, true
}

// readMark reads the mark of the store in dir; ok is false if it says nothing.
func readMark(dir string) (m mark, ok bool, err error) {
	b, err := os.ReadFile(filepath.Join(dir, markFile))
	if errors.Is(err, fs.ErrNotExist) {
		return m, false, nil
	}
	m, ok = parseMark(b)
	return m, ok, err
}

// highWater keeps the mark, and the fingerprints, while the store is open.
type highWater struct {
	mark
	file   *os.File
	data   string   // Badger's folder
	tables []string // in the manifest
	logs   []string
	prints fingerprints
	since  int // bytes committed since Badger's files were looked at
}

// lookEvery is how many committed bytes pass between looks at Badger's files.
const lookEvery = 256 << 10

// begin takes the mark over for a store that is open for writing and has nothing
// that is not durable, if synced is set. What it says of the manifest it finds
// out anew.
func (h *highWater) begin(dir string, commit uint64, synced bool, prints fingerprints) (err error) {
	if h.file, err = os.OpenFile(filepath.Join(dir, markFile), os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return err
	}
	h.data, h.prints = filepath.Join(dir, dataDir), prints
	h.mark = mark{commit: commit}
	if synced {
		h.flags = markSynced
	}
	return errors.Join(h.look(false), h.write(), h.file.Sync())
}

// committed notes a commit of so many bytes.
func (h *highWater) committed(commit uint64, bytes int) error {
	if h.file == nil { // in memory
		return nil
	}
	h.commit = commit
	if h.since += bytes; h.since >= lookEvery {
		h.since = 0
		if err := h.look(false); err != nil {
			return err
		}
	}
	return h.write()
}

// look notes the size of the manifest once it is durable, and which files are there,
// if there are others. A log that is gone made the manifest longer.
func (h *highWater) look(durable bool) error {
	path := filepath.Join(h.data, badger.ManifestFilename)
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if uint64(info.Size()) != h.manifest {
		if err := h.readManifest(path); err != nil {
			return err
		}
	} else if _, err := os.Stat(h.nextLog()); err != nil && !durable {
		return nil // as nearly always
	}
	if h.logs, err = logNames(h.data); err != nil {
		return err
	}
	now, err := h.prints.take(h.data, slices.Concat(h.tables, h.logs, []string{badger.KeyRegistryFileName}))
	if err != nil || maps.Equal(now, h.prints) {
		return err
	}
	h.prints = now
	return now.write(h.data, durable)
}

// nextLog is the path of the log that Badger makes next.
func (h *highWater) nextLog() string {
	n := 0
	if len(h.logs) > 0 {
		n, _ = strconv.Atoi(strings.TrimSuffix(h.logs[len(h.logs)-1], ".mem"))
	}
	return filepath.Join(h.data, fmt.Sprintf("%05d.mem", n+1))
}

func (h *highWater) readManifest(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		return err
	}
	m, _, err := replayManifest(f)
	h.manifest, h.tables = uint64(info.Size()), tableNames(m)
	return err
}

func (h *highWater) write() error {
	_, err := h.file.WriteAt(h.mark.append(make([]byte, 0, markLen)), 0)
	return err
}

// end says, if it was closed well, that all of the store is durable.
func (h *highWater) end(well bool) error {
	if h.file == nil {
		return nil
	}
	if !well {
		return h.file.Close()
	}
	h.flags |= markClosed
	return errors.Join(h.look(true), h.write(), h.file.Sync(), h.file.Close())
}

// committedTo notes a commit of so many bytes.
func (s *Store) committedTo(commit uint64, bytes int) {
	s.walSync.committed(bytes)
	if err := s.mark.committed(commit, bytes); err != nil {
		s.opts.Logger.Warn("the high-water mark was not written", "error", err)
	}
}
