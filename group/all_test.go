package group_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

func TestAllGivesWhatIsDoneAndThenTheRestAsItComes(t *testing.T) {
	b := open(t)
	root := result.Root{6: 0x80, 8: 0x80}
	minted := []result.ID{root.ID(1), root.ID(2), root.ID(3)}
	tree := result.Group("g", result.Task("a"), result.Tasks(root, 1, 3), result.Group("n", tasks("b", "c")...))
	r := save(t, b, tree)
	report(t, b, result.Success, "c", minted[1])
	report(t, b, result.Failure, "a")
	coming := []result.ID{minted[2], "b", minted[0]}
	want := append([]result.ID{"a", minted[1], "c"}, coming...)
	var got []result.ID
	for a, err := range r.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, a.ID)
		if len(got) >= 3 && len(coming) > 0 { // the loop's body may call the backend
			report(t, b, result.Success, coming[0])
			coming = coming[1:]
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("\n got %q\nwant %q", got, want)
	}
}

func TestAllGivesEachMemberOnce(t *testing.T) {
	rnd := random(t)
	for range 30 {
		b, ctx := open(t), t.Context()
		tree := randomTree(rnd)
		ids := leaves(tree)
		r := save(t, b, tree)
		if rnd.IntN(2) == 0 { // as a part of something larger
			outer := save(t, b, result.Group("outer", append(tasks("else"), tree)...))
			must(b.Delete(ctx, tree.ID()))
			r = last(outer.Children())
		}
		var wg sync.WaitGroup
		for _, part := range [][]int{rnd.Perm(len(ids)), rnd.Perm(len(ids))} {
			wg.Go(func() { // fails, is reopened, and succeeds at last
				for _, i := range part {
					for _, s := range []result.State{result.Started, result.Failure} {
						must(b.Report(ctx, result.Async{ID: ids[i], State: s}))
					}
					must(b.Retry(ctx, result.Task(ids[i])))
				}
				for _, i := range part {
					must(b.Report(ctx, result.Async{ID: ids[i], State: result.Success}))
				}
			})
		}
		var readers sync.WaitGroup
		for range 3 {
			readers.Go(func() {
				given := map[result.ID]int{}
				for a, err := range r.All(ctx) {
					if err != nil {
						t.Error(err)
						return
					}
					if given[a.ID]++; given[a.ID] > 1 {
						t.Errorf("%q was given again", a.ID)
					}
					if !a.State.Ready() {
						t.Errorf("%q was given in state %s", a.ID, a.State)
					}
				}
				if len(given) != len(ids) {
					t.Errorf("gave %d of %d", len(given), len(ids))
				}
			})
		}
		wg.Wait()
		readers.Wait()
	}
}

// Somebody who forgets each result once it is dealt with is not stopped by that,
// and does not pay for it with a reading of all the others.
func TestAllWhileForgettingWhatWasGiven(t *testing.T) {
	b, ctx := open(t), t.Context()
	r := group.New(b, 100)
	must(r.Save(ctx, nil))
	coming := leaves(r.Tree())
	report(t, b, result.Success, coming[0])
	coming = coming[1:]
	n := 0
	for a, err := range r.All(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		n++
		must(b.Forget(ctx, result.Task(a.ID)))
		if len(coming) > 0 {
			report(t, b, result.Success, coming[0])
			coming = coming[1:]
		}
	}
	if n != 100 || b.results.Load() != 1 {
		t.Errorf("gave %d of 100, read all results %d times", n, b.results.Load())
	}
}

func TestAllGivesWhatIsReadyBeforeAnError(t *testing.T) {
	for how, handle := range handles {
		t.Run(how, func(t *testing.T) {
			b := open(t)
			r := handle(t, b)
			must(b.Forget(t.Context(), result.Task("a")))
			report(t, b, result.Success, "b")
			var got []result.ID
			var failed error
			for a, err := range r.All(t.Context()) {
				if failed != nil {
					t.Fatal("something came after the error")
				}
				if failed = err; err == nil {
					got = append(got, a.ID)
				}
			}
			if !slices.Equal(got, []result.ID{"b"}) || !errors.Is(failed, result.ErrForgotten) {
				t.Errorf("got %q and then %v", got, failed)
			}
		})
	}
}

func TestRangesCanBeLeft(t *testing.T) {
	b := open(t)
	r := group.New(b, 10)
	must(r.Save(t.Context(), nil))
	report(t, b, result.Success, leaves(r.Tree())[:5]...)
	for range r.All(t.Context()) {
		break
	}
	for range r.Watch(t.Context()) {
		break
	}
	for range r.Children() {
		break
	}
}

// A slow reader misses more than a backend keeps for it.
func TestAllAfterTooMuchNews(t *testing.T) {
	for _, nested := range []bool{false, true} {
		t.Run(fmt.Sprint("nested ", nested), func(t *testing.T) {
			b, ctx := open(t), t.Context()
			r := group.New(b, 5_000)
			ids := leaves(r.Tree())
			if nested {
				r = last(save(t, b, result.Group("outer", r.Tree())).Children())
			} else {
				must(r.Save(ctx, nil))
			}
			done := make(chan int)
			first, rest := make(chan bool), make(chan bool)
			go func() {
				n := 0
				for _, err := range r.All(ctx) {
					if err != nil {
						t.Error(err)
					}
					if n++; n == 1 {
						first <- true
						<-rest
					}
				}
				done <- n
			}()
			<-b.asleep
			report(t, b, result.Success, ids[5])
			<-first
			for _, id := range ids {
				must(b.Report(ctx, result.Async{ID: id, State: result.Success}))
			}
			rest <- true
			if n := <-done; n != len(ids) {
				t.Errorf("gave %d of %d", n, len(ids))
			}
			if b.results.Load() != 2 {
				t.Errorf("read all results %d times, want 2: at first, and after missing some", b.results.Load())
			}
		})
	}
}

// Ids of one root may be in several groups: position is not node number.
func TestAllOfARunBetweenOthers(t *testing.T) {
	b := open(t)
	root := result.Root{6: 0x80, 8: 0x80}
	before, after := result.Group("before", result.Tasks(root, 1, 3)), result.Group("after", result.Tasks(root, 7, 3))
	in := result.Group("in", result.Tasks(root, 10, 2), result.Tasks(root, 4, 3))
	outer := save(t, b, result.Group("outer", before, in, after))
	for c := range outer.Children() {
		if c.ID() != in.ID() {
			continue
		}
		var got []result.ID
		done := start(t.Context(), b, c, func(ctx context.Context, r *group.Result) error {
			for a, err := range r.All(ctx) {
				if err != nil {
					return err
				}
				got = append(got, a.ID)
			}
			return nil
		})
		report(t, b, result.Success, append(leaves(before), leaves(after)...)...)
		report(t, b, result.Success, leaves(in)...)
		if err := <-done; err != nil || !slices.Equal(got, leaves(in)) {
			t.Errorf("got %q, %v", got, err)
		}
	}
}
