package page

import (
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// functions are what the templates write text with.
var functions = template.FuncMap{
	"number":  number,
	"span":    span,
	"ago":     func(t time.Time) string { return span(time.Since(t)) },
	"utc":     func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") + " UTC" },
	"iso":     func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	"shown":   shown,
	"segment": segment,
}

// number writes n with its thousands apart.
func number(n int) string {
	digits := strconv.Itoa(n)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}

// span writes a duration in its two largest units.
func span(d time.Duration) string {
	d = max(d, 0)
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
	case d < 24*time.Hour:
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%d d %d h", int(d.Hours())/24, int(d.Hours())%24)
}

// shown returns text of others as it may stand in a line: as it is if all of it
// is printable, quoted with escapes if not, so that no control character and no
// mark that turns the direction of writing gets to the page.
func shown(s any) string {
	text := fmt.Sprint(s)
	if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return !strconv.IsPrint(r) }) {
		return strconv.Quote(text)
	}
	return text
}

// A label is one label of a group.
type label struct{ Key, Value string }

func labels(m map[string]string) []label {
	list := make([]label, 0, len(m))
	for k, v := range m {
		list = append(list, label{k, v})
	}
	slices.SortFunc(list, func(a, b label) int { return strings.Compare(a.Key, b.Key) })
	return list
}
