package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// Lines of JSON are put together by hand: encoding/json refuses the tuple of a
// tree that is 10,000 levels deep, and package encoding writes numbers exactly.
// What it and package result write is safe on a terminal.

// appendAny appends plain data as JSON; what has no JSON as its text.
func appendAny(dst []byte, v any) []byte {
	data, err := encoding.Marshal(v)
	if err == nil {
		if dst, err = encoding.AppendJSON(dst, data); err == nil {
			return dst
		}
	}
	return appendText(dst, fmt.Sprint(v))
}

func appendText(dst []byte, s string) []byte {
	return appendAny(dst, strings.ToValidUTF8(s, "\uFFFD"))
}

// appendValue appends a stored value, null if there is none.
func appendValue(dst, value []byte) ([]byte, error) {
	if value == nil {
		return append(dst, "null"...), nil
	}
	return encoding.AppendJSON(dst, value)
}

// appendTime appends t by RFC 3339, in UTC; null if it is zero.
func appendTime(dst []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(dst, "null"...)
	}
	return strconv.AppendQuote(dst, t.UTC().Format(time.RFC3339Nano))
}

func appendIDs(dst []byte, ids []result.ID) []byte {
	dst = append(dst, '[')
	for i, id := range ids {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendText(dst, string(id))
	}
	return append(dst, ']')
}

func appendLabels(dst []byte, labels map[string]string) []byte {
	if labels == nil {
		labels = map[string]string{}
	}
	return appendAny(dst, labels)
}

func appendProgress(dst []byte, p result.Progress) []byte {
	dst = fmt.Appendf(dst, `{"total":%d,"completed":%d,"leaves":{`, p.Total, p.Completed)
	for s, n := range p.Leaves.All() {
		dst = appendText(dst, string(s))
		dst = fmt.Appendf(dst, ":%d,", n)
	}
	return fmt.Appendf(dst, `"forgotten":%d}}`, p.Leaves.Forgotten)
}

// appendPredicates appends what a GroupResult says of itself, as members of an
// object.
func appendPredicates(dst []byte, p result.Progress) []byte {
	return fmt.Appendf(dst, `"ready":%t,"successful":%t,"failed":%t,"waiting":%t,"completed_count":%d`,
		p.Ready(), p.Successful(), p.Failed(), p.Waiting(), p.Completed)
}

// appendReason appends exc_type and exc_message, as members of an object. A task
// that failed without a reason has its state as the type.
func appendReason(dst []byte, state result.State, e *result.TaskError) []byte {
	if e == nil {
		e = &result.TaskError{Type: string(state)}
	}
	dst = append(dst, `"exc_type":`...)
	dst = appendText(dst, e.Type)
	dst = append(dst, `,"exc_message":[`...)
	for i, arg := range e.Args {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendAny(dst, arg)
	}
	return append(dst, ']')
}

// appendResult appends the line of one result.
func appendResult(dst []byte, a result.Async) (_ []byte, err error) {
	dst = append(dst, `{"id":`...)
	dst = appendText(dst, string(a.ID))
	dst = append(dst, `,"state":`...)
	dst = appendText(dst, string(a.State))
	if a.Input != nil {
		dst = append(dst, `,"input":`...)
		if dst, err = encoding.AppendJSON(dst, a.Input); err != nil {
			return dst, err
		}
	}
	if a.Value != nil || a.Successful() {
		dst = append(dst, `,"value":`...)
		if dst, err = appendValue(dst, a.Value); err != nil {
			return dst, err
		}
	}
	if a.Error != nil || a.State.Propagates() {
		dst = append(dst, `,"error":{`...)
		dst = appendReason(dst, a.State, a.Error)
		if a.Error != nil && a.Error.Module != "" {
			dst = append(dst, `,"exc_module":`...)
			dst = appendText(dst, a.Error.Module)
		}
		dst = append(dst, '}')
		if a.Error != nil && a.Error.Traceback != "" {
			dst = append(dst, `,"traceback":`...)
			dst = appendText(dst, a.Error.Traceback)
		}
	}
	dst = append(dst, `,"done":`...)
	dst = appendTime(dst, a.Done)
	dst = fmt.Appendf(dst, `,"attempt":%d`, a.Attempt)
	if a.Forgotten {
		dst = append(dst, `,"forgotten":true`...)
	}
	return append(dst, '}'), nil
}
