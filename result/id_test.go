package result_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	. "github.com/seed-1c955bc8/bunch/result"
)

func TestIDValidate(t *testing.T) {
	for _, id := range []ID{"a", "/", "\x00", "任务", ID(strings.Repeat("x", MaxIDLen))} {
		if err := id.Validate(); err != nil {
			t.Errorf("%q: %v", id, err)
		}
	}
	for _, id := range []ID{"", "\xff", "a\xc3", ID(strings.Repeat("x", MaxIDLen+1)), ID(strings.Repeat("\x1b", 300))} {
		err := id.Validate()
		if !errors.Is(err, ErrBadID) {
			t.Errorf("%q: %v, want ErrBadID", id, err)
		} else if strings.Contains(err.Error(), "\x1b") || len(err.Error()) > 250 {
			t.Errorf("an error not fit to print: %q", err)
		}
	}
}

func TestMinted(t *testing.T) {
	const good ID = "01020304-0506-8708-890a-0b0c0d0e0f10"
	root, node, ok := ID(good).Minted()
	if !ok || node != 0x0d0e0f10 || root != (Root{1, 2, 3, 4, 5, 6, 0x87, 8, 0x89, 10, 11, 12}) || root.ID(node) != good {
		t.Fatalf("%x, %x, %v", root, node, ok)
	}
	for _, id := range []ID{
		"", "task-17", "g",
		good[:35], good + "0",
		"01020304-0506-4708-890a-0b0c0d0e0f10",   // version 4
		"01020304-0506-8708-490a-0b0c0d0e0f10",   // another variant
		"01020304-0506-8708-c90a-0b0c0d0e0f10",   // another variant
		"01020304-0506-8708-890a-0B0C0D0E0F10",   // capitals
		"01020304-0506-8708-890a-0b0c0d0e0f1g",   // no digit
		"0102030405060-8708-890a-0b0c0d0e0f10",   // dashes elsewhere
		"{1020304-0506-8708-890a-0b0c0d0e0f1}",   // braces
		"01020304_0506-8708-890a-0b0c0d0e0f10",   // no dash
		"0102030405068708890a0b0c0d0e0f10",       // no dashes
		"\x0102030-0506-8708-890a-0b0c0d0e0f10",  // 36 bytes, one unprintable
		"任务20304-0506-8708-890a-0b0c0d0e0f",      // 36 bytes, not ASCII
		"urn:uuid:01020304-0506-8708-890a-0b0c0", // a prefix that uuid.Parse knows
	} {
		if root, node, ok := id.Minted(); ok || root != (Root{}) || node != 0 {
			t.Errorf("%q is taken for minted: %x, %x, %v", id, root, node, ok)
		}
	}
	if n := testing.AllocsPerRun(10, func() { ID(good).Minted() }); n > 0 {
		t.Errorf("Minted allocates %.0f times", n)
	}
}

func TestUUID(t *testing.T) {
	u, ok := ID("6ba7b810-9dad-11d1-80b4-00c04fd430c8").UUID()
	if !ok || u.String() != "6ba7b810-9dad-11d1-80b4-00c04fd430c8" {
		t.Errorf("%v, %v", u, ok)
	}
	if _, ok := ID("6BA7B810-9dad-11d1-80b4-00c04fd430c8").UUID(); ok {
		t.Error("capitals: another text, and not canonical")
	}
	// Any byte anywhere: it is a UUID if and only if it is written so.
	for at := range 36 {
		for c := range 256 {
			text := []byte("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
			text[at] = byte(c)
			if u, ok := ID(text).UUID(); ok != (u.String() == string(text)) {
				t.Fatalf("%q: %v, %v", text, u, ok)
			}
		}
	}
}

func TestNewRoot(t *testing.T) {
	now := time.UnixMilli(0x0123456789ab)
	seen := map[Root]bool{}
	for range 1000 {
		r := NewRoot(now)
		if seen[r] {
			t.Fatalf("root %x twice", r)
		}
		seen[r] = true
		if [6]byte(r[:6]) != [6]byte{1, 0x23, 0x45, 0x67, 0x89, 0xab} {
			t.Fatalf("root %x does not begin with its milliseconds", r)
		}
		for _, n := range []uint32{0, 1, math.MaxUint32} {
			id := r.ID(n)
			if root, node, ok := id.Minted(); !ok || root != r || node != n || id.Validate() != nil {
				t.Fatalf("%q: %x, %d, %v", id, root, node, ok)
			}
		}
	}
}
