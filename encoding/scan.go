package encoding

import (
	"math"
	"unicode/utf8"
)

// Limits on values. How many bytes a value may have is for the engine to say.
const (
	// MaxNesting is how deep the arrays, maps and tags of a value may nest.
	MaxNesting = 256

	// MaxElements is how many elements one array of a value may have, and how
	// many pairs one map.
	MaxElements = 1 << 24
)

// A flaw is what is wrong with bytes that should be one item.
type flaw struct {
	pos  int    // at this byte
	want string // something else was wanted
}

// level is an array, a map or a tag that scan is in.
type level struct {
	major byte
	items uint64 // how many are behind
	want  uint64 // how many there are, or untilBreak
}

// keys is what the keys of the maps in a value are: the worst of them counts.
type keys byte

const (
	textKeys   keys = iota // all of them are text, or there are none
	otherKeys              // some are not
	taggedKeys             // some have a tag: a bignum, a time
)

// untilBreak is how many items an array or map of indefinite length has.
const untilBreak = math.MaxUint64

// scan goes over the item at data[pos] and returns where it ends. It takes everything that RFC 8949 calls
// well-formed, in whatever form, but for text that is no UTF-8 and for what is
// over the limits. There is no recursion.
func scan(data []byte, pos, nesting int) (end int, kind keys, bad *flaw) {
	var space [16]level
	stack := space[:0]
	for {
		if pos >= len(data) {
			return 0, 0, &flaw{pos, "an item, not the end"}
		}
		at, first, top := pos, data[pos], len(stack)-1
		if first == itemBreak {
			if top < 0 || stack[top].want != untilBreak || stack[top].major == majorMap && stack[top].items%2 == 1 {
				return 0, 0, &flaw{at, "an item, not a break"}
			}
			pos++
			stack = stack[:top]
		} else {
			if top >= 0 && stack[top].major == majorMap && stack[top].items%2 == 0 {
				kind = max(kind, keyKind(first&0xe0))
			}
			var inside uint64
			if pos, inside, bad = step(data, pos); bad != nil {
				return 0, 0, bad
			}
			if major := first & 0xe0; major >= majorArray && major <= majorTag {
				if len(stack) == nesting {
					return 0, 0, &flaw{at, "no deeper nesting"}
				}
				if inside > 0 {
					stack = append(stack, level{major: major, want: inside})
					continue
				}
			}
		}
		for { // an item is complete, and so may be what it is in
			top := len(stack) - 1
			if top < 0 {
				return pos, kind, nil
			}
			stack[top].items++
			if stack[top].items < stack[top].want {
				if stack[top].items > 2*MaxElements {
					return 0, 0, &flaw{at, "fewer elements"}
				}
				break
			}
			stack = stack[:top]
		}
	}
}

func keyKind(major byte) keys {
	switch major {
	case majorText:
		return textKeys
	case majorTag:
		return taggedKeys
	}
	return otherKeys
}

// step goes over the item at data[pos], but not over the items inside it, of
// which it says how many come next.
func step(data []byte, pos int) (next int, inside uint64, bad *flaw) {
	first := data[pos]
	major := first & 0xe0
	if first&0x1f == 31 {
		switch major {
		case majorBytes, majorText:
			next, bad = chunks(data, pos+1, major)
			return next, 0, bad
		case majorArray, majorMap:
			return pos + 1, untilBreak, nil
		}
	}
	arg, n, ok := argument(data[pos:])
	if !ok {
		return 0, 0, &flaw{pos, "a whole item"}
	}
	next = pos + n
	switch major {
	case majorBytes, majorText:
		if arg > uint64(len(data)-next) {
			return 0, 0, &flaw{pos, "a whole string"}
		}
		if major == majorText && !utf8.Valid(data[next:next+int(arg)]) {
			return 0, 0, &flaw{pos, "text in UTF-8"}
		}
		return next + int(arg), 0, nil
	case majorArray, majorMap:
		if arg > MaxElements {
			return 0, 0, &flaw{pos, "fewer elements"}
		}
		if inside = arg; major == majorMap {
			inside *= 2
		}
		if inside > uint64(len(data)-next) {
			return 0, 0, &flaw{pos, "a whole array or map"}
		}
	case majorTag:
		inside = 1
	case majorOther:
		if n == 2 && arg < 32 {
			return 0, 0, &flaw{pos, "a well-formed simple value"}
		}
	}
	return next, inside, nil
}

// chunks goes over a string of indefinite length: strings of definite length and
// the same major type, up to a break.
func chunks(data []byte, pos int, major byte) (next int, bad *flaw) {
	for {
		if pos >= len(data) {
			return 0, &flaw{pos, "a break, not the end"}
		}
		if data[pos] == itemBreak {
			return pos + 1, nil
		}
		if data[pos]&0xe0 != major || data[pos]&0x1f == 31 {
			return 0, &flaw{pos, "a piece of a string, or a break"}
		}
		if pos, _, bad = step(data, pos); bad != nil {
			return 0, bad
		}
	}
}
