package page

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

// Limits of a search for failures: a group may have a million, each of a kind of
// its own.
const (
	searched  = 200_000         // results looked at for a page
	searching = 3 * time.Second // and how long
	kindsMost = 50              // kinds of failure that are told apart
	samples   = 5               // tasks named for each
	brief     = 240             // characters of a message
)

// failureList is what failures there are, by the type of their exception.
type failureList struct {
	ID     result.ID // of the group
	Kinds  []failureKind
	Others int // failures of further kinds
	Found  int
	Of     int // how many the group has
	Looked int // results looked at
	From   int
	Next   int // the position where to go on; 0 when there is nothing left
}

type failureKind struct {
	Type    string
	N       int
	Samples []sample
}

type sample struct {
	ID      result.ID
	Message string
}

func (s *site) failures(ctx context.Context, r *http.Request) (view, error) {
	at, start, err := s.findFrom(ctx, r)
	if err != nil {
		return view{}, err
	}
	p, err := s.progress(ctx, at)
	if err != nil {
		return view{}, err
	}
	f, err := s.byKind(ctx, at.tree, start, searched, p.Leaves.Of(result.Failure))
	return view{Template: "failures", Title: "Failures in " + shown(at.tree.ID()), Data: f}, err
}

// byKind sorts the failures from a position on by their kind. It ends when it has
// looked at most results, when its time is up, or when it has found all there are.
func (s *site) byKind(ctx context.Context, tree result.Tree, start, most, all int) (failureList, error) {
	f := failureList{ID: tree.ID(), Of: all, From: start}
	places := map[string]int{} // in f.Kinds
	begun := time.Now()
	for a, err := range s.b.Results(ctx, tree, result.Filter{Ready: true, Skip: start}) {
		if err != nil {
			return f, err
		}
		if f.Looked++; a.Failed() {
			f.add(a, places)
		}
		if f.Found == all && start == 0 {
			break
		}
		if f.Looked >= most || time.Since(begun) > searching {
			at, _ := tree.LeafIndex(a.ID)
			if f.Next = at + 1; f.Next >= tree.LeafCount() {
				f.Next = 0
			}
			break
		}
	}
	slices.SortStableFunc(f.Kinds, func(a, b failureKind) int { return cmp.Compare(b.N, a.N) })
	return f, nil
}

func (f *failureList) add(a result.Async, places map[string]int) {
	f.Found++
	e := a.Error
	if e == nil {
		e = &result.TaskError{Type: "no reason given"}
	}
	name := cut(e.Type, brief)
	at, known := places[name]
	if !known && len(f.Kinds) == kindsMost {
		f.Others++
		return
	}
	if !known {
		at = len(f.Kinds)
		places[name] = at
		f.Kinds = append(f.Kinds, failureKind{Type: name})
	}
	k := &f.Kinds[at]
	k.N++
	if len(k.Samples) < samples {
		k.Samples = append(k.Samples, sample{a.ID, message(e)})
	}
}

// message is what an error says beside its type.
func message(e *result.TaskError) string {
	name := result.TaskError{Type: e.Type}
	return cut(strings.TrimPrefix(strings.TrimPrefix(e.Error(), name.Error()), ": "), brief)
}
