package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// entry is a task's result as the committer works on it.
type entry struct {
	id      result.ID
	key     []byte
	members []byte // its memberships
	exists  bool   // there is a result
	rec     encoding.Record
}

// The meta byte of a task's record, so that counting needs keys only: the state's
// code, and a bit for a forgotten one. It is 0 where there is no result.
const metaForgotten = 0x80

func metaOf(a result.Async) byte {
	if a.Forgotten {
		return metaForgotten | encoding.StateCode(result.Pending)
	}
	return encoding.StateCode(a.State)
}

// entry reads a task's result. One that was never stored is PENDING at its
// first attempt.
func (b *batch) entry(id result.ID) (entry, error) {
	e := entry{id: id, key: idKey(keyResult, id)}
	body, _, err := b.get(e.key)
	if err != nil {
		return e, err
	}
	members, res, err := splitMembers(e.key, body)
	if err != nil {
		return e, err
	}
	e.members, e.exists = members, res != nil
	if !e.exists {
		e.rec.Async = result.Async{State: result.Pending, Attempt: 1}
		return e, nil
	}
	if e.rec, err = encoding.ParseRecord(res); err != nil {
		return e, parseError(e.key, err)
	}
	return e, nil
}

// tally adds up what one operation does.
type tally struct {
	applied bool // also without a changed result
	changed int
	settled []passage
}

// passage is a group that settled.
type passage struct {
	seq uint64
	id  result.ID
}

// outcome fills in what was done.
func (t *tally) outcome(out *result.Outcome) {
	out.Applied = t.applied || t.changed > 0
	out.Changed = t.changed
	slices.SortFunc(t.settled, func(a, b passage) int { return cmp.Compare(a.seq, b.seq) })
	for _, p := range t.settled {
		out.Settled = append(out.Settled, p.id)
	}
}

// operate queues an operation and adds up what it does.
func (s *Store) operate(ctx context.Context, name string, id result.ID, do func(*batch, *tally) error) (out result.Outcome, err error) {
	err = s.write(ctx, name, id, func(b *batch) error {
		out = result.Outcome{}
		var t tally
		if err := do(b, &t); err != nil {
			return err
		}
		t.outcome(&out)
		return nil
	})
	if err != nil {
		return result.Outcome{}, err
	}
	return out, nil
}

// put stores rec in place of what old holds, moves the counts of every saved
// group that names the task, and notes the news.
func (b *batch) put(t *tally, old entry, rec encoding.Record) error {
	body := appendMembers(make([]byte, 0, len(old.members)+len(rec.Value)+64), old.members) // room for the seal too
	body = encoding.AppendRecord(body, rec)
	if b.long { // nothing may go wrong half way
		if err := b.makeRoom(len(body) + (1+len(old.members)/membershipLen)*maxHead); err != nil {
			return err
		}
	}
	namers, err := b.namers(old)
	if err == nil && b.long {
		err = b.readable(namers)
	}
	if err != nil {
		return b.passOver(err)
	}
	if old.rec.Blob != nil {
		if err := b.deleteBlob(*old.rec.Blob); err != nil {
			return err
		}
	}
	if err := b.set(old.key, metaOf(rec.Async), body); err != nil {
		return err
	}
	if !old.exists && len(old.members) == 0 {
		b.tasks++
	}
	t.changed++
	becameReady := rec.State.Ready() && !old.rec.State.Ready()
	b.s.changes++
	b.news = append(b.news, news{task: old.id, ready: becameReady, serial: b.s.changes})
	if len(namers) == 0 {
		return b.expireLone(old.id)
	}
	for _, n := range namers {
		settled, err := b.move(n, old.rec.Async, rec.Async)
		if err != nil {
			return err
		}
		if settled {
			t.settled = append(t.settled, passage{n.head.Seq, n.id})
		}
		b.news = append(b.news, news{group: n.id, task: old.id, ready: becameReady, serial: b.s.changes})
	}
	return nil
}

// move counts one leaf of a group from one state to another, and reports
// whether the group settled by it.
func (b *batch) move(n namer, from, to result.Async) (settled bool, err error) {
	p := &n.head.Progress
	before := p.Settled()
	p.Leaves = count(count(p.Leaves, from, -1), to, +1)
	if p.Leaves.Custom() > result.MaxCustomStates {
		b.over = append(b.over, n.group)
	}
	b.change(n.group)
	was, is := from.State == result.Success && !from.Forgotten, to.State == result.Success && !to.Forgotten
	if was != is {
		if err := b.complete(n, is); err != nil {
			return false, err
		}
	}
	return b.settle(n.group, before)
}

// within refuses what leaves a group with too many custom states.
func (b *batch) within() error {
	for _, g := range b.over {
		if g.head.Progress.Leaves.Custom() > result.MaxCustomStates {
			return fmt.Errorf("%w: group %q would have leaves in more than %d custom states at once",
				result.ErrTooLarge, string(g.id), result.MaxCustomStates)
		}
	}
	return nil
}

// readable gives an error if not all can be read that counting a leaf of these groups
// takes.
func (b *batch) readable(namers []namer) error {
	for _, n := range namers {
		if n.ordinal == 0 {
			continue
		}
		if _, _, err := b.number(seqKey(keyDirect, n.head.Seq, n.ordinal)); err != nil {
			return err
		}
	}
	return nil
}

func count(c result.Counts, a result.Async, n int) result.Counts {
	if a.Forgotten {
		c.Forgotten += n
		return c
	}
	return c.Add(a.State, n)
}

// complete counts a leaf that became, or ceased to be, successful among the
// group's completed direct members.
func (b *batch) complete(n namer, is bool) error {
	step := 1
	if !is {
		step = -1
	}
	if n.ordinal == 0 {
		n.head.Progress.Completed += step
		return nil
	}
	key := seqKey(keyDirect, n.head.Seq, n.ordinal)
	left, ok, err := b.number(key)
	if err != nil {
		return err
	}
	if !ok {
		return corrupt(key, fmt.Errorf("missing, of group %q", string(n.id)))
	}
	if left == 0 { // it was complete, and is no more
		n.head.Progress.Completed--
	}
	left -= uint64(step)
	if left == 0 {
		n.head.Progress.Completed++
	}
	return b.setNumber(key, left)
}

// settle brings the group's times in line after a change, and reports whether
// it passed from unsettled to settled.
func (b *batch) settle(g *group, before bool) (settled bool, err error) {
	after := g.head.Progress.Settled()
	if before == after {
		return false, nil
	}
	b.change(g)
	if after {
		g.head.Settled = b.now
		return true, b.expireGroup(g)
	}
	g.head.Settled = zeroTime
	return false, b.expireGroup(g)
}
