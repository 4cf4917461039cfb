package main

import (
	"bytes"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// TestTail: what is kept of an output is its beginning and its end, whatever the
// pieces in which it came, and text stays text.
func TestTail(t *testing.T) {
	seed, err := strconv.ParseUint(os.Getenv("BUNCH_SEED"), 10, 64)
	if err != nil {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("BUNCH_SEED=%d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	for _, size := range []int{0, 1, maxPart, 2*maxPart - 1, 2 * maxPart, 2*maxPart + 1, 3*maxPart + 7, 10 * maxPart} {
		var all []byte
		for len(all) < size {
			all = append(all, string([]rune("aé任🍌")[rnd.IntN(4)])...)
		}
		var out tail
		for rest := all; len(rest) > 0; {
			n := min(1+rnd.IntN(3*maxPart), len(rest))
			out.Write(rest[:n])
			rest = rest[n:]
		}
		got := out.bytes()
		if len(all) <= 2*maxPart {
			if !bytes.Equal(got, all) || out.cut() != 0 {
				t.Errorf("%d bytes were not kept as they are", len(all))
			}
			continue
		}
		if out.cut() == 0 || !utf8.Valid(got) {
			t.Errorf("of %d bytes, %d are cut, and the rest is UTF-8: %t", len(all), out.cut(), utf8.Valid(got))
		}
		head, rest, found := strings.Cut(string(got), "\n[... ")
		number, end, _ := strings.Cut(rest, " bytes left out ...]\n")
		cut, _ := strconv.Atoi(number)
		switch {
		case !found || !bytes.HasPrefix(all, []byte(head)) || !bytes.HasSuffix(all, []byte(end)):
			t.Errorf("of %d bytes, not the beginning and the end are kept", len(all))
		case len(head) < maxPart-3 || len(end) < maxPart-3 || len(head)+len(end)+cut != len(all):
			t.Errorf("of %d bytes, %d and %d are kept and %d said to be left out", len(all), len(head), len(end), cut)
		}
	}
}

// TestEscape: nothing that a terminal acts on gets out.
func TestEscape(t *testing.T) {
	const nasty = "a\x1b[31m\n\u009b\u202e\U000e0041é任\xff"
	if got, want := clean(nasty), `a\x1b[31m\n\u009b\u202e\U000e0041é任\xff`; got != want {
		t.Errorf("clean gives %s, want %s", got, want)
	}
	if got, want := cleanLines("a\n\tb\r"), "a\n\tb\\r"; got != want {
		t.Errorf("cleanLines gives %q, want %q", got, want)
	}
}

func TestArgv(t *testing.T) {
	for _, c := range []struct{ argv, want string }{
		{"echo", "echo|l i"},
		{"echo {} x{}{}", "echo|l i|xl il i"},
		{"{} a", "l i|a"},
		{"", "sh|-c|l i"},
	} {
		got := strings.Join(job{Argv: strings.Fields(c.argv)}.argv("l i"), "|")
		if got != c.want && c.argv != "" || c.argv == "" && !strings.HasSuffix(got, "|l i") {
			t.Errorf("argv of %q is %s, want %s", c.argv, got, c.want)
		}
	}
}
