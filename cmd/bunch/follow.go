package main

import (
	"context"
	"errors"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

// most is how many results are written before what was written is flushed.
const most = 512

// follower writes results as they become ready, each once.
type follower struct {
	s     *share
	out   *resultWriter
	given map[result.ID]bool // not by place: a group may grow
}

// follow writes what is ready, then the rest as it becomes so. If the group has
// grown by then, it goes on with that; it returns what it followed last. When the
// time is up, what is ready was written.
func (f *follower) follow(ctx context.Context, t target, limit *time.Duration) (target, error) {
	waiting, cancel := until(ctx, limit)
	defer cancel()
	for {
		err := f.all(waiting, t)
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
			if failed := f.ready(ctx, t); failed != nil {
				return t, failed
			}
		}
		if err != nil {
			return t, err
		}
		now, err := find(ctx, f.s, t.id())
		if err != nil || now.tree.Equal(t.tree) {
			return t, err
		}
		t = now
	}
}

// all writes the results of t. They come from a goroutine, so that one after which
// none follows at once is not kept back.
func (f *follower) all(ctx context.Context, t target) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	come := make(chan result.Async, most)
	var failed error // when come is closed
	go func() {
		defer close(come)
		for r, err := range handle(f.s, t).All(ctx) {
			if err != nil {
				failed = err
				return
			}
			select {
			case come <- r:
			case <-ctx.Done():
				failed = ctx.Err()
				return
			}
		}
	}()
	for r := range come {
		batch := []result.Async{r}
		for len(batch) < most && len(come) > 0 {
			batch = append(batch, <-come)
		}
		if err := f.write(ctx, t, batch); err != nil {
			cancel()
			for range come { // until the goroutine is gone
			}
			return err
		}
	}
	return failed
}

// write writes those of batch that were not yet, with their inputs.
func (f *follower) write(ctx context.Context, t target, batch []result.Async) error {
	var tasks []result.Tree
	var news []result.Async
	for _, r := range batch {
		if !f.given[r.ID] {
			f.given[r.ID] = true
			news, tasks = append(news, r), append(tasks, result.Task(r.ID))
		}
	}
	if len(news) == 0 {
		return nil
	}
	i := 0
	for with, err := range f.s.Results(context.WithoutCancel(ctx), result.Group(t.id(), tasks...), result.Filter{Inputs: true}) {
		if err != nil {
			return err
		}
		news[i].Input = with.Input
		if err := f.out.write(news[i]); err != nil {
			return err
		}
		i++
	}
	return f.out.flush()
}

// ready writes what is ready now.
func (f *follower) ready(ctx context.Context, t target) error {
	for r, err := range f.s.Results(ctx, t.tree, result.Filter{Ready: true}) {
		if err == nil {
			err = f.write(ctx, t, []result.Async{r})
		}
		if err != nil {
			return err
		}
	}
	return nil
}
