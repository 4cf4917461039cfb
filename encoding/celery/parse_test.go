package celery_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/seed-1c955bc8/bunch/encoding"
	. "github.com/seed-1c955bc8/bunch/encoding/celery"
	"github.com/seed-1c955bc8/bunch/result"
)

// exact are documents as Celery writes them: they come out as they went in.
var exact = []string{
	`{"result": [["g0", null], []]}`,
	`{"result": [["g1", [["par", [["gpar", null], null]], null]], [[["t1", null], null], [["n1", null], [[["t2", null], null], [["t3", [["pp", null], null]], null]]]]]}`,
	`{"result": [["g", [["up", [["upper", null], null]], [[["u1", null], null], [["u2", null], null]]]], [[["na\u00efve \ud83c\udf4c", null], null]]]}`,
	task(`"SUCCESS"`, `null`, `null`),
	task(`"SUCCESS"`, `"\u0000nul \u007f \u00e9\u2713\ud83c\udf4c \"\\\n\r\t /"`, `null`),
	task(`"SUCCESS"`, `[0, -1, 18446744073709551615, 18446744073709551616, -123456789012345678901234567890]`, `null`),
	task(`"SUCCESS"`, `[1.0, -0.0, 0.1, 1e+16, 1e-05, 5e-324, 1.7976931348623157e+308, NaN, Infinity, -Infinity]`, `null`),
	task(`"SUCCESS"`, `{"a": [], "b": {}, "c": [true, false, null, ""]}`, `null`),
	task(`"FAILURE"`, `{"exc_type": "KeyError", "exc_message": ["x", 2, {"n": null}], "exc_module": "builtins"}`, `"Traceback (most recent call last):\n"`),
	task(`"REVOKED"`, `{"exc_type": "TaskRevokedError", "exc_message": [], "exc_module": null}`, `null`),
	task(`"FAILURE"`, `{"exc_message": "text", "exc_type": "Odd"}`, `"tb"`),
	task(`"FAILURE"`, `{"exc_message": [1], "exc_module": "m", "exc_type": "Odd", "more": 1}`, `null`),
	task(`"FAILURE"`, `"no exception at all"`, `"tb"`),
	task(`"FAILURE"`, `null`, `null`),
	pending(`"RETRY"`, `{"exc_type": "A.B", "exc_message": [""], "exc_module": "__main__"}`, `"tb"`),
	pending(`"STARTED"`, `{"hostname": "w1", "pid": 1}`, `null`),
	pending(`"PROGRESS"`, `{"exc_type": "x"}`, `"odd"`),
	`{"status": "SUCCESS", "result": 1, "traceback": null, "children": [], "date_done": "2026-11-22T13:09:29+00:00", "group_id": "g", "parent_id": "p", "name": "app.add", "args": [1, 2], "kwargs": {"a": 1}, "worker": "celery@h", "retries": 3, "queue": "celery", "task_id": "t"}`,
	`{"status": "SUCCESS", "result": 1, "traceback": null, "children": [[["c1", null], null], [["g", null], [[["c2", null], null]]]], "date_done": "2026-11-22T13:09:29.000001+00:00", "name": null, "args": "(1,)", "kwargs": null, "worker": "", "retries": 0, "queue": null, "s": "1", "stamped_headers": ["s"], "task_id": "t"}`,
	`{"status": "STARTED", "result": null, "traceback": null, "children": null, "date_done": "any", "retries": 4294967296, "task_id": "t"}`,
}

func task(state, value, traceback string) string {
	return `{"status": ` + state + `, "result": ` + value + `, "traceback": ` + traceback + `, "children": null, "date_done": "2026-11-22T13:09:29.921905+00:00", "task_id": "2330fcf1-562a-44b8-8866-8d77e827062c"}`
}

func pending(state, value, traceback string) string {
	return strings.Replace(task(state, value, traceback), `"2026-11-22T13:09:29.921905+00:00"`, "null", 1)
}

// rewrite writes what Parse has read.
func rewrite(d Document) ([]byte, error) {
	if !d.Group.IsZero() {
		return AppendGroup(nil, d.Group), nil
	}
	return AppendTask(nil, d.Task)
}

// sorted brings the keys of an odd exception in the order of CBOR, in which what is
// kept as a value comes out.
var sorted = strings.NewReplacer(
	`{"exc_message": "text", "exc_type": "Odd"}`, `{"exc_type": "Odd", "exc_message": "text"}`,
	`{"exc_message": [1], "exc_module": "m", "exc_type": "Odd", "more": 1}`, `{"more": 1, "exc_type": "Odd", "exc_module": "m", "exc_message": [1]}`,
	`{"hostname": "w1", "pid": 1}`, `{"pid": 1, "hostname": "w1"}`,
)

