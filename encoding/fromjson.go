package encoding

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/seed-1c955bc8/bunch/result"
)

// FromJSON turns JSON text into a value, deterministic CBOR. It takes what
// Python's json module writes and reads: NaN, Infinity and -Infinity are
// numbers, of an object's equal keys the last one counts. 1 is a whole number,
// whatever its size up to [MaxInteger]; 1.0 and 1e0 are floats, and become
// infinite when they are too large for one. Half of a surrogate pair, which no
// UTF-8 can hold, becomes U+FFFD.
//
// Anything else, text that is not UTF-8, and what is over [MaxNesting] or
// [MaxElements] gives an error matching [result.ErrBadValue] that names the byte.
func FromJSON(text []byte) ([]byte, error) {
	r := jsonReader{text: text, dst: make([]byte, 0, len(text)+8)}
	for r.value() {
	}
	if r.err == nil {
		if r.space(); r.pos != len(text) {
			r.fail(r.pos, "the end")
		}
	}
	if r.err != nil {
		return nil, r.err
	}
	return r.dst, nil
}

// jsonReader turns text into CBOR as it reads.
type jsonReader struct {
	text  []byte
	pos   int
	dst   []byte
	stack []jsonLevel
	pairs []jsonPair // of all open objects
	moved []byte     // room for sort
	err   error
}

// jsonLevel is an array or an object that is being read.
type jsonLevel struct {
	object bool
	head   int // where in dst its head goes
	items  int // elements so far
	first  int // of an object: its pairs are jsonReader.pairs from here on
}

// jsonPair says where in dst a pair of an object lies.
type jsonPair struct{ key, value, end int }

func (r *jsonReader) fail(pos int, want string) {
	if r.err == nil {
		r.err = fmt.Errorf("%w: JSON, byte %d: want %s", result.ErrBadValue, pos, want)
	}
}

func (r *jsonReader) space() {
	for r.pos < len(r.text) {
		switch r.text[r.pos] {
		case ' ', '\t', '\n', '\r':
			r.pos++
		default:
			return
		}
	}
}

// next skips space and returns the byte there, 0 at the end.
func (r *jsonReader) next() byte {
	r.space()
	if r.pos == len(r.text) {
		return 0
	}
	return r.text[r.pos]
}

// value reads a value, or the beginning of one, and what ends with it. It returns
// false when there is nothing more to read.
func (r *jsonReader) value() bool {
	c := r.next()
	if c != '[' && c != '{' {
		r.scalar(c)
		return r.complete()
	}
	if len(r.stack) == MaxNesting {
		r.fail(r.pos, "no deeper nesting")
		return false
	}
	r.pos++
	r.stack = append(r.stack, jsonLevel{object: c == '{', head: len(r.dst), first: len(r.pairs)})
	r.dst = append(r.dst, 0)
	if r.next() == c+2 { // ']' and '}' are two behind '[' and '{'
		r.pos++
		r.leave()
		return r.complete()
	}
	if c == '{' {
		r.key()
	}
	return r.err == nil
}

// key reads a key and its colon.
func (r *jsonReader) key() {
	if r.next() != '"' {
		r.fail(r.pos, "a key in quotes")
		return
	}
	pair := jsonPair{key: len(r.dst)}
	r.string()
	pair.value = len(r.dst)
	r.pairs = append(r.pairs, pair)
	if r.next() != ':' {
		r.fail(r.pos, "a colon")
		return
	}
	r.pos++
}

// complete goes on after a value: to the next one, or out of what ends here.
func (r *jsonReader) complete() bool {
	for len(r.stack) > 0 && r.err == nil {
		top := &r.stack[len(r.stack)-1]
		if top.items++; top.items > MaxElements {
			r.fail(r.pos, "fewer elements")
			return false
		}
		want, end := "a comma or ]", byte(']')
		if top.object {
			want, end = "a comma or }", '}'
			r.pairs[len(r.pairs)-1].end = len(r.dst)
		}
		switch r.next() {
		case ',':
			r.pos++
			if top.object {
				r.key()
			}
			return r.err == nil
		case end:
			r.pos++
			r.leave()
		default:
			r.fail(r.pos, want)
		}
	}
	return false
}

// leave ends the innermost array or object.
func (r *jsonReader) leave() {
	last := len(r.stack) - 1
	top := r.stack[last]
	r.stack = r.stack[:last]
	if !top.object {
		r.dst = setHead(r.dst, top.head, majorArray, uint64(top.items))
		return
	}
	n := r.sort(r.pairs[top.first:], top.head+1)
	r.pairs = r.pairs[:top.first]
	r.dst = setHead(r.dst, top.head, majorMap, uint64(n))
}

// sort brings the pairs, which lie in dst from start to its end, in the order of
// deterministic CBOR, leaves only the last of equal keys, and returns how many
// are left.
func (r *jsonReader) sort(pairs []jsonPair, start int) int {
	compare := func(a, b jsonPair) int {
		return bytes.Compare(r.dst[a.key:a.value], r.dst[b.key:b.value])
	}
	sorted := true
	for i := 1; i < len(pairs) && sorted; i++ {
		sorted = compare(pairs[i-1], pairs[i]) < 0
	}
	if sorted {
		return len(pairs)
	}
	slices.SortStableFunc(pairs, compare)
	n := 0
	r.moved = r.moved[:0]
	for i, p := range pairs {
		if i+1 < len(pairs) && compare(p, pairs[i+1]) == 0 {
			continue
		}
		r.moved = append(r.moved, r.dst[p.key:p.end]...)
		n++
	}
	r.dst = append(r.dst[:start], r.moved...)
	return n
}

// scalar reads a value that begins with c and is no array and no object.
func (r *jsonReader) scalar(c byte) {
	switch {
	case c == '"':
		r.string()
	case c == '-' || c >= '0' && c <= '9':
		r.number()
	default:
		r.literal()
	}
}

func (r *jsonReader) literal() {
	for _, l := range literals {
		if bytes.HasPrefix(r.text[r.pos:], []byte(l.text)) {
			r.pos += len(l.text)
			r.dst = append(r.dst, l.item...)
			return
		}
	}
	r.fail(r.pos, "a JSON value")
}

var literals = [...]struct{ text, item string }{
	{"null", "\xf6"},
	{"true", "\xf5"},
	{"false", "\xf4"},
	{"NaN", "\xf9\x7e\x00"},
	{"Infinity", "\xf9\x7c\x00"},
	{"-Infinity", "\xf9\xfc\x00"},
}
