package encoding

import (
	"fmt"
	"math"
	"time"
	"unicode/utf8"

	"github.com/seed-1c955bc8/bunch/result"
)

// formatVersion is the first byte of everything this package writes for the
// engine. A change of format raises it; what was written before is read for ever.
const formatVersion = 1

// A reader takes a record apart. It accepts only the one form that the writer
// writes, so that what was read and is written again gives the same bytes, and
// damage that happens to be CBOR is noticed too.
//
// The first thing that is wrong is kept in err; from then on every method gives
// the zero value and moves no further. Loops look at err.
type reader struct {
	what string // the record's name, for errors
	data []byte
	pos  int
	key  int // where the key read last begins
	err  error
}

// newReader begins to read a record, behind its version byte.
func newReader(what string, data []byte) reader {
	r := reader{what: what, data: data}
	switch {
	case len(data) == 0:
		r.fail(0, "a version byte")
	case data[0] > formatVersion:
		r.err = &result.VersionError{What: what, Got: uint64(data[0]), Max: formatVersion}
	case data[0] != formatVersion:
		r.fail(0, "a version byte from 1 on")
	}
	r.pos = 1
	return r
}

// fail notes that at byte pos stands something else than what is wanted.
func (r *reader) fail(pos int, want string) {
	if r.err == nil {
		r.err = fmt.Errorf("%w: %s record, byte %d: want %s", result.ErrCorrupt, r.what, pos, want)
	}
}

// end refuses bytes after the record and returns what went wrong, if anything.
func (r *reader) end() error {
	if r.err == nil && r.pos != len(r.data) {
		r.fail(r.pos, "the end")
	}
	return r.err
}

// left is how many bytes are still to be read.
func (r *reader) left() uint64 {
	if r.err != nil {
		return 0
	}
	return uint64(len(r.data) - r.pos)
}

// peek returns the major type of the next item. At the end, or after an error, it
// returns majorTag, which no record uses outside of values.
func (r *reader) peek() byte {
	if r.left() == 0 {
		return majorTag
	}
	return r.data[r.pos] & 0xe0
}

// head reads the head of an item of the given major type and returns its
// argument, which must be in its shortest form.
func (r *reader) head(major byte, want string) uint64 {
	at := r.pos
	if r.left() == 0 || r.data[at]&0xe0 != major {
		r.fail(at, want)
		return 0
	}
	arg, n, ok := argument(r.data[at:])
	if !ok || n > 1 && arg < shortest[n] {
		r.fail(at, want+", in its shortest form")
		return 0
	}
	r.pos += n
	return arg
}

// shortest is the least argument for which a head of so many bytes is the
// shortest.
var shortest = [10]uint64{2: 24, 3: math.MaxUint8 + 1, 5: math.MaxUint16 + 1, 9: math.MaxUint32 + 1}

// argument reads the argument of the head at the start of b, and says how many
// bytes long the head is. It takes no heads of indefinite length.
func argument(b []byte) (arg uint64, n int, ok bool) {
	if len(b) == 0 {
		return 0, 0, false
	}
	info := b[0] & 0x1f
	if info < 24 {
		return uint64(info), 1, true
	}
	if info > 27 {
		return 0, 0, false
	}
	n = 1 + 1<<(info-24)
	if len(b) < n {
		return 0, 0, false
	}
	for _, c := range b[1:n] {
		arg = arg<<8 | uint64(c)
	}
	return arg, n, true
}

// uint reads a whole number from 0 to most.
func (r *reader) uint(most uint64, want string) uint64 {
	at := r.pos
	n := r.head(majorUint, want)
	if n > most {
		r.fail(at, want)
		return 0
	}
	return n
}

// positive reads a number that is left out when it is zero.
func (r *reader) positive(most uint64, want string) uint64 {
	at := r.pos
	n := r.uint(most, want)
	if n == 0 {
		r.fail(at, want+" above 0")
	}
	return n
}

func (r *reader) int(want string) int64 {
	at := r.pos
	if r.peek() != majorNint {
		return int64(r.uint(math.MaxInt64, want))
	}
	n := r.head(majorNint, want)
	if n > math.MaxInt64 {
		r.fail(at, want)
		return 0
	}
	return ^int64(n)
}

func (r *reader) time(want string) time.Time {
	at := r.pos
	us := r.int(want)
	if r.err == nil && us == zeroMicros {
		r.fail(at, want+" other than the zero time")
	}
	if r.err != nil {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

func (r *reader) yes(want string) bool {
	if r.left() == 0 || r.data[r.pos] != itemTrue {
		r.fail(r.pos, want+": true")
		return false
	}
	r.pos++
	return true
}

// bytes reads a byte string; it aliases the record.
func (r *reader) bytes(want string) []byte {
	return r.string(majorBytes, want)
}

// text reads text, which must be UTF-8; it aliases the record.
func (r *reader) text(want string) []byte {
	at := r.pos
	b := r.string(majorText, want)
	if !utf8.Valid(b) {
		r.fail(at, want+", in UTF-8")
		return nil
	}
	return b
}

func (r *reader) string(major byte, want string) []byte {
	at := r.pos
	n := r.head(major, want)
	if n > r.left() {
		r.fail(at, want+", whole")
		return nil
	}
	b := r.data[r.pos : r.pos+int(n)]
	r.pos += int(n)
	return b
}

// list reads the head of an array or a map and returns how many elements or
// pairs it has. A head that promises more than the bytes left can hold is
// refused here, so nobody makes room for it.
func (r *reader) list(major byte, want string) int {
	at := r.pos
	n := r.head(major, want)
	per := uint64(1)
	if major == majorMap {
		per = 2
	}
	if n > r.left()/per {
		r.fail(at, want+" that fits")
		return 0
	}
	return int(n)
}

// array reads the head of an array of exactly n elements.
func (r *reader) array(n int, want string) {
	at := r.pos
	if r.list(majorArray, want) != n {
		r.fail(at, want)
	}
}

// raw reads one item of any kind, as it was given to the writer; it aliases the
// record.
func (r *reader) raw(want string) []byte {
	if r.err != nil {
		return nil
	}
	at := r.pos
	end, _, bad := scan(r.data, at, MaxNesting)
	if bad != nil {
		r.fail(bad.pos, want+": "+bad.want)
		return nil
	}
	r.pos = end
	return r.data[at:end]
}

// fields calls field for each pair of a map, with the key; field reads the value.
// Keys must ascend. A key that field does not know it refuses with unknown.
func (r *reader) fields(field func(key uint64)) {
	n := r.list(majorMap, "a map")
	for last := int64(-1); n > 0 && r.err == nil; n-- {
		r.key = r.pos
		key := r.uint(math.MaxInt32, "a key")
		if int64(key) <= last {
			r.fail(r.key, "keys in ascending order")
			return
		}
		last = int64(key)
		if r.err == nil {
			field(key)
		}
	}
}

// unknown refuses a key.
func (r *reader) unknown(key uint64) {
	r.fail(r.key, fmt.Sprintf("a key that this version has, not %d", key))
}
