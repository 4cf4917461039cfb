package store

import (
	"fmt"

	"github.com/seed-1c955bc8/bunch/result"
)

// unreadable finds a record that fails its checksum, or whose content is none of
// its kind.
func (c *checker) unreadable(key []byte, meta byte, invariant string, why error) {
	id, err := parseID(key[1:])
	if err != nil {
		id = ""
	}
	derived := true // it comes back when the group is repaired
	switch key[0] {
	case keyHead, keyTree, keyLabels, keyNote, keyInput, keyBlob:
		derived = false
	case keyResult:
		derived = meta == 0 // memberships and no result
	}
	if derived {
		c.find(Finding{Invariant: invariant, ID: id, What: why.Error(), key: key, fix: func(b *batch) error { return b.drop(key) }})
		return
	}
	c.blind = true
	c.gone(key, id, invariant, "it cannot be read")
}

// gone finds a record that nothing brings back, and says what that costs. Repair
// takes it away; what hung on it is found the next time round.
func (c *checker) gone(key []byte, id result.ID, invariant, why string) {
	f := Finding{Invariant: invariant, ID: id, Lost: true, key: key, fix: func(b *batch) error { return b.drop(key) }}
	switch key[0] {
	case keyResult:
		f.What = "its result is lost, and it will count as forgotten until it is retried"
		if id != "" {
			f.fix = func(b *batch) error { return b.forgetLost(id) }
		}
	case keyInput:
		f.What = "its input is lost"
	case keyHead:
		f.What = "its head is lost: when it was created, and its maximum age"
		f.fix = func(b *batch) error { return b.lose(key) }
	case keyTree:
		f.What = "a piece of a tree is lost, and with it the group"
	case keyLabels:
		f.What = "labels are lost"
	case keyNote:
		f.What = "a note is lost"
	case keyBlob:
		f.What = "a piece of a long value is lost, and with it what it is part of"
	}
	if id == "" && len(key) >= 9 {
		f.What += fmt.Sprintf(" (number %d)", seqOf(key))
	}
	f.What += ": " + why
	c.find(f)
}
