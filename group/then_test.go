package group_test

import (
	"context"
	"errors"
	"testing"

	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store/memstore"
)

func TestThenCallsOnce(t *testing.T) {
	for how, handle := range handles {
		t.Run(how, func(t *testing.T) {
			b := open(t)
			r := handle(t, b)
			called := make(chan error, 3)
			for range 2 { // a handle may have several
				r.Then(t.Context(), func(err error) { called <- err })
				<-b.asleep
			}
			report(t, b, result.Success, "a")
			select {
			case <-called:
				t.Fatal("called with b pending")
			default:
			}
			report(t, b, result.Failure, "b") // ready is ready
			for range 2 {
				if err := <-called; err != nil {
					t.Error(err)
				}
			}
			r.Then(ended(t), func(err error) { called <- err })
			if err := <-called; err != nil {
				t.Errorf("of what is ready: %v", err)
			}
		})
	}
}

func TestThenTellsWhyItWillNever(t *testing.T) {
	b := open(t)
	called := make(chan error, 1)
	f := func(err error) { called <- err }
	task(b, "nobody").Then(t.Context(), f)
	if err := <-called; !errors.Is(err, result.ErrNotFound) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	save(t, b, result.Group("g", tasks("a")...)).Then(ctx, f)
	cancel()
	if err := <-called; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestThenCanBeStopped(t *testing.T) {
	b := open(t)
	r := save(t, b, result.Group("g", tasks("a")...))
	stop := r.Then(t.Context(), func(error) { t.Error("called after it was stopped") })
	if !stop() || stop() {
		t.Error("stopped twice, or not at all")
	}
	// What is stopped waits no more: nothing else ends this one's goroutine.
	never := save(t, memstore.New(nil), result.Group("never", tasks("x")...))
	if !never.Then(context.WithoutCancel(t.Context()), func(error) { t.Error("called after it was stopped") })() {
		t.Error("not stopped")
	}
	called := make(chan bool)
	stop = r.Then(t.Context(), func(error) { called <- true })
	report(t, b, result.Success, "a")
	<-called
	if stop() {
		t.Error("stopped what had been called")
	}
}
