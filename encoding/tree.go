package encoding

import (
	"slices"

	"github.com/seed-1c955bc8/bunch/result"
)

// The numbers that stand in a tree's array between the ids.
const (
	treeOpen   = 1 // a group begins: its id follows, then its members
	treeClose  = 2 // the group that began last ends
	treeParent = 3 // the next tree is the parent of the tree after it
	treeSame   = 4 // the parent of the next tree is the one written last
)

// AppendTree appends t as bytes. The tree must have passed Tree.Validate: the
// bytes of another one may be refused when they are read. The zero Tree is an
// empty array, a run on its own is fine. There is no recursion.
//
// Parents are written in full below every tree that has one, but for neighbours
// that share one: members after each other with an equal parent write it once.
func AppendTree(dst []byte, t result.Tree) []byte {
	return appendTree(append(dst, formatVersion), t)
}

func appendTree(dst []byte, t result.Tree) []byte {
	w := treeWriter{dst: append(dst, 0)}
	if !t.IsZero() {
		w.later(t)
	}
	for len(w.todo) > 0 {
		last := len(w.todo) - 1
		next := w.todo[last]
		w.todo = w.todo[:last]
		switch next.op {
		case opWhole:
			w.whole(next.tree)
		case opSelf:
			w.above--
			w.self(next.tree)
		case opClose:
			w.mark(treeClose)
		}
	}
	return setHead(w.dst, len(dst), majorArray, w.tokens)
}

// treeWriter writes the tokens of a tree. What is to be written after what is
// being written lies on todo, the next on top.
type treeWriter struct {
	dst    []byte
	tokens uint64
	todo   []treeTask
	above  int         // how many trees wait for their parent to be written
	parent result.Tree // the parent written last, of a tree that is itself in none
}

type treeTask struct {
	op   byte
	tree result.Tree
}

const (
	opWhole = iota // a tree, its parent first
	opSelf         // a tree whose parent is written
	opClose        // the end of a group
)

func (w *treeWriter) later(t result.Tree) { w.todo = append(w.todo, treeTask{opWhole, t}) }

func (w *treeWriter) mark(token uint64) {
	w.tokens++
	w.dst = appendHead(w.dst, majorUint, token)
}

func (w *treeWriter) whole(t result.Tree) {
	p := t.Parent()
	switch {
	case p.IsZero():
		w.self(t)
	case w.above == 0 && w.parent.Equal(p): // never inside a parent: see ParseTree
		w.mark(treeSame)
		w.self(t)
	default:
		if w.above == 0 {
			w.parent = p
		}
		w.mark(treeParent)
		w.above++
		w.todo = append(w.todo, treeTask{opSelf, t})
		w.later(p)
	}
}

// self writes a task, a run, or the beginning of a group with those of its
// members that need no waiting: in a flat group, all of them.
func (w *treeWriter) self(t result.Tree) {
	if !t.IsGroup() {
		w.leaf(t)
		return
	}
	w.mark(treeOpen)
	w.id(t.ID())
	wait := -1
	for m := range t.Runs() {
		switch {
		case wait >= 0:
			w.later(m)
		case m.IsGroup() || !m.Parent().IsZero():
			w.todo = append(w.todo, treeTask{op: opClose})
			wait = len(w.todo)
			w.later(m)
		default:
			w.leaf(m)
		}
	}
	if wait < 0 {
		w.mark(treeClose)
		return
	}
	slices.Reverse(w.todo[wait:])
}

func (w *treeWriter) leaf(t result.Tree) {
	if t.LeafCount() == 1 {
		w.id(t.ID())
		return
	}
	root, first, count, _ := t.Run()
	w.tokens++
	w.dst = appendHead(w.dst, majorArray, 3)
	w.dst = appendBytes(w.dst, root[:])
	w.dst = appendHead(w.dst, majorUint, uint64(first))
	w.dst = appendHead(w.dst, majorUint, uint64(count))
}

func (w *treeWriter) id(id result.ID) {
	w.tokens++
	if u, ok := id.UUID(); ok {
		w.dst = appendBytes(w.dst, u[:])
		return
	}
	w.dst = appendText(w.dst, string(id))
}
