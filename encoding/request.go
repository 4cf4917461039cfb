package encoding

import (
	"bytes"
	"math"
	"slices"

	"github.com/seed-1c955bc8/bunch/result"
)

// The keys of the map within a record that says how a task was asked for.
const (
	requestName    = 1
	requestArgs    = 2
	requestKwargs  = 3
	requestWorker  = 4
	requestQueue   = 5
	requestRetries = 6
	requestParent  = 7
	requestGroup   = 8
	requestExtra   = 9
)

// appendRequest appends q as a map.
func appendRequest(dst []byte, q *result.Request) []byte {
	w := writer{dst: append(dst, 0), start: len(dst)}
	w.text(requestName, q.Name)
	w.item(requestArgs, q.Args)
	w.item(requestKwargs, q.Kwargs)
	w.text(requestWorker, q.Worker)
	w.text(requestQueue, q.Queue)
	w.int(requestRetries, int64(q.Retries))
	w.text(requestParent, string(q.Parent))
	w.text(requestGroup, string(q.Group))
	if len(q.Extra) > 0 {
		w.key(requestExtra)
		keys := make([]string, 0, len(q.Extra))
		for k := range q.Extra {
			keys = append(keys, k)
		}
		slices.SortFunc(keys, compareText)
		w.dst = appendHead(w.dst, majorMap, uint64(len(keys)))
		for _, k := range keys {
			w.dst = append(appendText(w.dst, k), q.Extra[k]...)
		}
	}
	return w.end()
}

func (w *writer) text(k uint64, s string) {
	if s != "" {
		w.key(k)
		w.dst = appendText(w.dst, s)
	}
}

func (w *writer) item(k uint64, item []byte) {
	if len(item) > 0 {
		w.key(k)
		w.dst = append(w.dst, item...)
	}
}

// request reads what appendRequest wrote.
func (r *reader) request() *result.Request {
	q := &result.Request{}
	text := func(want string) string {
		at := r.pos
		s := string(r.text(want))
		if s == "" {
			r.fail(at, want+" that is not empty")
		}
		return s
	}
	r.fields(func(key uint64) {
		switch key {
		case requestName:
			q.Name = text("a task's name")
		case requestArgs:
			q.Args = bytes.Clone(r.raw("arguments"))
		case requestKwargs:
			q.Kwargs = bytes.Clone(r.raw("keyword arguments"))
		case requestWorker:
			q.Worker = text("a worker")
		case requestQueue:
			q.Queue = text("a queue")
		case requestRetries:
			at := r.pos
			if n := r.int("a number of retries"); n == 0 || n > math.MaxInt32 || n < math.MinInt32 {
				r.fail(at, "a number of retries, not zero, of 32 bits")
			} else {
				q.Retries = int(n)
			}
		case requestParent:
			q.Parent = result.ID(text("a parent's id"))
		case requestGroup:
			q.Group = result.ID(text("a group's id"))
		case requestExtra:
			q.Extra = r.extra()
		default:
			r.unknown(key)
		}
	})
	return q
}

func (r *reader) extra() map[string][]byte {
	at := r.pos
	n := r.list(majorMap, "further fields")
	if n == 0 {
		r.fail(at, "at least one further field")
	}
	extra := map[string][]byte{}
	for last := ""; n > 0 && r.err == nil; n-- {
		at := r.pos
		k := string(r.text("a field's name"))
		v := bytes.Clone(r.raw("a field's value"))
		if len(extra) > 0 && compareText(last, k) >= 0 {
			r.fail(at, "fields in ascending order")
		}
		extra[k], last = v, k
	}
	return extra
}

// appendChildren appends trees as an array, empty for a task that started none.
func appendChildren(dst []byte, children []result.Tree) []byte {
	dst = appendHead(dst, majorArray, uint64(len(children)))
	for _, t := range children {
		dst = appendTree(dst, t)
	}
	return dst
}

func (r *reader) children() []result.Tree {
	// A reader of trees lives on the heap. A record without children, as nearly all
	// are, has its reader on the stack.
	trees := *r
	children := trees.readChildren()
	*r = trees
	return children
}

func (r *reader) readChildren() []result.Tree {
	n := r.list(majorArray, "children")
	children := []result.Tree{}
	for ; n > 0 && r.err == nil; n-- {
		at := r.pos
		t := r.tree()
		if t.IsZero() {
			r.fail(at, "a child that is not empty")
		}
		children = append(children, t)
	}
	return children
}
