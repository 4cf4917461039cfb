package encoding

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/seed-1c955bc8/bunch/result"
)

// randomTree makes trees of every shape: runs, singles, ids of all kinds, groups
// in groups, parents of both, parents shared by neighbours.
func randomTree(rng *rand.Rand, depth int) result.Tree {
	id := func() result.ID {
		switch rng.IntN(4) {
		case 0:
			return testRoot.ID(rng.Uint32N(6))
		case 1:
			return result.ID(fmt.Sprintf("f47ac10b-58cc-4372-a567-0e02b2c3d4%02x", rng.IntN(8)))
		case 2:
			return result.ID(strings.ToUpper(testUUID)) // text: not the canonical spelling
		}
		return result.ID([]string{"a", "b", "\x00/", "任务", strings.Repeat("x", 255)}[rng.IntN(5)])
	}
	t := result.Task(id())
	if depth > 0 && rng.IntN(3) > 0 {
		var members []result.Tree
		var parent result.Tree
		for range rng.IntN(6) {
			m := randomTree(rng, depth-1)
			switch rng.IntN(5) {
			case 0:
				m = result.Tasks(testRoot, rng.Uint32N(20), 1+rng.IntN(5))
			case 1:
				parent = randomTree(rng, depth-1)
				m = m.WithParent(parent)
			case 2:
				m = m.WithParent(parent)
			}
			members = append(members, m)
		}
		t = result.Group(id(), members...)
	}
	if depth > 0 && rng.IntN(4) == 0 {
		t = t.WithParent(randomTree(rng, depth-1))
	}
	return t
}

func TestTreeComesBack(t *testing.T) {
	rng := newRand(t)
	for range 3000 {
		want := randomTree(rng, 4)
		b := AppendTree([]byte("before"), want)[len("before"):]
		got, err := ParseTree(b)
		if err != nil {
			t.Fatalf("%v\n%s", err, want)
		}
		if !got.Equal(want) || got.Depth() != want.Depth() || got.LeafCount() != want.LeafCount() || got.Len() != want.Len() {
			t.Fatalf("got\n%s\nwant\n%s", got, want)
		}
		if again := AppendTree(nil, got); !bytes.Equal(again, b) {
			t.Fatalf("written again as\n%x\nwas\n%x", again, b)
		}
	}
}

// Trees as deep as they may be, and one level deeper, by groups, by parents and
// by both, are written and read without recursion.
func TestDepth(t *testing.T) {
	wraps := map[string]func(inner result.Tree, i int) result.Tree{
		"groups":  func(in result.Tree, i int) result.Tree { return result.Group("g", in) },
		"parents": func(in result.Tree, i int) result.Tree { return result.Task("t").WithParent(in) },
		"both": func(in result.Tree, i int) result.Tree {
			if i%2 == 0 {
				return result.Group("g", result.Task("t"), in, result.Task("u"))
			}
			return result.Group("g").WithParent(in)
		},
	}
	for name, wrap := range wraps {
		tree := result.Task("inmost")
		for i := range result.MaxDepth - 1 {
			tree = wrap(tree, i)
		}
		b := AppendTree(nil, tree)
		got, err := ParseTree(b)
		if err != nil || got.Depth() != result.MaxDepth {
			t.Fatalf("%s: depth %d, error %v", name, got.Depth(), err)
		}
		if !bytes.Equal(AppendTree(nil, got), b) {
			t.Errorf("%s: written again as other bytes", name)
		}
		if _, err := ParseTree(AppendTree(nil, wrap(tree, 1))); !errors.Is(err, result.ErrTooDeep) {
			t.Errorf("%s: one level too deep gives %v", name, err)
		}
		if _, err := ParseTree(AppendTree(nil, wrap(tree, 2))); !errors.Is(err, result.ErrTooDeep) {
			t.Errorf("%s: one level too deep gives %v", name, err)
		}
	}
}

