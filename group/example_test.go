package group_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store/memstore"
)

// The groups in the examples of this page: task ids of your own, or minted ones.
func letter() result.Tree {
	return result.Group("letter", result.Task("write"), result.Task("post"))
}

// succeed reports that tasks have succeeded, each with its id as the value.
func succeed(b group.Backend, ids ...result.ID) {
	for _, id := range ids {
		value, err := b.Marshal(id)
		if err == nil {
			_, err = b.Report(context.Background(), result.Async{ID: id, State: result.Success, Value: value})
		}
		check(err)
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// A durable errgroup: put package store in the place of memstore, and a crash
// costs no more than the tasks that were running.
func ExampleRun() {
	ctx, b := context.Background(), memstore.New(nil)
	square := func(_ context.Context, n int) (int, error) { return n * n, nil }

	r, err := group.Run(ctx, b, []int{1, 2, 3}, square, nil)
	check(err)
	squares, err := group.Join[int](ctx, r)
	fmt.Println(squares, err)
	// Output: [1 4 9] <nil>
}

func ExampleRun_failure() {
	ctx, b := context.Background(), memstore.New(nil)
	halve := func(_ context.Context, n int) (int, error) {
		if n%2 != 0 {
			return 0, &result.TaskError{Type: "ValueError", Args: []any{"odd"}}
		}
		return n / 2, nil
	}
	r, err := group.Run(ctx, b, []int{2, 3, 4}, halve, nil)
	fmt.Println("run:", err)

	var failed *result.MemberError
	if _, err = r.Join(ctx, nil); errors.As(err, &failed) {
		fmt.Println("join:", failed.ID == r.Tree().At(1).ID(), failed.Err)
	}
	// Output:
	// run: <nil>
	// join: true ValueError: odd
}

// After an interruption only what is not ready runs.
func ExampleResume() {
	b := memstore.New(nil)
	ctx, interrupt := context.WithCancel(context.Background())
	work := func(ctx context.Context, name string) (string, error) {
		if name == "second" {
			interrupt()
		}
		if err := ctx.Err(); err != nil {
			return "", err
		}
		fmt.Println("did", name)
		return name, nil
	}
	r, err := group.Run(ctx, b, []string{"first", "second", "third"}, work, &group.RunOptions{Concurrency: 1})
	fmt.Println("run:", err)

	work = func(_ context.Context, name string) (string, error) {
		fmt.Println("now did", name)
		return name, nil
	}
	_, err = group.Resume(context.Background(), b, r.ID(), work, &group.RunOptions{Concurrency: 1})
	fmt.Println("resume:", err)
	// Output:
	// did first
	// run: context canceled
	// now did second
	// now did third
	// resume: <nil>
}

func ExampleTaskID() {
	ctx, b := context.Background(), memstore.New(nil)
	_, err := group.Run(ctx, b, []string{"pay"}, func(ctx context.Context, in string) (bool, error) {
		key := group.TaskID(ctx) // the same after a crash: the bank pays once
		return key != "", nil
	}, nil)
	fmt.Println(err)
	// Output: <nil>
}

// New mints ids that lie next to each other.
func ExampleNew() {
	ctx, b := context.Background(), memstore.New(nil)
	r := group.New(b, 1_000_000)
	_, err := r.Save(ctx, nil)
	check(err)
	p, err := r.Progress(ctx)
	fmt.Println(p.Total, p.Completed, p.Waiting(), err)
	// Output: 1000000 0 true <nil>
}

// GroupResult(id, results, parent).
func ExampleOf() {
	b := memstore.New(nil)
	tree := result.Group("letter",
		result.Task("write"),
		result.Group("send", result.Task("stamp"), result.Task("post")),
	).WithParent(result.Task("think"))
	r := group.Of(b, tree)
	fmt.Println(r.ID(), r.Tree().Len(), r.Tree().LeafCount(), r.Parent().ID())
	// Output: letter 2 3 think
}

// AsyncResult(id): a task is a Result too.
func ExampleOf_task() {
	ctx, b := context.Background(), memstore.New(nil)
	succeed(b, "write")
	done, err := group.Of(b, result.Task("write")).Successful(ctx)
	fmt.Println(done, err)

	fmt.Println(group.Of(b, result.Task("nobody knows")).Wait(ctx))
	// Output:
	// true <nil>
	// not found: nobody knows a task "nobody knows"
}

// GroupResult.id
func ExampleResult_ID() {
	r := group.Of(memstore.New(nil), letter())
	fmt.Println(r.ID())
	// Output: letter
}

// GroupResult.as_tuple, len and []
func ExampleResult_Tree() {
	r := group.Of(memstore.New(nil), letter())
	fmt.Println(r.Tree())
	fmt.Println(r.Tree().Len(), r.Tree().At(1).ID())
	// Output:
	// [["letter", null], [[["write", null], null], [["post", null], null]]]
	// 2 post
}

// GroupResult.results, GroupResult.children and iteration
func ExampleResult_Children() {
	ctx, b := context.Background(), memstore.New(nil)
	succeed(b, "write")
	for child := range group.Of(b, letter()).Children() {
		ready, err := child.Ready(ctx)
		fmt.Println(child.ID(), ready, err)
	}
	// Output:
	// write true <nil>
	// post false <nil>
}

// GroupResult.parent
func ExampleResult_Parent() {
	b := memstore.New(nil)
	r := group.Of(b, letter().WithParent(result.Task("think")))
	fmt.Println(r.Parent().ID(), r.Parent().Parent() == nil)
	// Output: think true
}

// GroupResult.save, and GroupResult.restore(id)
func ExampleResult_Save() {
	ctx, b := context.Background(), memstore.New(nil)
	_, err := group.Of(b, letter()).Save(ctx, &result.Attributes{Labels: map[string]string{"to": "Mary"}})
	check(err)

	r, err := group.Restore(ctx, b, "letter")
	fmt.Println(r.Tree(), err)
	// Output: [["letter", null], [[["write", null], null], [["post", null], null]]] <nil>
}

func ExampleRestore() {
	ctx, b := context.Background(), memstore.New(nil)
	_, err := group.Restore(ctx, b, "letter")
	fmt.Println(errors.Is(err, result.ErrNotFound))

	_, err = group.Of(b, letter()).Save(ctx, nil)
	check(err)
	r, err := group.Restore(ctx, b, "letter")
	fmt.Println(r.ID(), err)
	// Output:
	// true
	// letter <nil>
}

// GroupResult.save(backend=...), GroupResult.restore(id, backend=...) and
// GroupResult.delete(backend=...): another backend than the handle's own.
func ExampleResult_On() {
	ctx, b, other := context.Background(), memstore.New(nil), memstore.New(nil)
	r := group.Of(b, letter())
	_, err := r.On(other).Save(ctx, nil)
	check(err)

	_, here := group.Restore(ctx, b, "letter")
	_, there := group.Restore(ctx, other, "letter")
	fmt.Println(errors.Is(here, result.ErrNotFound), there)

	out, err := r.On(other).Delete(ctx)
	fmt.Println(out.Applied, err)
	// Output:
	// true <nil>
	// true <nil>
}

// GroupResult.delete: the group goes, its results stay.
func ExampleResult_Delete() {
	ctx, b := context.Background(), memstore.New(nil)
	r := group.Of(b, letter())
	_, err := r.Save(ctx, nil)
	check(err)
	succeed(b, "write")

	out, err := r.Delete(ctx)
	fmt.Println(out.Applied, err)
	out, err = r.Delete(ctx) // is no error
	fmt.Println(out.Applied, err)
	a, err := b.Get(ctx, "write")
	fmt.Println(a.State, err)
	// Output:
	// true <nil>
	// false <nil>
	// SUCCESS <nil>
}

// GroupResult.forget: the results go, the group stays.
func ExampleResult_Forget() {
	ctx, b := context.Background(), memstore.New(nil)
	r := group.Of(b, letter())
	_, err := r.Save(ctx, nil)
	check(err)
	succeed(b, "write", "post")

	_, err = r.Forget(ctx)
	check(err)
	p, err := r.Progress(ctx)
	fmt.Println(p.Leaves.Forgotten, p.Ready(), err)
	fmt.Println(errors.Is(r.Wait(ctx), result.ErrForgotten))
	// Output:
	// 2 false <nil>
	// true
}

// Delete and Forget in one step, which no crash can come between.
func ExampleResult_Purge() {
	ctx, b := context.Background(), memstore.New(nil)
	r := group.Of(b, letter())
	_, err := r.Save(ctx, nil)
	check(err)
	succeed(b, "write")

	_, err = r.Purge(ctx)
	check(err)
	_, err = group.Restore(ctx, b, "letter")
	fmt.Println(errors.Is(err, result.ErrNotFound))
	// Output: true
}

// GroupResult.revoke, and its way back.
func ExampleResult_Revoke() {
	ctx, b := context.Background(), memstore.New(nil)
	r := group.Of(b, letter())
	_, err := r.Save(ctx, nil)
	check(err)
	succeed(b, "write")

	out, err := r.Revoke(ctx)
	fmt.Println(out.Changed, err)
	_, err = r.Join(ctx, nil)
	fmt.Println(err)

	out, err = r.Retry(ctx)
	fmt.Println(out.Changed, err)
	succeed(b, "post")
	fmt.Println(r.Wait(ctx))
	// Output:
	// 1 <nil>
	// task "post": REVOKED: TaskRevokedError: revoked
	// 1 <nil>
	// <nil>
}

// GroupResult.completed_count, waiting, ready, successful and failed
func ExampleResult_Progress() {
	ctx, b := context.Background(), memstore.New(nil)
	r := group.Of(b, letter())
	_, err := r.Save(ctx, nil)
	check(err)
	succeed(b, "write")

	p, err := r.Progress(ctx)
	fmt.Println(p.Completed, p.Total, p.Waiting(), p.Ready(), p.Successful(), p.Failed(), err)
	// Output: 1 2 true false false false <nil>
}

func ExampleResult_Wait() {
	ctx, b := context.Background(), memstore.New(nil)
	r := group.Of(b, letter())
	_, err := r.Save(ctx, nil)
	check(err)

	go succeed(b, "write", "post") // the one deadline is the context's
	fmt.Println(r.Wait(ctx))
	// Output: <nil>
}

// GroupResult.join, and GroupResult.get: values in member order.
func ExampleJoin() {
	ctx, b := context.Background(), memstore.New(nil)
	tree := result.Group("letter", result.Task("write"), result.Group("send", result.Task("stamp"), result.Task("post")))
	r := group.Of(b, tree)
	succeed(b, "stamp", "post", "write")

	values, err := group.Join[string](ctx, r)
	fmt.Println(values, err)
	fmt.Println(group.Nest(r.Tree(), values)) // as Celery's join returns them
	// Output:
	// [write stamp post] <nil>
	// [write [stamp post]]
}

// GroupResult.join(propagate=False)
func ExampleResult_Join() {
	ctx, b := context.Background(), memstore.New(nil)
	r := group.Of(b, letter())
	succeed(b, "post")
	_, err := b.Report(ctx, result.Async{ID: "write", State: result.Failure, Error: &result.TaskError{Type: "OSError", Args: []any{"no ink"}}})
	check(err)

	_, err = r.Join(ctx, nil)
	fmt.Println(err)
	all, err := r.Join(ctx, &group.JoinOptions{NoPropagate: true})
	check(err)
	for _, a := range all {
		fmt.Println(a.ID, a.State)
	}
	// Output:
	// task "write": FAILURE: OSError: no ink
	// write FAILURE
	// post SUCCESS
}

// Each result as it comes: ResultSet.iter_native.
func ExampleResult_All() {
	ctx, b := context.Background(), memstore.New(nil)
	r := group.Of(b, letter())
	_, err := r.Save(ctx, nil)
	check(err)
	succeed(b, "post")
	for a, err := range r.All(ctx) {
		check(err)
		fmt.Println(a.ID, a.State)
		if a.ID == "post" {
			succeed(b, "write")
		}
	}
	// Output:
	// post SUCCESS
	// write SUCCESS
}

func ExampleResult_Watch() {
	ctx, b := context.Background(), memstore.New(nil)
	r := group.Of(b, letter())
	_, err := r.Save(ctx, nil)
	check(err)
	next := []result.ID{"write", "post"}
	for p, err := range r.Watch(ctx) {
		check(err)
		fmt.Println(p.Completed, "of", p.Total)
		if len(next) > 0 {
			succeed(b, next[0])
			next = next[1:]
		}
	}
	// Output:
	// 0 of 2
	// 1 of 2
	// 2 of 2
}

// EagerResult, a handle with a fixed state: the result itself, or a backend in
// memory that has been told of it.
func Example_eager() {
	ctx, b := context.Background(), memstore.New(nil)
	a := result.Async{ID: "now", State: result.Failure, Error: &result.TaskError{Type: "ValueError", Args: []any{"odd"}}}
	fmt.Println(a.State.Ready(), a.Failed(), a.Throw())

	_, err := b.Report(ctx, a)
	check(err)
	_, err = group.Get[int](ctx, group.Of(b, result.Task("now")))
	fmt.Println(err)
	// Output:
	// true true task "now": FAILURE: ValueError: odd
	// task "now": FAILURE: ValueError: odd
}

// AsyncResult.get, and AsyncResult.children.
func ExampleGet() {
	ctx, b := context.Background(), memstore.New(nil)
	value, err := b.Marshal(42)
	check(err)
	_, err = b.Report(ctx, result.Async{ID: "answer", State: result.Success, Value: value, Children: []result.Tree{result.Task("next")}})
	check(err)

	r := group.Of(b, result.Task("answer"))
	n, err := group.Get[int](ctx, r)
	fmt.Println(n, err)
	children, err := r.Started(ctx)
	fmt.Println(len(children), children[0].ID(), err)
	// Output:
	// 42 <nil>
	// 1 next <nil>
}

// ResultSet.then
func ExampleResult_Then() {
	ctx, b := context.Background(), memstore.New(nil)
	r := group.Of(b, letter())
	_, err := r.Save(ctx, nil)
	check(err)

	called := make(chan bool)
	r.Then(ctx, func(err error) {
		fmt.Println("posted:", err)
		close(called)
	})
	succeed(b, "write", "post")
	<-called
	// Output: posted: <nil>
}
