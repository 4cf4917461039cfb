package celery_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/seed-1c955bc8/bunch/encoding"
	. "github.com/seed-1c955bc8/bunch/encoding/celery"
	"github.com/seed-1c955bc8/bunch/encoding/encodingtest"
	"github.com/seed-1c955bc8/bunch/result"
)

// FuzzParse: whatever is taken is written, and read again as the same; whatever is
// refused is refused by name. FromJSON, which reads all JSON, agrees on what is.
func FuzzParse(f *testing.F) {
	for _, line := range exact {
		f.Add([]byte(line))
	}
	f.Add([]byte(`{"task_id":"t","status":"FAILURE","result":{"exc_type":"E","exc_message":{"a":1},"exc_module":""},"date_done":"2026-11-22 13:09:29Z"}`))
	f.Add([]byte(`{"result":["g",[["a",null],["n",[]]]],"x":1e400}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		var d Document
		var err error
		encodingtest.Bounded(t, func() { d, err = Parse(line) })
		if err != nil {
			named(t, line, err)
			return
		}
		if _, err := encoding.FromJSON(line); err != nil && d.Group.Depth() < 10 && !bytes.Contains(line, []byte("[[[")) {
			t.Fatalf("%q is no JSON, and taken: %v", line, err)
		}
		out, err := rewrite(d)
		if err != nil {
			t.Fatalf("%q is taken and cannot be written: %v", line, err)
		}
		for _, c := range out {
			if c < ' ' || c > 0x7e {
				t.Fatalf("%q is written as %q: not ASCII", line, out)
			}
		}
		again, err := Parse(out)
		if err != nil {
			t.Fatalf("%q is written as %q: %v", line, out, err)
		}
		if !d.Group.Equal(again.Group) || !bytes.Equal(record(d), record(again)) || d.Task.ID != again.Task.ID {
			t.Fatalf("%q is written as %q, which says something else", line, out)
		}
		if third, err := rewrite(again); err != nil || !bytes.Equal(third, out) {
			t.Fatalf("%q is written as %q, then as %q, %v", line, out, third, err)
		}
	})
}

// named checks that a refusal is of a kind that Parse promises.
func named(t *testing.T, line []byte, err error) {
	t.Helper()
	for _, e := range []error{result.ErrBadValue, result.ErrBadID, result.ErrBadState, result.ErrDuplicate, result.ErrTooDeep} {
		if errors.Is(err, e) {
			return
		}
	}
	t.Fatalf("%q: an error without a name: %v", line, err)
}

// FuzzTuple: a bare tree that is taken is written as what is read again as the same.
func FuzzTuple(f *testing.F) {
	for _, line := range []string{
		`[["g",null],[[["a",null],null],[["n",["p",null]],[[["b",null],null]]]]]`, `["g",[["a",null],["n",[]]]]`, `[["t",[["p",null],null]],null]`,
		`[["\u0000\ud83d\ude00",[]],[]]`, `[["g",null],[[["a",null],null],[["a",null],null]]]`,
	} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		var tree result.Tree
		var err error
		encodingtest.Bounded(t, func() { tree, err = ParseTuple(line) })
		if err != nil {
			named(t, line, err)
			return
		}
		out := AppendTuple(nil, tree)
		again, err := ParseTuple(out)
		if err != nil || !again.Equal(tree) {
			t.Fatalf("%q is written as %q, which is read as %v, %v", line, out, again, err)
		}
	})
}

func record(d Document) []byte {
	return encoding.AppendRecord(nil, encoding.Record{Async: d.Task})
}
