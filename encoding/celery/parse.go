package celery

import (
	"fmt"
	"slices"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// A Document is one document of Celery's: a saved group's, or else a task's.
type Document struct {
	Group result.Tree  // zero if it is a task's
	Task  result.Async // zero if it is a group's
}

// Parse reads one document, JSON text with or without a line end. What it returns
// does not alias line. A ready task without a date_done has a zero Done.
//
// An error says at which byte what was wanted, never what stood there, and
// matches [result.ErrBadValue], [result.ErrBadID], [result.ErrBadState],
// [result.ErrDuplicate] or [result.ErrTooDeep].
func Parse(line []byte) (Document, error) {
	d := document{scanner: scanner{text: line}}
	d.split()
	if d.err != nil {
		return Document{}, d.err
	}
	if d.spans[status] == (span{}) {
		tree, err := d.group()
		return Document{Group: tree}, err
	}
	task, err := d.task()
	return Document{Task: task}, err
}

// field is a field of a document that means something here.
type field int

// The fields of a task, in the order in which Celery writes them.
const (
	status field = iota
	outcome
	traceback
	children
	dateDone
	groupID
	parentID
	name
	args
	kwargs
	worker
	retries
	queue
	taskID
	fields // how many there are
)

var fieldNames = [fields]string{
	"status", "result", "traceback", "children", "date_done", "group_id", "parent_id",
	"name", "args", "kwargs", "worker", "retries", "queue", "task_id",
}

// document is a document whose fields have been found.
type document struct {
	scanner
	spans [fields]span
	extra []extra
}

// maxExtra is how many of those a document may have: that none comes twice is
// looked up one by one.
const maxExtra = 1000

// extra is a field that is none of those above.
type extra struct {
	name string
	span span
}

// split finds the fields.
func (d *document) split() {
	d.expect('{', "an object")
	if d.take('}') {
		d.end()
		return
	}
	for d.err == nil {
		d.next()
		at := d.pos
		key, ok := d.quoted()
		if !ok {
			d.fail(d.pos, "a field's name in quotes")
			return
		}
		d.expect(':', "a colon")
		value := d.value()
		i := slices.IndexFunc(fieldNames[:], func(name string) bool { return string(key) == name })
		if i < 0 {
			if slices.ContainsFunc(d.extra, func(e extra) bool { return e.name == string(key) }) {
				d.fail(at, "no field twice")
			} else if len(d.extra) == maxExtra {
				d.fail(at, "fewer fields")
			}
			d.extra = append(d.extra, extra{string(key), value})
		} else if d.spans[i] != (span{}) {
			d.fail(at, "no field twice")
		} else {
			d.spans[i] = value
		}
		if d.take(',') {
			continue
		}
		d.expect('}', "a comma or }")
		d.end()
		return
	}
}

func (d *document) raw(s span) []byte { return d.text[s.from:s.to] }

// null reports whether a field is null or not there.
func (d *document) null(f field) bool {
	return d.spans[f] == (span{}) || string(d.raw(d.spans[f])) == "null"
}

// item returns a value as CBOR.
func (d *document) item(name string, s span) []byte {
	if d.err != nil {
		return nil
	}
	item, err := encoding.FromJSON(d.raw(s))
	if err != nil {
		d.err = fmt.Errorf("field %.64q, from byte %d: %w", name, s.from, err)
	}
	return item
}

// group reads the tree of a saved group.
func (d *document) group() (result.Tree, error) {
	at := d.spans[outcome]
	if at == (span{}) {
		d.fail(0, `a "status", or the "result" of a group`)
		return result.Tree{}, d.err
	}
	for i, s := range d.spans {
		if s != (span{}) && field(i) != outcome {
			d.item(fieldNames[i], s)
		}
	}
	for _, e := range d.extra {
		d.item(e.name, e.span)
	}
	tree := d.tuple(at)
	if d.err == nil && !tree.IsGroup() {
		d.fail(at.from, "the tuple of a group, or a \"status\" beside it")
	}
	if d.err != nil {
		return result.Tree{}, d.err
	}
	return tree, nil
}
