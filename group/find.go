package group

import (
	"context"
	"errors"

	"github.com/seed-1c955bc8/bunch/result"
)

// Find looks up what id names: a saved group, a group nested in one, a task of
// one, or a task that belongs to none. Groups and tasks are separate namespaces: a
// group comes before a task of the same id. Saved is the saved group that the
// tree is or is a part of, of several the one created first; zero for a lone
// task. An id that names nothing gives an error matching [result.ErrNotFound].
//
// A group that is not saved itself costs a walk over the trees that name it.
func Find(ctx context.Context, b Backend, id result.ID) (tree result.Tree, saved result.Saved, err error) {
	saved, err = b.Restore(ctx, id)
	if err == nil {
		return saved.Tree, saved, nil
	}
	if !errors.Is(err, result.ErrNotFound) {
		return result.Tree{}, result.Saved{}, err
	}
	roots, err := b.Find(ctx, id)
	if err != nil {
		return result.Tree{}, result.Saved{}, err
	}
	for _, root := range roots {
		saved, err := b.Restore(ctx, root)
		if errors.Is(err, result.ErrNotFound) { // deleted just now
			continue
		}
		if err != nil {
			return result.Tree{}, result.Saved{}, err
		}
		if part, ok := within(saved.Tree, id); ok {
			return part, saved, nil
		}
	}
	if _, err := b.Get(ctx, id); err != nil {
		return result.Tree{}, result.Saved{}, err
	}
	return result.Task(id), result.Saved{}, nil
}

// within returns the part of t with this id, a group rather than a task.
func within(t result.Tree, id result.ID) (part result.Tree, ok bool) {
	root, node, minted := id.Minted()
	for s := range t.Walk() {
		if s.Leave {
			continue
		}
		if s.Tree.ID() == id {
			part, ok = s.Tree, true
			if s.Tree.IsGroup() {
				return part, true
			}
		}
		r, first, count, run := s.Tree.Run()
		if run && minted && r == root && node >= first && node-first < uint32(count) {
			part, ok = result.Task(id), true // the tasks of a run have no parents
		}
	}
	return part, ok
}
