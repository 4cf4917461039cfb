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

func TestRecordComesBack(t *testing.T) {
	big1, _ := new(big.Int).SetString("123456789012345678901234567890", 10)
	for name, want := range map[string]Record{
		"zero":       {},
		"success":    {Async: result.Async{State: result.Success, Value: []byte{0x01}, Done: testTime, Attempt: 1}},
		"value null": {Async: result.Async{State: result.Success, Value: []byte{0xf6}}},
		"done 1970":  {Async: result.Async{State: result.Revoked, Done: time.UnixMicro(0).UTC()}},
		"done early": {Async: result.Async{State: result.Revoked, Done: time.UnixMicro(-1).UTC()}},
		"custom":     {Async: result.Async{State: "PROGRESS", Attempt: math.MaxUint32}},
		"forgotten":  {Async: result.Async{State: result.Pending, Forgotten: true, Attempt: 7}},
		"blob":       {Async: result.Async{State: result.Success}, Blob: &Blob{Seq: math.MaxUint64}},
		"no args":    {Async: result.Async{State: result.Failure, Error: &result.TaskError{Type: "E"}}},
		"args": {Async: result.Async{State: result.Failure, Error: &result.TaskError{Type: "E", Module: "m", Traceback: "t\x00\n",
			Args: []any{"text", int64(1), int64(math.MinInt64), big1, new(big.Int).SetUint64(math.MaxUint64), 1.0, 0.1, math.Inf(-1),
				true, false, nil, []byte("b"), []any{int64(1), []any{}}, map[string]any{"a": int64(1), "": nil}, map[any]any{int64(1): "x"}}}}},
	} {
		b := AppendRecord([]byte("x"), want)[1:]
		got, err := ParseRecord(b)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if name == "args" { // one map that has other keys than text makes all maps so
			got.Error.Args[13] = map[string]any{"a": int64(1), "": nil}
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
		if again := AppendRecord(nil, got); !bytes.Equal(again, b) {
			t.Errorf("%s: written again as %x, was %x", name, again, b)
		}
	}
}

// Every built-in state has the number it always had, and comes back.
func TestStateCodes(t *testing.T) {
	codes := map[result.State]byte{result.Pending: 1, result.Received: 2, result.Started: 3, result.Success: 4, result.Failure: 5,
		result.Revoked: 6, result.Rejected: 7, result.Retry: 8, result.Ignored: 9, "PROGRESS": 15, "": 15, "success": 15}
	for s, want := range codes {
		if got := StateCode(s); got != want {
			t.Errorf("StateCode(%q) = %d, want %d", s, got, want)
		}
		if s != "" && s.Custom() != (want == codeCustom) {
			t.Errorf("package result has another opinion on whether %q is custom", s)
		}
	}
}

// Whatever a task raises can be stored: what has no CBOR is stored as text, and
// text that is not UTF-8 is made UTF-8.
func TestAnyErrorCanBeStored(t *testing.T) {
	deep := any("inmost")
	for range MaxNesting {
		deep = []any{deep}
	}
	e := &result.TaskError{Type: "E\xff", Module: "\xc3", Traceback: "a\xffb",
		Args: []any{make(chan int), "\xffx", []any{"\xff"}, errors.New("why"), 7, uint8(8), float32(0.5), map[time.Time]int{testTime: 1},
			struct{ A, B int }{1, 2}, testTime, deep, func() {}}}
	rec := Record{Async: result.Async{State: result.Failure, Error: e}}
	b := AppendRecord(nil, rec)
	got, err := ParseRecord(b)
	if err != nil {
		t.Fatal(err)
	}
	if again := AppendRecord(nil, got); !bytes.Equal(again, b) {
		t.Errorf("written again as %x, was %x", again, b)
	}
	g := got.Error
	if g.Type != "E\ufffd" || g.Module != "\ufffd" || g.Traceback != "a\ufffdb" || len(g.Args) != len(e.Args) {
		t.Fatalf("got %q", g)
	}
	want := map[int]any{1: "\ufffdx", 2: "[\ufffd]", 4: int64(7), 5: int64(8), 6: 0.5, 8: map[string]any{"A": int64(1), "B": int64(2)}, 9: testTime}
	for i, w := range want {
		if !reflect.DeepEqual(g.Args[i], w) {
			t.Errorf("argument %d is %#v, want %#v", i, g.Args[i], w)
		}
	}
	for _, i := range []int{0, 7, 10, 11} {
		if _, ok := g.Args[i].(string); !ok {
			t.Errorf("argument %d is a %T, want text", i, g.Args[i])
		}
	}
}

// A record with a blob says where the value is, and not the value.
func TestBlobInsteadOfValue(t *testing.T) {
	b := AppendRecord(nil, Record{Async: result.Async{Value: []byte{0x01}}, Blob: &Blob{Seq: 1, Size: 1}})
	if got, err := ParseRecord(b); err != nil || got.Value != nil || got.Blob == nil {
		t.Errorf("got %+v, error %v", got, err)
	}
}

// What was read is the caller's own, but for a record's value: bytes that change
// later change nothing.
func TestParseCopies(t *testing.T) {
	b := AppendRecord(nil, Record{Async: result.Async{State: "PROGRESS", Value: []byte{0x61, 'v'}, Error: &result.TaskError{Type: "T", Args: []any{[]byte("arg")}}}})
	got, err := ParseRecord(b)
	m := AppendTree(nil, result.Group("g", result.Task("a"), result.Task(testUUID)))
	gotM, errM := ParseTree(m)
	if err != nil || errM != nil {
		t.Fatal(err, errM)
	}
	got.Value = bytes.Clone(got.Value)
	wantB, wantM := AppendRecord(nil, got), AppendTree(nil, gotM)
	for i := range b {
		b[i] = 'X'
	}
	for i := range m {
		m[i] = 'X'
	}
	if !bytes.Equal(AppendRecord(nil, got), wantB) || !bytes.Equal(AppendTree(nil, gotM), wantM) {
		t.Error("what was parsed changed with the bytes it was parsed from")
	}
}

func TestRecordsRefuse(t *testing.T) {
	for _, c := range []struct{ kind, hex, want string }{
		{"result", "", "byte 0: want a version byte"},
		{"result", "00a0", "byte 0: want a version byte from 1 on"},
		{"result", "01", "byte 1: want a map"},
		{"result", "0180", "byte 1: want a map"},
		{"result", "01a1", "byte 1: want a map that fits"},
		{"result", "01a000", "byte 2: want the end"},
		{"result", "01b80101 04", "byte 1: want a map, in its shortest form"},
		{"result", "01bf0104ff", "byte 1: want a map"},
		{"result", "01a2 0104 0104", "byte 4: want keys in ascending order"},
		{"result", "01a2 0501 0104", "byte 4: want keys in ascending order"},
		{"result", "01a1 181401", "byte 2: want a key, in its shortest form"},
		{"result", "01a1 181801", "byte 2: want a key that this version has, not 24"},
		{"result", "01a1 1401", "a key that this version has, not 20"},
		{"result", "01a1 6161 01", "byte 2: want a key"},
		{"result", "01a1 0100", "byte 3: want a state's code or name above 0"},
		{"result", "01a1 010a", "byte 3: want a state's code or name"},
		{"result", "01a1 011804", "in its shortest form"},
		{"result", "01a1 0167 53554343455353", "byte 3: want the name of a custom state"},
		{"result", "01a1 0160", "byte 3: want the name of a custom state"},
		{"result", "01a1 01610a", "byte 3: want the name of a custom state"},
		{"result", "01a1 0261ff", "byte 3: want a value: text in UTF-8"},
		{"result", "01a1 0282 01", "byte 3: want a value: a whole array or map"},
		{"result", "01a1 0400 00", "byte 4: want the end"},
		{"result", "01a1 043b8000000000000000", "byte 3: want a time in microseconds"},
		{"result", "01a1 041b8000000000000000", "byte 3: want a time in microseconds"},
		{"result", "01a1 043b00dcbffeff2bbfff", "byte 3: want a time in microseconds other than the zero time"},
		{"result", "01a1 0500", "byte 3: want an attempt above 0"},
		{"result", "01a1 051b0000000100000000", "byte 3: want an attempt"},
		{"result", "01a1 06f4", "byte 3: want forgotten: true"},
		{"result", "01a2 0201 07820101", "want no value beside a blob"},
		{"result", "01a1 0781 0101", "byte 3: want an array of sequence and size"},
		{"result", "01a1 0383 6145 80 60", "byte 3: want an array of type"},
		{"result", "01a1 0384 6145 01 60 60", "byte 6: want an array of arguments"},
		{"result", "01a1 0384 6145 811801 60 60", "byte 6: want arguments as this package writes them"},
		{"result", "01a1 0384 6145 9fff 60 60", "byte 6: want arguments as this package writes them"},
		{"result", "01a1 0384 6145 81a2 6161016161 02 60 60", "byte 6: want arguments as this package writes them"},
		{"head", "01a1 0100", "byte 3: want a creation sequence above 0"},
		{"head", "01a1 021b0000000100000000", "byte 3: want a tree's version"},
		{"head", "01a1 0720", "byte 3: want a maximum age"},
		{"head", "01a1 0a1b8000000000000000", "byte 3: want a number of members"},
		{"head", "01a1 0da0", "byte 3: want counts of at least one state"},
		{"head", "01a1 0da1 0400", "byte 5: want a number of leaves above 0"},
		{"head", "01a1 0da2 0501 0401", "byte 6: want states in ascending order"},
		{"head", "01a1 0da2 616101 0401", "byte 7: want states in ascending order"},
		{"head", "01a1 0da2 62616101 616201", "byte 8: want states in ascending order"},
		{"head", "01a1 0da2 616101 616101", "byte 7: want states in ascending order"},
		{"head", "01a1 0db84a" + strings.Repeat("0000", 74), "byte 3: want counts of at least one state, and no more"},
		{"head", "01a1 0e00", "a key that this version has, not 14"},
		{"labels", "01a0", "byte 1: want at least one label"},
		{"labels", "01a2 626161 60 6162 60", "want labels in ascending order"},
		{"labels", "01a2 6161 60 6161 60", "want labels in ascending order"},
		{"labels", "01a1 6161 01", "want a label's value"},
	} {
		_, err := reread(c.kind, unhex(t, c.hex))
		if !errors.Is(err, result.ErrCorrupt) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: error %v, want %q", c.kind, c.hex, err, c.want)
		}
	}
}