// A tree that is too deep is refused where it becomes so, not at its end.
func TestDepthIsBounded(t *testing.T) {
	for name, begin := range map[string]string{"groups": "\x01\x61g", "parents": "\x03"} {
		tokens := strings.Repeat(begin, result.MaxDepth+1)
		b := append(appendHead([]byte{formatVersion}, majorArray, uint64(len(tokens)/len(begin)*min(len(begin), 2))), tokens...)
		want := fmt.Sprintf("byte %d: more than", len(b)-len(begin))
		if _, err := ParseTree(b); !errors.Is(err, result.ErrTooDeep) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
}

// A parent that many members share is written and read once.
func TestSharedParent(t *testing.T) {
	parent := result.Group("p", result.Tasks(testRoot, 1, 5), result.Task("x"), result.Task("y"))
	var members []result.Tree
	for i := range 1000 {
		members = append(members, result.Task(result.ID(fmt.Sprint("m", i))).WithParent(parent))
	}
	tree := result.Group("g", members...)
	b := AppendTree(nil, tree)
	if len(b) > 1000*6+100 {
		t.Errorf("%d bytes for 1000 members with one parent", len(b))
	}
	got, err := ParseTree(b)
	if err != nil || !got.Equal(tree) {
		t.Fatalf("error %v", err)
	}
}

func TestTreeRefuses(t *testing.T) {
	const (
		root = "4c 019abcdef012834586789abc" // 12 bytes
		node = "50 019abcdef012834586789abc 000000"
		uuid = "50 f47ac10b58cc4372a5670e02b2c3d479"
	)
	text := fmt.Sprintf("78 24 %x", testUUID)
	for name, c := range map[string]struct{ hex, want string }{
		"nothing":                     {"", "byte 0: want a version byte"},
		"version 0":                   {"00 80", "byte 0: want a version byte"},
		"no array":                    {"01", "byte 1: want an array"},
		"a map":                       {"01 a0", "byte 1: want an array"},
		"longer than it need be":      {"01 98 01 61 61", "byte 1: want an array of a tree's tokens, in its shortest form"},
		"of indefinite length":        {"01 9f 61 61 ff", "byte 1: want an array"},
		"promises too much":           {"01 9b 00ffffffffffffff 61 61", "byte 1: want an array of a tree's tokens that fits"},
		"bytes after it":              {"01 81 61 61 00", "byte 4: want the end"},
		"tokens after it":             {"01 82 61 61 61 62", "byte 4: want no more tokens"},
		"a UUID as text":              {"01 81" + text, "byte 2: want an id"},
		"a short UUID":                {"01 81 41 00", "byte 2: want a UUID of 16 bytes"},
		"an empty id":                 {"01 81 60", "byte 2: want an id"},
		"an id too long":              {"01 81 79 0100" + strings.Repeat("61", 256), "byte 2: want an id"},
		"an id that is not UTF-8":     {"01 81 61 ff", "byte 2: want an id, in UTF-8"},
		"an id cut off":               {"01 81 62 61", "byte 2: want an id, whole"},
		"a group without id":          {"01 81 01", "want an id after"},
		"a group with a run as id":    {"01 83 01 83" + root + "01 02 02", "byte 3: want an id"},
		"a group that stays open":     {"01 83 01 61 61 61 62", "byte 1: want a whole tree"},
		"a close without open":        {"01 82 02 61 61", "byte 2: want a group to be open"},
		"a close in a parent's place": {"01 84 01 61 61 03 02", "byte 6: want a group to be open"},
		"a marker nobody knows":       {"01 81 05", "byte 2: want an id, a run or a marker"},
		"a marker written long":       {"01 83 18 01 61 61 02", "byte 2: want an id, a run or a marker, in its shortest form"},
		"null":                        {"01 81 f6", "byte 2: want an id, a run or a marker"},
		"a parent of nothing":         {"01 82 03 61 61", "byte 1: want a whole tree"},
		"a parent of the end":         {"01 85 01 61 61 03 61 62 02", "byte 8: want the tree whose parent was read"},
		"two parents":                 {"01 85 03 61 61 03 61 62 61 63", "byte 5: want the tree whose parent was read"},
		"a run with a parent":         {"01 86 01 61 67 03 61 61 83" + root + "01 02 02", "byte 8: want one tree above or below another"},
		"a run as a parent":           {"01 83 03 83" + root + "01 02 61 61", "byte 3: want one tree above or below another"},
		"same without another":        {"01 84 01 61 67 04 61 62 02", "byte 5: want an id, a run or a marker that can stand here"},
		"same in a parent":            {"01 89 01 61 67 03 61 61 61 62 03 04 61 63 61 64 02", "that can stand here"},
		"parent that is the same":     {"01 89 01 61 67 03 61 61 61 62 03 61 61 61 62 02", "want the marker for a parent that is written already"},
		"a run of one":                {"01 81 83" + root + "01 01", "byte 2: want a run of at least 2"},
		"a run of none":               {"01 81 83" + root + "01 00", "byte 2: want a run of at least 2"},
		"a run past the last node":    {"01 81 83" + root + "1a ffffffff 02", "want a count of tasks"},
		"a run of too many":           {"01 81 83" + root + "01 1b 0000000100000000", "want a count of tasks"},
		"a run of two elements":       {"01 81 82" + root + "01", "byte 2: want a run of root"},
		"a root that is too short":    {"01 81 83 4b 019abcdef012834586789a 01 02", "byte 2: want a root"},
		"a root of version 4":         {"01 81 83 4c 019abcdef012434586789abc 01 02", "byte 2: want a root"},
		"a root of another variant":   {"01 81 83 4c 019abcdef0128345c6789abc 01 02", "byte 2: want a root"},
		"a task after a task":         {"01 85 01 61 67" + node + "01" + node + "02 02", "byte 22: want one run"},
		"a task after a run":          {"01 85 01 61 67 83" + root + "01 02" + node + "03 02", "want one run"},
		"a run after a task":          {"01 85 01 61 67" + node + "01 83" + root + "02 02 02", "byte 22: want one run"},
		"a run after a run":           {"01 85 01 61 67 83" + root + "01 02 83" + root + "03 02 02", "want one run"},
		"a UUID cut off":              {"01 81" + uuid[:len(uuid)-2], "byte 2: want an id, whole"},
	} {
		_, err := ParseTree(unhex(t, c.hex))
		if !errors.Is(err, result.ErrCorrupt) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
}

// Tasks that do not continue each other stay apart: the checks above do not
// refuse too much.
func TestTreeKeepsApart(t *testing.T) {
	for _, tree := range []result.Tree{
		result.Group("g", result.Task(testRoot.ID(2)), result.Task(testRoot.ID(1))),
		result.Group("g", result.Task(testRoot.ID(1)), result.Group("h"), result.Task(testRoot.ID(2))),
		result.Group("g", result.Task(testRoot.ID(1)), result.Task(testRoot.ID(2)).WithParent(result.Task("p")), result.Task(testRoot.ID(3))),
		result.Group("g", result.Task(testRoot.ID(1)), result.Group(testRoot.ID(2), result.Task(testRoot.ID(3)))),
		result.Group("g", result.Task(testRoot.ID(1)).WithParent(result.Task(testRoot.ID(2))), result.Task(testRoot.ID(2))),
	} {
		if got, err := ParseTree(AppendTree(nil, tree)); err != nil || !got.Equal(tree) {
			t.Errorf("%v: %v, error %v", tree, got, err)
		}
	}
}

func TestNewerVersion(t *testing.T) {
	for _, kind := range []string{"result", "tree", "head", "labels"} {
		_, err := reread(kind, []byte{formatVersion + 1, 0xff})
		var v *result.VersionError
		if !errors.As(err, &v) || *v != (result.VersionError{What: kind, Got: formatVersion + 1, Max: formatVersion}) {
			t.Errorf("%s: %v", kind, err)
		}
		if errors.Is(err, result.ErrCorrupt) {
			t.Errorf("%s: a newer version is no damage", kind)
		}
	}
}

// foreign is a tree of n random UUIDs, as Celery makes them.
func foreign(n int) result.Tree {
	rng := rand.New(rand.NewPCG(1, 2))
	members := make([]result.Tree, n)
	names := treeReader{tokens: n}
	for i := range members {
		var u [16]byte
		binary.BigEndian.PutUint64(u[:], rng.Uint64())
		binary.BigEndian.PutUint64(u[8:], rng.Uint64())
		u[6] = 0x40 | u[6]&0x0f
		members[i] = result.Task(names.name(u[:]))
	}
	return result.Group("g", members...)
}

func BenchmarkParseTreeForeign(b *testing.B) {
	const n = 1_000_000
	data := AppendTree(nil, foreign(n))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseTree(data); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/member")
}

func BenchmarkAppendTreeForeign(b *testing.B) {
	const n = 1_000_000
	tree := foreign(n)
	var buf []byte
	for b.Loop() {
		buf = AppendTree(buf[:0], tree)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/member")
}
