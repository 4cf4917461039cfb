package storetest

import (
	"context"
	"errors"
	"iter"

	"github.com/seed-1c955bc8/bunch/result"
)

// A news reads one watcher, event by event.
type news struct {
	t    *T
	next func() (result.Event, error, bool)
	last result.Event
	seen []result.ID // all that was named as ready
}

// watch begins to watch and takes the first event. It ends with the test.
func (t *T) watch(ctx context.Context, id result.ID, tasks ...result.ID) *news {
	t.Helper()
	next, stop := iter.Pull2(t.Watch(ctx, id, tasks...))
	t.Cleanup(stop)
	n := &news{t: t, next: next}
	e, err, ok := next()
	t.want(ok && err == nil, "the first event of a watch did not come: %v", err)
	t.want(len(e.Ready) == 0 && !e.Missed, "the first event of a watch names %q as ready, missed %v", e.Ready, e.Missed)
	n.last = e
	return n
}

// until takes events until one makes done true. There must be news for it.
func (n *news) until(what string, done func() bool) {
	n.t.Helper()
	for !done() {
		e, err, ok := n.next()
		n.t.want(ok && err == nil, "the watch ended with %v before %s", err, what)
		n.last = e
		n.seen = append(n.seen, e.Ready...)
	}
}

// ends checks that the watch ends with an error that matches want, perhaps after
// more events, and gives nothing after it.
func (n *news) ends(want error) {
	n.t.Helper()
	for {
		_, err, ok := n.next()
		n.t.want(ok, "the watch ended without an error, not with %q", want)
		if err == nil {
			continue
		}
		n.t.want(errors.Is(err, want), "the watch ended with %v, not with %q", err, want)
		_, _, ok = n.next()
		n.t.want(!ok, "the watch went on after its error")
		return
	}
}

// event takes the next event, which must not be an error.
func (n *news) event(after string) {
	n.t.Helper()
	e, err, ok := n.next()
	n.t.want(ok && err == nil, "no event came after %s: %v", after, err)
	n.last = e
	n.seen = append(n.seen, e.Ready...)
}
