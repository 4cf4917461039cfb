package encoding

import (
	"encoding/binary"
	"encoding/hex"
	"math"

	"github.com/seed-1c955bc8/bunch/result"
)

// tail is the minted id that would continue the task read last: both must have
// been one run. The zero tail is none.
type tail struct {
	ok   bool
	root result.Root
	node uint64
}

// follow notes the tasks from u on as read, and refuses them if they continue
// those before: the writer would have made one run of both.
func (t *treeReader) follow(at int, u []byte, count uint64) {
	if t.leaves += count; t.leaves > math.MaxInt {
		t.fail(at, "no more tasks than this machine can count")
	}
	if u == nil || !minted(u) {
		t.tail = tail{}
		return
	}
	root, node := result.Root(u[:12]), uint64(binary.BigEndian.Uint32(u[12:]))
	if t.tail.ok && t.tail.root == root && t.tail.node == node {
		t.fail(at, "one run of the tasks that follow each other")
	}
	t.tail = tail{true, root, node + count}
}

// minted reports whether a UUID, or a root, is of the minted form: version 8.
func minted(u []byte) bool { return u[6]>>4 == 8 && u[8]>>6 == 2 }

// id reads the token that is an id; u is the UUID's bytes if it is one.
func (t *treeReader) id() (id result.ID, u []byte) {
	at := t.pos
	if t.tokens == 0 {
		t.fail(at, "an id after the marker of a group")
		return "", nil
	}
	t.tokens--
	if t.peek() == majorBytes {
		u = t.bytes("an id")
		if t.err == nil && len(u) != 16 {
			t.fail(at, "a UUID of 16 bytes")
		}
		if t.err != nil {
			return "", nil
		}
		return t.name(u), u
	}
	id = result.ID(t.text("an id"))
	if t.err != nil {
		return "", nil
	}
	if _, ok := id.UUID(); ok || id.Validate() != nil {
		t.fail(at, "an id of 1 to 255 bytes, as bytes if it is a UUID")
	}
	return id, nil
}

// nameBlock is how many ids lie in one block of text. One id that is kept keeps
// its block, so blocks are not large.
const nameBlock = 113

// name returns the text of a UUID. Many lie in one block, because a million
// strings cost more than a million ids.
func (t *treeReader) name(u []byte) result.ID {
	const size = 36
	if t.names.Cap()-t.names.Len() < size {
		t.names.Reset()
		t.names.Grow(size * min(nameBlock, t.tokens+1))
	}
	var text [size]byte
	hex.Encode(text[0:], u[:4])
	hex.Encode(text[9:], u[4:6])
	hex.Encode(text[14:], u[6:8])
	hex.Encode(text[19:], u[8:10])
	hex.Encode(text[24:], u[10:])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	start := t.names.Len()
	t.names.Write(text[:])
	return result.ID(t.names.String()[start:])
}
