package torture

import (
	"context"
	"sync"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

// early answers a report before it has happened, and lets it happen before the
// next write.
type early struct {
	group.Backend
	mu    sync.Mutex
	later []result.Async
}

func (e *early) Report(ctx context.Context, reports ...result.Async) ([]result.Outcome, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, err := e.Backend.Report(ctx, e.later...); err != nil {
		return nil, err
	}
	a, err := e.Get(ctx, reports[0].ID)
	if err != nil || a.State.Ready() || a.Forgotten || reports[0].Attempt > 1 || a.Attempt > 1 {
		e.later = nil
		return e.Backend.Report(ctx, reports...)
	}
	e.later = reports
	return []result.Outcome{{Applied: true, Changed: 1, State: reports[0].State, Attempt: 1}}, nil
}

// second lets a success take the place of a failure.
type second struct{ group.Backend }

func (s *second) Report(ctx context.Context, reports ...result.Async) ([]result.Outcome, error) {
	a, err := s.Get(ctx, reports[0].ID)
	if err == nil && a.State == result.Failure && reports[0].State == result.Success {
		if _, err := s.Retry(ctx, result.Task(a.ID)); err != nil {
			return nil, err
		}
	}
	return s.Backend.Report(ctx, reports...)
}

// stale answers with the counts that it gave the time before.
type stale struct {
	group.Backend
	mu   sync.Mutex
	last map[result.ID]result.Progress
}

func (s *stale) Progress(ctx context.Context, id result.ID) (result.Progress, error) {
	p, err := s.Backend.Progress(ctx, id)
	if err != nil {
		return p, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last == nil {
		s.last = map[result.ID]result.Progress{}
	}
	old, ok := s.last[id]
	s.last[id] = p
	if ok {
		return old, nil
	}
	return p, nil
}

// twice announces the settling of a group again with a report that comes after.
type twice struct {
	group.Backend
	mu      sync.Mutex
	settled []result.ID
}

func (w *twice) Report(ctx context.Context, reports ...result.Async) ([]result.Outcome, error) {
	out, err := w.Backend.Report(ctx, reports...)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	again := w.settled
	w.settled = out[0].Settled
	out[0].Settled = append(out[0].Settled, again...)
	return out, nil
}
