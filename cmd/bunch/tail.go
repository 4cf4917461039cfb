package main

import (
	"fmt"
	"unicode/utf8"
)

// maxPart is how much is kept of the beginning of a command's output, and of the
// end: 64 KiB in all.
const maxPart = 32 << 10

// tail takes any amount of output and keeps its beginning and its end: a value
// is mostly in the one, the reason of a failure in the other.
type tail struct {
	head, end []byte
	dropped   int
}

// Write never fails, so that a command never hangs on its output.
func (t *tail) Write(p []byte) (int, error) {
	n := len(p)
	k := min(n, maxPart-len(t.head))
	t.head = append(t.head, p[:k]...)
	t.end = append(t.end, p[k:]...)
	if len(t.end) > 2*maxPart {
		drop := len(t.end) - maxPart
		t.dropped += drop
		t.end = append(t.end[:0], t.end[drop:]...)
	}
	return n, nil
}

// cut returns how many bytes bytes leaves out.
func (t *tail) cut() int { return t.dropped + max(len(t.end)-maxPart, 0) }

// bytes returns what was kept, with a line in the place of what was not. A
// character that was cut in two goes with it.
func (t *tail) bytes() []byte {
	n := t.cut()
	if n == 0 {
		return append(t.head, t.end...)
	}
	head, end := t.head, t.end[max(len(t.end)-maxPart, 0):]
	for i := 1; i < utf8.UTFMax && i <= len(head); i++ { // the start of a character that goes on
		if last := head[len(head)-i:]; utf8.RuneStart(last[0]) {
			if !utf8.FullRune(last) {
				head, n = head[:len(head)-i], n+i
			}
			break
		}
	}
	for i := 0; i < utf8.UTFMax-1 && len(end) > 0 && !utf8.RuneStart(end[0]); i++ {
		end, n = end[1:], n+1
	}
	mark := fmt.Sprintf("\n[... %d bytes left out ...]\n", n)
	return append(append(append([]byte{}, head...), mark...), end...)
}
