package result

import (
	"fmt"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// AppendJSON appends the tree as Celery's as_tuple in JSON: a task is
// [[id, parent], null], a group [[id, parent], [members]], a missing parent is
// null. It goes over the tree without recursion, so no depth is too deep for it.
// A run on its own is written as the list of its tasks.
func (t Tree) AppendJSON(dst []byte) []byte {
	if t.count > 1 {
		return append(appendRun(append(dst, '['), t), ']')
	}
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
			dst = appendRun(dst, m)
		}
	}
	return dst
}

// appendRun writes the tasks of a run. None of them has a parent, and no minted
// id needs escaping.
func appendRun(dst []byte, run Tree) []byte {
	for i := range run.count {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(dst, `[["`...)
		dst = append(dst, run.at(i).id...)
		dst = append(dst, `", null], null]`...)
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

// appendJSONString writes s in quotes. Beyond what JSON wants it escapes all that
// is not printable, so that no id can send a terminal an escape sequence.
func appendJSONString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case unicode.IsPrint(r):
			dst = utf8.AppendRune(dst, r)
		default:
			for _, unit := range utf16.AppendRune(nil, r) {
				dst = fmt.Appendf(dst, `\u%04x`, unit)
			}
		}
	}
	return append(dst, '"')
}
