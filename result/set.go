package result

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
)

// A Set is an ordered collection of trees in which each id comes once: Celery's
// ResultSet as data, the list before it is a group. It waits for nothing and
// asks nobody; [Set.Group] makes of it what a backend answers for. The zero Set
// is empty and ready for use. It must not be copied, nor changed by several
// goroutines at once.
//
// A set tells its members apart by id alone: it takes no task that has the id of
// a group in it. Members of its members are not its own.
type Set struct {
	order []entry // by seq
	seqs  map[ID]uint64
	next  uint64
}

// entry has a number that only rises, not a position, so that taking out a
// member leaves the map's other entries right.
type entry struct {
	seq  uint64
	tree Tree
}

// NewSet returns a set of these trees, in this order.
func NewSet(trees ...Tree) *Set {
	s := &Set{}
	s.Update(trees...)
	return s
}

// Add puts t at the end and reports whether that changed the set: if something
// with its id is a member already, that one stays (ResultSet.add). A run adds
// each of its tasks. The zero Tree adds nothing.
func (s *Set) Add(t Tree) bool {
	before := len(s.order)
	for i := range t.count {
		member := t.at(i)
		if s.Contains(member.id) {
			continue
		}
		if s.seqs == nil {
			s.seqs = map[ID]uint64{}
		}
		s.seqs[member.id] = s.next
		s.order = append(s.order, entry{s.next, member})
		s.next++
	}
	return len(s.order) > before
}

// Update adds each of the trees (ResultSet.update).
func (s *Set) Update(trees ...Tree) {
	for _, t := range trees {
		s.Add(t)
	}
}

// Remove takes out the member with this id, [ErrNotFound] if there is none
// (ResultSet.remove). It moves those behind it: its cost grows with their number.
func (s *Set) Remove(id ID) error {
	if !s.Discard(id) {
		return fmt.Errorf("%w: no member %q in the set", ErrNotFound, string(id))
	}
	return nil
}

// Discard is Remove that reports whether there was such a member
// (ResultSet.discard).
func (s *Set) Discard(id ID) bool {
	i := s.Index(id)
	if i < 0 {
		return false
	}
	s.order = slices.Delete(s.order, i, i+1)
	delete(s.seqs, id)
	return true
}

// Clear takes out every member (ResultSet.clear).
func (s *Set) Clear() { *s = Set{} }

// Contains reports whether a member has this id, in constant time.
func (s *Set) Contains(id ID) bool {
	_, ok := s.seqs[id]
	return ok
}

// Index returns the position of the member with this id, counted from 0, or -1
// if there is none. Its cost grows with the logarithm of Len.
func (s *Set) Index(id ID) int {
	seq, ok := s.seqs[id]
	if !ok {
		return -1
	}
	i, _ := slices.BinarySearchFunc(s.order, seq, func(e entry, seq uint64) int { return cmp.Compare(e.seq, seq) })
	return i
}

// Len returns the number of members.
func (s *Set) Len() int { return len(s.order) }

// At returns member i, counted from 0. It panics if there is none.
func (s *Set) At(i int) Tree { return s.order[i].tree }

// All ranges over the members in order. The loop's body must not change the set.
func (s *Set) All() iter.Seq[Tree] {
	return func(yield func(Tree) bool) {
		for _, e := range s.order {
			if !yield(e.tree) {
				return
			}
		}
	}
}

// Equal reports whether both sets have equal members ([Tree.Equal]) in the same
// order (ResultSet's ==).
func (s *Set) Equal(u *Set) bool {
	return slices.EqualFunc(s.order, u.order, func(a, b entry) bool { return a.tree.Equal(b.tree) })
}

// Group returns a group with the members of the set. Later changes of the set do
// not change it.
func (s *Set) Group(id ID) Tree {
	members := make([]Tree, len(s.order))
	for i, e := range s.order {
		members[i] = e.tree
	}
	return Group(id, members...)
}
