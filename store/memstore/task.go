package memstore

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// task is what the store holds of one task. It is a value: changing a task
// means putting another one in its place.
type task struct {
	// stored: a result was stored (or forgotten). If not, this entry is here
	// for its input only, and the task is pending.
	stored bool

	state     result.State // PENDING if forgotten
	value     []byte
	err       *result.TaskError
	children  []result.Tree // nil if nobody said
	request   *result.Request
	done      time.Time
	attempt   uint32
	forgotten bool

	input   []byte    // from the first save that gave one, until the last group goes
	touched time.Time // last change, or when the last group that named it went
}

// task returns what stands for id, whether anything was said of it or not.
func (s *Store) task(id result.ID) task {
	if t, ok := s.tasks[id]; ok {
		return t
	}
	return task{state: result.Pending, attempt: 1}
}

// known reports whether a result was stored for id or a saved group names it.
func (s *Store) known(id result.ID) bool { return s.tasks[id].stored || s.named(id) }

// named reports whether a saved group names the task id.
func (s *Store) named(id result.ID) bool {
	for _, g := range s.groups {
		if g.names(id) {
			return true
		}
	}
	return false
}

// async is the task as an answer, sharing no memory with the store.
func (t task) async(id result.ID) result.Async {
	return result.Async{
		ID:        id,
		State:     t.state,
		Value:     bytes.Clone(t.value),
		Error:     copyError(t.err),
		Done:      t.done,
		Attempt:   t.attempt,
		Children:  slices.Clone(t.children), // empty is not nil
		Request:   copyRequest(t.request),
		Forgotten: t.forgotten,
	}
}

// outcome is what stands, as the answer to an operation on this one task.
func (t task) outcome() result.Outcome {
	return result.Outcome{State: t.state, Attempt: t.attempt}
}

// count adds the task n times to c.
func (t task) count(c result.Counts, n int) result.Counts {
	if t.forgotten {
		c.Forgotten += n
		return c
	}
	return c.Add(t.state, n)
}

// successes is 1 for a task that succeeded.
func (t task) successes() int {
	if t.state == result.Success {
		return 1
	}
	return 0
}

// copyError copies e and all that its arguments hold. The arguments go through
// bytes, as in an engine that writes them down, and text comes back as UTF-8. A
// report of a failure must not fail itself, so an argument that has no bytes
// becomes its text.
func copyError(e *result.TaskError) *result.TaskError {
	if e == nil {
		return nil
	}
	c := result.TaskError{Type: text(e.Type), Module: text(e.Module), Traceback: text(e.Traceback)}
	for _, arg := range e.Args {
		var again any
		data, err := encoding.Marshal(arg)
		if err == nil {
			err = encoding.Unmarshal(data, &again)
		}
		if err != nil {
			again = text(fmt.Sprint(arg))
		}
		c.Args = append(c.Args, again)
	}
	return &c
}

// copyRequest copies q and all that it holds.
func copyRequest(q *result.Request) *result.Request {
	if q == nil {
		return nil
	}
	c := result.Request{
		Name: text(q.Name), Args: bytes.Clone(q.Args), Kwargs: bytes.Clone(q.Kwargs), Worker: text(q.Worker),
		Queue: text(q.Queue), Retries: q.Retries, Parent: q.Parent, Group: q.Group,
	}
	if len(q.Extra) > 0 {
		c.Extra = map[string][]byte{}
	}
	for name, item := range q.Extra {
		c.Extra[name] = bytes.Clone(item)
	}
	return &c
}

// text is s with U+FFFD for every byte that is no UTF-8.
func text(s string) string { return string([]rune(s)) }
