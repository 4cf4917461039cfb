package result

import (
	"bytes"
	"encoding/json"
)

// AppendJSON appends the tree as Celery's as_tuple in JSON: a task is
// [[id, parent], null], a group [[id, parent], [members]], a missing parent is
// null. It goes over the tree without recursion, so no depth is too deep for it.
func (t Tree) AppendJSON(dst []byte) []byte {
	type frame struct {
		tree Tree
		next int // 0: the parent is to be written; k: the parent and k-1 members are
	}
	stack := []frame{{tree: t}}
	for len(stack) > 0 {
		top := &stack[len(stack)-1]
		tree := top.tree
		switch {
		case tree.IsZero():
			dst = append(dst, "null"...)
			stack = stack[:len(stack)-1]
		case top.next == 0:
			dst = append(dst, "[["...)
			dst = appendJSONString(dst, string(tree.id))
			dst = append(dst, ", "...)
			top.next = 1
			stack = append(stack, frame{tree: tree.Parent()})
		case !tree.IsGroup():
			dst = append(dst, "], null]"...)
			stack = stack[:len(stack)-1]
		case top.next > len(tree.node.members):
			if top.next == 1 {
				dst = append(dst, "], ["...)
			}
			dst = append(dst, "]]"...)
			stack = stack[:len(stack)-1]
		default:
			dst = append(dst, separator(top.next == 1)...)
			m := tree.node.members[top.next-1]
			top.next++
			if m.count == 1 {
				stack = append(stack, frame{tree: m})
				continue
			}
			for i := range m.count { // a run: none of its tasks has a parent
				if i > 0 {
					dst = append(dst, ", "...)
				}
				dst = append(dst, "[["...)
				dst = appendJSONString(dst, string(m.at(i).id))
				dst = append(dst, ", null], null]"...)
			}
		}
	}
	return dst
}

func separator(first bool) string {
	if first {
		return "], ["
	}
	return ", "
}

// MarshalJSON is AppendJSON for encoding/json, which refuses JSON deeper than
// 10,000 levels: use AppendJSON where trees may be that deep.
func (t Tree) MarshalJSON() ([]byte, error) { return t.AppendJSON(nil), nil }

// String is the tree as JSON.
func (t Tree) String() string { return string(t.AppendJSON(nil)) }

func appendJSONString(dst []byte, s string) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always encodes
	return append(dst, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
}

// Equal reports whether t and u name the same things in the same order: ids,
// members and parents (GroupResult's ==).
func (t Tree) Equal(u Tree) bool {
	type pair struct{ a, b Tree }
	stack := []pair{{t, u}}
	for len(stack) > 0 {
		p := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if p.a.id != p.b.id || p.a.count != p.b.count || p.a.IsGroup() != p.b.IsGroup() {
			return false
		}
		if p.a.node == p.b.node { // the same members, or no node at all
			continue
		}
		if p.a.node == nil || p.b.node == nil || len(p.a.node.members) != len(p.b.node.members) {
			return false
		}
		stack = append(stack, pair{p.a.node.parent, p.b.node.parent})
		for i := range p.a.node.members {
			stack = append(stack, pair{p.a.node.members[i], p.b.node.members[i]})
		}
	}
	return true
}

// Extends reports whether t is u with nothing changed but members added, each at
// the end of its group, at any level.
func (t Tree) Extends(u Tree) bool {
	type pair struct{ a, b Tree }
	stack := []pair{{t, u}}
	for len(stack) > 0 {
		p := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if p.a.id != p.b.id || p.a.IsGroup() != p.b.IsGroup() || !p.a.Parent().Equal(p.b.Parent()) {
			return false
		}
		if !p.b.IsGroup() {
			if p.a.count != p.b.count {
				return false
			}
			continue
		}
		if p.a.node == p.b.node {
			continue
		}
		old, now := p.b.node.members, p.a.node.members
		if len(old) > len(now) {
			return false
		}
		for i := range old {
			same := now[i]
			if i == len(old)-1 && !old[i].IsGroup() { // a run may have been continued
				same.count = min(same.count, old[i].count)
			}
			stack = append(stack, pair{same, old[i]})
		}
	}
	return true
}
