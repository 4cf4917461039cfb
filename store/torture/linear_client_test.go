package torture

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

const (
	linearClients = 5
	linearCalls   = 12 // of each
)

// A client makes random calls about one group and writes down what it was told,
// and when.
type client struct {
	group.Backend
	id      int
	rng     *rand.Rand
	history int
	began   time.Time
	said    []porcupine.Operation
}

// newHistory is what happens to one group, which the engine does not know yet.
func newHistory(b group.Backend, seed uint64, n int) (h []porcupine.Operation) {
	var all sync.WaitGroup
	clients := make([]client, linearClients)
	began := time.Now()
	for i := range clients {
		clients[i] = client{Backend: b, id: i, rng: rand.New(rand.NewPCG(seed+uint64(n), uint64(i))), history: n, began: began}
		all.Go(func() {
			for range linearCalls {
				clients[i].call()
			}
		})
	}
	all.Wait()
	for _, c := range clients {
		h = append(h, c.said...)
	}
	return h
}

// tree is the group with its first members, minted ones and another.
func (c *client) tree(size int) result.Tree {
	r := root(3, c.history)
	members := []result.Tree{result.Task(r.ID(1)), result.Task(result.ID(fmt.Sprint("linear-", c.history))), result.Task(r.ID(2))}
	return result.Group(r.ID(0), members[:size]...)
}

// call makes one random call.
func (c *client) call() {
	ctx := context.Background()
	in := call{about: c.rng.IntN(linearTasks), size: linearTasks}
	if c.rng.IntN(4) == 0 {
		in.about = all
	}
	tree := c.tree(linearTasks)
	if in.about != all {
		tree = tree.At(in.about)
	}
	begin := time.Since(c.began)
	out := func(o result.Outcome, err error) { c.note(in, replied(o, err), begin) }
	switch n := c.rng.IntN(100); {
	case n < 35:
		in.what, in.about = "report", max(in.about, 0)
		in.state = pick(c.rng, states)
		in.value = 1 + c.rng.IntN(1_000_000)
		if c.rng.IntN(3) == 0 {
			in.try = 1 + c.rng.Uint32N(2)
		}
		a := result.Async{ID: c.tree(linearTasks).At(in.about).ID(), State: in.state, Attempt: in.try}
		a.Value, _ = encoding.Marshal(in.value)
		o, err := c.Report(ctx, a)
		if err != nil {
			o = make([]result.Outcome, 1)
		}
		out(o[0], err)
	case n < 45:
		in.what = "retry"
		out(c.Retry(ctx, tree))
	case n < 50:
		in.what = "revoke"
		out(c.Revoke(ctx, tree))
	case n < 56:
		in.what = "forget"
		out(c.Forget(ctx, tree))
	case n < 66:
		in.what, in.about, in.size = "save", all, 2+c.rng.IntN(2)
		out(c.Save(ctx, c.tree(in.size), result.Attributes{}))
	case n < 69:
		in.what = "delete"
		out(c.Delete(ctx, c.tree(1).ID()))
	case n < 71:
		in.what = "purge"
		out(c.Purge(ctx, c.tree(1).ID()))
	case n < 80:
		in.what = "progress"
		p, err := c.Progress(ctx, c.tree(1).ID())
		c.note(in, seen(result.Saved{Progress: p}, err), begin)
	case n < 85:
		in.what = "restore"
		g, err := c.Restore(ctx, c.tree(1).ID())
		c.note(in, seen(g, err), begin)
	case n < 90:
		in.what, in.about = "get", max(in.about, 0)
		a, err := c.Get(ctx, c.tree(linearTasks).At(in.about).ID())
		c.note(in, read(a, err), begin)
	case n < 95:
		c.results(begin)
	default:
		c.join(begin)
	}
}

// results reads all tasks.
func (c *client) results(begin time.Duration) {
	m := 0
	for a, err := range c.Results(context.Background(), c.tree(linearTasks), result.Filter{}) {
		c.note(call{what: "result", about: m}, read(a, err), begin)
		m++
	}
}

// join waits a moment. What it returns, it must have read meanwhile.
func (c *client) join(begin time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Millisecond)
	defer cancel()
	tree := c.tree(linearTasks)
	values, err := group.Of(c, tree).Join(ctx, nil)
	var raised *result.MemberError
	if errors.As(err, &raised) {
		for m := range linearTasks {
			if tree.At(m).ID() == raised.ID {
				c.note(call{what: "raised", about: m}, reply{task: task{state: raised.State}}, begin)
			}
		}
	}
	for m, a := range values {
		c.note(call{what: "result", about: m}, read(a, err), begin)
	}
}

// note writes down a call that has just been answered.
func (c *client) note(in call, out reply, begin time.Duration) {
	c.said = append(c.said, porcupine.Operation{
		ClientId: c.id, Input: in, Call: int64(begin), Output: out, Return: int64(time.Since(c.began)),
	})
}

func replied(o result.Outcome, err error) reply {
	return reply{err: sentinel(err), applied: o.Applied, changed: o.Changed, settled: len(o.Settled) > 0, task: task{state: o.State, attempt: o.Attempt}}
}

func read(a result.Async, err error) reply {
	r := reply{err: sentinel(err), task: task{forgotten: a.Forgotten, state: a.State, attempt: a.Attempt}}
	if a.Value != nil && encoding.Unmarshal(a.Value, &r.task.value) != nil {
		r.err = result.ErrBadValue
	}
	return r
}

func seen(g result.Saved, err error) reply {
	if err != nil {
		return reply{err: sentinel(err)}
	}
	return reply{progress: fmt.Sprintf("%+v", g.Progress), settled: !g.Settled.IsZero()}
}

// sentinel makes errors comparable; the model has none but these.
func sentinel(err error) error {
	for _, s := range []error{result.ErrNotFound, result.ErrExist} {
		if errors.Is(err, s) {
			return s
		}
	}
	return err
}
