package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

const many = 3 * longOp

func newStore(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(dir, &Options{NoSync: true, Profile: Edge})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// interrupt does work to the store as a committer would that is killed before
// the end, and opens the store again.
func interrupt(t *testing.T, s *Store, work func(*batch) error) *Store {
	t.Helper()
	close(s.closing)
	s.queue.close(result.ErrClosed)
	<-s.committed
	<-s.swept
	s.flights, s.committed = make(chan *flight), make(chan struct{})
	go s.fly(s.flights)
	b := s.newBatch()
	b.long = true
	if err := work(b); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(b.flush(), b.land()); err != nil {
		t.Fatal(err)
	}
	b.end()
	close(s.flights)
	<-s.committed
	s.once.Do(func() {}) // it was killed: nothing is closed in order
	if err := s.db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.lock.release(); err != nil {
		t.Fatal(err)
	}
	return newStore(t, s.dir)
}

func minted(n int) result.Tree {
	root := result.NewRoot(time.Now())
	return result.Group(root.ID(0), result.Tasks(root, 1, n))
}

func foreign(id result.ID, n int) result.Tree {
	members := make([]result.Tree, n)
	for i := range members {
		members[i] = result.Task(id + result.ID(time.Duration(i).String()))
	}
	return result.Group(id, members...)
}

// TestJournal: an operation that needs several transactions is completed by
// Open, wherever between its first and its last the process was killed.
func TestJournal(t *testing.T) {
	ctx := context.Background()
	begin := func(b *batch, verb uint8, tree result.Tree) (journal, error) {
		j := journal{Verb: verb, ID: tree.ID()}
		var err error
		if j.Seq, err = b.nextSeq(); err != nil {
			return j, err
		}
		if j.Pieces, err = b.writeTree(j.Seq, 0, encoding.AppendTree(nil, tree)); err != nil {
			return j, err
		}
		return j, b.beginLong(j)
	}
	first := func(tree result.Tree, n int) result.Tree { // its first n leaves
		g := result.Group(tree.ID())
		for leaf := range tree.Leaves() {
			if n--; n < 0 {
				break
			}
			g = g.Append(leaf)
		}
		return g
	}
	for _, done := range []int{0, 1, longOp} { // leaves done before the kill
		for _, tree := range []result.Tree{minted(many), foreign("f", many)} {
			s := newStore(t, t.TempDir())
			if _, err := s.Save(ctx, tree, result.Attributes{}); err != nil {
				t.Fatal(err)
			}
			s = interrupt(t, s, func(b *batch) error {
				if _, err := begin(b, journalRevoke, tree); err != nil {
					return err
				}
				return b.revoke(&tally{}, first(tree, done))
			})
			check(t, s, tree.ID(), func(c result.Counts) int { return c.Of(result.Revoked) })

			s = interrupt(t, s, func(b *batch) error {
				if _, err := begin(b, journalRetry, tree); err != nil {
					return err
				}
				return b.retry(&tally{}, first(tree, done))
			})
			check(t, s, tree.ID(), func(c result.Counts) int { return c.Of(result.Retry) })
			for a, err := range s.Results(ctx, tree, result.Filter{}) {
				if err != nil || a.Attempt != 2 {
					t.Fatalf("after %d of a retry: attempt %d, %v", done, a.Attempt, err)
				}
			}

			s = interrupt(t, s, func(b *batch) error {
				if _, err := begin(b, journalForget, tree); err != nil {
					return err
				}
				return b.forget(&tally{}, first(tree, done))
			})
			check(t, s, tree.ID(), func(c result.Counts) int { return c.Forgotten })

			s = interrupt(t, s, func(b *batch) error {
				g, err := b.group(idKey(keyHead, tree.ID()))
				if err != nil {
					return err
				}
				j := journal{Verb: journalDelete, ID: tree.ID(), Seq: g.head.Seq, Version: g.head.Tree, Pieces: g.head.Chunks}
				if err := b.beginLong(j); err != nil {
					return err
				}
				return b.unlink(j.Seq, first(tree, done))
			})
			if found, err := s.Find(ctx, tree.At(many-1).ID()); err != nil || len(found) > 0 {
				t.Errorf("after %d of a delete: %v, %v", done, found, err)
			}
			empty(t, s, keyHead, keyTree, keySeq, keyJournal)
			unnamed(t, s)
		}
	}
}

// TestJournalSave: a group whose journal entry was committed is saved.
func TestJournalSave(t *testing.T) {
	ctx := context.Background()
	tree := foreign("f", many)
	s := newStore(t, t.TempDir())
	if _, err := s.Report(ctx, result.Async{ID: tree.At(7).ID(), State: result.Success}); err != nil {
		t.Fatal(err)
	}
	s = interrupt(t, s, func(b *batch) error {
		j := journal{Verb: journalSave, ID: tree.ID(), Created: b.now.UnixMicro()}
		var err error
		if j.Seq, err = b.nextSeq(); err != nil {
			return err
		}
		if j.Pieces, err = b.writeTree(j.Seq, 0, encoding.AppendTree(nil, tree)); err != nil {
			return err
		}
		if err := b.beginLong(j); err != nil {
			return err
		}
		return b.addMembership(idKey(keyResult, tree.At(0).ID()), j.Seq, 0)
	})
	p, err := s.Progress(ctx, "f")
	if err != nil || p.Total != many || p.Completed != 1 {
		t.Fatalf("got %+v, %v", p, err)
	}
	if found, err := s.Find(ctx, tree.At(many-1).ID()); err != nil || len(found) != 1 {
		t.Errorf("the last member is in %v, %v", found, err)
	}
	empty(t, s, keyJournal)
}

// TestJournalDraft: of a group whose journal entry was never committed nothing is
// left, and of one that was to grow all that it was.
func TestJournalDraft(t *testing.T) {
	ctx := context.Background()
	long := append([]byte{0x5a, 0, 1, 0x80, 0}, make([]byte, 96<<10)...) // a value in pieces
	inputs := make([][]byte, many)
	for i := range inputs {
		inputs[i] = []byte{0x18, byte(i)}
	}
	inputs[1] = long
	attr := result.Attributes{Note: long, Labels: map[string]string{"k": "v"}, Inputs: inputs}
	draft := func(tree result.Tree, version uint32) func(*batch) error {
		return func(b *batch) (err error) {
			j := journal{ID: tree.ID(), Version: version}
			if g, _ := b.group(idKey(keyHead, j.ID)); g != nil {
				j.Seq = g.head.Seq
			} else if j.Seq, err = b.nextSeq(); err != nil {
				return err
			}
			_, err = b.draft(j, tree, encoding.AppendTree(nil, tree), attr)
			return err
		}
	}
	for _, tree := range []result.Tree{minted(many), foreign("f", many)} {
		s := interrupt(t, newStore(t, t.TempDir()), draft(tree, 0))
		empty(t, s, keyTree, keyLabels, keyNote, keyInput, keyBlob, keyJournal)

		small := result.Group(tree.ID(), tree.At(0), tree.At(1))
		if _, err := s.Save(ctx, small, result.Attributes{Inputs: inputs[2:4]}); err != nil {
			t.Fatal(err)
		}
		before := dump(t, s)
		s = interrupt(t, s, draft(tree, 1))
		after := dump(t, s)
		drop := func(s string) bool { return strings.HasPrefix(s, fmt.Sprintf("%x", keyMeta)) }
		if !slices.Equal(slices.DeleteFunc(before, drop), slices.DeleteFunc(after, drop)) {
			t.Errorf("before the draft:\n%q\nafter it:\n%q", before, after)
		}
		if _, err := s.Save(ctx, tree, attr); err != nil {
			t.Fatal(err)
		}
		for a, err := range s.Results(ctx, tree, result.Filter{Inputs: true, Skip: many - 1}) {
			if err != nil || len(a.Input) == 0 {
				t.Errorf("the last member's input: %v, %v", a, err)
			}
		}
		if found := mustCheck(t, s); !found.Clean() {
			t.Error(found.Findings)
		}
	}
}

// TestJournalBlob: the pieces of a value whose record was never written go.
func TestJournalBlob(t *testing.T) {
	s := newStore(t, t.TempDir())
	s = interrupt(t, s, func(b *batch) error {
		_, err := b.writeBlob(encoding.Record{Async: result.Async{Value: append([]byte{0x5a, 0, 8, 0, 0}, make([]byte, 1<<19)...)}})
		return err
	})
	empty(t, s, keyBlob, keyJournal)
}

// check tests that all leaves are what n counts, and that the counts are those
// of a recount.
func check(t *testing.T, s *Store, id result.ID, n func(result.Counts) int) {
	t.Helper()
	saved, err := s.Restore(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	var c result.Counts
	for a, err := range s.Results(context.Background(), saved.Tree, result.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		c = count(c, a, +1)
	}
	if !c.Equal(saved.Progress.Leaves) {
		t.Errorf("counts %+v, recount %+v", saved.Progress.Leaves, c)
	}
	if n(c) != many {
		t.Errorf("%d of %d leaves done: %+v", n(c), many, c)
	}
	if found := mustCheck(t, s); !found.Clean() {
		t.Errorf("check: %v", found.Findings[:min(3, len(found.Findings))])
	}
}

// unnamed checks that no task has a membership left.
func unnamed(t *testing.T, s *Store) {
	t.Helper()
	err := s.db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{Prefix: []byte{keyResult}})
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			key := it.Item().KeyCopy(nil)
			if members, err := memberships(snapshot{txn}, key); err != nil || members != nil {
				t.Errorf("left behind: %s: %x, %v", describe(key), members, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// empty tests that nothing is stored under these kinds of keys.
func empty(t *testing.T, s *Store, kinds ...byte) {
	t.Helper()
	b := &batch{s: s, snap: snapshot{s.db.NewTransaction(false)}} // not the committer's
	b.begin()
	defer b.snap.Discard()
	for _, kind := range kinds {
		keys, err := b.keys([]byte{kind}, []byte{kind + 1}, 3)
		if err != nil || len(keys) > 0 {
			t.Errorf("left behind: %q, %v", keys, err)
		}
	}
}

// TestJournalDamage: an operation that has begun, and meets a record that cannot be
// read, goes on without it; one whose tree is gone is dropped by Repair. Neither keeps
// the store from being opened.
func TestJournalDamage(t *testing.T) {
	ctx := context.Background()
	for verb, do := range map[string]func(s *Store, tree result.Tree) (result.Outcome, error){
		"revoke": func(s *Store, tree result.Tree) (result.Outcome, error) { return s.Revoke(ctx, tree) },
		"retry":  func(s *Store, tree result.Tree) (result.Outcome, error) { return s.Retry(ctx, tree) },
		"forget": func(s *Store, tree result.Tree) (result.Outcome, error) { return s.Forget(ctx, tree) },
		"purge":  func(s *Store, tree result.Tree) (result.Outcome, error) { return s.Purge(ctx, tree.ID()) },
		"delete": func(s *Store, tree result.Tree) (result.Outcome, error) { return s.Delete(ctx, tree.ID()) },
		"expire": func(s *Store, tree result.Tree) (out result.Outcome, err error) {
			err = s.write(ctx, "expire", "", func(b *batch) error { return b.removeGroup(&tally{}, journalExpire, tree.ID()) })
			return out, err
		},
	} {
		s := newStore(t, t.TempDir())
		tree := foreign("g", many)
		if _, err := s.Save(ctx, tree, result.Attributes{}); err != nil {
			t.Fatal(err)
		}
		if verb == "retry" {
			if _, err := s.Revoke(ctx, tree); err != nil {
				t.Fatal(err)
			}
		}
		v := saboteur{t, s.db}
		key := idKey(keyResult, tree.At(many/2).ID())
		_, meta := v.body(key)
		v.write(key, meta, []byte("damage"))
		if _, err := do(s, tree); err != nil {
			t.Errorf("%s: %v", verb, err)
		}
		if _, err := s.Get(ctx, tree.At(many/2).ID()); !errors.Is(err, result.ErrCorrupt) {
			t.Errorf("%s: what cannot be read is %v", verb, err)
		}
		if _, err := s.Report(ctx, result.Async{ID: "other", State: result.Success}); err != nil {
			t.Errorf("after %s: %v", verb, err)
		}
		s = repairs(t, reopen(t, s))
		if saved(s, "g") == (verb == "purge" || verb == "delete" || verb == "expire") {
			t.Errorf("after %s the group is there: %v", verb, saved(s, "g"))
		}
	}
	// What it needs beside the leaves cannot be read.
	for what, damage := range map[string]func(v saboteur){
		"another group's head": func(v saboteur) { v.write(idKey(keyHead, "other"), 0, []byte("damage")) },
		"an input":             func(v saboteur) { v.write(idKey(keyInput, foreign("g", 8).At(1).ID()), 0, []byte("damage")) },
		"a note":               func(v saboteur) { v.write(seqKey(keyNote, v.head("g").Seq), 0, []byte("damage")) },
		"a number":             func(v saboteur) { v.write(seqKey(keyDirect, v.head("nest").Seq, 1), 0, []byte("damage")) },
	} {
		s := newStore(t, t.TempDir())
		tree := foreign("g", many)
		shared := result.Task(tree.At(7).ID())
		for _, tree := range []result.Tree{tree, result.Group("whole", shared), result.Group("other", shared), result.Group("nest", result.Group("in", shared))} {
			attr := result.Attributes{}
			if tree.ID() == "g" {
				attr = result.Attributes{Note: []byte{1}, Inputs: [][]byte{{1}, {2}}}
			}
			if _, err := s.Save(ctx, tree, attr); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Report(ctx, result.Async{ID: shared.ID(), State: result.Success}); err != nil {
			t.Fatal(err)
		}
		s = reopen(t, s) // no head is in memory
		damage(saboteur{t, s.db})
		if out, err := s.Revoke(ctx, tree); err != nil || !out.Applied {
			t.Errorf("%s: revoke: %v", what, err)
		}
		if what == "another group's head" {
			s = repairs(t, s)
		}
		if out, err := s.Purge(ctx, "g"); err != nil || !out.Applied {
			t.Errorf("%s: purge: %v", what, err)
		}
		if _, err := s.Report(ctx, result.Async{ID: "later", State: result.Success}); err != nil {
			t.Errorf("after %s: %v", what, err)
		}
		repairs(t, s)
	}
	for what, entry := range map[string]any{
		"a revoke without its tree":  journal{Verb: journalRevoke, ID: "late", Seq: 900, Pieces: 1},
		"a removal without its tree": journal{Verb: journalPurge, ID: "f", Seq: 900, Pieces: 1},
		"what is no entry":           "?",
	} {
		s := furnished(t)
		body, err := encoding.Marshal(entry)
		if err != nil {
			t.Fatal(err)
		}
		saboteur{t, s.db}.put(seqKey(keyJournal, 900), 0, body)
		s = reopen(t, s)
		if _, err := s.Report(ctx, result.Async{ID: "other", State: result.Success}); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		repairs(t, s)
	}
	// Its head is lost, or is that of another group by now.
	for i, id := range []result.ID{"gone", "f", "f"} {
		s := furnished(t)
		v := saboteur{t, s.db}
		body, err := encoding.Marshal(journal{Verb: []uint8{journalDelete, journalDelete, journalSave}[i], ID: id, Seq: 900, Pieces: 1})
		if err != nil {
			t.Fatal(err)
		}
		v.put(seqKey(keyTree, 900, 0, 0), 0, encoding.AppendTree(nil, result.Group(id, result.Task("p"))))
		v.put(seqKey(keyJournal, 900), 0, body)
		f := v.head("f")
		if s = reopen(t, s); !saved(s, "f") || restored(t, s, "f").Tree.Len() != 3 || f.Seq == 900 {
			t.Errorf("what became of an older %q changed the one of today", id)
		}
		if found := mustCheck(t, s); !found.Clean() {
			t.Errorf("what became of an older %q: %v", id, found.Findings)
		}
	}
}

func restored(t *testing.T, s *Store, id result.ID) result.Saved {
	t.Helper()
	g, err := s.Restore(context.Background(), id)
	if err != nil {
		t.Error(err)
	}
	return g
}

// TestJournalTree: of the tree of a change that was cut short before it had begun
// nothing is left.
func TestJournalTree(t *testing.T) {
	ctx := context.Background()
	s := newStore(t, t.TempDir())
	var asked atomic.Int32
	s.onCommitter(t, func() {
		s.free = func(string) (uint64, error) {
			if asked.Add(1) > 1 { // the disk is full in the middle of the tree
				return 0, nil
			}
			return 1 << 40, nil
		}
	})
	done := make(chan error)
	go func() { done <- second(s.Revoke(ctx, foreign("g", 60000))) }()
	for asked.Load() < 3 {
		time.Sleep(time.Millisecond)
	}
	s = reopen(t, s)
	if err := <-done; !errors.Is(err, result.ErrNoSpace) {
		t.Errorf("revoke: %v", err)
	}
	if found := mustCheck(t, s); !found.Clean() {
		t.Error(found.Findings)
	}
	empty(t, s, keyTree, keyJournal)
}
