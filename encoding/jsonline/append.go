package jsonline

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// AppendAny appends plain data as JSON; what has no JSON as its text.
func AppendAny(dst []byte, v any) []byte {
	data, err := encoding.Marshal(v)
	if err == nil {
		if dst, err = encoding.AppendJSON(dst, data); err == nil {
			return dst
		}
	}
	return AppendText(dst, fmt.Sprint(v))
}

// AppendText appends s in quotes; what is not UTF-8 in it becomes U+FFFD.
func AppendText(dst []byte, s string) []byte {
	return AppendAny(dst, strings.ToValidUTF8(s, "\uFFFD"))
}

// AppendValue appends a stored value, null if there is none.
func AppendValue(dst, value []byte) ([]byte, error) {
	if value == nil {
		return append(dst, "null"...), nil
	}
	return encoding.AppendJSON(dst, value)
}

// AppendTime appends t by RFC 3339, in UTC; null if it is zero.
func AppendTime(dst []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(dst, "null"...)
	}
	return strconv.AppendQuote(dst, t.UTC().Format(time.RFC3339Nano))
}

// AppendIDs appends an array of ids.
func AppendIDs(dst []byte, ids []result.ID) []byte {
	dst = append(dst, '[')
	for i, id := range ids {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendText(dst, string(id))
	}
	return append(dst, ']')
}

func appendLabels(dst []byte, labels map[string]string) []byte {
	if labels == nil {
		labels = map[string]string{}
	}
	return AppendAny(dst, labels)
}
