package page

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seed-1c955bc8/bunch/encoding"
)

// Limits of text on a page.
const (
	textMost = 64 << 10 // bytes that are shown of one
	tidyMost = 16 << 10 // bytes of JSON that are indented: deep JSON grows a lot
)

// A text is what a page shows of something that may be large.
type text struct {
	Text string
	Of   int // bytes in all, if not all are shown
}

// jsonText is a stored value as JSON; empty if there is none.
func jsonText(value []byte) text {
	if value == nil {
		return text{}
	}
	line, err := encoding.AppendJSON(nil, value)
	if err != nil {
		return text{Text: "a value that has no JSON"}
	}
	return indent(line)
}

// indent breaks a line of JSON into lines. What package encoding writes is
// printable.
func indent(line []byte) text {
	if len(line) > textMost {
		return text{string(line[:textMost]), len(line)}
	}
	var b bytes.Buffer
	if len(line) > tidyMost || json.Indent(&b, line, "", "  ") != nil { // such as NaN
		return text{Text: string(line)}
	}
	return text{Text: b.String()}
}

// printable makes text of several lines safe: what is neither printable nor
// space becomes U+FFFD.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) || r == '\n' || r == '\t' {
			return r
		}
		return utf8.RuneError
	}, s)
}

// cut shortens s to about n bytes, and shows that it did.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
