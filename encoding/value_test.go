package encoding

import (
	"bytes"
	"errors"
	"math"
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

func TestValueComesBackAsAny(t *testing.T) {
	bignum := new(big.Int).Lsh(big.NewInt(1), 100)
	here := time.Date(2026, 3, 14, 15, 9, 26, 535897932, time.FixedZone("", 2*3600))
	for _, c := range []struct{ give, want any }{
		{nil, nil}, {true, true}, {"", ""}, {"任务\x00", "任务\x00"}, {[]byte{0}, []byte{0}},
		{1, int64(1)}, {int8(-1), int64(-1)}, {uint64(math.MaxInt64), int64(math.MaxInt64)}, {math.MinInt64, int64(math.MinInt64)},
		{uint64(math.MaxUint64), new(big.Int).SetUint64(math.MaxUint64)}, {bignum, bignum}, {big.NewInt(5), int64(5)},
		{1.0, 1.0}, {float32(0.1), float64(float32(0.1))}, {math.Inf(1), math.Inf(1)}, {math.Copysign(0, -1), math.Copysign(0, -1)},
		{[]int{1}, []any{int64(1)}}, {[]int{}, []any{}}, {[]int(nil), nil},
		{map[string]int{"a": 1}, map[string]any{"a": int64(1)}},
		{map[int]any{1: map[string]int{"a": 1}}, map[any]any{int64(1): map[any]any{"a": int64(1)}}},
		{struct {
			A int `json:"a"`
			B int `cbor:"b"`
			C int
		}{1, 2, 3}, map[string]any{"a": int64(1), "b": int64(2), "C": int64(3)}},
		{time.Time{}, nil},
	} {
		b, err := Marshal(c.give)
		if err != nil {
			t.Errorf("%#v: %v", c.give, err)
			continue
		}
		var got any
		if err := Unmarshal(b, &got); err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%#v comes back as %#v, want %#v, error %v", c.give, got, c.want, err)
		}
	}
	b, err := Marshal(here)
	if err != nil {
		t.Fatal(err)
	}
	var got any
	var typed time.Time
	if err := errors.Join(Unmarshal(b, &got), Unmarshal(b, &typed)); err != nil {
		t.Fatal(err)
	}
	if at, ok := got.(time.Time); !ok || !at.Equal(here) || !typed.Equal(here) || typed.Format(time.RFC3339Nano) != here.Format(time.RFC3339Nano) {
		t.Errorf("%v comes back as %v and %v", here, got, typed)
	}
}

func TestMarshalIsDeterministic(t *testing.T) {
	m := map[string]int{}
	for i := range 100 {
		m[strings.Repeat("k", i)] = i
	}
	first, err := Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if again, _ := Marshal(m); !bytes.Equal(again, first) {
			t.Fatal("the same map has other bytes")
		}
	}
}

func TestMarshalRefuses(t *testing.T) {
	deep := any(1)
	for range MaxNesting + 1 {
		deep = []any{deep}
	}
	for name, v := range map[string]any{
		"a channel": make(chan int), "a function": func() {}, "text that is not UTF-8": "secret\xff", "too deep": deep,
		"text inside": []any{map[string]any{"secret\xff": 1}}, "a time as key": map[time.Time]int{testTime: 1},
	} {
		if b, err := Marshal(v); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %x, error %v", name, b, err)
		}
	}
}

func TestValid(t *testing.T) {
	nest := func(n int, open string) string { return strings.Repeat(open, n) }
	for _, good := range []string{
		"00", "1bffffffffffffffff", "3bffffffffffffffff", "40", "5f4101420203ff", "5fff", "60", "7f6161ff", "80", "9fff", "9f0102ff",
		"a0", "bfff", "bf0102ff", "c2420100", "c0c0c000", "d9d9f700", "f4", "f6", "f7", "e0", "f820", "f8ff", "f97e00", "fa00000000",
		"fb0000000000000000", "1801", "a201010102", "a1800 1", "9f9f9fffffff",
		nest(MaxNesting, "81") + "00", nest(MaxNesting-1, "9f") + "80" + nest(MaxNesting-1, "ff"), nest(MaxNesting, "c1") + "00",
	} {
		if err := Valid(unhex(t, good)); err != nil {
			t.Errorf("%.40s: %v", good, err)
		}
	}
	for bad, at := range map[string]string{
		"": "byte 0: want an item, not the end", "0000": "byte 1: want the end", "18": "byte 0: want a whole item", "1c": "byte 0",
		"1f": "byte 0", "3f": "byte 0", "df00": "byte 0", "fc": "byte 0", "f800": "byte 0: want a well-formed simple", "f81f": "byte 0",
		"ff": "byte 0: want an item, not a break", "41": "byte 0: want a whole string", "5f": "byte 1", "5f6161ff": "byte 1: want a piece",
		"5f5f4101ffff": "byte 1: want a piece", "5f4101": "byte 3: want a break", "61ff": "byte 0: want text in UTF-8",
		"7f61c361a9ff": "byte 1: want text in UTF-8", "81": "byte 0: want a whole array", "8200": "byte 0", "81ff": "byte 1: want an item, not a break",
		"9f": "byte 1: want an item, not the end", "a1": "byte 0", "a100": "byte 0", "bf00ff": "byte 2: want an item, not a break", "bf": "byte 1",
		"c1": "byte 1: want an item", "c1ff": "byte 1: want an item, not a break", "9bffffffffffffffff": "byte 0: want fewer elements",
		"bb8000000000000000": "byte 0: want fewer elements", "5bffffffffffffffff00": "byte 0: want a whole string", "9a01000001": "byte 0: want fewer elements",
		nest(MaxNesting+1, "81") + "00": "byte 256: want no deeper", nest(MaxNesting, "81") + "80": "byte 256: want no deeper",
		nest(MaxNesting+1, "9f"): "byte 256: want no deeper", nest(MaxNesting+1, "c1") + "00": "byte 256: want no deeper",
	} {
		if err := Valid(unhex(t, bad)); !errors.Is(err, result.ErrBadValue) || !strings.Contains(err.Error(), at) {
			t.Errorf("%.40s: error %v, want %q", bad, err, at)
		}
		var v any
		if err := Unmarshal(unhex(t, bad), &v); !errors.Is(err, result.ErrBadValue) {
			t.Errorf("%.40s: Unmarshal gives %v", bad, err)
		}
	}
}

