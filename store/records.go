package store

import (
	"errors"

	"github.com/dgraph-io/badger/v4"
)

// records is where records are read from: a snapshot, or the batch under way,
// which sees what it wrote itself.
type records interface {
	// get reads a record; body is nil if there is none. It is valid until the
	// snapshot, or the batch, ends.
	get(key []byte) (body []byte, meta byte, err error)
}

// snapshot is the store as it was committed at one moment.
type snapshot struct{ *badger.Txn }

func (s snapshot) get(key []byte) (body []byte, meta byte, err error) {
	item, err := s.Get(key)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return nil, 0, nil
	} else if err != nil {
		return nil, 0, err
	}
	err = item.Value(func(sealed []byte) error {
		body, err = unseal(key, item.UserMeta(), sealed)
		return err
	})
	return body, item.UserMeta(), err
}
