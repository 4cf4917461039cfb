package torture

import (
	"fmt"

	"github.com/anishathalye/porcupine"

	"github.com/seed-1c955bc8/bunch/result"
)

// The model is one group of at most three tasks, of which two or three are saved,
// and what one operation after the other does to it. It is a value and small, so
// that the checker can try many orders.
type model struct {
	saved int // how many tasks the saved group has; 0 if it is not saved
	tasks [linearTasks]task
}

const linearTasks = 3

type task struct {
	stored    bool // somebody reported, or it was forgotten
	forgotten bool
	state     result.State
	attempt   uint32
	value     int
}

// A call is what a client asked for.
type call struct {
	what  string
	about int // a task, or all of the tree's
	size  int // of the tree: how many tasks it has
	state result.State
	try   uint32 // the attempt that a report names
	value int
}

const all = -1

// A reply is what the client was told. A read of results is one call and one
// reply per task, since each of them is as it stood at some moment of its own.
type reply struct {
	err      error // a sentinel
	applied  bool
	changed  int
	settled  bool // the group, by this operation
	task     task
	progress string
}

func newModel() model {
	var m model
	for i := range m.tasks {
		m.tasks[i] = task{state: result.Pending, attempt: 1}
	}
	return m
}

// sequential is the model for the checker.
var sequential = porcupine.Model{
	Init: func() any { return newModel() },
	Step: func(state, input, output any) (bool, any) {
		next, want := state.(model).do(input.(call))
		return want == output.(reply), next
	},
	DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v: %+v", input, output) },
	DescribeState:     func(state any) string { return fmt.Sprintf("%+v", state) },
}

// do is the whole of the laws, for this group.
func (m model) do(c call) (model, reply) {
	before := m
	var r reply
	switch c.what {
	case "report":
		if t := &m.tasks[c.about]; !t.state.Ready() && !t.forgotten && (c.try == 0 || c.try == t.attempt) {
			*t = task{stored: true, state: c.state, attempt: t.attempt, value: c.value}
			r.changed++
		}
	case "revoke":
		r.changed = m.each(c, func(t *task) bool {
			return !t.state.Ready() && !t.forgotten && t.become(task{state: result.Revoked, attempt: t.attempt})
		})
	case "retry":
		r.changed = m.each(c, func(t *task) bool {
			return (t.state.Propagates() || t.forgotten) && t.become(task{state: result.Retry, attempt: t.attempt + 1})
		})
	case "forget":
		r.changed = m.forget(c)
	case "save":
		switch {
		case m.saved == c.size:
		case m.saved > c.size || m.saved > 0 && m.settled():
			r.err = result.ErrExist
		default:
			m.saved = c.size
			r.applied = true
		}
	case "delete":
		r.applied = m.saved > 0
		m.saved = 0
	case "purge":
		if r.applied = m.saved > 0; r.applied {
			r.changed = m.forget(call{about: all, size: m.saved})
			m.saved = 0
		}
	case "get", "result":
		r.task = m.tasks[c.about]
		if known := r.task.stored || c.about < m.saved; !known && c.what == "get" {
			return m, reply{err: result.ErrNotFound}
		}
		r.task.stored = false
		return m, r
	case "raised": // by a join
		return m, reply{task: task{state: m.tasks[c.about].state}}
	case "progress", "restore":
		if m.saved == 0 {
			r.err = result.ErrNotFound
		} else {
			r.progress = m.progress()
			r.settled = c.what == "restore" && m.settled()
		}
		return m, r
	}
	r.applied = r.applied || r.changed > 0
	r.settled = r.applied && m.settled() && !before.settled()
	switch c.what {
	case "report", "revoke", "retry", "forget":
		if c.about != all {
			r.task = task{state: m.tasks[c.about].state, attempt: m.tasks[c.about].attempt}
		}
	}
	return m, r
}

func (t *task) become(next task) bool {
	next.stored = true
	*t = next
	return true
}

// each does something to the tasks that a call is about, and counts those it was
// done to.
func (m *model) each(c call, do func(*task) bool) (n int) {
	tasks := m.tasks[:c.size]
	if c.about != all {
		tasks = m.tasks[c.about : c.about+1]
	}
	for i := range tasks {
		if do(&tasks[i]) {
			n++
		}
	}
	return n
}

func (m *model) forget(c call) int {
	return m.each(c, func(t *task) bool {
		return !t.forgotten && t.become(task{state: result.Pending, attempt: t.attempt, forgotten: true})
	})
}

func (m model) settled() bool {
	for _, t := range m.tasks[:m.saved] {
		if !t.state.Ready() && !t.forgotten {
			return false
		}
	}
	return m.saved > 0
}

func (m model) progress() string {
	p := result.Progress{Total: m.saved}
	for _, t := range m.tasks[:m.saved] {
		switch {
		case t.forgotten:
			p.Leaves.Forgotten++
		default:
			p.Leaves = p.Leaves.Add(t.state, 1)
		}
		if t.state == result.Success {
			p.Completed++
		}
	}
	return fmt.Sprintf("%+v", p)
}
