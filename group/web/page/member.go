package page

import (
	"context"
	"fmt"
	"net/http"

	"github.com/seed-1c955bc8/bunch/encoding/jsonline"
	"github.com/seed-1c955bc8/bunch/result"
)

// related is how many children and parents of a task are named.
const related = 50

// task is the page of a task.
type task struct {
	result.Async
	Look      kind
	Group     result.ID // empty for a lone task
	At, Of    int       // its position among the tasks of the group
	Prev      int       // -1 if there is none
	Next      int
	Message   string
	Module    string // where the exception is from
	Traceback string
	Arguments text // of the exception, when there are several
	Shown     text // the value
	Given     text // the input
	Args      text
	Kwargs    text
	Parents   []result.ID // the nearest first
	Started   []result.ID
	More      int // further children
	Control   bool
}

// member shows a task of a group, by its position.
func (s *site) member(ctx context.Context, r *http.Request) (view, error) {
	at, err := s.find(ctx, r)
	if err != nil {
		return view{}, err
	}
	n, err := position("member", r.PathValue("at"))
	if err != nil {
		return view{}, err
	}
	leaf, a, err := s.leaf(ctx, at.tree, n)
	if err != nil {
		return view{}, err
	}
	t := describe(a)
	t.Group, t.At, t.Of, t.Prev, t.Next, t.Control = at.tree.ID(), n, at.tree.LeafCount(), n-1, n+1, s.opt.Control
	if t.Next == t.Of {
		t.Next = -1
	}
	for p := leaf.Parent(); !p.IsZero() && len(t.Parents) < related; p = p.Parent() {
		t.Parents = append(t.Parents, p.ID())
	}
	return view{Template: "member", Title: shown(a.ID), Data: t}, nil
}

// leaf returns task n of a tree, and its result.
func (s *site) leaf(ctx context.Context, tree result.Tree, n int) (result.Tree, result.Async, error) {
	one := slice(tree, n, n+1)
	for a, err := range s.b.Results(ctx, one, result.Filter{Inputs: true}) {
		return one.At(0), a, err
	}
	return result.Tree{}, result.Async{}, fmt.Errorf("member %d of group %q, which has %d: %w", n, string(tree.ID()), tree.LeafCount(), result.ErrNotFound)
}

// lone shows a task that belongs to no group.
func (s *site) lone(ctx context.Context, r *http.Request) (view, error) {
	id, err := parseSegment(r.PathValue("task"))
	if err != nil {
		return view{}, err
	}
	a, err := s.b.Get(ctx, id)
	return view{Template: "member", Title: shown(id), Data: describe(a)}, err
}

// describe makes text of a result.
func describe(a result.Async) task {
	t := task{Async: a, Look: kindOfResult(a), Shown: jsonText(a.Value), Given: jsonText(a.Input), Prev: -1, Next: -1}
	if e := a.Error; e != nil {
		t.Message, t.Module, t.Traceback = cut(e.Error(), textMost), e.Module, printable(cut(e.Traceback, textMost))
		if len(e.Args) > 1 {
			t.Arguments = indent(jsonline.AppendAny(nil, e.Args))
		}
	}
	if q := a.Request; q != nil {
		t.Args, t.Kwargs = jsonText(q.Args), jsonText(q.Kwargs)
	}
	for i, c := range a.Children {
		if i == related {
			t.More = len(a.Children) - related
			break
		}
		t.Started = append(t.Started, c.ID())
	}
	return t
}
