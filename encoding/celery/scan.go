package celery

import (
	"fmt"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// A scanner goes over JSON text once, to find what lies where. It looks no closer
// than that needs, but for text in quotes: a value it went over may still be no
// JSON, which is for [encoding.FromJSON] to say.
type scanner struct {
	text []byte
	pos  int
	err  error // the first; nothing is read after it
}

// span is where in the text a value lies. The zero span is no value.
type span struct{ from, to int }

func (s *scanner) fail(pos int, want string) { s.failAs(result.ErrBadValue, pos, want) }

func (s *scanner) failAs(kind error, pos int, want string) {
	if s.err == nil {
		s.err = fmt.Errorf("%w: JSON, byte %d: want %s", kind, pos, want)
	}
}

// next skips space and returns the byte there, 0 at the end and after an error.
func (s *scanner) next() byte {
	for s.pos < len(s.text) && s.err == nil {
		switch c := s.text[s.pos]; c {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return c
		}
	}
	return 0
}

// take skips space and c, if it is there.
func (s *scanner) take(c byte) bool {
	if s.next() != c || s.err != nil || s.pos == len(s.text) {
		return false
	}
	s.pos++
	return true
}

func (s *scanner) expect(c byte, want string) {
	if !s.take(c) {
		s.fail(s.pos, want)
	}
}

func (s *scanner) end() {
	if s.next(); s.pos != len(s.text) {
		s.fail(s.pos, "the end")
	}
}

// value goes over a value of any kind.
func (s *scanner) value() span {
	c := s.next()
	from := s.pos
	switch c {
	case '"':
		s.string()
	case '[', '{':
		s.nested()
	default:
		s.word()
		if s.pos == from {
			s.fail(from, "a JSON value")
		}
	}
	return span{from, s.pos}
}

// nested goes over an array or an object. That its brackets match is not seen to.
func (s *scanner) nested() {
	from := s.pos
	for depth := 0; s.err == nil; {
		if s.pos == len(s.text) {
			s.fail(from, "an array or object that ends")
			return
		}
		switch s.text[s.pos] {
		case '"':
			s.string()
			continue
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		}
		if s.pos++; depth == 0 {
			return
		}
	}
}

// word goes over a number, a name such as null, or what else might stand there.
func (s *scanner) word() {
	for s.pos < len(s.text) {
		switch s.text[s.pos] {
		case ' ', '\t', '\n', '\r', ',', ':', ']', '}', '[', '{', '"':
			return
		}
		s.pos++
	}
}

// string goes over text in quotes, and reports whether it stands there as it is,
// without escapes. This is where half of a surrogate pair is refused.
func (s *scanner) string() (plain bool) {
	from := s.pos
	plain = true
	for s.pos++; s.pos < len(s.text); s.pos++ {
		switch c := s.text[s.pos]; {
		case c == '"':
			s.pos++
			return plain
		case c < ' ':
			s.fail(s.pos, "control characters to be escaped")
			return false
		case c == '\\':
			plain = false
			s.escape()
			if s.err != nil {
				return false
			}
		}
	}
	s.fail(from, "text that ends")
	return false
}

// escape goes to the last byte of an escape sequence.
func (s *scanner) escape() {
	unit, ok := s.unit(s.pos)
	if !ok {
		s.pos++ // what must not be escaped is for FromJSON to say
		return
	}
	if utf16.IsSurrogate(unit) {
		low, _ := s.unit(s.pos + 6)
		if utf16.DecodeRune(unit, low) == utf8.RuneError {
			s.fail(s.pos, "a whole surrogate pair, not half of one")
		}
		s.pos += 6
	}
	s.pos += 5
}

// unit returns the UTF-16 unit that is written at pos as \uXXXX.
func (s *scanner) unit(pos int) (unit rune, ok bool) {
	if pos+6 > len(s.text) || s.text[pos] != '\\' || s.text[pos+1] != 'u' {
		return 0, false
	}
	for _, c := range s.text[pos+2 : pos+6] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = (c | 0x20) - 'a' + 10
		default:
			return 0, false
		}
		unit = unit<<4 | rune(c)
	}
	return unit, true
}

// quoted reads text in quotes; ok is false if something else stands there. The
// bytes are those of the text scanned, or new ones.
func (s *scanner) quoted() (text []byte, ok bool) {
	if s.next() != '"' {
		return nil, false
	}
	from := s.pos
	plain := s.string()
	if s.err != nil {
		return nil, false
	}
	raw := s.text[from:s.pos]
	if plain && utf8.Valid(raw) {
		return raw[1 : len(raw)-1], true
	}
	var read string
	item, err := encoding.FromJSON(raw)
	if err == nil {
		err = encoding.Unmarshal(item, &read)
	}
	if err != nil {
		s.err = fmt.Errorf("text from byte %d: %w", from, err)
	}
	return []byte(read), err == nil
}
