package api

import (
	"context"
	"fmt"
	"strconv"

	"github.com/seed-1c955bc8/bunch/encoding/jsonline"
	"github.com/seed-1c955bc8/bunch/result"
)

// members answers with a page of a group's direct members, a level of its tree. A
// group grows at its end only, so the cursor is a number: that of the next member.
func (h *handler) members(ctx context.Context, p params) ([]byte, error) {
	limit, err := p.limit()
	if err != nil {
		return nil, err
	}
	tree, _, err := h.find(ctx, p)
	if err != nil {
		return nil, err
	}
	first := 0
	if text := p.get("cursor"); text != "" {
		if first, err = strconv.Atoi(text); err != nil || first < 0 || first > tree.Len() {
			return nil, fmt.Errorf("%w: %.32q is no cursor of a page", errParams, text)
		}
	}
	end := min(first+limit, tree.Len())
	results, err := h.states(ctx, tree, first, end)
	if err != nil {
		return nil, err
	}
	dst := []byte(`{"members":[`)
	for i := first; i < end; i++ {
		if i > first {
			dst = append(dst, ',')
		}
		m := tree.At(i)
		if m.IsGroup() {
			dst = appendNested(dst, m)
			continue
		}
		if len(results) == 0 { // a backend that keeps to its contract gives one for each
			return nil, fmt.Errorf("%w: results of %q are missing", result.ErrCorrupt, string(tree.ID()))
		}
		dst = appendTask(dst, m, results[0])
		results = results[1:]
	}
	next := ""
	if end < tree.Len() {
		next = strconv.Itoa(end)
	}
	return appendNext(append(dst, ']'), next), nil
}

// states reads the results of the tasks among members first to end.
func (h *handler) states(ctx context.Context, tree result.Tree, first, end int) (results []result.Async, err error) {
	var tasks []result.Tree
	for i := first; i < end; i++ {
		if m := tree.At(i); !m.IsGroup() {
			tasks = append(tasks, m)
		}
	}
	for a, err := range h.b.Results(ctx, result.Group(tree.ID(), tasks...), result.Filter{}) {
		if err != nil {
			return nil, err
		}
		a.Value, a.Error = nil, nil // a value may be long, and they are many
		results = append(results, a)
	}
	return results, nil
}

// appendTask appends a member that is a task: where it stands, without its value.
func appendTask(dst []byte, m result.Tree, a result.Async) []byte {
	dst = jsonline.AppendText(append(dst, `{"id":`...), string(m.ID()))
	dst = jsonline.AppendText(append(dst, `,"state":`...), string(a.State))
	dst = jsonline.AppendTime(append(dst, `,"done":`...), a.Done)
	dst = fmt.Appendf(dst, `,"attempt":%d,"forgotten":%t,`, a.Attempt, a.Forgotten)
	return append(jsonline.AppendParentID(dst, m), '}')
}

// appendNested appends a member that is a group: how large it is. How far it is
// has to be counted, which GET group does for who wants to know.
func appendNested(dst []byte, m result.Tree) []byte {
	dst = jsonline.AppendText(append(dst, `{"id":`...), string(m.ID()))
	dst = fmt.Appendf(dst, `,"len":%d,"leaves":%d,`, m.Len(), m.LeafCount())
	return append(jsonline.AppendParentID(dst, m), '}')
}