func TestExact(t *testing.T) {
	for _, line := range exact {
		d, err := Parse([]byte(line + "\n"))
		if err != nil {
			t.Errorf("%s\n%v", line, err)
			continue
		}
		out, err := rewrite(d)
		if err != nil || string(out) != sorted.Replace(line) {
			t.Errorf("%s\n  is written again as\n%s\n%v", line, out, err)
		}
		if a := d.Task; d.Group.IsZero() { // an engine stores what was read, and nothing is lost
			rec, err := encoding.ParseRecord(encoding.AppendRecord(nil, encoding.Record{Async: a}))
			if err != nil {
				t.Fatal(err)
			}
			rec.ID = a.ID
			if stored, err := AppendTask(nil, rec.Async); err != nil || string(stored) != string(out) {
				t.Errorf("%s\n  once it was stored is\n%s\n%v", line, stored, err)
			}
		}
	}
}

func TestTask(t *testing.T) {
	d, err := Parse([]byte(`{"task_id":"t","status":"FAILURE","result":{"exc_type":"E","exc_message":"alone","exc_module":"m"},` +
		`"traceback":"tb","children":[[["c",null],null]],"date_done":"2026-11-22 13:09:29.1234567+02:00","retries":2,"root_id":"r"}`))
	if err != nil {
		t.Fatal(err)
	}
	a := d.Task
	if !d.Group.IsZero() || a.ID != "t" || a.State != result.Failure || a.Value != nil {
		t.Errorf("%+v", d)
	}
	if e := a.Error; e == nil || e.Type != "E" || e.Module != "m" || e.Traceback != "tb" || len(e.Args) != 1 || e.Args[0] != "alone" {
		t.Errorf("error %+v", e)
	}
	if len(a.Children) != 1 || !a.Children[0].Equal(result.Task("c")) {
		t.Errorf("children %v", a.Children)
	}
	if got := a.Done.String(); got != "2026-11-22 11:09:29.123456 +0000 UTC" {
		t.Errorf("done %s", got)
	}
	if a.Request == nil || a.Request.Retries != 2 || string(a.Request.Extra["root_id"]) != "\x61r" || len(a.Request.Extra) != 2 {
		t.Errorf("request %+v", a.Request)
	}
	a.Error = &result.TaskError{Type: "Other"} // reported since: what was kept of the old one does not count
	if out, err := AppendTask(nil, a); err != nil || !strings.Contains(string(out), `"result": {"exc_type": "Other", "exc_message": [], "exc_module": null}`) {
		t.Errorf("%s, %v", out, err)
	}
	if d, err = Parse([]byte(pending(`"STARTED"`, `1`, `null`))); err != nil || d.Task.Children != nil || !d.Task.Done.IsZero() || d.Task.Request != nil {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestBad(t *testing.T) {
	const secret = "SECRET"
	for _, c := range []struct {
		line string
		want error
		text string
	}{
		{``, result.ErrBadValue, "byte 0: want an object"},
		{`[]`, result.ErrBadValue, "byte 0: want an object"},
		{`{}`, result.ErrBadValue, `want a "status"`},
		{`{"a":1}`, result.ErrBadValue, `want a "status"`},
		{`{"status":"SUCCESS"}`, result.ErrBadID, `"task_id"`},
		{`{"status":"SUCCESS","task_id":1}`, result.ErrBadID, "byte 30: want an id"},
		{`{"status":"SUCCESS","task_id":""}`, result.ErrBadID, "empty"},
		{`{"status":null,"task_id":"t"}`, result.ErrBadValue, "byte 10: want a status"},
		{`{"status":"","task_id":"t"}`, result.ErrBadState, "byte 10"},
		{`{"status":"\u001b","task_id":"t"}`, result.ErrBadState, "byte 10"},
		{`{"status":"A","task_id":"t"} x`, result.ErrBadValue, "byte 29: want the end"},
		{`{"status":"A","task_id":"t",}`, result.ErrBadValue, "byte 28: want a field's name"},
		{`{"status":"A","task_id":"t","task_id":"t"}`, result.ErrBadValue, "byte 28: want no field twice"},
		{`{"status":"A","task_id":"t","x":1,"x":2}`, result.ErrBadValue, "byte 34: want no field twice"},
		{`{"status":"A","task_id":"t","result":SECRET}`, result.ErrBadValue, `field "result", from byte 37`},
		{`{"status":"A","task_id":"t","result":[1}}`, result.ErrBadValue, `field "result", from byte 37`},
		{`{"status":"A","task_id":"t","result":"SECRET`, result.ErrBadValue, "byte 37: want text that ends"},
		{`{"status":"A","task_id":"t","result":[[1]`, result.ErrBadValue, "byte 37: want an array or object that ends"},
		{`{"status":"A","task_id":"t","result":"\ud83c"}`, result.ErrBadValue, "byte 38: want a whole surrogate pair"},
		{`{"status":"A","task_id":"t","result":{"\udf4c\ud83c":1}}`, result.ErrBadValue, "byte 39: want a whole surrogate pair"},
		{`{"status":"A","task_id":"t","more":["\ud83cx"]}`, result.ErrBadValue, "surrogate"},
		{"{\"status\":\"A\",\"task_id\":\"t\",\"result\":\"\xed\xa0\x80\"}", result.ErrBadValue, "UTF-8"},
		{`{"status":"FAILURE","task_id":"t","result":{"exc_type":"E","exc_message":["SECRET"]]}`, result.ErrBadValue, `field "result"`},
		{`{"status":"FAILURE","task_id":"t","result":{"exc_type":"E","exc_message":[SECRET],"exc_module":"m"}}`, result.ErrBadValue, `field "exc_message"`},
		{`{"status":"SUCCESS","task_id":"t","date_done":1}`, result.ErrBadValue, "byte 46: want a date"},
		{`{"status":"SUCCESS","task_id":"t","date_done":"2026-02-30T00:00:00"}`, result.ErrBadValue, "byte 46: want a date"},
		{`{"status":"A","task_id":"t","children":{}}`, result.ErrBadValue, "byte 39: want the children"},
		{`{"status":"A","task_id":"t","children":[1]}`, result.ErrBadValue, "byte 40: want a tuple"},
		{`{"status":"A","task_id":"t","children":[[["c",null],null] 1]}`, result.ErrBadValue, "byte 58: want a comma or ]"},
		{`{"status":"A","task_id":"t","children":[[["g",null],[[["c",null],null],[["c",null],null]]]]}`, result.ErrDuplicate, `"c"`},
		{`{"status":"A","task_id":"t","retries":+1}`, result.ErrBadValue, `field "retries"`},
		{`{"result":[["t",null],null]}`, result.ErrBadValue, "byte 10: want the tuple of a group"},
		{`{"result":null}`, result.ErrBadValue, "byte 10: want a tuple"},
		{`{"result":[["g",null],[]],"name":SECRET}`, result.ErrBadValue, `field "name"`},
		{`{"result":[["g",null],[[["a",null],null],[["a",null],null]]]}`, result.ErrDuplicate, `"a"`},
		{`{"result":[["g",[["g",null],[]]],[]]}`, result.ErrDuplicate, "its own ancestor"},
		{`{"result":[["g",1],[]]}`, result.ErrBadValue, "byte 16: want a parent"},
		{`{"result":[["g",null,null],[]]}`, result.ErrBadValue, "byte 20: want a pair"},
		{`{"result":[["g",null],[],1]}`, result.ErrBadValue, "byte 24: want the end of the tuple"},
		{`{"result":[[7,null],[]]}`, result.ErrBadID, "byte 12: want an id"},
		{`{"result":[["` + strings.Repeat("x", 256) + `",null],[]]}`, result.ErrBadID, "256 bytes"},
	} {
		d, err := Parse([]byte(c.line))
		switch {
		case err == nil:
			t.Errorf("%s\n  is taken: %+v", c.line, d)
		case !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text):
			t.Errorf("%s\n  %v; want %v, and %q", c.line, err, c.want, c.text)
		case strings.Contains(err.Error(), secret):
			t.Errorf("%s\n  the error tells what stood there: %v", c.line, err)
		case !d.Group.IsZero() || d.Task.ID != "":
			t.Errorf("%s\n  gives an error and a document", c.line)
		}
	}
}

// TestDeepTree: a result may be a tree deeper than other values, written as trees are.
func TestDeepTree(t *testing.T) {
	nested := func(leaf string) string {
		for i := range 5500 {
			leaf = fmt.Sprintf(`[["p\"%d", null], [%s]]`, i, leaf)
		}
		return `{"status":"SUCCESS","task_id":"t","result":` + leaf + "}"
	}
	for _, space := range []string{" ", "", "\n"} {
		line := strings.ReplaceAll(nested(`[["leaf", null], null]`), " ", space)
		d, err := Parse([]byte(line))
		if err != nil {
			t.Fatalf("a tree, with %q for its space: %v", space, err)
		}
		if text, err := AppendTask(nil, d.Task); err != nil || !strings.Contains(string(text), `[["leaf", null], null]`) {
			t.Errorf("a tree, with %q for its space, is written as another: %v", space, err)
		}
	}
	for _, older := range []string{`["leaf", null]`, `"leaf"`, `["leaf", []]`} {
		if d, err := Parse([]byte(nested(older))); !errors.Is(err, result.ErrBadValue) && !errors.Is(err, result.ErrTooDeep) {
			t.Errorf("%s was taken for a tree: %v, %d bytes", older, err, len(d.Task.Value))
		}
	}
}

func TestManyFields(t *testing.T) {
	line := []byte(`{"status": "A", "task_id": "t"`)
	for i := range 1000 {
		line = fmt.Appendf(line, `, "f%d": %d`, i, i)
	}
	if d, err := Parse(append(line, '}')); err != nil || len(d.Task.Request.Extra) != 1000 {
		t.Errorf("1000 further fields: %v", err)
	}
	if _, err := Parse(append(line, `, "x": 1}`...)); !errors.Is(err, result.ErrBadValue) {
		t.Errorf("1001 further fields: %v", err)
	}
}
