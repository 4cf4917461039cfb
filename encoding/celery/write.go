package celery

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// AppendGroup appends the document of a saved group, as Celery stores it: in
// ASCII, without a line end.
func AppendGroup(dst []byte, tree result.Tree) []byte {
	return append(AppendTuple(append(dst, `{"result": `...), tree), '}')
}

// AppendTask appends the document of a task, as Celery stores it: in ASCII,
// without a line end. What JSON has not, such as a byte string, is written as
// [encoding.AppendJSON] does. An input, an attempt and whether it was forgotten
// have no place in a document.
//
// An error matches [result.ErrBadValue] if a value, an argument or a further
// field is no CBOR, [result.ErrTooLarge] if it has a whole number of more than
// [encoding.MaxInteger] bytes; dst is then returned as it was.
func AppendTask(dst []byte, a result.Async) ([]byte, error) {
	w := writer{dst: dst}
	if a.Request != nil {
		w.Request = *a.Request
	}
	w.dst = appendText(append(w.dst, `{"status": `...), string(a.State))
	w.field(outcome)
	w.outcome(a)
	w.field(traceback)
	switch {
	case a.Error != nil && a.State.Exception() && a.Error.Traceback != "":
		w.dst = appendText(w.dst, a.Error.Traceback)
	default:
		w.item(w.Extra[fieldNames[traceback]])
	}
	w.field(children)
	w.children(a.Children)
	w.field(dateDone)
	if a.Done.IsZero() {
		w.item(w.Extra[fieldNames[dateDone]])
	} else {
		w.dst = append(appendDate(append(w.dst, '"'), a.Done), '"')
	}
	w.request()
	for _, k := range slices.Sorted(maps.Keys(w.Extra)) {
		if !slices.Contains(fieldNames[:], k) {
			w.dst = append(appendText(append(w.dst, ", "...), k), ": "...)
			w.item(w.Extra[k])
		}
	}
	w.field(taskID)
	w.dst = append(appendText(w.dst, string(a.ID)), '}')
	if w.err != nil {
		return dst, fmt.Errorf("document of task %q: %w", string(a.ID), w.err)
	}
	return w.dst, nil
}

// writer writes the document of a task that was asked for as Request says.
type writer struct {
	result.Request
	dst     []byte
	scratch []byte
	err     error
}

func (w *writer) field(f field) {
	w.dst = append(w.dst, `, "`...)
	w.dst = append(w.dst, fieldNames[f]...)
	w.dst = append(w.dst, `": `...)
}

// item appends a value, null if there is none.
func (w *writer) item(item []byte) {
	if item == nil {
		w.dst = append(w.dst, "null"...)
		return
	}
	json, err := encoding.AppendJSON(w.scratch[:0], item)
	if err != nil && w.err == nil {
		w.err = err
	}
	w.scratch = json
	w.dst = appendASCII(w.dst, json)
}

func (w *writer) outcome(a result.Async) {
	if a.Error == nil || !a.State.Exception() {
		w.item(a.Value)
		return
	}
	if odd := w.Extra[fieldNames[outcome]]; odd != nil && says(odd, a) {
		w.item(odd)
		return
	}
	w.exception(a.Error)
}

// says reports whether an unusual form of an exception, kept from a document,
// still is the error of a: it may have failed in another way since.
func says(item []byte, a result.Async) bool {
	json, err := encoding.AppendJSON(nil, item)
	if err != nil {
		return false
	}
	d := document{scanner: scanner{text: json}}
	e, _ := d.exception(span{0, len(json)})
	if e == nil {
		return false
	}
	e.Traceback = a.Error.Traceback
	record := func(e *result.TaskError) []byte {
		return encoding.AppendRecord(nil, encoding.Record{Async: result.Async{Error: e}})
	}
	return bytes.Equal(record(e), record(a.Error))
}

func (w *writer) children(trees []result.Tree) {
	if trees == nil {
		w.dst = append(w.dst, "null"...)
		return
	}
	w.dst = append(w.dst, '[')
	for i, t := range trees {
		if i > 0 {
			w.dst = append(w.dst, ", "...)
		}
		w.dst = AppendTuple(w.dst, t)
	}
	w.dst = append(w.dst, ']')
}

// request appends the fields of the request that there are.
func (w *writer) request() {
	w.text(groupID, string(w.Group))
	w.text(parentID, string(w.Parent))
	w.text(name, w.Name)
	w.other(args, w.Args)
	w.other(kwargs, w.Kwargs)
	w.text(worker, w.Worker)
	if w.Retries != 0 {
		w.field(retries)
		w.dst = strconv.AppendInt(w.dst, int64(w.Retries), 10)
	} else {
		w.other(retries, nil)
	}
	w.text(queue, w.Queue)
}

func (w *writer) text(f field, s string) {
	if s == "" {
		w.other(f, nil)
		return
	}
	w.field(f)
	w.dst = appendText(w.dst, s)
}

// other appends a field whose value is item, or what was kept under its name.
func (w *writer) other(f field, item []byte) {
	if item == nil {
		item = w.Extra[fieldNames[f]]
	}
	if item != nil {
		w.field(f)
		w.item(item)
	}
}
