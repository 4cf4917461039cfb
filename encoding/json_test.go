package encoding

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/seed-1c955bc8/bunch/result"
)

func TestAppendJSON(t *testing.T) {
	for hex, want := range map[string]string{
		"00": "0", "20": "-1", "1bffffffffffffffff": "18446744073709551615", "3bffffffffffffffff": "-18446744073709551616",
		"3b7fffffffffffffff": "-9223372036854775808", "3b8000000000000000": "-9223372036854775809",
		"c249010000000000000000": "18446744073709551616", "c349010000000000000000": "-18446744073709551617", "c240": "0", "c340": "-1",
		"c25f41014100ff": "256", "d80241ff": "255",
		"f90000": "0.0", "f98000": "-0.0", "f93c00": "1.0", "f93e00": "1.5", "f90001": "5.960464477539063e-08", "f97bff": "65504.0",
		"f97c00": "Infinity", "f9fc00": "-Infinity", "f97e00": "NaN", "fa47c35000": "100000.0", "fa7f7fffff": "3.4028234663852886e+38",
		"fb3fb999999999999a": "0.1", "fb4341c37937e08000": "1e+16", "fb430c6bf526340000": "1000000000000000.0", "fb3f1a36e2eb1c432d": "0.0001",
		"fb3ee4f8b588e368f1": "1e-05", "fb7fefffffffffffff": "1.7976931348623157e+308",
		"f4": "false", "f5": "true", "f6": "null", "f7": "null", "f0": "16", "f8ff": "255",
		"40": `""`, "43010203": `"AQID"`, "5f41014102ff": `"AQI="`, "60": `""`, "7f61616162ff": `"ab"`,
		"6a 3c3e26272f22 5c0a0d09": `"<>&'/\"\\\n\r\t"`, "64 00 1b 08 7f": `"\u0000\u001b\u0008\u007f"`, "62c29b": `"\u009b"`,
		"63e280ae": `"\u202e"`, "63e280a8": `"\u2028"`, "64f09f9880": `"😀"`, "63e4bbbb": `"任"`,
		"80": "[]", "9fff": "[]", "a0": "{}", "bfff": "{}", "8180": "[[]]", "82018202 03": "[1,[2,3]]", "9f01a0ff": "[1,{}]",
		"a26161016162820203": `{"a":1,"b":[2,3]}`, "bf616101ff": `{"a":1}`, "a16161a1616280": `{"a":{"b":[]}}`,
		"a20102 20 03": `{"1":2,"-1":3}`, "a4f501f602f4 03 f93c0004": `{"true":1,"null":2,"false":3,"1.0":4}`,
		"a1430102 0301": `{"AQID":1}`, "a1 82 01 6122 01": `{"[1, \"\\\"\"]":1}`, "a1c24905000000000000000001": `{"92233720368547758080":1}`,
		"a1 c26161 01": `{"c26161":1}`, "a1 a1 a1 01 02 03 04": `{"{{1: 2}: 3}":4}`,
		"c0 6161": `"a"`, "c1 01": "1", "d9d9f7 81 c1 01": "[1]", "c2 6161": `"a"`, "c2 c2 41 01": "1",
		"82 c1 80 c1 80": "[[],[]]",
	} {
		got, err := AppendJSON([]byte("x "), unhex(t, hex))
		if err != nil || string(got) != "x "+want {
			t.Errorf("%s: %s, error %v, want %s", hex, got, err, want)
		}
	}
	for _, bad := range []string{"", "0000", "61ff", "81"} {
		if got, err := AppendJSON([]byte("x"), unhex(t, bad)); !errors.Is(err, result.ErrBadValue) || string(got) != "x" {
			t.Errorf("%s: %q, error %v", bad, got, err)
		}
	}
}

