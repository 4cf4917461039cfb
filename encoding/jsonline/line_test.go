package jsonline_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/encoding/jsonline"
	"github.com/seed-1c955bc8/bunch/result"
)

// evil would steer a terminal, end a line, or end a string.
const evil = "\x1b[2J\u009b\u202e\"\\\n\r\x00"

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestLines: the forms, as programs depend on them.
func TestLines(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)
	seven := must(encoding.Marshal(7))
	p := result.Progress{Total: 2, Completed: 1, Leaves: result.Counts{Forgotten: 1}.Add(result.Success, 1).Add("MINE", 2)}
	const standing = `"ready":false,"successful":false,"failed":false,"waiting":true,"completed_count":1,"progress":{"total":2,"completed":1,"leaves":{"SUCCESS":1,"MINE":2,"forgotten":1}}`
	const times = `"created":"2026-01-02T03:04:05.000006Z","settled":null,"expires":null,"labels":{"k":"v"}`
	saved := result.Saved{ID: "g", Created: at, Labels: map[string]string{"k": "v"}, Note: seven, Progress: p}
	tree := result.Group("g", result.Task("t"), result.Group("in")).WithParent(result.Task("up"))
	for name, c := range map[string]struct{ got, want string }{
		"listed":   {string(jsonline.AppendListed(nil, saved)), `{"id":"g",` + standing + `,` + times + `}`},
		"event":    {string(jsonline.AppendEvent(nil, "g", p)), `{"id":"g",` + standing + `}`},
		"group":    {string(jsonline.AppendGroup(nil, tree, saved, p)), `{"id":"g","as_tuple":` + tree.String() + `,"len":2,"children":["t","in"],` + standing + `,"parent":[["up", null], null],` + times + `}`},
		"head":     {string(must(jsonline.AppendHead(nil, tree, saved, p))), `{"id":"g","root_id":"g","len":2,` + standing + `,"parent_id":"up",` + times + `,"note":7}`},
		"nested":   {string(must(jsonline.AppendHead(nil, tree.At(1), saved, p))), `{"id":"in","root_id":"g","len":0,` + standing + `,"parent_id":null,"created":null,"settled":null,"expires":null,"labels":{},"note":null}`},
		"outcome":  {string(jsonline.AppendOutcome(nil, "g", result.Outcome{Applied: true, Changed: 3, Settled: []result.ID{"g", "h"}})), `{"id":"g","applied":true,"changed":3,"settled":["g","h"]}`},
		"pending":  {string(must(jsonline.AppendResult(nil, result.Async{ID: "t", State: result.Pending, Attempt: 1}))), `{"id":"t","state":"PENDING","done":null,"attempt":1}`},
		"no value": {string(must(jsonline.AppendResult(nil, result.Async{ID: "t", State: result.Success, Done: at, Attempt: 2}))), `{"id":"t","state":"SUCCESS","value":null,"done":"2026-01-02T03:04:05.000006Z","attempt":2}`},
		"failure": {string(must(jsonline.AppendResult(nil, result.Async{ID: "t", State: result.Failure, Input: seven, Attempt: 1, Error: &result.TaskError{Type: "E", Args: []any{"a", int64(1)}, Module: "m", Traceback: "tb"}}))),
			`{"id":"t","state":"FAILURE","input":7,"error":{"exc_type":"E","exc_message":["a",1],"exc_module":"m"},"traceback":"tb","done":null,"attempt":1}`},
		"no reason": {string(must(jsonline.AppendResult(nil, result.Async{ID: "t", State: result.Revoked, Attempt: 1, Forgotten: true}))), `{"id":"t","state":"REVOKED","error":{"exc_type":"REVOKED","exc_message":[]},"done":null,"attempt":1,"forgotten":true}`},
	} {
		if c.got != c.want {
			t.Errorf("%s:\n%s, want\n%s", name, c.got, c.want)
		}
	}
}

// TestSafe: whatever text is in it, a line is one line, safe on a terminal, and
// JSON that gives the text again.
func TestSafe(t *testing.T) {
	value := must(encoding.Marshal(map[string]any{evil: evil}))
	tree := result.Group(evil, result.Task(evil)).WithParent(result.Task(evil))
	saved := result.Saved{ID: evil, Labels: map[string]string{evil: evil}, Note: value}
	failure := &result.TaskError{Type: evil, Args: []any{evil}, Module: evil, Traceback: evil}
	for name, line := range map[string][]byte{
		"listed":  jsonline.AppendListed(nil, saved),
		"group":   jsonline.AppendGroup(nil, tree, saved, result.Progress{}),
		"head":    must(jsonline.AppendHead(nil, tree, saved, result.Progress{})),
		"result":  must(jsonline.AppendResult(nil, result.Async{ID: evil, State: evil, Input: value, Value: value, Error: failure})),
		"outcome": jsonline.AppendOutcome(nil, evil, result.Outcome{Settled: []result.ID{evil}}),
	} {
		if i := strings.IndexFunc(string(line), func(r rune) bool { return !unicode.IsPrint(r) }); i >= 0 {
			t.Errorf("%s: %q", name, line)
		}
		var o struct{ ID string }
		if err := json.Unmarshal(line, &o); err != nil || o.ID != evil {
			t.Errorf("%s gives the id %q, %v: %s", name, o.ID, err, line)
		}
	}
	if got := string(jsonline.AppendText(nil, "a\xffb")); got != "\"a\uFFFDb\"" {
		t.Errorf("text that is not UTF-8 becomes %s", got)
	}
}
