package group_test

import (
	"context"
	"errors"
	"testing"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

// waiters are the ways to wait for the whole tree; each returns how it ended.
var waiters = map[string]func(context.Context, *group.Result) error{
	"Wait": func(ctx context.Context, r *group.Result) error { return r.Wait(ctx) },
	"Join": func(ctx context.Context, r *group.Result) error { _, err := r.Join(ctx, nil); return err },
	"Join NoPropagate": func(ctx context.Context, r *group.Result) error {
		_, err := r.Join(ctx, &group.JoinOptions{NoPropagate: true})
		return err
	},
	"All": func(ctx context.Context, r *group.Result) error {
		for _, err := range r.All(ctx) {
			if err != nil {
				return err
			}
		}
		return nil
	},
	"Watch": func(ctx context.Context, r *group.Result) error {
		for _, err := range r.Watch(ctx) {
			if err != nil {
				return err
			}
		}
		return nil
	},
}

// handles are handles on the tasks a and b that wait in different ways.
var handles = map[string]func(testing.TB, group.Backend) *group.Result{
	"saved": func(t testing.TB, b group.Backend) *group.Result {
		return save(t, b, result.Group("g", tasks("a", "b")...))
	},
	"saved, by a new handle": func(t testing.TB, b group.Backend) *group.Result {
		return group.Of(b, save(t, b, result.Group("g", tasks("a", "b")...)).Tree())
	},
	"nested": func(t testing.TB, b group.Backend) *group.Result {
		return last(save(t, b, result.Group("g", append(tasks("x"), result.Group("n", tasks("a", "b")...))...)).Children())
	},
	"not saved": func(t testing.TB, b group.Backend) *group.Result {
		report(t, b, result.Started, "a", "b")
		return group.Of(b, result.Group("g", tasks("a", "b")...))
	},
}

func eachWay(t *testing.T, do func(t *testing.T, b *spy, r *group.Result, wait func(context.Context, *group.Result) error)) {
	for how, handle := range handles {
		for name, wait := range waiters {
			t.Run(name+" "+how, func(t *testing.T) {
				b := open(t)
				do(t, b, handle(t, b), wait)
			})
		}
	}
}

// start waits in the background and returns once the waiter sleeps.
func start(ctx context.Context, b *spy, r *group.Result, wait func(context.Context, *group.Result) error) <-chan error {
	done := make(chan error, 1)
	go func() { done <- wait(ctx, r) }()
	<-b.asleep
	return done
}

func TestWaitingEndsWhenAllAreReady(t *testing.T) {
	eachWay(t, func(t *testing.T, b *spy, r *group.Result, wait func(context.Context, *group.Result) error) {
		done := start(t.Context(), b, r, wait)
		report(t, b, result.Success, "a")
		<-b.asleep
		select {
		case err := <-done:
			t.Fatalf("ended with b pending: %v", err)
		default:
		}
		report(t, b, result.Success, "b")
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	})
}

func TestReadyAnswersToAnEndedContext(t *testing.T) {
	eachWay(t, func(t *testing.T, b *spy, r *group.Result, wait func(context.Context, *group.Result) error) {
		if err := wait(ended(t), r); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("pending: got %v, want the context's error", err)
		}
		report(t, b, result.Success, "a", "b")
		if err := wait(ended(t), r); err != nil {
			t.Errorf("ready: %v", err)
		}
	})
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	eachWay(t, func(t *testing.T, b *spy, r *group.Result, wait func(context.Context, *group.Result) error) {
		ctx, cancel := context.WithCancel(t.Context())
		done := start(ctx, b, r, wait)
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want the context's error", err)
		}
	})
}

