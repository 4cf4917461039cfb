package encoding

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"unicode"
	"unicode/utf8"

	"github.com/seed-1c955bc8/bunch/result"
)

// MaxInteger is how many bytes a whole number may have where values become JSON
// and back, about 39,000 digits: turning digits into bits takes long.
const MaxInteger = 16 << 10

// AppendJSON appends a value as JSON, for people and pipes. What JSON has not is
// told apart as far as it goes:
//
//   - whole numbers are exact, whatever their size, up to [MaxInteger];
//   - floats keep a point or an exponent (1.0, 1e+16), so they stay floats; NaN,
//     Infinity and -Infinity stand as Python's json module writes them;
//   - byte strings are base64 text; times are the text they are stored as; of
//     other tags only the contents remain; undefined is null;
//   - a result tree is written as Celery's as_tuple;
//   - a map's key that is not text becomes text: 1 is "1", a longer one its
//     diagnostic notation. Two keys may then look the same.
//
// Text is not escaped for HTML; escaped are control characters, also DEL, C1 and
// those that turn the direction of writing, so that a terminal is safe. A
// value that is not Valid gives an error matching [result.ErrBadValue], a whole
// number that is too long one matching [result.ErrTooLarge]; dst is then
// returned as it was.
func AppendJSON(dst, value []byte) ([]byte, error) {
	if err := Valid(value); err != nil {
		return dst, err
	}
	if isTree(value) {
		t, err := unmarshalTree(value)
		if err != nil {
			return dst, err
		}
		return t.AppendJSON(dst), nil
	}
	w := jsonWriter{dst: dst, data: value}
	for w.item() {
	}
	if w.err != nil {
		return dst, w.err
	}
	return w.dst, nil
}

// jsonWriter goes over a valid value; what it is in lies on stack.
type jsonWriter struct {
	dst   []byte
	data  []byte
	pos   int
	stack []level
	err   error
}

// item writes what is at pos, and returns false when there is nothing more.
func (w *jsonWriter) item() bool {
	first := w.data[w.pos]
	if first == itemBreak {
		w.pos++
		w.leave()
		return w.complete()
	}
	top := len(w.stack) - 1
	if top >= 0 {
		isMap := w.stack[top].major == majorMap
		switch {
		case isMap && w.stack[top].items%2 == 1:
			w.dst = append(w.dst, ':')
		case w.stack[top].items > 0:
			w.dst = append(w.dst, ',')
		}
		if isMap && w.stack[top].items%2 == 0 {
			w.key()
			w.stack[top].items++
			return w.err == nil
		}
	}
	for first&0xe0 == majorTag && !w.bignum() {
		_, n, _ := argument(w.data[w.pos:])
		w.pos += n
		first = w.data[w.pos]
	}
	switch first & 0xe0 {
	case majorTag: // it was a bignum
	case majorArray, majorMap:
		bracket := byte('[')
		if first&0xe0 == majorMap {
			bracket = '{'
		}
		w.dst = append(w.dst, bracket)
		next, inside, _ := step(w.data, w.pos)
		w.pos = next
		w.stack = append(w.stack, level{major: first & 0xe0, want: inside})
		if inside > 0 {
			return true
		}
		w.leave()
	default:
		w.scalar()
	}
	return w.complete()
}

// complete counts an item and ends what is complete with it.
func (w *jsonWriter) complete() bool {
	for len(w.stack) > 0 && w.err == nil {
		top := &w.stack[len(w.stack)-1]
		if top.items++; top.items < top.want {
			return true
		}
		w.leave()
	}
	return false
}

// leave ends the innermost array or map.
func (w *jsonWriter) leave() {
	top := len(w.stack) - 1
	bracket := byte(']')
	if w.stack[top].major == majorMap {
		bracket = '}'
	}
	w.dst = append(w.dst, bracket)
	w.stack = w.stack[:top]
}

// key writes an item as a key. Arrays and maps as keys are written by Diagnose,
// which quotes once: JSON within text within JSON would double its backslashes
// at each level.
func (w *jsonWriter) key() {
	switch major := w.data[w.pos] & 0xe0; major {
	case majorBytes, majorText:
		w.scalar()
	case majorArray, majorMap, majorTag:
		end, _, _ := scan(w.data, w.pos, MaxNesting)
		item := w.data[w.pos:end]
		text, err := Diagnose(item)
		if err != nil {
			text = hex.EncodeToString(item)
		}
		w.dst = append(w.dst, '"')
		w.text([]byte(text))
		w.dst = append(w.dst, '"')
		w.pos = end
	default:
		w.dst = append(w.dst, '"')
		w.scalar()
		w.dst = append(w.dst, '"')
	}
}

