package result_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	. "github.com/seed-1c955bc8/bunch/result"
)

func TestSet(t *testing.T) {
	r := rootOf(1)
	s := NewSet(Task("a"), Group("g", Task("x")), Task("a").WithParent(Task("p")))
	same(t, "NewSet", ids(s.All()), []ID{"a", "g"})
	if !s.At(0).Parent().IsZero() {
		t.Error("the second of one id took the place of the first")
	}
	if s.Add(Task("a")) || s.Add(Task("g")) || s.Add(Tree{}) || !s.Add(Task("x")) {
		t.Error("Add told something else than it did")
	}
	if !s.Add(Tasks(r, 1, 3)) || s.Add(Tasks(r, 1, 2)) || !s.Add(Tasks(r, 3, 2)) {
		t.Error("Add of runs told something else than it did")
	}
	want := []ID{"a", "g", "x", r.ID(1), r.ID(2), r.ID(3), r.ID(4)}
	same(t, "All", ids(s.All()), want)
	if g := s.Group("new"); !g.Equal(Group("new", Task("a"), Group("g", Task("x")), Task("x"), Tasks(r, 1, 4))) {
		t.Errorf("as a group: %v", g)
	}
	err := s.Remove("no\x1b")
	if !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), `"no\x1b"`) {
		t.Errorf("removing what is not there: %v", err)
	}
	if s.Discard("no") || !s.Discard("a") || s.Contains("a") || s.Discard("a") {
		t.Error("Discard told something else than it did")
	}
	if err := s.Remove(r.ID(2)); err != nil {
		t.Error(err)
	}
	same(t, "All, after that", ids(s.All()), []ID{"g", "x", r.ID(1), r.ID(3), r.ID(4)})

	g := s.Group("group")
	s.Clear()
	if s.Len() != 0 || s.Contains("g") || s.Index("g") != -1 || g.Len() != 5 || !s.Equal(NewSet()) || !s.Add(Task("g")) {
		t.Error("Clear left something, or took something from a group")
	}
	var zero Set
	if zero.Len() != 0 || zero.Discard("a") || zero.Index("a") != -1 || !zero.Equal(&Set{}) || !zero.Add(Task("a")) {
		t.Error("the zero Set is not ready for use")
	}
}

func TestSetEqual(t *testing.T) {
	a, b, g := Task("a"), Task("b"), Group("g", Task("x"))
	another := NewSet(b, a, Task("z"))
	another.Discard("b")
	another.Update(b, g)
	another.Discard("z")
	for _, c := range []struct {
		name string
		u    *Set
		want bool
	}{
		{"the same", NewSet(a, b, g), true},
		{"the same, another way", another, true},
		{"another order", NewSet(b, a, g), false},
		{"more", NewSet(a, b, g, Task("c")), false},
		{"less", NewSet(a, b), false},
		{"another group of that id", NewSet(a, b, Group("g")), false},
		{"a task for a group", NewSet(a, b, Task("g")), false},
	} {
		s := NewSet(a, b, g)
		if s.Equal(c.u) != c.want || c.u.Equal(s) != c.want {
			t.Errorf("%s: Equal is %v", c.name, !c.want)
		}
	}
}

// TestRandomSet compares with a slice that is searched from its beginning.
func TestRandomSet(t *testing.T) {
	r := random(t)
	var s Set
	var want []ID
	for range 5000 {
		id := ID(fmt.Sprint("t", r.IntN(40)))
		at := slices.Index(want, id)
		switch r.IntN(4) {
		case 0, 1:
			if s.Add(Task(id)) != (at < 0) {
				t.Fatalf("Add(%q), position %d", id, at)
			}
			if at < 0 {
				want = append(want, id)
			}
		case 2:
			if s.Discard(id) != (at >= 0) {
				t.Fatalf("Discard(%q), position %d", id, at)
			}
			if at >= 0 {
				want = slices.Delete(want, at, at+1)
			}
		case 3:
			if s.Index(id) != at || s.Contains(id) != (at >= 0) {
				t.Fatalf("Index(%q) is %d, want %d", id, s.Index(id), at)
			}
		}
		if s.Len() != len(want) || !slices.Equal(ids(s.All()), want) {
			t.Fatalf("%v, want %v", ids(s.All()), want)
		}
		for i, id := range want {
			if s.At(i).ID() != id {
				t.Fatalf("At(%d) is %q, want %q", i, s.At(i).ID(), id)
			}
		}
	}
}
