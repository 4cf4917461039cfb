package result_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode"

	. "github.com/seed-1c955bc8/bunch/result"
)

// TestAsTuple has the shapes that Celery stores, byte for byte.
func TestAsTuple(t *testing.T) {
	r := rootOf(1)
	for _, c := range []struct {
		tree Tree
		want string
	}{
		{Tree{}, `null`},
		{Task("t"), `[["t", null], null]`},
		{Task("t").WithParent(Task("p")), `[["t", [["p", null], null]], null]`},
		{Group("g0"), `[["g0", null], []]`},
		{Group("g").WithParent(Group("p", Task("a"))), `[["g", [["p", null], [[["a", null], null]]]], []]`},
		{Group("g", Tasks(r, 1, 2), Task("x")), `[["g", null], [[["01020304-0501-8007-8009-0a0b00000001", null], null], [["01020304-0501-8007-8009-0a0b00000002", null], null], [["x", null], null]]]`},
		{Tasks(r, 1, 2), `[[["01020304-0501-8007-8009-0a0b00000001", null], null], [["01020304-0501-8007-8009-0a0b00000002", null], null]]`},
		{
			Group("g1", Task("t1"), Group("n1", Task("t2"), Task("t3").WithParent(Task("pp")))).WithParent(Task("par").WithParent(Task("gpar"))),
			`[["g1", [["par", [["gpar", null], null]], null]], [[["t1", null], null], [["n1", null], [[["t2", null], null], [["t3", [["pp", null], null]], null]]]]]`,
		},
		{Task(`a"b\c/<&>`), `[["a\"b\\c/<&>", null], null]`},
		{Task("任务 é 😀"), `[["任务 é 😀", null], null]`},
		{Task("\x00\n\x1b[2J\x7f"), `[["\u0000\u000a\u001b[2J\u007f", null], null]`},
		{Task("\u009b2J\u2028\u202e\U000e0001"), `[["\u009b2J\u2028\u202e\udb40\udc01", null], null]`},
		{Task("\xff"), "[[\"\uFFFD\", null], null]"}, // no valid id, but what is printed is UTF-8
	} {
		if got := c.tree.String(); got != c.want {
			t.Errorf("%s\nwant\n%s", got, c.want)
		}
		if got := string(c.tree.AppendJSON([]byte("x "))); got != "x "+c.want {
			t.Errorf("appended: %s", got)
		}
	}
}

// TestEveryCharacterInJSON: each comes back, and none that is not printable goes out.
func TestEveryCharacterInJSON(t *testing.T) {
	var id strings.Builder
	for c := rune(0); c <= unicode.MaxRune; c++ {
		if id.WriteRune(c); c%0x800 != 0x7ff { // surrogates, 0xd800 to 0xdfff, are written as U+FFFD
			continue
		}
		text := Task(ID(id.String())).AppendJSON(nil)
		var back [2][]any
		if err := json.Unmarshal(text, &back); err != nil || back[0][0] != id.String() {
			t.Errorf("up to %U: does not come back, %v", c, err)
		}
		if i := strings.IndexFunc(string(text), func(r rune) bool { return !unicode.IsPrint(r) }); i >= 0 {
			t.Errorf("up to %U: %q goes out as it is", c, text[i:i+4])
		}
		id.Reset()
	}
}

// TestRandomTuples compares with encoding/json.
func TestRandomTuples(t *testing.T) {
	m := newMaker(random(t))
	for range 500 {
		p := m.tree(4)
		tree := p.pieces(m.Rand)
		text, err := json.Marshal(tree)
		if err != nil {
			t.Fatal(err)
		}
		want, err := json.Marshal(p.tuple())
		if err != nil {
			t.Fatal(err)
		}
		var a, b any
		if json.Unmarshal(text, &a) != nil || json.Unmarshal(want, &b) != nil || !reflect.DeepEqual(a, b) {
			t.Fatalf("%s\nwant\n%s", text, want)
		}
	}
}
