package encoding

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"

	"github.com/seed-1c955bc8/bunch/encoding/encodingtest"
	"github.com/seed-1c955bc8/bunch/result"
)

// fuzzRecord feeds bytes to the parser of one kind of record. Whatever it takes
// must be written again as it was; whatever it refuses it must refuse by name.
func fuzzRecord(f *testing.F, kind string) {
	files, err := filepath.Glob(filepath.Join("testdata", "v*", kind+"-*.txt"))
	if err != nil || len(files) == 0 {
		f.Fatal("no goldens to begin with", err)
	}
	for _, file := range files {
		f.Add(goldenBytes(f, file))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var again []byte
		var err error
		encodingtest.Bounded(t, func() { again, err = reread(kind, b) })
		if err == nil {
			if !bytes.Equal(again, b) {
				t.Fatalf("%x is written again as %x", b, again)
			}
			return
		}
		var newer *result.VersionError
		if !errors.Is(err, result.ErrCorrupt) && !errors.Is(err, result.ErrTooDeep) && !errors.As(err, &newer) {
			t.Fatalf("%x: an error without a name: %v", b, err)
		}
	})
}

func FuzzRecord(f *testing.F) { fuzzRecord(f, "result") }
func FuzzHead(f *testing.F)   { fuzzRecord(f, "head") }
func FuzzLabels(f *testing.F) { fuzzRecord(f, "labels") }
func FuzzTree(f *testing.F)   { fuzzRecord(f, "tree") }

// FuzzValue: what is Valid can be shown as JSON, and what can be read into Go can be
// written again, to bytes that no longer change. What is not Valid nobody takes.
func FuzzValue(f *testing.F) {
	for _, s := range []string{"00", "a26161016162820203", "9f9fff7f6161ffff", "c249010000000000000000", "c074323032362d30332d31345431353a30393a32365a",
		"a1c2410102", "fb3fb999999999999a", "a1f97e0001", "d9d9f78401", "a2f51bffffffffffffffff4101f6", "c1faff000030", "c11b7f007f0008ff08ff"} {
		f.Add(unhex(f, s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var v any
		var errV, errU, errJ, errD error
		var text []byte
		encodingtest.Bounded(t, func() { errV, errU = Valid(b), Unmarshal(b, &v) })
		encodingtest.Bounded(t, func() { text, errJ = AppendJSON(nil, b) })
		encodingtest.Bounded(t, func() { _, errD = Diagnose(b) })
		if errD != nil && !errors.Is(errD, result.ErrBadValue) {
			t.Fatalf("%x: Diagnose %v", b, errD)
		}
		if errV != nil {
			if !errors.Is(errV, result.ErrBadValue) || !errors.Is(errU, result.ErrBadValue) || !errors.Is(errJ, result.ErrBadValue) {
				t.Fatalf("%x: Valid %v, Unmarshal %v, AppendJSON %v", b, errV, errU, errJ)
			}
			return
		}
		if errJ != nil && !errors.Is(errJ, result.ErrTooLarge) {
			t.Fatalf("%x: AppendJSON %v", b, errJ)
		}
		if errJ == nil {
			if _, err := FromJSON(text); err != nil {
				t.Fatalf("%x: its own JSON %s is refused: %v", b, text, err)
			}
		}
		if errU != nil {
			var typ *cbor.UnmarshalTypeError // only a time that Go cannot hold does not fit any
			if !errors.Is(errU, result.ErrBadValue) && !(errors.As(errU, &typ) && typ.GoType == "time.Time") {
				t.Fatalf("%x: Unmarshal %v", b, errU)
			}
			return
		}
		once, err := Marshal(v)
		var far *cbor.UnsupportedValueError // a time past the year 9999, of which RFC 3339 knows nothing
		if errors.As(err, &far) {
			return
		}
		if err != nil {
			t.Fatalf("%x: read as %#v, which cannot be written: %v", b, v, err)
		}
		var w any
		if err := Unmarshal(once, &w); err != nil {
			t.Fatalf("%x: written as %x, which cannot be read: %v", b, once, err)
		}
		if twice, err := Marshal(w); err != nil || !bytes.Equal(twice, once) {
			t.Fatalf("%x: %x then %x, error %v", b, once, twice, err)
		}
	})
}

// FuzzJSON: what FromJSON makes is a value in deterministic form, and comes back
// from its own JSON as the same bytes.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5,-0.0,1e16,"\u0000\ud83d\ude00"],"b":null,"a":{}}`, "[true,false,NaN,-Infinity]",
		"123456789012345678901234567890", `"\ud800x"`, " [ ] ", strings.Repeat("[", 300), "1e400"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var value []byte
		var err error
		encodingtest.Bounded(t, func() { value, err = FromJSON(text) })
		if err != nil {
			if !errors.Is(err, result.ErrBadValue) {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		var v any
		if err := Unmarshal(value, &v); err != nil {
			t.Fatalf("%q becomes %x: %v", text, value, err)
		}
		if other, err := Marshal(v); err != nil || !bytes.Equal(other, value) {
			t.Fatalf("%q becomes %x, in deterministic form %x, error %v", text, value, other, err)
		}
		back, err := AppendJSON(nil, value)
		if err != nil {
			t.Fatalf("%q becomes %x: %v", text, value, err)
		}
		if again, err := FromJSON(back); err != nil || !bytes.Equal(again, value) {
			t.Fatalf("%q becomes %x, which is %s and becomes %x, error %v", text, value, back, again, err)
		}
	})
}
