package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/encoding/jsonline"
	"github.com/seed-1c955bc8/bunch/result"
)

// parseOutcome reads what a command left, in a value or as the reason of a
// failure; ok is false if something else stands there.
func parseOutcome(r result.Async) (o outcome, ok bool) {
	if r.Error != nil {
		if t := r.Error.Type; t != exitFailure && t != timeoutFailure || len(r.Error.Args) != 4 {
			return o, false
		}
		code, ok := r.Error.Args[0].(int64)
		return outcome{Exit: int(code), Output: r.Error.Args[1]}, ok
	}
	var m map[string]any
	if r.Value == nil || encoding.Unmarshal(r.Value, &m) != nil || len(m) != 4 {
		return o, false
	}
	for _, name := range []string{"exit", "output", "truncated", "duration"} {
		if _, ok := m[name]; !ok {
			return o, false
		}
	}
	return o, encoding.Unmarshal(r.Value, &o) == nil
}

// summary says in one line what became of a task.
func summary(r result.Async) string {
	if o, ok := parseOutcome(r); ok {
		return strings.TrimSpace(fmt.Sprintf("exit %d  %s", o.Exit, oneLine(lineText(o.Output), r.Successful())))
	}
	switch {
	case r.Forgotten:
		return "forgotten"
	case r.Error != nil:
		return reason(r.Error)
	case r.Value == nil:
		return ""
	}
	text, err := encoding.AppendJSON(nil, r.Value)
	if err != nil {
		return "a value that has no JSON"
	}
	return string(text)
}

// reason says in one line why a task failed.
func reason(e *result.TaskError) string {
	if e == nil {
		return "it gave no reason"
	}
	if o, ok := parseOutcome(result.Async{Error: e}); ok {
		return strings.TrimSuffix(fmt.Sprintf("%s: exit %d: %s", e.Type, o.Exit, cut(oneLine(lineText(o.Output), false), wordy)), ": ")
	}
	words := make([]string, len(e.Args))
	for i, arg := range e.Args {
		if s, ok := arg.(string); ok {
			words[i] = s
		} else {
			words[i] = string(jsonline.AppendAny(nil, arg))
		}
	}
	return cut(strings.TrimSuffix(e.Type+": "+strings.Join(words, ", "), ": "), wordy)
}

// oneLine returns the first or the last line of a text that is not empty.
func oneLine(s string, first bool) string {
	s = strings.TrimSpace(s)
	if first {
		s, _, _ = strings.Cut(s, "\n")
		return s
	}
	return s[strings.LastIndexByte(s, '\n')+1:]
}

// raw writes a value for a pipe: text and bytes as they are, of a command its
// output, anything else as JSON. On a terminal it is made safe.
func (a *app) raw(r result.Async) error {
	var text string
	if o, ok := parseOutcome(r); ok {
		text = lineText(o.Output)
	} else if r.State.Propagates() {
		text = reason(r.Error) + "\n"
	} else {
		var v any
		if r.Value != nil {
			if err := encoding.Unmarshal(r.Value, &v); err != nil {
				return fmt.Errorf("value of task %q: %w", string(r.ID), err)
			}
		}
		switch v := v.(type) {
		case string:
			text = v + "\n"
		case []byte:
			text = string(v)
		default:
			b, err := jsonline.AppendValue(nil, r.Value)
			if err != nil {
				return err
			}
			text = string(b) + "\n"
		}
	}
	if isTerminal(os.Stdout) {
		text = cleanLines(text)
	}
	_, err := a.out.WriteString(text)
	return err
}
