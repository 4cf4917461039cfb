package store

import (
	"context"
	"iter"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/seed-1c955bc8/bunch/result"
)

// maxNews is how many ready tasks a watcher keeps for a loop that is slow.
const maxNews = 4096

// watchers are woken by the committer, after a commit. Nothing polls, and a
// writer never waits for a watcher: what a watcher does not fetch is put
// together, and in the end dropped, with a mark.
type watchers struct {
	mu     sync.Mutex
	groups map[result.ID]map[*watcher]struct{}
	tasks  map[result.ID]map[*watcher]struct{}
}

type watcher struct {
	wake chan struct{} // has room for one

	mu     sync.Mutex
	ready  [][]news // of one commit each, shared with other watchers and never changed
	kept   int      // how many are in ready
	missed atomic.Bool
	gone   bool

	heard uint64 // serial of the last change that was taken
}

func newWatchers() *watchers {
	return &watchers{groups: map[result.ID]map[*watcher]struct{}{}, tasks: map[result.ID]map[*watcher]struct{}{}}
}

func (ws *watchers) add(w *watcher, group result.ID, tasks []result.ID) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if group != "" {
		enter(ws.groups, group, w)
	}
	for _, t := range tasks {
		enter(ws.tasks, t, w)
	}
}

func (ws *watchers) remove(w *watcher, group result.ID, tasks []result.ID) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	leave(ws.groups, group, w)
	for _, t := range tasks {
		leave(ws.tasks, t, w)
	}
}

func enter(m map[result.ID]map[*watcher]struct{}, id result.ID, w *watcher) {
	if m[id] == nil {
		m[id] = map[*watcher]struct{}{}
	}
	m[id][w] = struct{}{}
}

func leave(m map[result.ID]map[*watcher]struct{}, id result.ID, w *watcher) {
	delete(m[id], w)
	if len(m[id]) == 0 {
		delete(m, id)
	}
}

// tell passes news on, in the order of the commits.
func (ws *watchers) tell(list []news) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if len(ws.groups) == 0 && len(ws.tasks) == 0 {
		return
	}
	// What the same watchers hear is told at once, and kept once for all of them:
	// many may watch one busy group.
	var run []news
	flush := func() {
		if len(run) > 0 {
			to, gone := ws.of(run[0]), slices.ContainsFunc(run, func(n news) bool { return n.gone })
			ready := slices.DeleteFunc(run, func(n news) bool { return !n.ready })
			for w := range to {
				w.tell(ready, gone)
			}
		}
		run = nil
	}
	for _, n := range list {
		if len(ws.of(n)) > 0 {
			if len(run) > 0 && (n.group != run[0].group || n.group == "" && n.task != run[0].task) {
				flush()
			}
			run = append(run, n)
		}
		if n.gone { // perhaps nobody knows a watched task any more
			flush()
			for _, to := range ws.tasks {
				for w := range to {
					w.tell(nil, false)
				}
			}
		}
	}
	flush()
}

// of returns who watches what n is about.
func (ws *watchers) of(n news) map[*watcher]struct{} {
	if n.group == "" {
		return ws.tasks[n.task]
	}
	return ws.groups[n.group]
}

// tell takes as long however many are ready, and no time if the watcher has missed
// some and not yet looked: then it was woken, and reads the progress after that.
func (w *watcher) tell(ready []news, gone bool) {
	if w.missed.Load() && !gone {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.gone = w.gone || gone
	switch {
	case len(ready) == 0 || w.missed.Load():
	case w.kept+len(ready) > maxNews:
		w.ready, w.kept = nil, 0
		w.missed.Store(true)
	default:
		w.ready, w.kept = append(w.ready, ready), w.kept+len(ready)
	}
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// take returns the news since the last time.
func (w *watcher) take() (e result.Event, gone bool) {
	w.mu.Lock()
	ready, kept := w.ready, w.kept
	e.Missed, gone = w.missed.Swap(false), w.gone
	w.ready, w.kept = nil, 0
	w.mu.Unlock()
	if kept > 0 {
		e.Ready = make([]result.ID, 0, kept)
	}
	for _, run := range ready {
		for _, n := range run {
			if n.serial != w.heard {
				w.heard = n.serial
				e.Ready = append(e.Ready, n.task)
			}
		}
	}
	return e, gone
}

// Watch ranges over the news of a group and of tasks; see group.Backend.
func (s *Store) Watch(ctx context.Context, group result.ID, tasks ...result.ID) iter.Seq2[result.Event, error] {
	tasks = slices.Clone(tasks)
	return func(yield func(result.Event, error) bool) {
		w := &watcher{wake: make(chan struct{}, 1)}
		s.watchers.add(w, group, tasks)
		defer s.watchers.remove(w, group, tasks)
		e, gone := result.Event{}, false
		for first := true; ; first = false {
			if gone {
				yield(result.Event{}, &Error{Op: "watch", ID: group, Err: result.ErrNotFound})
				return
			}
			if group != "" {
				var err error
				if e.Progress, err = s.progress(group); err != nil {
					yield(result.Event{}, &Error{Op: "watch", ID: group, Err: err})
					return
				}
			} else if first {
				if err := s.hold(); err != nil {
					yield(result.Event{}, &Error{Op: "watch", Err: err})
					return
				}
				s.release()
			}
			if !yield(e, nil) {
				return
			}
			select {
			case <-w.wake:
			case <-ctx.Done():
				yield(result.Event{}, ctx.Err())
				return
			case <-s.closing:
				yield(result.Event{}, &Error{Op: "watch", ID: group, Err: result.ErrClosed})
				return
			}
			e, gone = w.take()
		}
	}
}