func TestIntegersHaveALimit(t *testing.T) {
	value := func(n int) []byte {
		return append([]byte{0x82, 0x01}, append(appendHead([]byte{0xc2}, majorBytes, uint64(n)), bytes.Repeat([]byte{0xff}, n)...)...)
	}
	text, err := AppendJSON(nil, value(MaxInteger))
	if err != nil {
		t.Fatal(err)
	}
	if back, err := FromJSON(text); err != nil || !bytes.Equal(back, value(MaxInteger)) {
		t.Errorf("the largest whole number does not come back: %v", err)
	}
	if got, err := AppendJSON(nil, value(MaxInteger+1)); !errors.Is(err, result.ErrTooLarge) || got != nil {
		t.Errorf("one byte more: error %v", err)
	}
	for _, digits := range []int{len(text), 3 * MaxInteger, 10_000_000} {
		if _, err := FromJSON([]byte(strings.Repeat("9", digits))); !errors.Is(err, result.ErrBadValue) {
			t.Errorf("%d digits: error %v", digits, err)
		}
	}
}

func TestFromJSON(t *testing.T) {
	for text, want := range map[string]string{
		"0": "00", "-0": "00", " 1\r\n\t": "01", "-1": "20", "23": "17", "24": "1818", "9223372036854775808": "1b8000000000000000",
		"18446744073709551615": "1bffffffffffffffff", "-18446744073709551616": "3bffffffffffffffff",
		"18446744073709551616": "c249010000000000000000", "-18446744073709551617": "c349010000000000000000",
		"1.0": "f93c00", "1e0": "f93c00", "1E+2": "f95640", "-0.0": "f98000", "0.1": "fb3fb999999999999a", "1e-400": "f90000", "65504.0": "f97bff",
		"65505.0": "fa477fe100", "6e-8": "fb3e701b2b29a4692b", "5.960464477539063e-08": "f90001", "1.401298464324817e-45": "fa00000001",
		"1e999": "f97c00", "-1e999": "f9fc00", "NaN": "f97e00", "Infinity": "f97c00", "-Infinity": "f9fc00",
		"true": "f5", "false": "f4", "null": "f6", `""`: "60", `"a"`: "6161", `"\u0000\b\f\n\r\t\/\\\""`: "6900080c0a0d092f5c22",
		`"é"`: "62c3a9", `"\u00E9\u00e9"`: "64c3a9c3a9", `"\ud83d\ude00"`: "64f09f9880", `"\ud83d"`: "63efbfbd", `"\ude00\ud83d"`: "66efbfbdefbfbd",
		`"\ud83dxude00"`: "69efbfbd7875646530 30", `"\ud83d\u0041"`: "64efbfbd41", `"\ud83d\ud83d\ude00"`: "67efbfbdf09f9880", `"\ud83d\n"`: "64efbfbd0a", `"\ud83d\ndc00"`: "68efbfbd0a64633030",
		"[]": "80", "[ ]": "80", "{}": "a0", "{ }": "a0", "[1,[2 , 3],{}]": "83 01 820203 a0", `{"b":1,"a":2}`: "a2 616102 616201",
		`{"aa":1,"b":2}`: "a2 616202 62616101", `{"a":1,"a":2}`: "a1 616102", `{"b":{"x":1,"x":[]},"a":0,"b":{}}`: "a2 616100 6162a0",
		`{"a" : {"d":1,"c":2} , "":3}`:                                    "a2 6003 6161 a2 616302 616401",
		"[" + strings.Repeat("0,", 23) + "0]":                             "9818" + strings.Repeat("00", 24),
		strings.Repeat("[", MaxNesting) + strings.Repeat("]", MaxNesting): strings.Repeat("81", MaxNesting-1) + "80",
	} {
		if got, err := FromJSON([]byte(text)); err != nil || !bytes.Equal(got, unhex(t, want)) {
			t.Errorf("%.40s: %x, error %v, want %s", text, got, err, want)
		}
	}
	for text, at := range map[string]string{
		"": "byte 0", " ": "byte 1", "nul": "byte 0", "nulll": "byte 4", "1 2": "byte 2", "+1": "byte 0", "01": "byte 0", "-": "byte 1", "-x": "byte 1",
		"1.": "byte 2", ".5": "byte 0", "1e": "byte 2", "1e+": "byte 3", "-Inf": "byte 0", "-NaN": "byte 1", "0x1": "byte 1", "1_0": "byte 1",
		`"`: "byte 1", `"a`: "byte 2", `"\`: "byte 2", `"\x"`: "byte 1", `"\u12"`: "byte 1", `"\u123g"`: "byte 1", "\"\n\"": "byte 1", "\"a\x00\"": "byte 2",
		"\"ab\xff\"": "byte 3", "\"\xed\xa0\x80\"": "byte 1", "\xff": "byte 0", "\ufeff1": "byte 0", "'a'": "byte 0",
		"[": "byte 1", "[1": "byte 2", "[1,": "byte 3", "[1,]": "byte 3", "[,1]": "byte 1", "[1 2]": "byte 3", "]": "byte 0", "[}": "byte 1", "[1}": "byte 2",
		"{": "byte 1", "{1:2}": "byte 1", `{"a"}`: "byte 4", `{"a":}`: "byte 5", `{"a":1`: "byte 6", `{"a":1,}`: "byte 7", `{"a":1 "b"`: "byte 7", `{"a":1]`: "byte 6", "{]": "byte 1",
		strings.Repeat("[", MaxNesting+1): "byte 256",
	} {
		got, err := FromJSON([]byte(text))
		if !errors.Is(err, result.ErrBadValue) || !strings.Contains(err.Error()+" ", at+": ") {
			t.Errorf("%.40q: %x, error %v, want %s", text, got, err, at)
		}
	}
}

// The hand-written converters agree with the standard library and with package
// cbor on values that all of them can hold.
func TestJSONAgreesWithOthers(t *testing.T) {
	rng := newRand(t)
	var random func(depth int) any
	random = func(depth int) any {
		switch k := rng.IntN(8); {
		case k < 2 && depth > 0:
			list := []any{}
			for range rng.IntN(30) {
				list = append(list, random(depth-1))
			}
			return list
		case k < 4 && depth > 0:
			m := map[string]any{}
			for range rng.IntN(30) {
				m[fmt.Sprint(rng.IntN(1000))] = random(depth - 1)
			}
			return m
		case k == 4:
			return math.Float64frombits(rng.Uint64()&^(1<<62)) + 0.5 // never infinite, mostly a fraction
		case k == 5:
			return float64(math.Float32frombits(rng.Uint32()&^(1<<30))) + 0.5
		case k == 6:
			return string([]rune{rng.Int32N(0xd800), rng.Int32N(128), 0x10000 + rng.Int32N(0x100000)})
		}
		return int64(rng.Uint64())
	}
	for range 300 {
		v := random(3)
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		want, err := Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		got, err := FromJSON(text)
		// A float without a fraction is a whole number in Go's JSON: compare by what Go reads.
		back, err2 := AppendJSON(nil, got)
		direct, err3 := AppendJSON(nil, want)
		if err := errors.Join(err, err2, err3); err != nil {
			t.Fatal(err)
		}
		for _, mine := range [][]byte{back, direct} {
			var a, b any
			if err := errors.Join(json.Unmarshal(mine, &a), json.Unmarshal(text, &b)); err != nil {
				t.Fatal(err)
			}
			if x, y := fmt.Sprintf("%#v", a), fmt.Sprintf("%#v", b); x != y {
				t.Fatalf("%s\nbecomes\n%s", text, mine)
			}
		}
		if again, err := FromJSON(direct); err != nil || !bytes.Equal(again, want) {
			t.Fatalf("FromJSON(%s) = %x, error %v, package cbor writes %x", direct, again, err, want)
		}
	}
}

// Every half-precision number comes back from all three lengths, and is written
// as the shortest.
func TestFloats(t *testing.T) {
	for h := range 1 << 16 {
		f := float(uint64(h), 3)
		if math.IsNaN(f) {
			continue
		}
		if b := appendFloat(nil, f); !bytes.Equal(b, []byte{itemFloat16, byte(h >> 8), byte(h)}) {
			t.Fatalf("%04x is %v and becomes %x", h, f, b)
		}
		want, err := encMode.Marshal(f)
		if err != nil || !bytes.Equal(want, appendFloat(nil, f)) {
			t.Fatalf("%v: package cbor writes %x, error %v", f, want, err)
		}
	}
	rng := newRand(t)
	for range 100_000 {
		f := float64(math.Float32frombits(rng.Uint32()))
		if rng.IntN(2) == 0 {
			f = math.Float64frombits(rng.Uint64())
		}
		want, err := encMode.Marshal(f)
		if err != nil || !bytes.Equal(want, appendFloat(nil, f)) {
			t.Fatalf("%v becomes %x, package cbor writes %x, error %v", f, appendFloat(nil, f), want, err)
		}
	}
}
