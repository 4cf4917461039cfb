package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
)

// vector is a case that Celery answered; see group/testdata/celery.
type vector struct {
	ID     string
	Docs   []json.RawMessage
	Expect map[string]any
	Forget map[string]any `json:"after_forget"`
}

func readVectors(t *testing.T) (all []vector) {
	t.Helper()
	f, err := os.Open("../../group/testdata/celery/cases.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var v vector
		decode(t, lines.Bytes(), &v)
		all = append(all, v)
	}
	if len(all) < 150 {
		t.Fatalf("only %d cases", len(all))
	}
	return all
}

func decode(t *testing.T, text []byte, v any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber() // whole numbers of any size, and 1.0 is not 1
	if err := d.Decode(v); err != nil {
		t.Fatalf("%v: %.200s", err, text)
	}
}

// program is a built bunch with a store of its own.
type program struct {
	t         *testing.T
	path, dir string
}

func build(t *testing.T) program {
	t.Helper()
	p := program{t, filepath.Join(t.TempDir(), "bunch"), filepath.Join(t.TempDir(), "store")}
	if out, err := exec.Command("go", "build", "-o", p.path, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return p
}

// run gives what the program prints, and its exit code.
func (p program) run(in []byte, args ...string) ([]byte, int) {
	p.t.Helper()
	cmd := exec.Command(p.path, append([]string{"--store", p.dir, "--no-sync"}, args...)...)
	cmd.Stdin = bytes.NewReader(in)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		p.t.Fatal(err)
	}
	if code := cmd.ProcessState.ExitCode(); code != 0 && code != 3 && code != 4 {
		p.t.Fatalf("%q: exit code %d: %s", args, code, errs.Bytes())
	}
	return out, cmd.ProcessState.ExitCode()
}

// TestVectors imports the documents of all cases into one store, the last first,
// and asks for every group what Celery answered about it.
func TestVectors(t *testing.T) {
	all := readVectors(t)
	p := build(t)
	var docs [][]byte
	var ids []string
	for _, v := range all {
		ids = append(ids, v.ID)
		for _, d := range v.Docs {
			docs = append(docs, d)
		}
	}
	slices.Reverse(docs)
	p.run(append(bytes.Join(docs, []byte("\n")), '\n'), "import", "--strict")

	shown, _ := p.run(nil, append([]string{"show", "-o", "json"}, ids...)...)
	for i, line := range bytes.Split(bytes.TrimSpace(shown), []byte("\n")) {
		var got map[string]any
		decode(t, line, &got)
		for field, want := range all[i].Expect {
			switch field {
			case "bool", "join", "join_no_propagate": // Python's only; below
			default:
				if !reflect.DeepEqual(got[field], want) {
					t.Errorf("case %d: %s is %v, Celery says %v", i, field, got[field], want)
				}
			}
		}
	}
	for i, v := range all {
		p.joined(i, v.ID, v.Expect["join"].(map[string]any), "join", "-o", "json", "--timeout", "0", v.ID)
		p.joined(i, v.ID, v.Expect["join_no_propagate"].(map[string]any), "join", "-o", "json", "--timeout", "0", "--no-propagate", v.ID)
		if i%10 != 0 {
			continue // a process each is slow, and package group tests them all
		}
		p.run(nil, "forget", "--yes", v.ID)
		out, _ := p.run(nil, "show", "-o", "json", v.ID)
		var got map[string]any
		decode(t, out, &got)
		for field, want := range v.Forget {
			if !reflect.DeepEqual(got[field], want) {
				t.Errorf("case %d, forgotten: %s is %v, Celery says %v", i, field, got[field], want)
			}
		}
	}
}

// joined compares a join. Where Celery times out and a member has failed, here
// the failure is raised at once.
func (p program) joined(i int, id string, want map[string]any, args ...string) {
	p.t.Helper()
	out, code := p.run(nil, args...)
	var got any
	if len(bytes.TrimSpace(out)) > 0 {
		decode(p.t, out, &got)
	}
	raised, _ := got.(map[string]any)
	switch {
	case want["timeout"] == true:
		if code != 4 && (code != 3 || raised["error"] == nil) {
			p.t.Errorf("case %d: %q: exit code %d, %v; Celery times out", i, args, code, got)
		}
	case want["error"] != nil:
		e, _ := raised["error"].(map[string]any)
		delete(e, "id")
		if code != 3 || !reflect.DeepEqual(e, want["error"]) {
			p.t.Errorf("case %d: %q: exit code %d, %v; Celery raises %v", i, args, code, got, want["error"])
		}
	default:
		if code != 0 || !reflect.DeepEqual(got, want["value"]) {
			p.t.Errorf("case %d: %q: exit code %d, %v; Celery gives %v", i, args, code, got, want["value"])
		}
	}
}
