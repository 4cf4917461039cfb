package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// furnished is a store with something of every kind in it.
func furnished(t *testing.T) *Store {
	t.Helper()
	ctx := context.Background()
	s := openFurnished(t, t.TempDir())
	long := append([]byte{0x5a, 0, 5, 0, 0}, bytes.Repeat([]byte("long"), 5<<14)...)
	note := []byte{0x61, 'n'}
	nested := result.Group("n", result.Task("n0"),
		result.Group("n1", result.Task("x"), result.Task("y")), result.Group("n2", result.Task("z")))
	for _, save := range []struct {
		tree result.Tree
		attr result.Attributes
	}{
		{own, result.Attributes{Note: note, MaxAge: time.Hour, Labels: map[string]string{"k": "v"}, Inputs: [][]byte{long, note}}},
		{result.Group("f", result.Task("a"), result.Task("b"), result.Task("c")), result.Attributes{Inputs: [][]byte{note}}},
		{result.Group("g", result.Task("c"), result.Tasks(ownID, 3, 2)), result.Attributes{}},
		{nested, result.Attributes{Note: long}},
		{result.Group("empty"), result.Attributes{}},
	} {
		if _, err := s.Save(ctx, save.tree, save.attr); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range []result.Async{
		{ID: ownID.ID(1), State: result.Success, Value: long},
		{ID: ownID.ID(3), State: result.Failure, Error: &result.TaskError{Type: "E"}},
		{ID: "a", State: result.Success, Value: note}, {ID: "b", State: result.Revoked}, {ID: "c", State: "BUSY"},
		{ID: "x", State: result.Success}, {ID: "z", State: result.Success}, {ID: "n0", State: result.Success},
		{ID: "lone", State: result.Success, Value: long},
	} {
		if _, err := s.Report(ctx, r); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Forget(ctx, result.Task(ownID.ID(4))); err != nil {
		t.Fatal(err)
	}
	return s
}

var (
	ownID = result.NewRoot(time.Now())
	own   = result.Group(ownID.ID(0), result.Tasks(ownID, 1, 9), result.Group(ownID.ID(20), result.Tasks(ownID, 21, 3)))
)

func openFurnished(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(dir, &Options{NoSync: true, Profile: Edge, Retention: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// saboteur writes past the store.
type saboteur struct {
	*testing.T
	db *badger.DB
}

func (v saboteur) body(key []byte) (body []byte, meta byte) {
	v.Helper()
	err := v.db.View(func(txn *badger.Txn) (err error) {
		body, meta, err = snapshot{txn}.get(key)
		body = bytes.Clone(body)
		return err
	})
	if err != nil || body == nil {
		v.Fatalf("%s: %v", describe(key), err)
	}
	return body, meta
}

func (v saboteur) put(key []byte, meta byte, body []byte) {
	v.Helper()
	v.write(key, meta, seal(key, meta, bytes.Clone(body)))
}

func (v saboteur) write(key []byte, meta byte, sealed []byte) {
	v.Helper()
	err := v.db.Update(func(txn *badger.Txn) error {
		if _, err := txn.Get(key); err != nil {
			v.counts(txn, key, 1)
		}
		return txn.SetEntry(&badger.Entry{Key: key, Value: sealed, UserMeta: meta})
	})
	if err != nil {
		v.Fatal(err)
	}
}

func (v saboteur) remove(key []byte) {
	v.Helper()
	v.body(key) // it must be there
	err := v.db.Update(func(txn *badger.Txn) error {
		v.counts(txn, key, -1)
		return txn.Delete(key)
	})
	if err != nil {
		v.Fatal(err)
	}
}

// counts has the stamp count a record that comes or goes, as everybody else's.
func (v saboteur) counts(txn *badger.Txn, key []byte, more int) {
	v.Helper()
	s, err := stampIn(snapshot{txn})
	if err != nil || len(key) == 0 || key[0] != keyResult || s.store.IsZero() {
		return
	}
	s.tasks += more
	if err := txn.Set(metaClock, seal(metaClock, 0, s.append(nil))); err != nil {
		v.Fatal(err)
	}
}

func (v saboteur) head(id result.ID) encoding.Head {
	v.Helper()
	body, _ := v.body(idKey(keyHead, id))
	h, err := encoding.ParseHead(body)
	if err != nil {
		v.Fatal(err)
	}
	return h
}

func (v saboteur) putHead(id result.ID, change func(*encoding.Head)) {
	v.Helper()
	h := v.head(id)
	change(&h)
	v.put(idKey(keyHead, id), 0, encoding.AppendHead(nil, h))
}

func (v saboteur) record(key []byte) encoding.Record {
	v.Helper()
	_, res, _ := v.split(key)
	rec, err := encoding.ParseRecord(res)
	if err != nil {
		v.Fatal(err)
	}
	return rec
}

// first is the first key of a kind.
func (v saboteur) first(kind byte) (key []byte) {
	v.Helper()
	_ = v.db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{Prefix: []byte{kind}})
		defer it.Close()
		if it.Rewind(); it.Valid() {
			key = it.Item().KeyCopy(nil)
		}
		return nil
	})
	if key == nil {
		v.Fatalf("there is no record of kind %q", kind)
	}
	return key
}

// split is the record of a task or a nested group, if there is one.
func (v saboteur) split(key []byte) (members, res []byte, meta byte) {
	v.Helper()
	err := v.db.View(func(txn *badger.Txn) error {
		body, m, err := snapshot{txn}.get(key)
		if err == nil {
			meta = m
			members, res, err = splitMembers(key, bytes.Clone(body))
		}
		return err
	})
	if err != nil {
		v.Fatal(err)
	}
	return members, res, meta
}

// putMembers gives a task or a nested group these memberships; a result stays.
func (v saboteur) putMembers(key []byte, members ...[]byte) {
	v.Helper()
	_, res, meta := v.split(key)
	if len(members) == 0 && res == nil {
		v.remove(key)
		return
	}
	v.put(key, meta, append(appendMembers(nil, slices.Concat(members...)), res...))
}

// putResult gives a task this result; memberships stay.
func (v saboteur) putResult(key []byte, meta byte, res []byte) {
	v.Helper()
	members, _, _ := v.split(key)
	v.put(key, meta, append(appendMembers(nil, members), res...))
}

func membership(seq uint64, ordinal uint32) []byte {
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint64(nil, seq), ordinal)
}

// sabotages break one invariant each.
var sabotages = []struct {
	invariant, what string
	lost            bool
	do              func(saboteur)
}{
	{"I2", "a meta byte", false, func(v saboteur) {
		body, _ := v.body(idKey(keyResult, "a"))
		v.put(idKey(keyResult, "a"), encoding.StateCode(result.Failure), body)
	}},
	{"I2", "a result that is none", true, func(v saboteur) { v.putResult(idKey(keyResult, "a"), 4, []byte{1, 0xff}) }},
	{"I2", "more memberships than there are", true, func(v saboteur) {
		body, meta := v.body(idKey(keyResult, "a"))
		body[1] = 1
		v.put(idKey(keyResult, "a"), meta, body)
	}},
	{"I2", "a meta byte without a result", false, func(v saboteur) {
		body, _ := v.body(idKey(keyResult, "c"))
		v.put(idKey(keyResult, "c"), encoding.StateCode(result.Success), body)
	}},
	{"I3", "a missing head", true, func(v saboteur) { v.remove(idKey(keyHead, "f")) }},
	{"I3", "a missing head of a minted group", true, func(v saboteur) { v.remove(idKey(keyHead, own.ID())) }},
	{"I3", "a missing number", false, func(v saboteur) { v.remove(seqKey(keySeq, v.head("f").Seq)) }},
	{"I3", "a number of another group", false, func(v saboteur) { v.put(seqKey(keySeq, v.head("f").Seq), 0, []byte("g")) }},
	{"I3", "a second number", false, func(v saboteur) { v.put(seqKey(keySeq, 2), 0, []byte("g")) }},
	{"I3", "a missing piece of a tree", true, func(v saboteur) { v.remove(seqKey(keyTree, v.head("f").Seq, 0, 0)) }},
	{"I3", "a tree of another group", true, func(v saboteur) {
		body, _ := v.body(seqKey(keyTree, v.head("g").Seq, 0, 0))
		v.put(seqKey(keyTree, v.head("f").Seq, 0, 0), 0, body)
	}},
	{"I3", "a wrong number of members", false, func(v saboteur) { v.putHead("f", func(h *encoding.Head) { h.Progress.Total++ }) }},
	{"I3", "a head that is none", true, func(v saboteur) { v.put(idKey(keyHead, "f"), 0, []byte{1, 0xff}) }},
	{"I4", "wrong counts", false, func(v saboteur) {
		v.putHead("f", func(h *encoding.Head) {
			h.Progress.Leaves = h.Progress.Leaves.Add(result.Revoked, -1).Add(result.Failure, +1)
		})
	}},
	{"I4", "a result put in by hand", false, func(v saboteur) {
		rec := v.record(idKey(keyResult, "b"))
		rec.State = result.Failure
		v.putResult(idKey(keyResult, "b"), metaOf(rec.Async), encoding.AppendRecord(nil, rec))
	}},
	{"I4", "a result taken out", false, func(v saboteur) { v.putResult(idKey(keyResult, ownID.ID(3)), 0, nil) }},
	{"I5", "a wrong number of completed members", false, func(v saboteur) { v.putHead("n", func(h *encoding.Head) { h.Progress.Completed-- }) }},
	{"I5", "a wrong number below a nested group", false, func(v saboteur) {
		v.put(seqKey(keyDirect, v.head("n").Seq, 2), 0, []byte{0, 0, 0, 0, 0, 0, 0, 2})
	}},
	{"I5", "no number below a nested group", false, func(v saboteur) { v.remove(seqKey(keyDirect, v.head("n").Seq, 2)) }},
	{"I5", "a number that is none", false, func(v saboteur) { v.put(seqKey(keyDirect, v.head("n").Seq, 2), 0, []byte("?")) }},
	{"I6", "no entry of a member", false, func(v saboteur) { v.putMembers(idKey(keyResult, "b")) }},
	{"I6", "one of two entries", false, func(v saboteur) { v.putMembers(idKey(keyResult, "c"), membership(v.head("f").Seq, 0)) }},
	{"I6", "no entry of a nested group", false, func(v saboteur) { v.remove(idKey(keyNests, "n1")) }},
	{"I6", "no entry of another's minted task", false, func(v saboteur) { v.putMembers(idKey(keyResult, ownID.ID(4))) }},
	{"I6", "a wrong place", false, func(v saboteur) { v.putMembers(idKey(keyResult, "x"), membership(v.head("n").Seq, 3)) }},
	{"I6", "an entry too many", false, func(v saboteur) { v.putMembers(idKey(keyResult, "stranger"), membership(v.head("f").Seq, 0)) }},
	{"I6", "an entry twice", false, func(v saboteur) {
		e := membership(v.head("f").Seq, 0)
		v.putMembers(idKey(keyResult, "a"), e, e)
	}},
	{"I6", "an entry of a group that is gone", false, func(v saboteur) { v.putMembers(idKey(keyResult, "stranger"), membership(2, 0)) }},
	{"I6", "an entry that is none", false, func(v saboteur) { v.put(idKey(keyNests, "n1"), 0, []byte("?")) }},
	{"I7", "not marked as settled", false, func(v saboteur) {
		v.putHead("empty", func(h *encoding.Head) { h.Settled, h.Expires = time.Time{}, time.Time{} })
	}},
	{"I7", "marked as settled", false, func(v saboteur) { v.putHead("f", func(h *encoding.Head) { h.Settled = h.Created }) }},
	{"I7", "no expiry for a maximum age", false, func(v saboteur) { v.putHead(own.ID(), func(h *encoding.Head) { h.Expires = time.Time{} }) }},
	{"I7", "no entry of an expiry", false, func(v saboteur) {
		v.remove(expiryKey(v.head("empty").Expires.UnixMicro(), expiresGroup, "empty"))
	}},
	{"I7", "no entry of a lone expiry", false, func(v saboteur) {
		body, _ := v.body(idKey(keyLone, "lone"))
		v.remove(expiryKey(int64(binary.BigEndian.Uint64(body)), expiresLone, "lone"))
	}},
	{"I7", "an expiry that is none", false, func(v saboteur) { v.put([]byte("e?"), 0, nil) }},
	{"I8", "no last piece of a result", true, func(v saboteur) {
		v.remove(seqKey(keyBlob, v.record(idKey(keyResult, "lone")).Blob.Seq, 2))
	}},
	{"I8", "no piece of an input", true, func(v saboteur) {
		v.remove(seqKey(keyBlob, v.record(idKey(keyInput, ownID.ID(1))).Blob.Seq, 0))
	}},
	{"I8", "no piece of a note", true, func(v saboteur) {
		v.remove(seqKey(keyBlob, v.record(seqKey(keyNote, v.head("n").Seq)).Blob.Seq, 1))
	}},
	{"I8", "a shorter piece", true, func(v saboteur) {
		v.put(seqKey(keyBlob, v.record(idKey(keyResult, "lone")).Blob.Seq, 1), 0, []byte("short"))
	}},
	{"I9", "a counter too low", false, func(v saboteur) { v.put(metaSeq, 0, make([]byte, 8)) }},
	{"I9", "no counter", false, func(v saboteur) { v.remove(metaSeq) }},
	{"I9", "a counter that is none", false, func(v saboteur) { v.put(metaSeq, 0, []byte("?")) }},
	{"I10", "a piece of no group's tree", false, func(v saboteur) { v.put(seqKey(keyTree, 2, 0, 0), 0, nil) }},
	{"I10", "a piece of an old version", false, func(v saboteur) { v.put(seqKey(keyTree, v.head("f").Seq, 7, 0), 0, nil) }},
	{"I10", "labels of no group", false, func(v saboteur) {
		v.put(seqKey(keyLabels, 2), 0, encoding.AppendLabels(nil, map[string]string{"k": "v"}))
	}},
	{"I10", "a note of no group", false, func(v saboteur) { v.put(seqKey(keyNote, 2), 0, encoding.AppendRecord(nil, encoding.Record{})) }},
	{"I10", "a number of no nested group", false, func(v saboteur) { v.put(seqKey(keyDirect, v.head("f").Seq, 1), 0, make([]byte, 8)) }},
	{"I10", "a piece of no long value", false, func(v saboteur) { v.put(seqKey(keyBlob, 1, 0), 0, nil) }},
	{"I10", "an input of no member", false, func(v saboteur) {
		v.put(idKey(keyInput, "stranger"), 0, encoding.AppendRecord(nil, encoding.Record{}))
	}},
	{"I10", "an input beside the members", false, func(v saboteur) {
		v.put(idKey(keyInput, ownID.ID(77)), 0, encoding.AppendRecord(nil, encoding.Record{}))
	}},
	{"I10", "an expiry of no result", false, func(v saboteur) { v.put(idKey(keyLone, "stranger"), 0, make([]byte, 8)) }},
	{"I10", "an operation under way", false, func(v saboteur) {
		body, err := encoding.Marshal(journal{Verb: journalDelete, ID: "none", Seq: 3})
		if err != nil {
			v.Fatal(err)
		}
		v.put(seqKey(keyJournal, 3), 0, body)
	}},
	{"I10", "an operation that is none", false, func(v saboteur) { v.put(seqKey(keyJournal, 3), 0, []byte("?")) }},
	{"I10", "a key of no kind", false, func(v saboteur) { v.put([]byte("\x00?"), 0, nil) }},
	{"I10", "a key that is too short", false, func(v saboteur) { v.put([]byte("t?"), 0, nil) }},
}

// TestCheckNames: each invariant is broken on purpose, and Check names just that
// one; Repair puts it right.
func TestCheckNames(t *testing.T) {
	for _, sabotage := range sabotages {
		t.Run(sabotage.invariant+"/"+sabotage.what, func(t *testing.T) {
			s := furnished(t)
			sabotage.do(saboteur{t, s.db})
			found := mustCheck(t, s)
			if found.Clean() || slices.ContainsFunc(found.Findings, func(f Finding) bool { return f.Invariant != sabotage.invariant }) {
				t.Errorf("found %v", found.Findings)
			}
			if lost := slices.ContainsFunc(found.Findings, func(f Finding) bool { return f.Lost }); lost != sabotage.lost {
				t.Errorf("lost is %v in %v", lost, found.Findings)
			}
			repairs(t, s)
		})
	}
}

// TestRepairWaits: what seems to belong to nothing is kept until what it belongs
// to is back.
func TestRepairWaits(t *testing.T) {
	for what, do := range map[string]func(saboteur){
		"an input whose task has no membership": func(v saboteur) { v.putMembers(idKey(keyResult, "a")) },
		"a tree whose number is damaged":        func(v saboteur) { v.write(seqKey(keySeq, v.head("f").Seq), 0, []byte("damage")) },
		"a tree without a head":                 func(v saboteur) { v.remove(idKey(keyHead, "f")) },
	} {
		s := furnished(t)
		do(saboteur{t, s.db})
		s = repairs(t, s)
		saved, err := s.Restore(context.Background(), "f")
		if err != nil || saved.Tree.Len() != 3 || saved.Progress.Completed != 1 {
			t.Errorf("%s: %+v, %v", what, saved, err)
		}
		for a, err := range s.Results(context.Background(), result.Task("a"), result.Filter{Inputs: true}) {
			if err != nil || a.Input == nil {
				t.Errorf("%s: the input is %v, %v", what, a.Input, err)
			}
		}
	}
}

// TestRepairResumes: an operation that was cut short is completed before what it
// works with is taken for what belongs to nothing.
func TestRepairResumes(t *testing.T) {
	s := furnished(t)
	v := saboteur{t, s.db}
	tree := result.Group("late", result.Task("p"), result.Task("q"))
	body, err := encoding.Marshal(journal{Verb: journalSave, ID: "late", Seq: 900, Pieces: 1})
	if err != nil {
		t.Fatal(err)
	}
	v.put(seqKey(keyTree, 900, 0, 0), 0, encoding.AppendTree(nil, tree))
	v.put(seqKey(keyJournal, 900), 0, body)
	s = repairs(t, s)
	if saved, err := s.Restore(context.Background(), "late"); err != nil || !saved.Tree.Equal(tree) {
		t.Errorf("%+v, %v", saved, err)
	}
}

// TestCheckChecksums: one bad byte in a record of every kind is I1 and nothing
// else, and Repair puts it right.
func TestCheckChecksums(t *testing.T) {
	kinds := []byte{keyHead, keyTree, keyLabels, keyNote, keySeq, keyDirect, keyResult, keyBlob, keyInput, keyNests, keyExpiry, keyLone, keyMeta}
	for _, kind := range kinds {
		t.Run(string(kind), func(t *testing.T) {
			s := furnished(t)
			v := saboteur{t, s.db}
			key := v.first(kind)
			body, meta := v.body(key)
			sealed := seal(key, meta, body)
			sealed[0] ^= 1
			v.write(key, meta, sealed)
			found := mustCheck(t, s)
			if found.Found != 1 || found.Findings[0].Invariant != "I1" {
				t.Errorf("found %v", found.Findings)
			}
			repairs(t, s)
		})
	}
}

func mustCheck(t *testing.T, s *Store) Checked {
	t.Helper()
	found, err := s.Check(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// repairs repairs s, twice, and checks that it is clean and goes on working, also
// once it is opened again, as which it is returned.
func repairs(t *testing.T, s *Store) *Store {
	t.Helper()
	ctx := context.Background()
	if _, err := s.Repair(ctx, nil); err != nil {
		t.Errorf("repair: %v", err)
	}
	if again, err := s.Repair(ctx, nil); err != nil || again.Found > 0 {
		t.Errorf("the second repair: %v, %v", again.Findings, err)
	}
	if _, err := s.Report(ctx, result.Async{ID: "y", State: result.Success}, result.Async{ID: ownID.ID(2), State: result.Success}); err != nil {
		t.Errorf("a report after the repair: %v", err)
	}
	if _, err := s.Save(ctx, result.Group("new", result.Task("y")), result.Attributes{}); err != nil {
		t.Errorf("a save after the repair: %v", err)
	}
	s = reopen(t, s)
	if found := mustCheck(t, s); !found.Clean() {
		t.Errorf("after the repair: %v", found.Findings)
	}
	return s
}

func reopen(t *testing.T, s *Store) *Store {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return openFurnished(t, s.dir)
}

// TestCheckClean: a store that nobody harmed is clean, and counted right.
func TestCheckClean(t *testing.T) {
	ctx := context.Background()
	s := furnished(t)
	last := 0
	found, err := s.Check(ctx, func(done, total int) {
		if done < last || done > total {
			t.Errorf("%d of %d after %d", done, total, last)
		}
		last = done
	})
	if err != nil || !found.Clean() || found.Groups != 5 || found.Results != 10 || last == 0 {
		t.Errorf("%+v, %v", found, err)
	}
	for _, id := range []result.ID{own.ID(), "f", "n"} {
		if _, err := s.Purge(ctx, id); err != nil {
			t.Fatal(err)
		}
	}
	if found := mustCheck(t, s); !found.Clean() {
		t.Errorf("after purging: %v", found.Findings)
	}
}

// TestCheckEnds: Check of a closed store, or with a context that is over, says so.
func TestCheckEnds(t *testing.T) {
	s := furnished(t)
	ctx, cancel := context.WithCancel(context.Background())
	_, err := s.Check(ctx, func(int, int) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, check := range []func(context.Context, func(int, int)) (Checked, error){s.Check, s.Repair} {
		if _, err := check(context.Background(), nil); !errors.Is(err, result.ErrClosed) || strings.Contains(err.Error(), "panic") {
			t.Errorf("closed: %v", err)
		}
	}
}

// TestRepairKeepsValues: a record that Repair writes again keeps its value, which
// the checker read in memory that Badger uses again.
func TestRepairKeepsValues(t *testing.T) {
	s := newStore(t, t.TempDir())
	want := map[result.ID]byte{}
	for i := range 20 {
		id := result.ID(fmt.Sprintf("t%02d", i))
		want[id] = byte(i)
		if _, err := s.Report(t.Context(), result.Async{ID: id, State: result.Success, Value: []byte{byte(i)}}); err != nil {
			t.Fatal(err)
		}
	}
	v := saboteur{t, s.db}
	for i := range 10 {
		key := idKey(keyResult, result.ID(fmt.Sprintf("t%02d", 2*i)))
		body, _ := v.body(key)
		v.put(key, encoding.StateCode(result.Failure), body)
	}
	s = repairs(t, s)
	for id, b := range want {
		if a, err := s.Get(t.Context(), id); err != nil || len(a.Value) != 1 || a.Value[0] != b {
			t.Errorf("%s is %x, %v, want %02x", id, a.Value, err, b)
		}
	}
}
