package remote

import (
	"context"
	"fmt"
	"iter"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// maxReports is the most reports in one call, as the contract has it.
const maxReports = 1000

// Save makes a tree durable under its id; see group.Backend.
func (c *Client) Save(ctx context.Context, tree result.Tree, attr result.Attributes) (result.Outcome, error) {
	t, err := packTree(tree)
	if err == nil {
		err = attr.Validate(tree)
	}
	if err != nil {
		return result.Outcome{}, fmt.Errorf("save %q: %w", string(tree.ID()), err)
	}
	return c.write(ctx, askSave, save{Tree: t, Labels: attr.Labels, Note: attr.Note, Inputs: attr.Inputs, MaxAge: attr.MaxAge})
}

// Delete removes a saved group; see group.Backend.
func (c *Client) Delete(ctx context.Context, id result.ID) (result.Outcome, error) {
	return c.write(ctx, askDelete, id)
}

// Purge removes a saved group and forgets its results; see group.Backend.
func (c *Client) Purge(ctx context.Context, id result.ID) (result.Outcome, error) {
	return c.write(ctx, askPurge, id)
}

// Revoke calls off what is not ready; see group.Backend.
func (c *Client) Revoke(ctx context.Context, tree result.Tree) (result.Outcome, error) {
	return c.change(ctx, askRevoke, "revoke", tree)
}

// Retry reopens what has failed; see group.Backend.
func (c *Client) Retry(ctx context.Context, tree result.Tree) (result.Outcome, error) {
	return c.change(ctx, askRetry, "retry", tree)
}

// Forget drops results; see group.Backend.
func (c *Client) Forget(ctx context.Context, tree result.Tree) (result.Outcome, error) {
	return c.change(ctx, askForget, "forget", tree)
}

func (c *Client) change(ctx context.Context, kind byte, name string, tree result.Tree) (result.Outcome, error) {
	t, err := packTree(tree)
	if err != nil {
		return result.Outcome{}, fmt.Errorf("%s %q: %w", name, string(tree.ID()), err)
	}
	return c.write(ctx, kind, t)
}

func (c *Client) write(ctx context.Context, kind byte, ask any) (result.Outcome, error) {
	out, err := call[outcome](ctx, c, kind, ask)
	return out.Outcome, err
}

// Report records results; see group.Backend. What cannot be written down, the
// other process is not asked about.
func (c *Client) Report(ctx context.Context, reports ...result.Async) ([]result.Outcome, error) {
	ask, err := packReports(reports)
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	answer, err := call[[]outcome](ctx, c, askReport, ask)
	if err != nil {
		return nil, err
	}
	return unpackOutcomes(answer), nil
}

func packReports(reports []result.Async) ([]async, error) {
	if len(reports) > maxReports {
		return nil, fmt.Errorf("%w: %d reports in one call, the most is %d", result.ErrTooLarge, len(reports), maxReports)
	}
	ask := make([]async, len(reports))
	for i, r := range reports {
		if err := validReport(r); err != nil {
			return nil, fmt.Errorf("task %q: %w", string(r.ID), err)
		}
		r.Input, r.Forgotten = nil, false
		ask[i] = packAsync(r)
	}
	return ask, nil
}

func validReport(r result.Async) error {
	if err := r.ID.Validate(); err != nil {
		return err
	}
	if err := r.State.Validate(); err != nil {
		return err
	}
	if r.Value != nil {
		if err := encoding.Valid(r.Value); err != nil {
			return err
		}
	}
	return encoding.ValidDetails(r, MaxFrame)
}

// Restore reads a saved group; see group.Backend.
func (c *Client) Restore(ctx context.Context, id result.ID) (result.Saved, error) {
	s, err := call[saved](ctx, c, askRestore, id)
	if err != nil {
		return result.Saved{}, err
	}
	return s.unpack()
}

// Progress says how far a saved group is; see group.Backend.
func (c *Client) Progress(ctx context.Context, id result.ID) (result.Progress, error) {
	head, err := call[[]byte](ctx, c, askProgress, id)
	if err != nil {
		return result.Progress{}, err
	}
	return unpackProgress(head)
}

// Get reads one result; see group.Backend.
func (c *Client) Get(ctx context.Context, id result.ID) (result.Async, error) {
	a, err := call[async](ctx, c, askGet, id)
	if err != nil {
		return result.Async{}, err
	}
	return a.unpack()
}

// List gives a page of saved groups; see group.Backend.
func (c *Client) List(ctx context.Context, q result.Query) (page []result.Saved, next string, err error) {
	l, err := call[listed](ctx, c, askList, query{Query: q})
	if err != nil {
		return nil, "", err
	}
	for _, s := range l.Page {
		group, err := s.unpack()
		if err != nil {
			return nil, "", err
		}
		page = append(page, group)
	}
	return page, l.Next, nil
}

// Find gives the saved groups that have id in their tree; see group.Backend.
func (c *Client) Find(ctx context.Context, id result.ID) ([]result.ID, error) {
	return call[[]result.ID](ctx, c, askFind, id)
}

// Results ranges over the leaves of a tree; see group.Backend. The tree must pass
// Tree.Validate.
func (c *Client) Results(ctx context.Context, tree result.Tree, f result.Filter) iter.Seq2[result.Async, error] {
	return func(yield func(result.Async, error) bool) {
		t, err := packTree(tree)
		if err != nil {
			yield(result.Async{}, fmt.Errorf("results %q: %w", string(tree.ID()), err))
			return
		}
		for body, err := range c.items(ctx, askResults, results{Tree: t, Filter: filter{Filter: f}}) {
			var page []async
			if err == nil {
				err = unpack(body, &page)
			}
			for _, m := range page {
				a, bad := m.unpack()
				if err = bad; err != nil {
					break
				}
				if !yield(a, nil) {
					return
				}
			}
			if err != nil {
				yield(result.Async{}, err)
				return
			}
		}
	}
}

// Watch ranges over the news of a group and of tasks; see group.Backend.
func (c *Client) Watch(ctx context.Context, group result.ID, tasks ...result.ID) iter.Seq2[result.Event, error] {
	ask := watch{Group: group, Tasks: packIDs(tasks)}
	return func(yield func(result.Event, error) bool) {
		for body, err := range c.items(ctx, askWatch, ask) {
			var e result.Event
			if err == nil {
				e, err = unpackEvent(body)
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// AskToYield asks the process that serves the store in dir to close it, and
// reports whether it will, soon. An error says that nobody could be asked. See the
// argument of store.Store.Serve.
func AskToYield(ctx context.Context, dir string) (yields bool, err error) {
	c, err := Dial(ctx, dir)
	if err != nil {
		return false, err
	}
	defer c.Close()
	return call[bool](ctx, c, askYield, nil)
}
