package page

import (
	"context"
	"net/http"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

// Limits of a page of a tree.
const (
	unfolded = 100  // direct members, a run of minted tasks being one
	weighed  = 5000 // results looked at to say how those stand; the rest is shown without
)

// lines are direct members of a group, from one place in it on.
type lines struct {
	ID    result.ID // of the group
	Lines []line
	Next  int // where the next page begins; 0 if there is none
}

// A line is a nested group, a task, or a run of minted tasks.
type line struct {
	ID     result.ID
	Last   result.ID // of a run of several
	Parent result.ID // what came before it, if that is named
	Group  bool
	At     int // position of its first task in the group
	Tasks  int
	Look   kind     // of a task
	State  string   // of a task
	Bar    []stripe // of several tasks, if they were counted
}

func (s *site) tree(ctx context.Context, r *http.Request) (view, error) {
	at, start, err := s.findFrom(ctx, r)
	if err != nil {
		return view{}, err
	}
	l, err := s.lines(ctx, at.tree, start)
	return view{Template: "tree", Title: shown(at.tree.ID()), Data: l}, err
}

// lines makes the lines from number start on.
func (s *site) lines(ctx context.Context, tree result.Tree, start int) (lines, error) {
	l := lines{ID: tree.ID()}
	at, n, left := 0, 0, weighed
	for m := range tree.Runs() {
		if n++; n > start+unfolded {
			l.Next = start + unfolded
			break
		}
		if n > start {
			next := line{ID: m.ID(), Parent: m.Parent().ID(), Group: m.IsGroup(), At: at, Tasks: m.LeafCount()}
			if root, first, count, ok := m.Run(); ok && count > 1 {
				next.Last = root.ID(first + uint32(count-1))
			}
			if next.Tasks <= left {
				left -= next.Tasks
				if err := s.weigh(ctx, m, &next); err != nil {
					return l, err
				}
			}
			l.Lines = append(l.Lines, next)
		}
		at += m.LeafCount()
	}
	return l, nil
}

// weigh says how the tasks of a line stand.
func (s *site) weigh(ctx context.Context, m result.Tree, to *line) error {
	p, err := group.Of(s.b, m).Progress(ctx)
	if err != nil {
		return err
	}
	if to.Tasks > 1 || to.Group {
		to.Bar = bar(p.Leaves)
		return nil
	}
	for _, c := range counts(p.Leaves) {
		to.Look, to.State = c.kind, c.State
	}
	return nil
}
