package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
	"github.com/dgraph-io/badger/v4/pb"
	"github.com/dgraph-io/badger/v4/table"
	"google.golang.org/protobuf/proto"
)

// Salvage reads what is left of a damaged store without touching it. Badger gets
// a folder of its own, with links to the tables that can be read, copies of the
// logs, and a manifest that names those tables; there it may truncate and flush.
//
// Tables that the manifest does not name, for it is damaged or they were set
// aside, come into level 0, where tables may overlap and Badger takes the latest
// version of all. That can bring back what was deleted lately.
type salvage struct {
	*Store
	to      string // the folder
	keys    *badger.KeyRegistry
	changes pb.ManifestChangeSet
	tables  uint64 // the highest number so far
	logs    int
	room    int64 // the largest log
}

// salvage opens what is left of the store's files.
func (s *Store) salvage() (err error) {
	if err := s.keeps(s.opts.Profile.reserve() / 2); err != nil {
		return err
	}
	if s.scratch, err = os.MkdirTemp(s.dir, "salvage-"); err != nil {
		return err
	}
	v := salvage{Store: s, to: s.scratch}
	for _, name := range []string{dataDir, asideDir} {
		f, err := readFiles(filepath.Join(s.dir, name), s.opts.EncryptionKey)
		if f == nil {
			return err // the keys: without them nothing can be read
		}
		if err != nil && name == dataDir {
			s.opts.Logger.Warn("salvage: every table that can be read is taken", "error", err)
		}
		if v.keys == nil {
			v.keys = f.keys
		}
		f.keys = v.keys
		if err := errors.Join(v.takeTables(f), v.takeLogs(f)); err != nil {
			return err
		}
	}
	if err := v.writeManifest(); err != nil {
		return err
	}
	keys := filepath.Join(s.dir, dataDir, badger.KeyRegistryFileName)
	err = copyFile(keys, filepath.Join(v.to, badger.KeyRegistryFileName))
	if err != nil && (len(s.opts.EncryptionKey) > 0 || !errors.Is(err, fs.ErrNotExist)) {
		return err
	}
	b := s.opts.badger(v.to).WithReadOnly(false).WithSyncWrites(false).WithNumCompactors(0)
	b.MemTableSize = max(b.MemTableSize, v.room/2)
	s.db, err = openBadger(b)
	return err
}

// leave notes that something is left out.
func (v *salvage) leave(what string) {
	v.opts.Logger.Error("salvage: " + what)
	v.leftOut = append(v.leftOut, Finding{Invariant: "I11", Lost: true, What: what})
}

// takeTables takes the tables that are whole, by links unless they are to stay (Badger
// empties a table before it removes it, under all its names), and makes others of what can be read
// of those that are not. Two folders may both use a number.
func (v *salvage) takeTables(f *files) error {
	for _, id := range slices.Sorted(maps.Keys(f.manifest.Tables)) {
		if !slices.Contains(f.tables, id) {
			v.leave(fmt.Sprintf("table %s is missing, and whatever was in it is lost", filepath.Base(table.NewFilename(id, f.dir))))
		}
	}
	var r tableReader
	for _, id := range f.tables {
		_, ok := f.manifest.Tables[id]
		if !ok {
			f.manifest.Tables[id] = badger.TableManifest{Compression: options.Snappy}
		}
		_, err := r.verify(f, id)
		for !ok && err != nil { // which key it is encrypted with only the manifest says
			guess := f.manifest.Tables[id]
			guess.KeyID++
			if _, none := f.keys.DataKey(guess.KeyID); none != nil {
				break
			}
			f.manifest.Tables[id] = guess
			_, err = r.verify(f, id)
		}
		known := f.manifest.Tables[id]
		from, to := table.NewFilename(id, f.dir), table.NewFilename(v.tables+1, v.to)
		switch {
		case err != nil:
			bad, blocks, none := r.rescue(f, id, to)
			if none != nil {
				v.leave(fmt.Sprintf("table %s is left out, and whatever was in it is lost: %v", filepath.Base(from), none))
				continue
			}
			v.leave(fmt.Sprintf("%d of %d blocks of table %s are lost, and whatever was in them", bad, blocks, filepath.Base(from)))
			known.Compression = options.Snappy
		case v.opts.recovering || os.Link(from, to) != nil: // not every file system has links
			if err := copyFile(from, to); err != nil {
				return err
			}
		}
		v.tables++
		v.changes.Changes = append(v.changes.Changes, &pb.ManifestChange{
			Id: v.tables, Op: pb.ManifestChange_CREATE, Level: uint32(known.Level), KeyId: known.KeyID,
			EncryptionAlgo: pb.EncryptionAlgo_aes, Compression: uint32(known.Compression),
		})
	}
	return nil
}

func (v *salvage) takeLogs(f *files) error {
	for _, w := range f.logs {
		if err := w.scan(f); err != nil {
			v.leave(fmt.Sprintf("log %s is left out, and the commits in it are lost: %v", filepath.Base(w.path), err))
			continue
		}
		if w.size == 0 {
			continue
		}
		v.logs++
		v.room = max(v.room, w.size)
		if err := copyFile(w.path, filepath.Join(v.to, fmt.Sprintf("%05d.mem", v.logs))); err != nil {
			return err
		}
	}
	return nil
}

// writeManifest writes Badger's list of tables as one record:
//
//	+------------+-------+-------+-----------------------------------------+
//	| "Bdgr" (4) | 0 (2) | 8 (2) | length (4), CRC-32C (4), changes        |
//	+------------+-------+-------+-----------------------------------------+
func (v *salvage) writeManifest() error {
	changes, err := proto.Marshal(&v.changes)
	if err != nil {
		return err
	}
	b := []byte{'B', 'd', 'g', 'r', 0, 0, 0, 8}
	b = binary.BigEndian.AppendUint32(b, uint32(len(changes)))
	b = binary.BigEndian.AppendUint32(b, crc32.Checksum(changes, castagnoli))
	return os.WriteFile(filepath.Join(v.to, badger.ManifestFilename), append(b, changes...), 0o600)
}

func copyFile(from, to string) error {
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	defer src.Close()
	dst, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(dst, src)
	return errors.Join(err, dst.Close())
}

// endSalvage removes the folder.
func (s *Store) endSalvage() error {
	if s.scratch == "" {
		return nil
	}
	return os.RemoveAll(s.scratch)
}
