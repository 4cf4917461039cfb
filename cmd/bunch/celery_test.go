package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"math"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// python is the one that Debian's Celery is installed for.
const python = "/usr/bin/python3"

// askCelery runs testdata/ask_celery.py and returns what it prints, by group.
func askCelery(t *testing.T, verb, dir, in string) map[string]map[string]any {
	t.Helper()
	cmd := exec.Command(python, "testdata/ask_celery.py", verb, dir)
	cmd.Stdin = strings.NewReader(in)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, errs.Bytes())
	}
	answers := map[string]map[string]any{}
	for _, line := range bytes.Split(bytes.TrimSpace(out), []byte("\n")) {
		// Python writes numbers that JSON has not.
		for _, n := range []string{"NaN", "-Infinity", "Infinity"} {
			line = bytes.ReplaceAll(line, []byte(" "+n), []byte(` "`+n+`"`))
		}
		var a map[string]any
		decode(t, line, &a)
		answers[a["id"].(string)] = a
	}
	return answers
}

func needCelery(t *testing.T) {
	t.Helper()
	if out, err := exec.Command(python, "-c", "import celery").CombinedOutput(); err != nil {
		t.Skipf("Celery is not installed for %s (Debian: python3-celery): %v %s", python, err, out)
	}
}

// agree compares Celery's answers with those of the program.
func (p program) agree(answers map[string]map[string]any) {
	p.t.Helper()
	var ids []string
	for id := range answers {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	shown, _ := p.run(nil, append([]string{"show", "-o", "json"}, ids...)...)
	for i, line := range bytes.Split(bytes.TrimSpace(shown), []byte("\n")) {
		var got map[string]any
		decode(p.t, line, &got)
		for field, want := range answers[ids[i]] {
			if field != "join" && field != "join_no_propagate" && !reflect.DeepEqual(got[field], want) {
				p.t.Errorf("group %s: %s is %v, Celery says %v", ids[i], field, got[field], want)
			}
		}
	}
	for i, id := range ids {
		if answers[id]["ready"] != true {
			continue
		}
		p.joinAgrees(i, id, answers[id]["join"], "join", "-o", "json", "--timeout", "0", id)
		p.joinAgrees(i, id, answers[id]["join_no_propagate"], "join", "-o", "json", "--timeout", "0", "--no-propagate", id)
	}
}

func (p program) joinAgrees(i int, id string, want any, args ...string) {
	p.t.Helper()
	out, code := p.run(nil, args...)
	for _, n := range []string{"NaN", "-Infinity", "Infinity"} {
		for _, before := range []string{"[", " ", ","} {
			out = bytes.ReplaceAll(out, []byte(before+n), []byte(before+`"`+n+`"`))
		}
	}
	var got any
	decode(p.t, out, &got)
	w := want.(map[string]any)
	if e, ok := w["error"]; ok {
		raised, _ := got.(map[string]any)["error"].(map[string]any)
		delete(raised, "id")
		if code != 3 || !sameNumbers(raised, e) {
			p.t.Errorf("group %s: %q gives %d, %v; Celery raises %v", id, args, code, got, e)
		}
		return
	}
	if code != 0 || !sameNumbers(got, w["value"]) {
		p.t.Errorf("group %s: %q gives %d, %v; Celery gives %v", id, args, code, got, w["value"])
	}
}

// sameNumbers is DeepEqual, but that the same number may be written in two ways:
// 1e16 and 1e+16, and that a whole number is no float.
func sameNumbers(a, b any) bool {
	switch a := a.(type) {
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, sameNumbers)
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && maps.EqualFunc(a, b, sameNumbers)
	case json.Number:
		b, ok := b.(json.Number)
		if !ok || strings.ContainsAny(string(a), ".eE") != strings.ContainsAny(string(b), ".eE") {
			return false
		}
		x, errX := strconv.ParseFloat(string(a), 64)
		y, errY := strconv.ParseFloat(string(b), 64)
		return a == b || strings.ContainsAny(string(a), ".eE") && errX == nil && errY == nil && math.Float64bits(x) == math.Float64bits(y)
	}
	return reflect.DeepEqual(a, b)
}

// TestCeleryReads: what the program exports Celery loads, and answers the same.
func TestCeleryReads(t *testing.T) {
	needCelery(t)
	p := build(t)
	var docs [][]byte
	var ids []string
	for _, v := range readVectors(t) {
		if slices.ContainsFunc(v.Docs, func(d json.RawMessage) bool { return bytes.Contains(d, []byte(`"x/y`)) }) {
			continue // Celery itself cannot put these into a file's name
		}
		ids = append(ids, v.ID)
		for _, d := range v.Docs {
			docs = append(docs, d)
		}
	}
	if len(ids) < 50 {
		t.Fatalf("only %d cases are left", len(ids))
	}
	p.run(append(bytes.Join(docs, []byte("\n")), '\n'), "import", "--strict")
	dir := filepath.Join(t.TempDir(), "celery")
	p.run(nil, "export", "--dir", dir)
	answers := askCelery(t, "ask", dir, strings.Join(ids, "\x1f"))
	if len(answers) != len(ids) {
		t.Fatalf("Celery answers about %d of %d groups", len(answers), len(ids))
	}
	p.agree(answers)
}

// TestCeleryWrites: what Celery stored the program imports, and answers the same.
func TestCeleryWrites(t *testing.T) {
	needCelery(t)
	p := build(t)
	dir := t.TempDir()
	answers := askCelery(t, "write", dir, "")
	if len(answers) < 7 {
		t.Fatalf("Celery wrote %d groups", len(answers))
	}
	p.run(nil, "import", "--strict", dir)
	p.agree(answers)
}
