package encoding

import (
	"math/big"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// string reads text in quotes.
func (r *jsonReader) string() {
	head := len(r.dst)
	r.dst = append(r.dst, 0)
	r.pos++
	for r.err == nil {
		start := r.pos
		for r.pos < len(r.text) && r.text[r.pos] != '"' && r.text[r.pos] != '\\' && r.text[r.pos] >= ' ' {
			r.pos++
		}
		plain := r.text[start:r.pos]
		if !utf8.Valid(plain) {
			for c, n := utf8.DecodeRune(plain); c != utf8.RuneError || n > 1; c, n = utf8.DecodeRune(plain) {
				plain = plain[n:]
			}
			r.fail(r.pos-len(plain), "UTF-8")
			return
		}
		r.dst = append(r.dst, plain...)
		switch {
		case r.pos == len(r.text):
			r.fail(r.pos, "the closing quote")
		case r.text[r.pos] == '\\':
			r.escape()
		case r.text[r.pos] == '"':
			r.pos++
			r.dst = setHead(r.dst, head, majorText, uint64(len(r.dst)-head-1))
			return
		default:
			r.fail(r.pos, "control characters to be escaped")
		}
	}
}

// escape reads a backslash and what belongs to it.
func (r *jsonReader) escape() {
	at := r.pos
	r.pos++
	if r.pos == len(r.text) {
		r.fail(r.pos, "an escape sequence")
		return
	}
	c := r.text[r.pos]
	r.pos++
	switch c {
	case '"', '\\', '/':
	case 'b':
		c = '\b'
	case 'f':
		c = '\f'
	case 'n':
		c = '\n'
	case 'r':
		c = '\r'
	case 't':
		c = '\t'
	case 'u':
		char, ok := r.hex4(r.pos)
		if !ok {
			r.fail(at, "four hex digits after \\u")
			return
		}
		r.pos += 4
		if utf16.IsSurrogate(char) {
			low, _ := r.hex4(r.pos + 2)
			if char = utf16.DecodeRune(char, low); char != utf8.RuneError && r.text[r.pos] == '\\' && r.text[r.pos+1] == 'u' {
				r.pos += 6
			} else {
				char = utf8.RuneError // half a pair
			}
		}
		r.dst = utf8.AppendRune(r.dst, char)
		return
	default:
		r.fail(at, "an escape sequence that JSON has")
		return
	}
	r.dst = append(r.dst, c)
}

// hex4 returns the number written as four hex digits at pos.
func (r *jsonReader) hex4(pos int) (char rune, ok bool) {
	if pos+4 > len(r.text) {
		return 0, false
	}
	for _, c := range r.text[pos : pos+4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		char = char<<4 | rune(c)
	}
	return char, true
}

// number reads a number, or -Infinity, whose first byte is a digit or a minus.
func (r *jsonReader) number() {
	start := r.pos
	if r.text[r.pos] == '-' {
		if r.pos++; r.pos < len(r.text) && r.text[r.pos] == 'I' {
			r.pos--
			r.literal()
			return
		}
	}
	switch intStart := r.pos; {
	case r.digits() == 0:
		r.fail(r.pos, "a digit")
		return
	case r.text[intStart] == '0' && r.pos > intStart+1:
		r.fail(intStart, "a number without zeros in front")
		return
	}
	whole := true
	if r.pos < len(r.text) && r.text[r.pos] == '.' {
		whole = false
		r.pos++
		if r.digits() == 0 {
			r.fail(r.pos, "a digit after the point")
			return
		}
	}
	if r.pos < len(r.text) && r.text[r.pos]|0x20 == 'e' {
		whole = false
		r.pos++
		if r.pos < len(r.text) && (r.text[r.pos] == '+' || r.text[r.pos] == '-') {
			r.pos++
		}
		if r.digits() == 0 {
			r.fail(r.pos, "a digit in the exponent")
			return
		}
	}
	digits := string(r.text[start:r.pos])
	if !whole {
		f, _ := strconv.ParseFloat(digits, 64) // out of range it is infinite, as in Python
		r.dst = appendFloat(r.dst, f)
		return
	}
	if n, err := strconv.ParseInt(digits, 10, 64); err == nil {
		r.dst = appendInt(r.dst, n)
		return
	}
	var x big.Int
	if len(digits) < 3*MaxInteger { // a byte has less than three digits
		x.SetString(digits, 10)
	}
	if x.Sign() == 0 || !r.integer(&x) {
		r.fail(start, "a whole number within the limit")
	}
}

// digits skips digits and returns how many.
func (r *jsonReader) digits() int {
	start := r.pos
	for r.pos < len(r.text) && r.text[r.pos] >= '0' && r.text[r.pos] <= '9' {
		r.pos++
	}
	return r.pos - start
}

// integer appends x: as a number if it has up to 64 bits, else as a bignum.
func (r *jsonReader) integer(x *big.Int) bool {
	major, tag := byte(majorUint), byte(2)
	if x.Sign() < 0 {
		x.Not(x)
		major, tag = majorNint, 3
	}
	if x.IsUint64() {
		r.dst = appendHead(r.dst, major, x.Uint64())
		return true
	}
	b := x.Bytes()
	r.dst = appendBytes(append(r.dst, majorTag|tag), b)
	return len(b) <= MaxInteger
}
