package celery

import (
	"unicode/utf16"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// appendASCII appends JSON as Python's json.dumps writes it unless told otherwise:
// a space behind commas and colons, nothing but ASCII in text. It allocates
// nothing but room.
func appendASCII(dst, json []byte) []byte {
	for i := 0; i < len(json); i++ {
		switch c := json[i]; c {
		case ',', ':':
			dst = append(dst, c, ' ')
		case ' ', '\t', '\n', '\r':
		case '"':
			end := i + 1
			for json[end] != '"' {
				if json[end] == '\\' {
					end++
				}
				end++
			}
			dst = appendEscaped(dst, json[i:end+1])
			i = end
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// appendEscaped appends text, escaping what is not ASCII.
func appendEscaped(dst, text []byte) []byte {
	for i := 0; i < len(text); i++ {
		if c := text[i]; c < utf8.RuneSelf {
			dst = append(dst, c)
			continue
		}
		r, n := utf8.DecodeRune(text[i:])
		i += n - 1
		dst = appendRune(dst, r)
	}
	return dst
}

func appendRune(dst []byte, r rune) []byte {
	if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
		return appendUnit(appendUnit(dst, high), low)
	}
	return appendUnit(dst, r)
}

func appendUnit(dst []byte, u rune) []byte {
	return append(dst, '\\', 'u', hexDigits[u>>12], hexDigits[u>>8&15], hexDigits[u>>4&15], hexDigits[u&15])
}

// appendText appends s in quotes; what is not UTF-8 in it becomes U+FFFD.
func appendText(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r == '\n':
			dst = append(dst, '\\', 'n')
		case r == '\r':
			dst = append(dst, '\\', 'r')
		case r == '\t':
			dst = append(dst, '\\', 't')
		case r < ' ' || r > '~':
			dst = appendRune(dst, r)
		default:
			dst = append(dst, byte(r))
		}
	}
	return append(dst, '"')
}