// An array of indefinite length says nowhere how long it is: it is counted.
func TestElementsAreCounted(t *testing.T) {
	long := append([]byte{0x9f}, make([]byte, 2*MaxElements+2)...)
	long[len(long)-1] = itemBreak
	if err := Valid(long); !errors.Is(err, result.ErrBadValue) {
		t.Errorf("%d elements: %v", len(long)-2, err)
	}
}

func TestUnmarshalRefuses(t *testing.T) {
	for name, hex := range map[string]string{
		"a key twice":          "a2 6161 01 6161 02",
		"a key twice, by form": "a2 01 01 1801 02",
		"a bignum as key":      "a1 c24101 02",
		"a time as key":        "a1 c0 6161 02",
		"an array as key":      "a1 80 02",
		"no time in tag 0":     "c0 66 736563726574",
		"no number in tag 1":   "c1 66 736563726574",
		"no bytes in tag 2":    "c2 66 736563726574",
	} {
		var v any
		err := Unmarshal(unhex(t, hex), &v)
		if !errors.Is(err, result.ErrBadValue) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Good bytes that do not fit are no bad value, and the error keeps quiet.
	secret, err := Marshal(map[string]any{"A": "secret", "B": 300})
	if err != nil {
		t.Fatal(err)
	}
	var a struct{ A int }
	var b struct{ B int8 }
	var n int
	for _, v := range []any{&a, &b, &n, n, nil} {
		err := Unmarshal(secret, v)
		if err == nil || errors.Is(err, result.ErrBadValue) || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "300") {
			t.Errorf("into %T: %v", v, err)
		}
	}
}

func TestValue(t *testing.T) {
	seven, err := Marshal(7)
	if err != nil {
		t.Fatal(err)
	}
	if v, err := Value[int](result.Async{State: result.Success, Value: seven}); v != 7 || err != nil {
		t.Errorf("%v, %v", v, err)
	}
	if v, err := Value[string](result.Async{State: result.Success}); v != "" || err != nil {
		t.Errorf("without a value: %q, %v", v, err)
	}
	var member *result.MemberError
	for _, s := range []result.State{result.Failure, result.Revoked} {
		if v, err := Value[int](result.Async{ID: "x", State: s, Value: seven}); v != 0 || !errors.As(err, &member) || member.ID != "x" {
			t.Errorf("%s: %v, %v", s, v, err)
		}
	}
	if v, err := Value[float64](result.Async{State: "PROGRESS", Value: seven}); v != 7 || err != nil {
		t.Errorf("%v, %v", v, err)
	}
	if v, err := Value[[]string](result.Async{ID: "\x1b[2J", State: result.Success, Value: seven}); v != nil || err == nil || !strings.Contains(err.Error(), `"\x1b[2J"`) {
		t.Errorf("%v, %v", v, err)
	}
}

func TestDiagnose(t *testing.T) {
	for hex, want := range map[string]string{
		"a2 01 02 6161 f93e00": `{1: 2, "a": 1.5}`, "c249010000000000000000": "18446744073709551616", "43 010203": "h'010203'",
		"83 f6 f5 f7": "[null, true, undefined]", "63 1b5b6d": `"\u001b[m"`,
	} {
		if got, err := Diagnose(unhex(t, hex)); err != nil || got != want {
			t.Errorf("%s: %s, error %v, want %s", hex, got, err, want)
		}
	}
	for _, bad := range []string{"", "0000", "81", "61ff", "c26161"} {
		if got, err := Diagnose(unhex(t, bad)); !errors.Is(err, result.ErrBadValue) {
			t.Errorf("%s: %q, error %v", bad, got, err)
		}
	}
}
