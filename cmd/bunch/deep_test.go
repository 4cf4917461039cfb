package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store"
)

// save makes a store in dir with a tree and the results of some of its tasks.
func save(t *testing.T, dir string, tree result.Tree, reports ...result.Async) {
	t.Helper()
	s, err := store.Open(filepath.Join(dir, "store"), &store.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = s.Save(context.Background(), tree, result.Attributes{}); err == nil && len(reports) > 0 {
		_, err = s.Report(context.Background(), reports...)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func success(t *testing.T, id result.ID, v any) result.Async {
	t.Helper()
	value, err := encoding.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return result.Async{ID: id, State: result.Success, Value: value}
}

// TestDeep shows and joins a tree as deep as trees may be.
func TestDeep(t *testing.T) {
	dir := t.TempDir()
	tree := result.Task("leaf")
	const groups = result.MaxDepth - 1
	for i := range groups {
		tree = result.Group(result.ID(fmt.Sprintf("g%d", groups-1-i)), tree)
	}
	save(t, dir, tree, success(t, "leaf", 7))

	out, _ := bunch(t, dir, exitDone, "", "join", "-o", "json", "g0")
	if want := strings.Repeat("[", groups) + "7" + strings.Repeat("]", groups) + "\n"; out != want {
		t.Errorf("join wrote %d bytes, want %d", len(out), len(want))
	}
	out, _ = bunch(t, dir, exitDone, "", "show", "-o", "json", "g0")
	if want := `"as_tuple":` + tree.String() + `,"len":1,"children":["g1"],"ready":true,`; !strings.Contains(out, want) {
		t.Error("show -o json has another tuple")
	}
	out, errs := bunch(t, dir, exitDone, "", "show", "--tree", "g0")
	if strings.Count(out, "\n") != treeLines || len(out) > treeLines*100 || !strings.Contains(errs, "not all of the tree") {
		t.Errorf("show --tree wrote %d lines, %d bytes", strings.Count(out, "\n"), len(out))
	}
	out, _ = bunch(t, dir, exitDone, "", "show", "--tree", fmt.Sprintf("g%d", groups-1))
	if want := fmt.Sprintf("g%d  group of 1\n  leaf  SUCCESS\n", groups-1); out != want {
		t.Errorf("show --tree of a nested group wrote %q", out)
	}
}

// TestNested: a nested group and a task can be named, and changing them changes
// nothing else.
func TestNested(t *testing.T) {
	dir := t.TempDir()
	parent := result.Task("before")
	save(t, dir, result.Group("g",
		result.Task("t1").WithParent(parent),
		result.Group("in", result.Task("t2"), result.Task("t3")).WithParent(parent),
	).WithParent(result.Task("up")), success(t, "t2", "two"))

	out, _ := bunch(t, dir, exitDone, "", "show", "--tree", "g")
	want := "g  group of 2  after up\n  t1  PENDING  after before\n  in  group of 2  after before\n    t2  SUCCESS\n    t3  PENDING\n"
	if out != want {
		t.Errorf("show --tree wrote\n%s", out)
	}
	out, _ = bunch(t, dir, exitDone, "", "show", "-o", "json", "g")
	if want := `"children":["t1","in"],`; !strings.Contains(out, want) {
		t.Errorf("show wrote %s", out)
	}
	if want := `"parent":[["up", null], null],`; !strings.Contains(out, want) {
		t.Errorf("show wrote %s", out)
	}
	bunch(t, dir, exitDone, "", "revoke", "--yes", "in")
	out, _ = bunch(t, dir, exitDone, "", "show", "g")
	if want := "tasks     3: 1 SUCCESS, 1 REVOKED, 1 PENDING\nmembers   2, 0 of them completed\n"; !strings.Contains(out, want) {
		t.Errorf("after the nested group was revoked:\n%s", out)
	}
	out, _ = bunch(t, dir, exitDone, "", "join", "-o", "json", "--no-propagate", "--timeout", "0", "in")
	if want := `["two", {"exc_type":"TaskRevokedError",`; !strings.HasPrefix(out, want) {
		t.Errorf("join of the nested group wrote %s", out)
	}
	_, errs := bunch(t, dir, exitNotFound, "", "delete", "--yes", "in")
	if want := `bunch: "in": not found as a saved group, it is part of "g"` + "\n"; errs != want {
		t.Errorf("delete of a nested group: %s", errs)
	}
}
