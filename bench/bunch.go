package main

import (
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/seed-1c955bc8/bunch/bench/suite"
	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store"
	"github.com/seed-1c955bc8/bunch/store/memstore"
)

// ours are the engines of this module.
var ours = []suite.Kind{
	bunch("bunch", true, "synced before it answers", store.Options{}),
	bunch("bunch-edge", true, "synced before it answers; the edge profile", store.Options{Profile: store.Edge}),
	bunch("bunch-nosync", false, "synced when the system likes: a power cut loses seconds", store.Options{NoSync: true}),
	bunch("bunch-memory", false, "nothing is kept", store.Options{InMemory: true}),
	{
		Name: "memstore", Note: "nothing is kept; the plainest code",
		Open: func(string, suite.Workload) (suite.Engine, error) { return newBackend(memstore.New(nil)), nil },
	},
}

func bunch(name string, durable bool, note string, o store.Options) suite.Kind {
	return suite.Kind{Name: name, Durable: durable, Note: note, Open: func(dir string, _ suite.Workload) (suite.Engine, error) {
		if o.InMemory {
			dir = ""
		}
		s, err := store.Open(dir, &o)
		if err != nil {
			return nil, err
		}
		return newBackend(s), nil
	}}
}

// backend is any group.Backend as an engine of the suite.
type backend struct {
	group.Backend
	handle *group.Result // of the group that was asked about last
	asked  int
}

func newBackend(b group.Backend) *backend { return &backend{Backend: b} }

var ctx = context.Background()

func (b *backend) Save(g *suite.Group) error {
	_, err := b.Backend.Save(ctx, g.Tree, result.Attributes{})
	return err
}

// calls keeps the memory of long calls: what is passed to Report is not kept.
var calls = sync.Pool{New: func() any { return new([]result.Async) }}

func (b *backend) Report(g *suite.Group, first, n int) error {
	if n == 1 {
		_, err := b.Backend.Report(ctx, success(g, first))
		return err
	}
	call := calls.Get().(*[]result.Async)
	defer calls.Put(call)
	*call = (*call)[:0]
	for i := first; i < first+n; i++ {
		*call = append(*call, success(g, i))
	}
	_, err := b.Backend.Report(ctx, *call...)
	return err
}

func success(g *suite.Group, i int) result.Async {
	return result.Async{ID: g.ID(i), State: result.Success, Value: g.Value(i)}
}

func (b *backend) Restore(g *suite.Group, each func(string)) (int, error) {
	saved, err := b.Backend.Restore(ctx, g.Tree.ID())
	if err != nil {
		return 0, err
	}
	if each != nil {
		for leaf := range saved.Tree.Leaves() {
			each(string(leaf.ID()))
		}
	}
	return saved.Tree.LeafCount(), nil
}

// live is the handle that a program would hold.
func (b *backend) live(g *suite.Group) *group.Result {
	if b.handle == nil || b.handle.ID() != g.Tree.ID() {
		b.handle = group.Of(b.Backend, g.Tree)
	}
	return b.handle
}

// Progress asks the three questions of Celery's that are answered from counts,
// in turn.
func (b *backend) Progress(g *suite.Group) (completed int, err error) {
	r := b.live(g)
	b.asked++
	switch b.asked % 3 {
	case 0:
		completed, err = r.CompletedCount(ctx)
	case 1:
		var p result.Progress
		p, err = r.Progress(ctx)
		completed = p.Completed
	case 2:
		completed = suite.Completed
		var ready bool
		if ready, err = r.Ready(ctx); err == nil && ready != (g.N == completed) {
			err = fmt.Errorf("ready is %t", ready)
		}
	}
	return completed, err
}

func (b *backend) Join(g *suite.Group, each func([]byte)) error {
	values, err := group.Join[[]byte](ctx, b.live(g))
	for _, v := range values {
		each(v)
	}
	return err
}

func (b *backend) Stream(g *suite.Group, each func([]byte)) error {
	for a, err := range b.live(g).All(ctx) {
		if err != nil {
			return err
		}
		each(a.Value)
	}
	return nil
}

func (b *backend) Wait(g *suite.Group) error {
	return group.Of(b.Backend, g.Tree).Wait(ctx)
}

func (b *backend) Close() error {
	if c, ok := b.Backend.(io.Closer); ok {
		return c.Close()
	}
	return nil
}
