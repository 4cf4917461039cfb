package storetest

import (
	"fmt"
	"slices"

	"github.com/seed-1c955bc8/bunch/result"
)

// arrival is law 17.
func arrival(t *T) {
	t.clause("in_every_order", func(t *T) {
		// Two groups that share a nested group, and the reports of its tasks, in
		// every order; each order has ids of its own.
		const steps = 5
		n := 0
		for order := range permutations(steps) {
			n++
			name := func(s string) result.ID { return result.ID(fmt.Sprintf("%d %s", n, s)) }
			minted := result.Root{byte(n), byte(n >> 8), 1, 2, 3, 4, 0x8a, 1, 0x9a, 1, 1, 1}
			shared := result.Group(name("in"), result.Task(name("s")), result.Task(minted.ID(1)))
			one := result.Group(name("one"), result.Tasks(minted, 1, 2), result.Task(name("s")))
			two := result.Group(name("two"), shared, result.Task(name("t")))
			announced := map[result.ID]int{}
			for _, step := range order {
				var out []result.Outcome
				switch step {
				case 0:
					out = append(out, t.save(one))
				case 1:
					out = append(out, t.save(two))
				case 2:
					out = t.reports(t.async(name("s"), result.Success), t.async(minted.ID(1), result.Success))
				case 3:
					out = t.reports(t.async(minted.ID(2), result.Failure), t.async(name("t"), result.Revoked))
				case 4:
					out = append(out, t.save(shared))
				}
				for _, o := range out {
					for _, id := range o.Settled {
						announced[id]++
					}
				}
			}
			t.recount(one.ID(), two.ID(), shared.ID())
			for id, completed := range map[result.ID]int{one.ID(): 2, two.ID(): 1, shared.ID(): 2} {
				p := t.progress(id)
				t.want(p.Ready() && p.Completed == completed && p.Leaves.Of(result.Success) == 2, "in the order %v %q counts %+v", order, id, p)
				t.want(announced[id] == 1, "in the order %v it was announced %d times that %q settled", order, announced[id], id)
			}
			for _, id := range []result.ID{name("s"), minted.ID(1)} {
				t.stands(id, result.Success, 1, false)
				found := t.find(id)
				slices.Sort(found)
				want := []result.ID{one.ID(), two.ID(), shared.ID()}
				slices.Sort(want)
				t.want(slices.Equal(found, want), "%q is found in %q, not in %q", id, found, want)
			}
		}
	})

	t.clause("a_lone_result", func(t *T) {
		for _, id := range []result.ID{"lone", root(1).ID(3)} {
			t.settles("the report", t.report(id, result.Started))
			t.changes("the next report", t.report(id, result.Failure), 1)
			t.stands(id, result.Failure, 1, false)
			t.want(len(t.find(id)) == 0, "a lone task is found in %q", t.find(id))
			t.retry(result.Task(id))
			t.report(id, result.Success)
			t.stands(id, result.Success, 2, false)
		}
		// Before, between and after lone ones of the same root.
		tree := result.Group("g", result.Tasks(root(1), 1, 5))
		t.report(root(1).ID(6), result.Success)
		t.save(tree)
		t.recount("g")
		t.want(t.progress("g").Leaves.Of(result.Success) == 1, "it counts %+v", t.progress("g"))
	})

	t.clause("everything_that_was_there_counts", func(t *T) {
		tree := mixed()
		all := leaves(tree)
		for i, id := range all {
			t.report(id, allStates[i%len(allStates)])
		}
		t.forget(result.Task(all[3]))
		t.retry(result.Task(all[1]))
		before := t.results(tree, result.Filter{})
		t.save(tree)
		t.recount(tree.ID())
		for i, a := range t.results(tree, result.Filter{}) {
			t.same(a, before[i])
		}
		t.want(t.progress(tree.ID()).Leaves.Forgotten == 1, "it counts %+v", t.progress(tree.ID()))
	})

	t.clause("one_result_counts_in_each_group", func(t *T) {
		var groups []result.ID
		for i := range 20 {
			id := result.ID(fmt.Sprint("group ", i))
			tree := result.Group(id, result.Group("in", tasks("s")...), result.Task(result.ID(fmt.Sprint("own ", i))))
			if i%2 == 0 {
				tree = result.Group(id, result.Task("s").WithParent(result.Task("p")))
			}
			t.save(tree)
			groups = append(groups, id)
		}
		t.report("s", "PROGRESS")
		t.recount(groups...)
		o := t.report("s", result.Failure)
		var even []result.ID
		for i := 0; i < 20; i += 2 {
			even = append(even, groups[i])
		}
		t.settles("the report", o, even...)
		t.recount(groups...)
		t.retry(result.Task("s"))
		t.recount(groups...)
		t.forget(result.Task("s"))
		t.recount(groups...)
		for i, id := range groups {
			t.delete(id)
			t.recount(groups[i+1:]...)
		}
		t.stands("s", result.Pending, 2, true)
	})
}

// permutations ranges over the orders of the numbers from 0 to n-1.
func permutations(n int) func(yield func([]int) bool) {
	return func(yield func([]int) bool) {
		var extend func(order []int) bool
		extend = func(order []int) bool {
			if len(order) == n {
				return yield(order)
			}
			for i := range n {
				if !slices.Contains(order, i) && !extend(append(slices.Clip(order), i)) {
					return false
				}
			}
			return true
		}
		extend(nil)
	}
}
