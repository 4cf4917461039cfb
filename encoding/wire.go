package encoding

import (
	"math"
	"time"
	"unicode/utf8"
)

// The major types of CBOR (RFC 8949, section 3.1), as they stand in the upper
// three bits of an item's first byte.
const (
	majorUint  = 0 << 5
	majorNint  = 1 << 5
	majorBytes = 2 << 5
	majorText  = 3 << 5
	majorArray = 4 << 5
	majorMap   = 5 << 5
	majorTag   = 6 << 5
	majorOther = 7 << 5
)

// The items of major type 7 that have a name, as whole bytes.
const (
	itemFalse     = 0xf4
	itemTrue      = 0xf5
	itemNull      = 0xf6
	itemUndefined = 0xf7
	itemFloat16   = 0xf9
	itemFloat32   = 0xfa
	itemFloat64   = 0xfb
	itemBreak     = 0xff
)

// appendHead appends the head of an item, its argument in the shortest form,
// which is the only one the reader takes.
func appendHead(dst []byte, major byte, arg uint64) []byte {
	switch {
	case arg < 24:
		return append(dst, major|byte(arg))
	case arg <= math.MaxUint8:
		return append(dst, major|24, byte(arg))
	case arg <= math.MaxUint16:
		return append(dst, major|25, byte(arg>>8), byte(arg))
	case arg <= math.MaxUint32:
		return append(dst, major|26, byte(arg>>24), byte(arg>>16), byte(arg>>8), byte(arg))
	}
	return append(dst, major|27, byte(arg>>56), byte(arg>>48), byte(arg>>40), byte(arg>>32),
		byte(arg>>24), byte(arg>>16), byte(arg>>8), byte(arg))
}

// setHead puts the head of an array or map in place of the one byte at dst[at],
// which was left free for it before the elements were appended. So nobody needs
// to know how many there will be; only from 24 on do they have to move.
func setHead(dst []byte, at int, major byte, arg uint64) []byte {
	var space [9]byte
	head := appendHead(space[:0], major, arg)
	if len(head) > 1 {
		n := len(dst)
		dst = append(dst, head[1:]...) // for the room
		copy(dst[at+len(head):], dst[at+1:n])
	}
	copy(dst[at:], head)
	return dst
}

func appendInt(dst []byte, n int64) []byte {
	if n < 0 {
		return appendHead(dst, majorNint, uint64(^n))
	}
	return appendHead(dst, majorUint, uint64(n))
}

func appendBytes(dst, b []byte) []byte {
	return append(appendHead(dst, majorBytes, uint64(len(b))), b...)
}

// appendText appends s as text. CBOR text is UTF-8 by definition, Go strings are
// not: what is no UTF-8 becomes U+FFFD, a byte for a character.
func appendText(dst []byte, s string) []byte {
	if !utf8.ValidString(s) {
		s = string([]rune(s))
	}
	return append(appendHead(dst, majorText, uint64(len(s))), s...)
}

// zeroMicros is the zero time.Time, which is written by leaving it out.
var zeroMicros = time.Time{}.UnixMicro()

// writer appends a map with small whole numbers as keys, in which what is zero
// is left out. Keys must come in ascending order.
type writer struct {
	dst   []byte
	start int // where the map's head is
	pairs uint64
}

// newWriter begins a record: the version byte, then the map.
func newWriter(dst []byte) writer {
	return writer{dst: append(dst, formatVersion, 0), start: len(dst) + 1}
}

// key begins a pair; the value is for the caller to append.
func (w *writer) key(k uint64) {
	w.dst = appendHead(w.dst, majorUint, k)
	w.pairs++
}

func (w *writer) uint(k, n uint64) {
	if n != 0 {
		w.key(k)
		w.dst = appendHead(w.dst, majorUint, n)
	}
}

func (w *writer) int(k uint64, n int64) {
	if n != 0 {
		w.key(k)
		w.dst = appendInt(w.dst, n)
	}
}

func (w *writer) flag(k uint64, set bool) {
	if set {
		w.key(k)
		w.dst = append(w.dst, itemTrue)
	}
}

func (w *writer) time(k uint64, t time.Time) {
	if us := t.UnixMicro(); us != zeroMicros {
		w.key(k)
		w.dst = appendInt(w.dst, us)
	}
}

// end completes the map's head and returns the record.
func (w *writer) end() []byte {
	return setHead(w.dst, w.start, majorMap, w.pairs)
}
