package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store"
)

// evil would turn a terminal red, clear it, in two ways, ring, and turn the line
// round.
const evil = "evil\x1b[31m\x1b[2J\u009b2J\a\x7f\u202e\r"

// TestEscapes: what other people chose never reaches a terminal as it is: not an
// id, a label, a value, an error or a state, and not what the user typed.
func TestEscapes(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	s, err := store.Open(filepath.Join(dir, "store"), nil)
	if err != nil {
		t.Fatal(err)
	}
	value, err := encoding.Marshal(map[string]any{evil: evil})
	if err != nil {
		t.Fatal(err)
	}
	tree := result.Group(evil, result.Task(evil+"1").WithParent(result.Task(evil+"parent")), result.Task(evil+"2"), result.Task(evil+"3"))
	attr := result.Attributes{Labels: map[string]string{evil: evil}, Note: value, Inputs: [][]byte{value, value, value}}
	if _, err := s.Save(ctx, tree, attr); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Report(ctx,
		result.Async{ID: evil + "1", State: result.Success, Value: value},
		result.Async{ID: evil + "2", State: result.Failure, Error: &result.TaskError{Type: evil, Args: []any{evil}, Traceback: evil}},
	); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		code int
		args []string
	}{
		{0, []string{"ls"}},
		{0, []string{"ls", "-o", "json"}},
		{0, []string{"ls", "-o", "raw"}},
		{0, []string{"show", evil}},
		{0, []string{"show", "-o", "json", evil}},
		{0, []string{"show", "-o", "raw", evil}},
		{0, []string{"show", "--tree", evil}},
		{0, []string{"results", evil}},
		{0, []string{"results", "-o", "table", evil}},
		{3, []string{"join", evil}},
		{3, []string{"join", "-o", "json", evil}},
		{4, []string{"watch", "--timeout", "0s", evil}},
		{0, []string{"export", evil}},
		{0, []string{"stats"}},
		{0, []string{"__complete", "show", ""}},
		{0, []string{"retry", "--dry-run", evil}},
		{0, []string{"forget", "--yes", evil}},
		{5, []string{"show", evil + "unknown"}},
		{5, []string{"join", evil + "unknown"}},
		{2, []string{evil}},
		{2, []string{"show", "--" + evil}},
		{2, []string{"ls", "--state", evil}},
		{2, []string{"ls", "-o", evil}},
		{2, []string{"report", evil, evil}},
	} {
		out, errs := bunch(t, dir, c.code, "y\n", c.args...)
		for name, text := range map[string]string{"output": out, "errors": errs} {
			if i := strings.IndexFunc(text, steers); i >= 0 {
				t.Errorf("%s of bunch %q: %q", name, c.args, text)
			}
		}
		if out+errs == "" {
			t.Errorf("bunch %q says nothing", c.args)
		}
	}
}

// steers reports whether a terminal may act on r.
func steers(r rune) bool { return r != '\n' && r != '\t' && !unicode.IsPrint(r) }
