package celery

import (
	"fmt"

	"github.com/seed-1c955bc8/bunch/result"
)

// ParseTuple reads a bare tree, result_from_tuple: [[id, parent], null] is a task
// and [[id, parent], [members]] a group. The older forms [id, null] and
// [id, [members]], without a parent, are taken too; a parent may be null or [].
// Errors are those of [Parse].
func ParseTuple(line []byte) (result.Tree, error) {
	d := document{scanner: scanner{text: line}}
	tree := d.tuple(span{0, len(line)})
	if d.err != nil {
		return result.Tree{}, d.err
	}
	return tree, nil
}

// AppendTuple appends a tree as [result.Tree.AppendJSON] does, in ASCII as Celery
// stores it. There is no line end.
func AppendTuple(dst []byte, t result.Tree) []byte {
	return appendASCII(dst, t.AppendJSON(nil))
}

// tuple reads the tree at s, which it fills.
func (d *document) tuple(at span) result.Tree {
	if d.err != nil {
		return result.Tree{}
	}
	r := tupleReader{scanner: scanner{text: d.text[:at.to], pos: at.from}}
	t := r.tree()
	if r.end(); r.err == nil {
		if err := t.Validate(); err != nil {
			r.err = fmt.Errorf("tree from byte %d: %w", at.from, err)
		}
	}
	d.err = r.err
	return t
}

// tupleReader reads trees. What is begun and not finished lies on stack.
type tupleReader struct {
	scanner
	stack   []openTuple
	members []result.Tree // finished members of all open groups
}

// openTuple is a tree whose parent is being read, or a group whose members are.
type openTuple struct {
	id     result.ID
	parent result.Tree
	group  bool // it is the members
	first  int  // they are tupleReader.members from here on
}

// tree reads a tree, of a list of them only the one that is next.
func (r *tupleReader) tree() result.Tree {
	for r.err == nil {
		t, done := r.begin()
		for done && r.err == nil {
			if len(r.stack) == 0 {
				return t
			}
			t, done = r.finish(t)
		}
	}
	return result.Tree{}
}

// begin reads the beginning of a tree. If that was all of it, done is true.
func (r *tupleReader) begin() (t result.Tree, done bool) {
	r.expect('[', "a tuple")
	if !r.take('[') { // an older form
		return r.nodes(openTuple{id: r.id()})
	}
	o := openTuple{id: r.id()}
	r.expect(',', "a parent behind the id")
	if !r.null() {
		r.next()
		at := r.pos
		if r.expect('[', "a parent: a tuple or null"); !r.take(']') {
			r.pos = at
			r.push(o)
			return result.Tree{}, false
		}
	}
	r.expect(']', "a pair of id and parent")
	return r.nodes(o)
}

// nodes reads what is behind id and parent: null, or the beginning of members.
func (r *tupleReader) nodes(o openTuple) (t result.Tree, done bool) {
	r.expect(',', "members, or null, behind id and parent")
	if r.null() {
		r.expect(']', "the end of the tuple")
		return result.Task(o.id).WithParent(o.parent), true
	}
	r.expect('[', "members, or null")
	if o.group, o.first = true, len(r.members); r.take(']') {
		return r.close(o), true
	}
	r.push(o)
	return result.Tree{}, false
}

// finish puts t where it belongs, and goes on with what it belongs to.
func (r *tupleReader) finish(t result.Tree) (_ result.Tree, done bool) {
	last := len(r.stack) - 1
	o := r.stack[last]
	if !o.group {
		r.stack = r.stack[:last]
		o.parent = t
		r.expect(']', "a pair of id and parent")
		return r.nodes(o)
	}
	r.members = append(r.members, t)
	if r.take(',') {
		return result.Tree{}, false
	}
	r.expect(']', "a comma or ]")
	r.stack = r.stack[:last]
	return r.close(o), true
}

// close ends a group whose members have been read.
func (r *tupleReader) close(o openTuple) result.Tree {
	r.expect(']', "the end of the tuple")
	t := result.Group(o.id, r.members[o.first:]...).WithParent(o.parent)
	r.members = r.members[:o.first]
	return t
}

func (r *tupleReader) push(o openTuple) {
	if len(r.stack) == result.MaxDepth {
		r.failAs(result.ErrTooDeep, r.pos, fmt.Sprintf("%d levels at most", result.MaxDepth))
		return
	}
	r.stack = append(r.stack, o)
}

func (r *tupleReader) null() bool {
	r.next()
	if r.err != nil || len(r.text)-r.pos < 4 || string(r.text[r.pos:r.pos+4]) != "null" {
		return false
	}
	r.pos += 4
	return true
}

func (s *scanner) id() result.ID {
	at := s.pos
	text, ok := s.quoted()
	if !ok {
		s.failAs(result.ErrBadID, s.pos, "an id in quotes")
		return ""
	}
	id := result.ID(text)
	if err := id.Validate(); err != nil {
		s.err = fmt.Errorf("id from byte %d: %w", at, err)
	}
	return id
}
