package store

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"github.com/seed-1c955bc8/bunch/result"
)

// A sealed value, as Badger gets it:
//
//	+------------+----------------------------------------+
//	| body       | CRC-32C of key, meta byte, body   (4)  |
//	+------------+----------------------------------------+
//
// Badger's own checksums cover blocks and are looked at when a table is opened.
// This one goes with the record wherever a compaction carries it, and since it
// covers the key, a value that ended up under another key is noticed too.
const sealLen = 4

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(key []byte, meta byte, body []byte) uint32 {
	c := ^crc32.Update(0, castagnoli, key)
	c = castagnoli[byte(c)^meta] ^ c>>8 // one byte, without a slice on the heap
	return crc32.Update(^c, castagnoli, body)
}

// seal appends the checksum to body.
func seal(key []byte, meta byte, body []byte) []byte {
	return binary.LittleEndian.AppendUint32(body, checksum(key, meta, body))
}

// unseal returns the body of a sealed value, or ErrCorrupt naming the key.
func unseal(key []byte, meta byte, sealed []byte) ([]byte, error) {
	n := len(sealed) - sealLen
	if n < 0 || binary.LittleEndian.Uint32(sealed[n:]) != checksum(key, meta, sealed[:n]) {
		return nil, corrupt(key, fmt.Errorf("checksum mismatch"))
	}
	return sealed[:n:n], nil
}

// corrupt says which record is damaged.
func corrupt(key []byte, why error) error {
	return fmt.Errorf("%w: record %s: %w", result.ErrCorrupt, describe(key), why)
}

// describe puts a key into words for an error.
func describe(key []byte) string {
	if len(key) == 0 {
		return "with an empty key"
	}
	kinds := map[byte]string{
		keyHead: "head of group", keyResult: "result of task", keyInput: "input of task",
		keyNests: "groups of group", keyLone: "expiry of task",
	}
	if kind, ok := kinds[key[0]]; ok {
		if id, err := parseID(key[1:]); err == nil {
			return fmt.Sprintf("%s %q", kind, string(id))
		}
	}
	return fmt.Sprintf("%x", key)
}
