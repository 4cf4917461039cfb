package encoding

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/seed-1c955bc8/bunch/result"
)

// ParseTree reads what AppendTree wrote. Errors match [result.ErrCorrupt] or
// [result.ErrTooDeep], or are a *[result.VersionError]. It looks at the form of
// ids but not for duplicates: those are Tree.Validate's.
//
// It takes time and memory in proportion to the bytes, without recursion. Only
// trees that are in no parent themselves can share one: otherwise a few bytes
// could describe a tree that takes for ever to walk.
func ParseTree(b []byte) (result.Tree, error) {
	r := newReader("tree", b)
	t := r.tree()
	if err := r.end(); err != nil {
		return result.Tree{}, err
	}
	return t, nil
}

// treeReader puts a tree together from its tokens.
type treeReader struct {
	*reader
	tokens  int           // still to come
	open    []openTree    // what is begun and not finished
	members []result.Tree // finished members of the open groups, in order
	parent  result.Tree   // of the tree that must come next, or zero
	above   int           // how many of open wait for a parent
	shared  result.Tree   // what treeSame means
	tail    tail
	root    result.Tree // the whole, once it is finished
	leaves  uint64
	names   strings.Builder
}

// openTree is a group whose members are read, or the place of a tree whose
// parent is read first.
type openTree struct {
	group  bool
	id     result.ID
	parent result.Tree
	start  int // a group's members are treeReader.members from here on
}

// membersPool keeps the memory of treeReader.members, empty: for a group of ten
// thousand foreign ids it is a sixth of what a Restore allocates.
var membersPool = sync.Pool{New: func() any { return new([]result.Tree) }}

// tree reads the array of tokens that appendTree wrote.
func (r *reader) tree() result.Tree {
	at := r.pos
	t := treeReader{reader: r, tokens: r.list(majorArray, "an array of a tree's tokens")}
	if t.tokens == 0 {
		return result.Tree{}
	}
	scratch := membersPool.Get().(*[]result.Tree)
	defer func() {
		clear(t.members) // of groups that never closed; the others cleared theirs
		*scratch = t.members[:0]
		membersPool.Put(scratch)
	}()
	// An id is mostly 17 bytes; room for more is made when they have been seen.
	t.members = slices.Grow(*scratch, min(t.tokens, len(r.data)/17+1))
	for t.tokens > 0 && r.err == nil {
		if !t.root.IsZero() {
			r.fail(r.pos, "no more tokens after the tree")
			break
		}
		t.token()
	}
	if t.root.IsZero() {
		r.fail(at, "a whole tree")
	}
	return t.root
}

// token reads one token, with what belongs to it.
func (t *treeReader) token() {
	at := t.pos
	switch t.peek() {
	case majorBytes, majorText:
		id, u := t.id()
		if t.err != nil {
			return
		}
		if t.parent.IsZero() {
			t.follow(at, u, 1)
			t.finish(at, result.Task(id))
			return
		}
		t.tail = tail{}
		task := result.Task(id).WithParent(t.parent)
		t.parent = result.Tree{}
		t.finish(at, task)
	case majorArray:
		t.run()
	default:
		t.mark()
	}
}

// mark reads one of the numbers between the ids.
func (t *treeReader) mark() {
	at := t.pos
	t.tokens--
	t.tail = tail{}
	token := t.uint(treeSame, "an id, a run or a marker")
	switch {
	case t.err != nil:
	case token == treeOpen:
		id, _ := t.id()
		if t.err == nil && t.push(at, openTree{group: true, id: id, parent: t.parent, start: len(t.members)}) {
			t.parent = result.Tree{}
		}
	case !t.parent.IsZero():
		t.fail(at, "the tree whose parent was read")
	case token == treeClose:
		last := len(t.open) - 1
		if last < 0 || !t.open[last].group {
			t.fail(at, "a group to be open where one is closed")
			return
		}
		g := t.open[last]
		t.open = t.open[:last]
		tree := result.Group(g.id, t.members[g.start:]...)
		clear(t.members[g.start:]) // a long list of members is not kept alive by a short one
		t.members = t.members[:g.start]
		if !g.parent.IsZero() {
			tree = tree.WithParent(g.parent)
		}
		t.finish(at, tree)
	case token == treeParent:
		if t.push(at, openTree{}) {
			t.above++
		}
	case token == treeSame && t.above == 0 && !t.shared.IsZero():
		t.parent = t.shared
	default:
		t.fail(at, "an id, a run or a marker that can stand here")
	}
}

func (t *treeReader) push(at int, o openTree) bool {
	if len(t.open) == result.MaxDepth {
		t.tooDeep(at)
		return false
	}
	t.open = append(t.open, o)
	return true
}

func (t *treeReader) tooDeep(at int) {
	t.err = fmt.Errorf("%w: %s record, byte %d: more than %d levels", result.ErrTooDeep, t.what, at, result.MaxDepth)
}

// finish puts a tree that is complete where it belongs: into the group that is
// open, above the tree that waits for it, or at the root.
func (t *treeReader) finish(at int, tree result.Tree) {
	last := len(t.open) - 1
	switch {
	case tree.Depth() > result.MaxDepth:
		t.tooDeep(at)
	case last < 0:
		t.root = tree
	case t.open[last].group:
		t.members = append(t.members, tree)
	default:
		t.open = t.open[:last]
		t.above--
		if t.above == 0 {
			if t.shared.Equal(tree) {
				t.fail(at, "the marker for a parent that is written already")
			}
			t.shared = tree
		}
		t.parent = tree
	}
}

// run reads a run of minted tasks.
func (t *treeReader) run() {
	at := t.pos
	t.tokens--
	t.array(3, "a run of root, first and count")
	root := t.bytes("a root of 12 bytes")
	first := t.uint(math.MaxUint32, "a node number")
	count := t.uint(min(math.MaxUint32+1-first, math.MaxInt), "a count of tasks that there can be")
	switch {
	case t.err != nil:
	case len(root) != 12 || !minted(root):
		t.fail(at, "a root that is the start of a version 8 UUID")
	case count < 2:
		t.fail(at, "a run of at least 2 tasks")
	case !t.parent.IsZero() || len(t.open) > 0 && !t.open[len(t.open)-1].group:
		t.fail(at, "one tree above or below another, not a run")
	default:
		var u [16]byte
		copy(u[:], root)
		binary.BigEndian.PutUint32(u[12:], uint32(first))
		t.follow(at, u[:], count)
		t.finish(at, result.Tasks(result.Root(root), uint32(first), int(count)))
	}
}
