package memstore

import (
	"context"
	"iter"
	"slices"

	"github.com/seed-1c955bc8/bunch/result"
)

// maxNews is how many ready tasks are kept for a watcher that does not fetch
// them. After that it is told that it missed some.
const maxNews = 4096

// watcher is one range over Watch: what it watches, and its news so far.
type watcher struct {
	group  *group // nil if only tasks are watched
	tasks  map[result.ID]bool
	ready  []result.ID
	missed bool
	end    error         // not nil: the range is to end with this
	wake   chan struct{} // holds one token if there is something to fetch
}

// poke wakes the watcher; it never blocks.
func (w *watcher) poke() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// finish ends the watcher's range with err.
func (w *watcher) finish(err error) {
	w.end = err
	w.poke()
}

// tell lets the watchers of the task id know that it changed.
func (s *Store) tell(id result.ID, ready bool) {
	for w := range s.watchers {
		if !w.tasks[id] && (w.group == nil || !w.group.names(id)) {
			continue
		}
		switch {
		case !ready:
		case len(w.ready) < maxNews:
			w.ready = append(w.ready, id)
		default:
			w.missed = true
		}
		w.poke()
	}
}

// Watch ranges over the news of a saved group, of tasks, or of both. Each range
// over what it returns is a watcher of its own; it starts no goroutine.
func (s *Store) Watch(ctx context.Context, group result.ID, tasks ...result.ID) iter.Seq2[result.Event, error] {
	tasks = slices.Clone(tasks)
	return func(yield func(result.Event, error) bool) {
		w, e, err := s.watch(ctx, group, tasks)
		if err != nil {
			yield(result.Event{}, err)
			return
		}
		defer s.unwatch(w)
		for yield(e, err) && err == nil {
			select {
			case <-ctx.Done():
			case <-w.wake:
			}
			e, err = s.news(ctx, w)
		}
	}
}

// watch registers a watcher and gives its first event, as of the same moment.
func (s *Store) watch(ctx context.Context, id result.ID, tasks []result.ID) (*watcher, result.Event, error) {
	w := &watcher{tasks: map[result.ID]bool{}, wake: make(chan struct{}, 1)}
	for _, task := range tasks {
		if err := task.Validate(); err != nil {
			return nil, result.Event{}, err
		}
		w.tasks[task] = true
	}
	if err := s.lock(ctx); err != nil {
		return nil, result.Event{}, err
	}
	defer s.mu.Unlock()
	var first result.Event
	if id != "" {
		if w.group = s.groups[id]; w.group == nil {
			return nil, result.Event{}, notSaved(id)
		}
		first.Progress = w.group.progress
	}
	s.watchers[w] = true
	return w, first, nil
}

func (s *Store) unwatch(w *watcher) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.watchers, w)
}

// news hands over what was kept for w, or the error that ends its range.
func (s *Store) news(ctx context.Context, w *watcher) (result.Event, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w.end != nil {
		return result.Event{}, w.end
	}
	if err := ctx.Err(); err != nil {
		return result.Event{}, err
	}
	e := result.Event{Ready: w.ready, Missed: w.missed}
	if w.group != nil {
		e.Progress = w.group.progress
	}
	w.ready, w.missed = nil, false
	return e, nil
}
