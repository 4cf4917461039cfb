package encoding

import (
	"bytes"
	"fmt"

	"github.com/seed-1c955bc8/bunch/result"
)

// appendTaskError appends e as an array: type, args, module, traceback.
func appendTaskError(dst []byte, e *result.TaskError) []byte {
	dst = appendHead(dst, majorArray, 4)
	dst = appendText(dst, e.Type)
	dst = appendArgs(dst, e.Args)
	dst = appendText(dst, e.Module)
	return appendText(dst, e.Traceback)
}

func appendArgs(dst []byte, args []any) []byte {
	dst = appendHead(dst, majorArray, uint64(len(args)))
	for _, a := range args {
		dst = appendArg(dst, a)
	}
	return dst
}

// appendArg appends an argument. A report of a failure must never fail itself,
// so what has no CBOR becomes its text, as in Celery; and because the record
// must say the same when it is written again, what is written is not the
// argument but what it is when read back.
func appendArg(dst []byte, arg any) []byte {
	switch a := arg.(type) { // nearly all of them
	case string:
		return appendText(dst, a)
	case int:
		return appendInt(dst, int64(a))
	case int64:
		return appendInt(dst, a)
	case bool:
		if a {
			return append(dst, itemTrue)
		}
		return append(dst, itemFalse)
	case nil:
		return append(dst, itemNull)
	}
	if item, ok := again(arg); ok {
		return append(dst, item...)
	}
	return appendText(dst, fmt.Sprint(arg))
}

// again writes and reads arg until that changes nothing any more. It does so
// within an array, as in the record, because that is a level of nesting.
func again(arg any) (item []byte, ok bool) {
	var last []byte
	list := []any{arg}
	for range 3 {
		next, err := Marshal(list)
		if err != nil {
			return nil, false
		}
		if bytes.Equal(next, last) {
			return next[1:], true
		}
		last, list = next, nil
		if Unmarshal(next, &list) != nil {
			return nil, false
		}
	}
	return nil, false
}

// taskError reads what appendTaskError wrote.
func (r *reader) taskError() *result.TaskError {
	r.array(4, "an array of type, args, module and traceback")
	e := &result.TaskError{Type: string(r.text("an error's type"))}
	at := r.pos
	if r.peek() != majorArray {
		r.fail(at, "an array of arguments")
	}
	raw := r.raw("an array of arguments")
	e.Module = string(r.text("an error's module"))
	e.Traceback = string(r.text("a traceback"))
	if r.err != nil {
		return nil
	}
	if len(raw) == 1 && raw[0] == majorArray {
		return e // no arguments: Args stays nil
	}
	if err := Unmarshal(raw, &e.Args); err != nil || !bytes.Equal(appendArgs(nil, e.Args), raw) {
		r.fail(at, "arguments as this package writes them")
		return nil
	}
	return e
}