func TestWaitingForTheForgottenIsAnError(t *testing.T) {
	eachWay(t, func(t *testing.T, b *spy, r *group.Result, wait func(context.Context, *group.Result) error) {
		done := start(t.Context(), b, r, wait)
		must(b.Forget(t.Context(), result.Task("b")))
		if err := <-done; !errors.Is(err, result.ErrForgotten) {
			t.Errorf("forgotten while waiting: got %v", err)
		}
		if err := wait(t.Context(), r); !errors.Is(err, result.ErrForgotten) {
			t.Errorf("forgotten before: got %v", err)
		}
		must(b.Retry(t.Context(), result.Task("b")))
		report(t, b, result.Success, "a", "b")
		if err := wait(t.Context(), r); err != nil {
			t.Errorf("retried and done: %v", err)
		}
	})
}

func TestWaitingForWhatGoesAwayIsAnError(t *testing.T) {
	for name, wait := range waiters {
		for _, how := range []string{"saved", "nested"} {
			t.Run(name+" "+how, func(t *testing.T) {
				b := open(t)
				r := handles[how](t, b)
				done := start(t.Context(), b, r, wait)
				must(b.Delete(t.Context(), "g"))
				if err := <-done; !errors.Is(err, result.ErrNotFound) {
					t.Errorf("deleted while waiting: got %v", err)
				}
				if err := wait(t.Context(), r); !errors.Is(err, result.ErrNotFound) {
					t.Errorf("deleted before: got %v", err)
				}
			})
		}
		t.Run(name+" unknown", func(t *testing.T) {
			b := open(t)
			report(t, b, result.Success, "a")
			r := group.Of(b, result.Group("g", tasks("a", "nobody")...))
			if err := wait(t.Context(), r); !errors.Is(err, result.ErrNotFound) {
				t.Errorf("got %v", err)
			}
		})
		t.Run(name+" closed", func(t *testing.T) {
			b := open(t)
			done := start(t.Context(), b, handles["saved"](t, b), wait)
			_ = b.Backend.(interface{ Close() error }).Close()
			if err := <-done; !errors.Is(err, result.ErrClosed) {
				t.Errorf("got %v", err)
			}
		})
		t.Run(name+" empty", func(t *testing.T) {
			if err := wait(ended(t), group.New(open(t), 0)); err != nil {
				t.Errorf("an empty group is ready: %v", err)
			}
		})
		t.Run(name+" one task", func(t *testing.T) {
			b := open(t)
			r := group.Of(b, result.Task("a"))
			if err := wait(t.Context(), r); !errors.Is(err, result.ErrNotFound) {
				t.Errorf("nobody knows it: got %v", err)
			}
			report(t, b, result.Started, "a")
			done := start(t.Context(), b, r, wait)
			report(t, b, result.Success, "a")
			if err := <-done; err != nil {
				t.Error(err)
			}
		})
	}
}

// A leaf that is reopened while another is awaited must be waited for again.
func TestWaitIsForAllAtOnce(t *testing.T) {
	for how, handle := range handles {
		t.Run(how, func(t *testing.T) {
			b := open(t)
			r := handle(t, b)
			report(t, b, result.Failure, "a")
			done := start(t.Context(), b, r, waiters["Wait"])
			must(b.Retry(t.Context(), result.Task("a")))
			<-b.asleep
			report(t, b, result.Success, "b")
			<-b.asleep
			select {
			case err := <-done:
				t.Fatalf("ended while a runs again: %v", err)
			default:
			}
			report(t, b, result.Success, "a")
			if err := <-done; err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestWakingUpDoesNotReadTheGroupAgain(t *testing.T) {
	for _, how := range []string{"saved", "nested"} {
		for name, wait := range waiters {
			if how == "nested" && name == "Watch" {
				continue // nobody counts a nested group by itself
			}
			t.Run(name+" "+how, func(t *testing.T) {
				b := open(t)
				r := handles[how](t, b)
				done := start(t.Context(), b, r, wait)
				before := b.results.Load()
				report(t, b, result.Success, "a")
				<-b.asleep
				if n := b.results.Load() - before; n != 0 {
					t.Errorf("read the results %d times", n)
				}
				report(t, b, result.Success, "b")
				if err := <-done; err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}
