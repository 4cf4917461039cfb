package celery

import (
	"fmt"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// exception reads {"exc_type", "exc_message", "exc_module"}. If no exception
// stands there, it gives nil. As in Celery, a message that is no list is the only
// argument. usual says that nothing else stands there, and that [writer.exception]
// will write the same.
func (d *document) exception(at span) (e *result.TaskError, usual bool) {
	if d.text[at.from] != '{' {
		return nil, false
	}
	s := &scanner{text: d.text[:at.to], pos: at.from}
	var kind, message, module span
	usual = true
	s.expect('{', "an object")
	for more := true; more && s.err == nil; more = s.take(',') {
		key, ok := s.quoted()
		if !ok {
			s.fail(s.pos, "a key in quotes")
		}
		s.expect(':', "a colon")
		value := s.value()
		var to *span
		switch string(key) {
		case "exc_type":
			to = &kind
		case "exc_message":
			to = &message
		case "exc_module":
			to = &module
		default:
			usual = false
			continue
		}
		usual = usual && *to == (span{})
		*to = value
	}
	if s.err != nil || kind == (span{}) || d.text[kind.from] != '"' {
		return nil, false
	}
	usual = usual && s.take('}') && s.pos == len(s.text) // else FromJSON shall say what is wrong
	e = &result.TaskError{}
	e.Type = d.plain(kind)
	switch {
	case module == (span{}):
		usual = false
	case d.text[module.from] == '"':
		e.Module = d.plain(module)
		usual = usual && e.Module != ""
	default:
		usual = usual && string(d.raw(module)) == "null"
	}
	e.Args, usual = d.message(message, usual)
	if d.err != nil {
		return nil, false
	}
	return e, usual
}

// plain reads text in quotes.
func (d *document) plain(at span) string {
	s := &scanner{text: d.text[:at.to], pos: at.from, err: d.err}
	text, _ := s.quoted()
	d.err = s.err
	return string(text)
}

// message reads the arguments of an exception.
func (d *document) message(at span, usual bool) ([]any, bool) {
	switch {
	case d.err != nil:
		return nil, false
	case at == (span{}):
		return []any{""}, false // what Celery makes of it
	case string(d.raw(at)) == "[]":
		return nil, usual
	}
	item := d.item("exc_message", at)
	if d.err != nil {
		return nil, false
	}
	var v any
	if err := encoding.Unmarshal(item, &v); err != nil {
		d.err = fmt.Errorf("field %q, from byte %d: %w", "exc_message", at.from, err)
		return nil, false
	}
	list, ok := v.([]any)
	if !ok {
		return []any{v}, false
	}
	if len(list) == 0 {
		list = nil
	}
	return list, usual
}

// exception appends an exception.
func (w *writer) exception(e *result.TaskError) {
	w.dst = appendText(append(w.dst, `{"exc_type": `...), e.Type)
	w.dst = append(w.dst, `, "exc_message": [`...)
	for i, arg := range e.Args {
		if i > 0 {
			w.dst = append(w.dst, ", "...)
		}
		item, err := encoding.Marshal(arg)
		if err == nil {
			w.scratch, err = encoding.AppendJSON(w.scratch[:0], item)
		}
		if err != nil { // what has no JSON is its text, as in Celery
			w.dst = appendText(w.dst, fmt.Sprint(arg))
			continue
		}
		w.dst = appendASCII(w.dst, w.scratch)
	}
	w.dst = append(w.dst, `], "exc_module": `...)
	if e.Module == "" {
		w.dst = append(w.dst, "null}"...)
		return
	}
	w.dst = append(appendText(w.dst, e.Module), '}')
}
