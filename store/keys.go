package store

import (
	"encoding/binary"
	"fmt"

	"github.com/google/uuid"

	"github.com/seed-1c955bc8/bunch/result"
)

// The keys. Each begins with one byte that says what it is; numbers are big
// endian, so that Badger's order is their order. No key is ever found by a
// prefix of an id: ids are tagged, and their length is known.
//
//	key                                   value
//	'h' id                                head of a saved group     encoding.Head
//	't' seq:8 version:4 piece:4           a piece of its tree       encoding.AppendTree
//	'o' seq:8                             its labels                encoding.AppendLabels
//	'b' seq:8                             its note                  encoding.Record
//	's' seq:8                             its id, by creation       text
//	'd' seq:8 ordinal:4                   unsuccessful leaves below direct member ordinal-1   number:8
//	'r' id                                a task: who names it, and its result    see membership.go
//	'v' seq:8 piece:4                     a piece of a long value   bytes
//	'a' id                                a task's input            encoding.Record
//	'n' id                                who nests a group         see membership.go
//	'e' time:8 kind:1 id                  something expires         empty
//	'l' id                                when a lone result does   time:8
//	'j' seq:8                             work under way            journal
//	'm' name                              a number of the store     number:8; "clock": see stamp.go
//
// Every value ends in a checksum over key and value: see seal.
const (
	keyHead    = 'h'
	keyTree    = 't'
	keyLabels  = 'o'
	keyNote    = 'b'
	keySeq     = 's'
	keyDirect  = 'd'
	keyResult  = 'r'
	keyBlob    = 'v'
	keyInput   = 'a'
	keyNests   = 'n'
	keyExpiry  = 'e'
	keyLone    = 'l'
	keyJournal = 'j'
	keyMeta    = 'm'
)

// An id in a key:
//
//	minted id   1 root:12 node:4     siblings lie together, in member order
//	other UUID  3 uuid:16
//	other id    2 length:1 text      no id is the beginning of another
const (
	tagMinted = 1
	tagText   = 2
	tagUUID   = 3
)

func appendID(dst []byte, id result.ID) []byte {
	if root, number, ok := id.Minted(); ok {
		dst = append(append(dst, tagMinted), root[:]...)
		return binary.BigEndian.AppendUint32(dst, number)
	}
	if u, ok := id.UUID(); ok {
		return append(append(dst, tagUUID), u[:]...)
	}
	return append(append(dst, tagText, byte(len(id))), id...)
}

// parseID reads the id that is the whole of b.
func parseID(b []byte) (id result.ID, err error) {
	switch {
	case len(b) == 17 && (b[0] == tagMinted || b[0] == tagUUID):
		id = result.ID(uuid.UUID(b[1:]).String())
	case len(b) > 2 && b[0] == tagText && len(b) == 2+int(b[1]):
		id = result.ID(b[2:])
	}
	if id != "" && string(appendID(nil, id)) == string(b) { // else another key leads to it
		return id, nil
	}
	return "", fmt.Errorf("%w: key with a malformed id %x", result.ErrCorrupt, b)
}

// idKey is the key of kind about the task or group id.
func idKey(kind byte, id result.ID) []byte {
	return appendID(append(make([]byte, 0, 3+len(id)), kind), id)
}

// nodeKey is idKey for a minted id, which need not be put into words.
func nodeKey(kind byte, root result.Root, node uint32) []byte {
	k := make([]byte, 0, 18)
	k = append(append(k, kind, tagMinted), root[:]...)
	return binary.BigEndian.AppendUint32(k, node)
}

// node reads the node number at the end of a nodeKey.
func node(key []byte) uint32 { return binary.BigEndian.Uint32(key[len(key)-4:]) }

// seqKey is the key of kind about the saved group, blob or journal seq. Further
// numbers may follow.
func seqKey(kind byte, seq uint64, more ...uint32) []byte {
	k := binary.BigEndian.AppendUint64(append(make([]byte, 0, 9+4*len(more)), kind), seq)
	for _, n := range more {
		k = binary.BigEndian.AppendUint32(k, n)
	}
	return k
}

// seqOf reads the number at the start of a seqKey.
func seqOf(key []byte) uint64 { return binary.BigEndian.Uint64(key[1:9]) }

// What an expiry is about.
const (
	expiresGroup = 'g'
	expiresLone  = 'r'
)

func expiryKey(micros int64, kind byte, id result.ID) []byte {
	k := binary.BigEndian.AppendUint64(append(make([]byte, 0, 12+len(id)), keyExpiry), uint64(micros))
	return appendID(append(k, kind), id)
}

func parseExpiryKey(key []byte) (micros int64, kind byte, id result.ID, err error) {
	if len(key) < 11 {
		return 0, 0, "", fmt.Errorf("%w: expiry key %x is too short", result.ErrCorrupt, key)
	}
	id, err = parseID(key[10:])
	return int64(binary.BigEndian.Uint64(key[1:9])), key[9], id, err
}

// metaSeq counts up: every saved group, long value and journal has a number of
// its own, which is never used again.
var metaSeq = []byte("mseq")

// maxNumber is the highest: there is room above it for all that is ever written.
const maxNumber = 1 << 62

// metaClock is the time of the store at its latest commit. Every transaction
// writes it: so the highest version in the tables is that of the latest commit in
// them, also after a compaction that dropped what it deleted.
var metaClock = []byte("mclock")

// maxClock is the latest time of a store, in microseconds: there is room above it for
// what expires.
const maxClock = 1 << 62
