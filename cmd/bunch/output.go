package main

import (
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"
)

// The forms of output. A verb whose form is "" chooses for itself.
const (
	asTable = "table"
	asJSON  = "json"
	asRaw   = "raw"
)

func (a *app) checkOutput() error {
	switch a.output {
	case "", asTable, asJSON, asRaw:
		return nil
	}
	return usage("--output %q: it is table, json or raw", a.output)
}

// line writes a line of JSON.
func (a *app) line(json []byte) error {
	_, err := a.out.Write(append(json, '\n'))
	return err
}

// text writes a line of text, safe on a terminal.
func (a *app) text(s string) error {
	_, err := a.out.WriteString(clean(s) + "\n")
	return err
}

// isTerminal reports whether f is one, and one on which lines can be redrawn.
func isTerminal(f *os.File) bool {
	return term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb"
}

// width returns how many columns a line of output has, 0 for any number.
func width() int {
	if n, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil && n > 0 {
		return n
	}
	n, _ := strconv.Atoi(os.Getenv("COLUMNS"))
	return max(n, 0)
}

// clean returns s with everything escaped that a terminal might act on, line
// ends included: ids, labels and values are other people's text.
func clean(s string) string { return escape(s, "") }

// cleanLines is clean for text that has lines.
func cleanLines(s string) string { return escape(s, "\n\t") }

func escape(s, keep string) string {
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && n == 1:
			b.WriteString(`\x` + strconv.FormatUint(uint64(s[0]), 16))
		case strconv.IsPrint(r) || strings.ContainsRune(keep, r):
			b.WriteRune(r)
		default:
			q := strconv.QuoteRune(r)
			b.WriteString(q[1 : len(q)-1])
		}
		s = s[n:]
	}
	return b.String()
}

// cut shortens s to n runes, and shows that it did.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:max(n-1, 0)]) + "…"
}

// shellQuote returns s as one word for a shell.
func shellQuote(s string) string {
	plain := func(r rune) bool {
		return r < utf8.RuneSelf && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+=:,@%", r))
	}
	if s != "" && strings.TrimFunc(s, plain) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