// One byte of a golden changed, or its end cut off: either it is refused, or it is
// another record that is written again just so. Never a panic.
func TestDamage(t *testing.T) {
	for name, good := range goldens() {
		kind, _, _ := strings.Cut(name, "-")
		for i := range good {
			if _, err := reread(kind, good[:i]); err == nil {
				t.Errorf("%s: the first %d bytes are taken for the whole", name, i)
			}
			for x := 1; x < 256; x++ {
				bad := bytes.Clone(good)
				bad[i] ^= byte(x)
				again, err := reread(kind, bad)
				if err == nil && !bytes.Equal(again, bad) {
					t.Fatalf("%s: %x is written again as %x", name, bad, again)
				}
			}
		}
	}
}

func TestHeadComesBack(t *testing.T) {
	counts := result.Counts{Forgotten: 1}
	for i := range result.MaxCustomStates {
		counts = counts.Add(result.State(strings.Repeat("S", 1+i)), i+1)
	}
	want := Head{Seq: math.MaxUint64, Tree: math.MaxUint32, Chunks: 1, Created: testTime, Settled: testTime, Expires: testTime,
		MaxAge: math.MaxInt64, Nested: true, Own: true, Progress: result.Progress{Total: math.MaxInt64, Completed: 1, Leaves: counts}}
	got, err := ParseHead(AppendHead(nil, want))
	if err != nil {
		t.Fatal(err)
	}
	if !got.Progress.Equal(want.Progress) {
		t.Errorf("progress %+v, want %+v", got.Progress, want.Progress)
	}
	got.Progress, want.Progress = result.Progress{}, result.Progress{}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// Times are kept to the microsecond, and the zero time stays zero even if some
// nanoseconds were added to it.
func TestTimesAreCut(t *testing.T) {
	for give, want := range map[time.Time]time.Time{
		testTime.Add(999):                      testTime,
		testTime.In(time.FixedZone("X", 3600)): testTime,
		time.Time{}.Add(999):                   {},
		time.Time{}.Add(1000):                  time.Time{}.Add(1000),
	} {
		got, err := ParseHead(AppendHead(nil, Head{Created: give}))
		if err != nil || got.Created != want {
			t.Errorf("%v becomes %v, error %v", give, got.Created, err)
		}
	}
}

func TestNothingIsAllocated(t *testing.T) {
	records := []Record{
		{Async: result.Async{State: result.Success, Value: append([]byte{0x58, 46}, make([]byte, 46)...), Done: testTime, Attempt: 1}},
		{Async: result.Async{State: result.Failure, Error: &result.TaskError{Type: "ValueError", Args: []any{"no", 1}, Traceback: "long"}, Done: testTime}},
		{Async: result.Async{State: "PROGRESS"}, Blob: &Blob{Seq: 1, Size: 2}},
	}
	head := Head{Seq: 1, Created: testTime, Progress: result.Progress{Total: 9, Leaves: result.Counts{}.Add(result.Success, 5).Add("B", 2).Add("AA", 1)}}
	buf := make([]byte, 0, 1024)
	for i, r := range records {
		if n := testing.AllocsPerRun(100, func() { buf = AppendRecord(buf[:0], r) }); n != 0 {
			t.Errorf("AppendRecord of record %d allocates %v times", i, n)
		}
	}
	if n := testing.AllocsPerRun(100, func() { buf = AppendHead(buf[:0], head) }); n != 0 {
		t.Errorf("AppendHead allocates %v times", n)
	}
	value := AppendRecord(nil, records[1])[1:] // some CBOR
	if n := testing.AllocsPerRun(100, func() { _ = Valid(value) }); n != 0 || Valid(value) != nil {
		t.Errorf("Valid allocates %v times and says %v", n, Valid(value))
	}
}

func BenchmarkAppendRecord(b *testing.B) {
	r := Record{Async: result.Async{State: result.Success, Value: append([]byte{0x58, 46}, make([]byte, 46)...), Done: testTime, Attempt: 1}}
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = AppendRecord(buf[:0], r)
	}
}

func BenchmarkParseRecord(b *testing.B) {
	r := Record{Async: result.Async{State: result.Success, Value: append([]byte{0x58, 46}, make([]byte, 46)...), Done: testTime, Attempt: 1}}
	data := AppendRecord(nil, r)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseRecord(data); err != nil {
			b.Fatal(err)
		}
	}
}
