package store

import (
	"context"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// Revoke reports every unfinished leaf of a tree as REVOKED; see group.Backend.
func (s *Store) Revoke(ctx context.Context, tree result.Tree) (result.Outcome, error) {
	return s.change(ctx, "revoke", journalRevoke, tree)
}

// Retry reopens the leaves of a tree that failed, were revoked or forgotten; see
// group.Backend.
func (s *Store) Retry(ctx context.Context, tree result.Tree) (result.Outcome, error) {
	return s.change(ctx, "retry", journalRetry, tree)
}

// Forget drops the results of a tree's leaves and of their ancestors; see
// group.Backend.
func (s *Store) Forget(ctx context.Context, tree result.Tree) (result.Outcome, error) {
	return s.change(ctx, "forget", journalForget, tree)
}

func (s *Store) change(ctx context.Context, name string, verb uint8, tree result.Tree) (result.Outcome, error) {
	if err := tree.Validate(); err != nil {
		return result.Outcome{}, &Error{Op: name, ID: tree.ID(), Err: err}
	}
	var one result.Async // the result of a tree of one task
	out, err := s.operate(ctx, name, tree.ID(), func(b *batch, t *tally) error {
		if err := b.changeTree(t, verb, tree); err != nil || tree.IsGroup() || tree.LeafCount() != 1 {
			return err
		}
		e, err := b.entry(tree.ID())
		one = e.rec.Async
		return err
	})
	if err == nil {
		out.State, out.Attempt = one.State, one.Attempt
	}
	return out, err
}

// changeTree does verb to the leaves of tree. If there may be many it goes by
// the journal, which keeps the tree.
func (b *batch) changeTree(t *tally, verb uint8, tree result.Tree) error {
	j := journal{Verb: verb, ID: tree.ID()}
	if b.tight || touches(tree, verb) > longOp {
		b.long = true
		var err error
		if j.Seq, err = b.nextSeq(); err != nil {
			return err
		}
		if err = b.setJournal(journal{Verb: journalDraft, ID: j.ID, Seq: j.Seq}); err != nil {
			return err
		}
		if j.Pieces, err = b.writeTree(j.Seq, 0, encoding.AppendTree(nil, tree)); err != nil {
			return err
		}
	}
	if err := b.beginLong(j); err != nil {
		return err
	}
	return b.finishChange(t, j, tree)
}

// touches is how many results verb may change, as far as it matters here.
func touches(tree result.Tree, verb uint8) int {
	if verb != journalForget {
		return tree.LeafCount()
	}
	n := 0
	for r := range tree.Lineage() {
		if n += r.LeafCount(); n > longOp {
			break
		}
	}
	return n
}

func (b *batch) finishChange(t *tally, j journal, tree result.Tree) error {
	var err error
	switch j.Verb {
	case journalRevoke:
		err = b.revoke(t, tree)
	case journalRetry:
		err = b.retry(t, tree)
	case journalForget:
		err = b.forget(t, tree)
	}
	if err != nil {
		return err
	}
	if err := b.deleteTree(j.Seq, j.Version, j.Pieces); err != nil {
		return err
	}
	return b.endLong(j)
}

func (b *batch) revoke(t *tally, tree result.Tree) error {
	for leaf := range tree.Leaves() {
		e, err := b.entry(leaf.ID())
		if err == nil && (e.rec.State.Ready() || e.rec.Forgotten) {
			continue
		}
		var stood encoding.Record
		if err == nil {
			stood, err = whole(b, e.rec)
		}
		if err != nil {
			if err = b.passOver(err); err != nil {
				return err
			}
			continue
		}
		rec := encoding.Record{Async: result.Async{
			State: result.Revoked, Error: result.RevokedError("revoked"), Done: b.now, Attempt: e.rec.Attempt,
			Request: stood.Request,
		}}
		if err := b.put(t, e, rec); err != nil {
			return err
		}
		if err := b.pause(); err != nil {
			return err
		}
	}
	return nil
}

// retry looks at stored results only: a leaf nobody reported is open anyway.
func (b *batch) retry(t *tally, tree result.Tree) error {
	reopen := func(e entry) error {
		if !e.rec.State.Propagates() && !e.rec.Forgotten {
			return nil
		}
		stood, err := whole(b, e.rec)
		if err != nil {
			return b.passOver(err)
		}
		rec := encoding.Record{Async: result.Async{
			State: result.Retry, Error: stood.Error, Attempt: e.rec.Attempt + 1, Request: stood.Request,
		}}
		if rec.Error != nil && sizeOf(result.Async{Error: rec.Error}) > maxInline {
			rec.Error = &result.TaskError{Type: rec.Error.Type, Module: rec.Error.Module} // only to look at
		}
		if err := b.put(t, e, rec); err != nil {
			return err
		}
		return b.pause()
	}
	for run := range tree.LeafRuns() {
		if root, first, count, ok := mintedRun(run); ok {
			if err := b.stored(root, first, count, reopen); err != nil {
				return err
			}
			continue
		}
		e, err := b.entry(run.ID())
		if err == nil {
			err = reopen(e)
		} else {
			err = b.passOver(err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// forget leaves a mark in place of each result, so that a straggler's report is
// known for one.
func (b *batch) forget(t *tally, tree result.Tree) error {
	for leaf := range tree.Leaves() {
		if err := b.forgetTask(t, leaf.ID(), true); err != nil {
			return err
		}
	}
	for task := range tree.Lineage() {
		for id := range tasks(task) {
			if err := b.forgetTask(t, id, false); err != nil {
				return err
			}
		}
	}
	return nil
}

// forgetTask forgets one result. An ancestor that nobody knows is left alone.
func (b *batch) forgetTask(t *tally, id result.ID, leaf bool) error {
	e, err := b.entry(id)
	if err != nil || e.rec.Forgotten {
		return b.passOver(err)
	}
	if !leaf && !e.exists {
		namers, err := b.namers(e)
		if err != nil || len(namers) == 0 {
			return err
		}
	}
	rec := encoding.Record{Async: result.Async{
		State: result.Pending, Forgotten: true, Attempt: e.rec.Attempt,
	}}
	if err := b.put(t, e, rec); err != nil {
		return err
	}
	return b.pause()
}