// scalar writes an item with nothing inside it.
func (w *jsonWriter) scalar() {
	major := w.data[w.pos] & 0xe0
	if major == majorBytes || major == majorText {
		content := w.content()
		w.dst = append(w.dst, '"')
		if major == majorText {
			w.text(content)
		} else {
			w.dst = base64.StdEncoding.AppendEncode(w.dst, content)
		}
		w.dst = append(w.dst, '"')
		return
	}
	first := w.data[w.pos]
	arg, n, _ := argument(w.data[w.pos:])
	w.pos += n
	switch {
	case major == majorUint:
		w.dst = strconv.AppendUint(w.dst, arg, 10)
	case major == majorNint && arg <= math.MaxInt64:
		w.dst = strconv.AppendInt(w.dst, ^int64(arg), 10)
	case major == majorNint:
		x := new(big.Int).SetUint64(arg)
		w.dst = x.Not(x).Append(w.dst, 10)
	case n > 2:
		w.dst = appendJSONFloat(w.dst, float(arg, n))
	case first == itemTrue:
		w.dst = append(w.dst, "true"...)
	case first == itemFalse:
		w.dst = append(w.dst, "false"...)
	case first == itemNull, first == itemUndefined:
		w.dst = append(w.dst, "null"...)
	default: // a simple value without a name
		w.dst = strconv.AppendUint(w.dst, arg, 10)
	}
}

// content reads a string, put together if it comes in pieces.
func (w *jsonWriter) content() []byte {
	if w.data[w.pos]&0x1f != 31 {
		return w.piece()
	}
	var all []byte
	for w.pos++; w.data[w.pos] != itemBreak; {
		all = append(all, w.piece()...)
	}
	w.pos++
	return all
}

func (w *jsonWriter) piece() []byte {
	arg, n, _ := argument(w.data[w.pos:])
	start := w.pos + n
	w.pos = start + int(arg)
	return w.data[start:w.pos]
}

// bignum writes a whole number of any size, tag 2 or 3; false if the tag here is
// another.
func (w *jsonWriter) bignum() bool {
	tag, n, _ := argument(w.data[w.pos:])
	if tag != 2 && tag != 3 || w.data[w.pos+n]&0xe0 != majorBytes {
		return false
	}
	at := w.pos
	w.pos += n
	content := w.content()
	if len(content) > MaxInteger {
		w.err = fmt.Errorf("%w: byte %d: a whole number of %d bytes, the most is %d", result.ErrTooLarge, at, len(content), MaxInteger)
		return true
	}
	x := new(big.Int).SetBytes(content)
	if tag == 3 {
		x.Not(x)
	}
	w.dst = x.Append(w.dst, 10)
	return true
}

// appendJSONFloat writes f as Python's repr does: the shortest digits that give
// f again, with an exponent for the very large and very small.
func appendJSONFloat(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	}
	if a := math.Abs(f); a != 0 && (a < 1e-4 || a >= 1e16) {
		return strconv.AppendFloat(dst, f, 'e', -1, 64)
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
	for _, c := range dst[start:] {
		if c == '.' {
			return dst
		}
	}
	return append(dst, ".0"...)
}

// unsafeText reports whether r does something to a terminal or ends a line.
func unsafeText(r rune) bool {
	return r < 0xa0 || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Bidi_Control, r)
}

// text writes the inside of a JSON string; b is UTF-8.
func (w *jsonWriter) text(b []byte) {
	const digits = "0123456789abcdef"
	for i := 0; i < len(b); {
		r, n := rune(b[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRune(b[i:])
		}
		switch {
		case r == '"' || r == '\\':
			w.dst = append(w.dst, '\\', byte(r))
		case r == '\n':
			w.dst = append(w.dst, '\\', 'n')
		case r == '\r':
			w.dst = append(w.dst, '\\', 'r')
		case r == '\t':
			w.dst = append(w.dst, '\\', 't')
		case r < ' ' || r >= 0x7f && unsafeText(r):
			w.dst = append(w.dst, '\\', 'u', digits[r>>12], digits[r>>8&15], digits[r>>4&15], digits[r&15])
		default:
			w.dst = append(w.dst, b[i:i+n]...)
		}
		i += n
	}
}
