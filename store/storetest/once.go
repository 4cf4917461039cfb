package storetest

import (
	"strconv"
	"strings"

	"github.com/seed-1c955bc8/bunch/result"
)

// once is law 12.
func once(t *T) {
	r := root(1)
	dup := func(id result.ID, tree result.Tree) {
		name := strings.ReplaceAll(tree.String(), "/", "|")
		t.clause("refused_"+name[:min(len(name), 60)], func(t *T) {
			_, err := t.Save(t.ctx, tree, result.Attributes{})
			t.fails("Save", err, result.ErrDuplicate)
			t.want(strings.Contains(err.Error(), strconv.Quote(string(id))), "the error does not name %q: %v", id, err)
			_, err = t.Restore(t.ctx, tree.ID())
			t.fails("Restore of what was refused", err, result.ErrNotFound)
			t.want(len(t.find(id)) == 0, "what was refused is found in %q", t.find(id))
			t.unknown(id)
			for what, op := range map[string]func() (result.Outcome, error){
				"Revoke": func() (result.Outcome, error) { return t.Revoke(t.ctx, tree) },
				"Retry":  func() (result.Outcome, error) { return t.Retry(t.ctx, tree) },
				"Forget": func() (result.Outcome, error) { return t.Forget(t.ctx, tree) },
			} {
				_, err := op()
				t.fails(what, err, result.ErrDuplicate)
			}
			t.unknown(id)
		})
	}
	dup("a", result.Group("g", tasks("a", "b", "a")...))
	dup("a", result.Group("g", result.Task("a"), result.Group("in", result.Group("deep", tasks("a")...))))
	dup("a", result.Group("g", result.Task("a"), result.Task("a").WithParent(result.Task("p"))))
	dup("in", result.Group("g", result.Group("in"), result.Task("a"), result.Group("other", result.Group("in", tasks("b")...))))
	dup("g", result.Group("g", result.Group("in", result.Group("g"))))
	dup(r.ID(7), result.Group("g", result.Tasks(r, 5, 3), result.Task("x"), result.Tasks(r, 7, 4)))
	dup(r.ID(6), result.Group("g", result.Task(r.ID(6)), result.Group("in", result.Tasks(r, 5, 3))))
	dup(r.ID(6), result.Group("g", result.Tasks(r, 5, 3), result.Task(r.ID(6)).WithParent(result.Task("p"))))

	t.clause("adding_a_member_that_is_there", func(t *T) {
		tree := result.Group("g", result.Task("a"), result.Tasks(r, 1, 5))
		t.save(tree)
		for _, more := range []result.Tree{result.Task("a"), result.Task(r.ID(3)), result.Group("g"), result.Group("in", tasks("a")...)} {
			_, err := t.Save(t.ctx, tree.Append(more), result.Attributes{})
			t.fails("Save", err, result.ErrDuplicate)
			t.want(t.restore("g").Tree.Equal(tree), "what was refused was saved")
			t.recount("g")
		}
	})

	t.clause("what_is_no_duplicate", func(t *T) {
		p := result.Task("a") // a parent is a reference, and may be a member elsewhere
		tree := result.Group("g", p, result.Task("b").WithParent(p), result.Task("g"), result.Group("a", result.Task("c").WithParent(p)),
			result.Tasks(r, 1, 3), result.Tasks(r, 4, 3), result.Tasks(root(2), 1, 3))
		t.save(tree)
		t.report("a", result.Success)
		t.recount("g")
		t.want(t.progress("g").Leaves.Of(result.Success) == 1, "one member was reported, counted are %+v", t.progress("g"))
	})
}
