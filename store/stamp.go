package store

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// A stamp is what every commit says of itself:
//
//	+-----------+----------+-----------+
//	| store (8) | wall (8) | tasks (8) |
//	+-----------+----------+-----------+
//
// The times are in microseconds. How long the store was closed is told by the wall: one
// that was set meanwhile costs a day, and that only once. The records of tasks are
// counted because nothing else would tell that one is missing which no group names:
// Badger drops what it cannot read when it merges tables, without a word.
type stamp struct {
	store, wall time.Time
	tasks       int // how many records of tasks there are; -1 if nobody knows
}

// stampSize is what a stamp takes of a transaction, at most.
const stampSize = 64

func (s stamp) append(dst []byte) []byte {
	dst = binary.BigEndian.AppendUint64(dst, uint64(s.store.UnixMicro()))
	dst = binary.BigEndian.AppendUint64(dst, uint64(s.wall.UnixMicro()))
	return binary.BigEndian.AppendUint64(dst, uint64(s.tasks))
}

// parseStamp reads a stamp, or the beginning of one, which is older.
func parseStamp(body []byte) (s stamp, err error) {
	var n [3]uint64
	for i := range n {
		if i > 0 && len(body) == 0 {
			break
		}
		if n[i], err = parseNumber(metaClock, body[:min(8, len(body))]); err != nil {
			return s, err
		}
		if body = body[8:]; i == 0 {
			n[1], n[2] = n[0], ^uint64(0)
		}
	}
	if len(body) > 0 {
		return s, corrupt(metaClock, errors.New("a stamp that goes on"))
	}
	return stamp{time.UnixMicro(int64(n[0])), time.UnixMicro(int64(n[1])), int(n[2])}, nil
}

// stampIn reads the stamp of the latest commit in a snapshot, a zero one if there was
// none.
func stampIn(r snapshot) (latest stamp, err error) {
	body, _, err := r.get(metaClock)
	if err == nil && body != nil {
		latest, err = parseStamp(body)
	}
	return latest, err
}

// latestCommit reads the stamp of it.
func (s *Store) latestCommit() (latest stamp, err error) {
	err = s.db.View(func(txn *badger.Txn) error {
		latest, err = stampIn(snapshot{txn})
		return err
	})
	return latest, err
}

// stamp stamps a commit that happens anyway, comes after that of latest, and makes so
// many more records of tasks.
func (s *Store) stamp(txn *badger.Txn, latest stamp, more int) error {
	now := stamp{s.clock.now(), s.now(), latest.tasks}
	if now.tasks >= 0 {
		now.tasks += more
	}
	return txn.Set(metaClock, seal(metaClock, 0, now.append(make([]byte, 0, 24+sealLen))))
}
