package jsonline

import (
	"fmt"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// AppendReason appends exc_type and exc_message, as members of an object. A task
// that failed without a reason has its state as the type.
func AppendReason(dst []byte, state result.State, e *result.TaskError) []byte {
	if e == nil {
		e = &result.TaskError{Type: string(state)}
	}
	dst = append(dst, `"exc_type":`...)
	dst = AppendText(dst, e.Type)
	dst = append(dst, `,"exc_message":[`...)
	for i, arg := range e.Args {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendAny(dst, arg)
	}
	return append(dst, ']')
}

// AppendResult appends the line of one result.
func AppendResult(dst []byte, a result.Async) (_ []byte, err error) {
	dst = append(dst, `{"id":`...)
	dst = AppendText(dst, string(a.ID))
	dst = append(dst, `,"state":`...)
	dst = AppendText(dst, string(a.State))
	if a.Input != nil {
		dst = append(dst, `,"input":`...)
		if dst, err = encoding.AppendJSON(dst, a.Input); err != nil {
			return dst, err
		}
	}
	if a.Value != nil || a.Successful() {
		dst = append(dst, `,"value":`...)
		if dst, err = AppendValue(dst, a.Value); err != nil {
			return dst, err
		}
	}
	if a.Error != nil || a.State.Propagates() {
		dst = append(dst, `,"error":{`...)
		dst = AppendReason(dst, a.State, a.Error)
		if a.Error != nil && a.Error.Module != "" {
			dst = append(dst, `,"exc_module":`...)
			dst = AppendText(dst, a.Error.Module)
		}
		dst = append(dst, '}')
		if a.Error != nil && a.Error.Traceback != "" {
			dst = append(dst, `,"traceback":`...)
			dst = AppendText(dst, a.Error.Traceback)
		}
	}
	dst = append(dst, `,"done":`...)
	dst = AppendTime(dst, a.Done)
	dst = fmt.Appendf(dst, `,"attempt":%d`, a.Attempt)
	if a.Forgotten {
		dst = append(dst, `,"forgotten":true`...)
	}
	return append(dst, '}'), nil
}
