package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/encoding/encodingtest"
	"github.com/seed-1c955bc8/bunch/result"
)

// FuzzImport: each line that is not empty becomes a group, a report, or a bad
// line, and what is said of a bad one can be printed.
func FuzzImport(f *testing.F) {
	for _, text := range []string{
		`{"task_id":"t","status":"SUCCESS","result":1,"traceback":null,"children":[],"date_done":"2026-11-22T13:09:29+00:00"}` + "\n\n{}\n",
		`{"result":[["g",null],[[["a",null],null]]]}`,
		`[["g",null],[[["a",null],null]]]` + "\n" + `[["t",null],null]` + "\n",
	} {
		f.Add([]byte(text), true)
		f.Add([]byte(text), false)
	}
	path := filepath.Join(f.TempDir(), "lines")
	f.Fuzz(func(t *testing.T, text []byte, tuple bool) {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		in := &intake{tuple: tuple, batches: make(chan *docBatch, 1)}
		taken := 0
		encodingtest.Bounded(t, func() {
			go in.read(context.Background(), file, false)
			for b := range in.batches {
				taken += len(b.groups) + len(b.reports) + len(b.bad)
				for _, bad := range b.bad {
					if strings.ContainsAny(bad.err.Error(), "\x00\x1b\n") {
						t.Errorf("%q is said to be bad with raw bytes: %q", text, bad.err)
					}
				}
			}
		})
		lines := 0
		for line := range bytes.Lines(text) {
			if len(bytes.TrimSpace(line)) > 0 {
				lines++
			}
		}
		if in.err != nil || taken > lines {
			t.Errorf("of %d lines %d were taken, %v", lines, taken, in.err)
		}
	})
}

// FuzzReport: the JSON of a report becomes the value of a success, and the error of
// a failure, which can be stored.
func FuzzReport(f *testing.F) {
	for _, text := range []string{`{"exc_type":"E","exc_message":["no",{"a":1}],"exc_module":"m","traceback":"t"}`, `"\u001b[31m"`, `[1e400]`, `{"exc_type":1}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r := result.Async{ID: "t", State: result.Failure, Attempt: 1}
		var err error
		encodingtest.Bounded(t, func() {
			if r.Value, err = encoding.FromJSON(text); err == nil {
				err = explain(&r)
			}
		})
		if err != nil {
			return
		}
		if strings.ContainsAny(r.Error.Error(), "\x00\x1b\n") {
			t.Errorf("%q is shown with raw bytes: %q", text, r.Error)
		}
		if _, err := encoding.ParseRecord(encoding.AppendRecord(nil, encoding.Record{Async: r})); err != nil {
			t.Errorf("%q cannot be stored: %v", text, err)
		}
	})
}

// FuzzLines: no line of an input is lost or made up.
func FuzzLines(f *testing.F) {
	f.Add([]byte("a\n\nb\r\nc"), false)
	f.Add([]byte("a\x00\x00b\n\x00c"), true)
	f.Fuzz(func(t *testing.T, text []byte, nul bool) {
		var lines []string
		var err error
		encodingtest.Bounded(t, func() { lines, err = readLines(context.Background(), bytes.NewReader(text), nul) })
		if err != nil {
			t.Fatal(err)
		}
		end := "\n"
		if nul {
			end = "\x00"
		}
		var want []string
		for line := range strings.SplitSeq(string(text), end) {
			if !nul {
				line = strings.TrimSuffix(line, "\r")
			}
			if line != "" {
				want = append(want, line)
			}
		}
		if strings.Join(lines, end) != strings.Join(want, end) {
			t.Errorf("%q becomes %q, want %q", text, lines, want)
		}
	})
}
