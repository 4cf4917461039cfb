package store

import (
	"encoding/binary"

	"github.com/dgraph-io/badger/v4"
)

// stampSize is what a stamp takes of a transaction, at most.
const stampSize = 64

// stamp writes the time of the store with a commit that happens anyway.
func (s *Store) stamp(txn *badger.Txn) error {
	now := binary.BigEndian.AppendUint64(nil, uint64(s.now().UnixMicro()))
	return txn.Set(metaClock, seal(metaClock, 0, now))
}
