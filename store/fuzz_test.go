package store

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"testing"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/encoding/encodingtest"
	"github.com/seed-1c955bc8/bunch/result"
)

// FuzzExpiryKey: a key of the expiry index is read as what it was made of, or
// refused.
func FuzzExpiryKey(f *testing.F) {
	f.Add(expiryKey(1_700_000_000_000_000, expiresGroup, "g"))
	f.Add(expiryKey(0, expiresLone, "6301bbfc-a0c5-454e-8ff9-bb510944fe0c"))
	f.Add(expiryKey(-1, expiresLone, "任务")[:11])
	f.Fuzz(func(t *testing.T, key []byte) {
		var micros int64
		var kind byte
		var id result.ID
		var err error
		encodingtest.Bounded(t, func() { micros, kind, id, err = parseExpiryKey(key) })
		if err != nil {
			if !errors.Is(err, result.ErrCorrupt) {
				t.Fatalf("%x: %v", key, err)
			}
			return
		}
		if id.Validate() != nil { // no key of ours, but nothing comes of it
			return
		}
		again := expiryKey(micros, kind, id)
		if back, kind2, id2, err := parseExpiryKey(again); err != nil || back != micros || kind2 != kind || id2 != id {
			t.Fatalf("%x is read as %d %q %q, which is read as %d %q %q, %v", key, micros, kind, id, back, kind2, id2, err)
		}
	})
}

// FuzzSeal: what is under a seal comes back; with any one byte changed, under
// another key or in another state, it does not.
func FuzzSeal(f *testing.F) {
	f.Add([]byte("rkey"), byte(1), []byte("body"), 0, byte(1))
	f.Add([]byte("r"), byte(0), []byte(nil), 2, byte(0x80))
	f.Fuzz(func(t *testing.T, key []byte, meta byte, body []byte, at int, flip byte) {
		var sealed, got []byte
		var err error
		encodingtest.Bounded(t, func() {
			sealed = seal(key, meta, bytes.Clone(body))
			got, err = unseal(key, meta, sealed)
		})
		if err != nil || !bytes.Equal(got, body) {
			t.Fatalf("%x came back as %x, %v", body, got, err)
		}
		if flip == 0 {
			return
		}
		bad := bytes.Clone(sealed)
		bad[uint(at)%uint(len(bad))] ^= flip
		_, err = unseal(key, meta, bad)
		_, err2 := unseal(key, meta^flip, sealed)
		_, err3 := unseal(key, meta, sealed[:len(sealed)-1])
		if !errors.Is(err, result.ErrCorrupt) || !errors.Is(err2, result.ErrCorrupt) || err3 == nil && len(body) == 0 {
			t.Fatalf("%x under key %x, meta %d: %v, %v, %v", body, key, meta, err, err2, err3)
		}
	})
}

// FuzzMembers: what is read of a task's record is written the same again, or it is
// refused.
func FuzzMembers(f *testing.F) {
	res := encoding.AppendRecord(nil, encoding.Record{Async: result.Async{State: result.Success, Value: []byte{1}}})
	f.Add([]byte(nil))
	f.Add(res)
	f.Add(append(appendMembers(nil, append(membership(1, 0), membership(2, 7)...)), res...))
	f.Add([]byte{membersMark, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, body []byte) {
		var members, res []byte
		var err error
		encodingtest.Bounded(t, func() { members, res, err = splitMembers([]byte("rkey"), body) })
		if err != nil {
			if !errors.Is(err, result.ErrCorrupt) {
				t.Fatalf("%x: %v", body, err)
			}
			return
		}
		if again := append(appendMembers(nil, members), res...); !bytes.Equal(again, body) || len(members)%membershipLen != 0 {
			t.Fatalf("%x is %x and %x, and that is %x", body, members, res, again)
		}
	})
}

// FuzzCursor: a cursor that is none of ours is refused by name.
func FuzzCursor(f *testing.F) {
	s, err := Open("", &Options{InMemory: true, Profile: Edge})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { s.Close() })
	for _, c := range []string{"1", "18446744073709551615", "-1", "\x1b[31m", "1e3"} {
		f.Add(c)
	}
	f.Fuzz(func(t *testing.T, cursor string) {
		var err error
		encodingtest.Bounded(t, func() { _, _, err = s.List(t.Context(), result.Query{Cursor: cursor}) })
		if err != nil && !errors.Is(err, result.ErrBadValue) {
			t.Fatalf("%q: %v", cursor, err)
		}
		if err != nil && bytes.ContainsRune([]byte(err.Error()), '\x1b') {
			t.Fatalf("%q: the error has a raw escape in it", cursor)
		}
	})
}

// FuzzFingerprints: what is read of the list of fingerprints is written the same
// again, or nothing is.
func FuzzFingerprints(f *testing.F) {
	f.Add(string(fingerprints{"000001.sst": 1, firstLog: 1<<64 - 1}.append(nil)))
	f.Add(string(fingerprints{}.append(nil)))
	f.Add("000001.sst 0000000000000001\n00000000\n")
	f.Fuzz(func(t *testing.T, text string) {
		var p fingerprints
		encodingtest.Bounded(t, func() { p = parsePrints(text) })
		if p == nil {
			// The fuzzer does not find a checksum by itself.
			text += fmt.Sprintf("%08x\n", crc32.Checksum([]byte(text), castagnoli))
			encodingtest.Bounded(t, func() { p = parsePrints(text) })
		}
		if again := parsePrints(string(p.append(nil))); p != nil && !maps.Equal(again, p) {
			t.Fatalf("%q is %v, and that is %v", text, p, again)
		}
	})
}
