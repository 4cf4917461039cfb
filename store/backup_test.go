package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/encoding/encodingtest"
	"github.com/seed-1c955bc8/bunch/result"
)

func backedUp(t testing.TB, s *Store) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := s.Backup(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// dump is all records of a store, in order.
func dump(t *testing.T, s *Store) (all []string) {
	t.Helper()
	err := s.db.View(func(txn *badger.Txn) error {
		return scan(context.Background(), txn, func(r raw) error {
			all = append(all, fmt.Sprintf("%x %x %x", r.key, r.meta, r.sealed))
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestBackupLoad: what is loaded is what was backed up, record for record, in a
// store on disk, in memory, or encrypted; and one can go on with it, also after
// opening it again.
func TestBackupLoad(t *testing.T) {
	ctx := context.Background()
	from := furnished(t)
	want := dump(t, from)
	backup := backedUp(t, from)
	for what, o := range map[string]Options{
		"disk": {NoSync: true}, "memory": {InMemory: true}, "encrypted": {EncryptionKey: make([]byte, 32)},
	} {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			if o.InMemory {
				dir = ""
			}
			o.Retention = time.Hour
			s, err := Open(dir, &o)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			h, err := s.Load(ctx, iotest.OneByteReader(bytes.NewReader(backup)))
			if err != nil || h.Records != len(want) || time.Since(h.Time) > time.Hour {
				t.Fatalf("%+v, %v", h, err)
			}
			if !slices.Equal(dump(t, s), want) {
				t.Error("what was loaded is something else")
			}
			if !o.InMemory {
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				if s, err = Open(dir, &o); err != nil {
					t.Fatal(err)
				}
			}
			furnishedWhole(t, s)
			if out, err := s.Report(ctx, result.Async{ID: ownID.ID(2), State: result.Failure}, result.Async{ID: "a", State: result.Failure}); err != nil || !out[0].Applied || out[1].Applied {
				t.Errorf("reports: %v, %v", out, err)
			}
			if found := mustCheck(t, s); !found.Clean() {
				t.Error(found.Findings)
			}
			if _, err := s.Load(ctx, bytes.NewReader(backup)); err == nil {
				t.Error("a store that has something in it takes a backup")
			}
		})
	}
}

// TestBackupBusy: a backup that is made while many save groups and report their
// results has each of those whole or not at all.
func TestBackupBusy(t *testing.T) {
	ctx := context.Background()
	s := furnished(t)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				tree := foreign(result.ID(fmt.Sprintf("g%d-%d-", i, n)), 3)
				_, err := s.Save(ctx, tree, result.Attributes{})
				for leaf := range tree.Leaves() {
					_, e := s.Report(ctx, result.Async{ID: leaf.ID(), State: result.Success})
					err = errors.Join(err, e)
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	var backups [][]byte
	for range 5 {
		time.Sleep(5 * time.Millisecond)
		backups = append(backups, backedUp(t, s))
	}
	close(stop)
	wg.Wait()
	for _, backup := range backups {
		to := newStore(t, t.TempDir())
		if _, err := to.Load(ctx, bytes.NewReader(backup)); err != nil { // which checks it
			t.Error(err)
		}
		if err := to.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestLoadDamaged: a backup with any bit wrong, cut off anywhere, or with
// something after it, is refused, and the store stays empty and usable.
func TestLoadDamaged(t *testing.T) {
	ctx := context.Background()
	backup := backedUp(t, furnished(t))
	s := newStore(t, t.TempDir())
	tried := 0
	refused := func(what string, b []byte) {
		t.Helper()
		r := newBackupReader(bytes.NewReader(b))
		h, err := r.header()
		if err == nil {
			err = r.records(h, func(r raw) error {
				if _, err := unseal(r.key, r.meta, r.sealed); err != nil {
					t.Errorf("%s: a damaged frame is passed on: %v", what, err)
				}
				return nil
			})
		}
		if tried++; tried%50 == 1 { // loading what is refused late takes a while
			_, err = s.Load(ctx, bytes.NewReader(b))
		}
		if !errors.Is(err, result.ErrCorrupt) {
			t.Errorf("%s: %v", what, err)
		}
	}
	step := len(backup) / 500 // and all of the header and the trailer
	for n := 0; n < len(backup); n++ {
		if n > headerLen+8 && n < len(backup)-trailerLen-1 && n%step != 0 {
			continue
		}
		bad := bytes.Clone(backup)
		bad[n] ^= 1 << (n % 8)
		refused(fmt.Sprintf("byte %d", n), bad)
		refused(fmt.Sprintf("cut at %d", n), backup[:n])
	}
	refused("twice", append(bytes.Clone(backup), backup...))
	refused("a byte more", append(bytes.Clone(backup), 0))
	refused("without the header", backup[headerLen:])
	if got := dump(t, s); len(got) > 0 {
		t.Errorf("%d records were loaded", len(got))
	}
	if _, err := s.Load(ctx, bytes.NewReader(backup)); err != nil {
		t.Errorf("the good one: %v", err)
	}
}

// forged is a backup with right checksums of these records.
func forged(records ...raw) []byte {
	var b bytes.Buffer
	w := newBackupWriter(&b)
	_ = w.header(BackupHeader{Records: len(records)})
	for _, r := range records {
		_ = w.record(r)
	}
	_ = w.end()
	return b.Bytes()
}

// TestLoadForged: a backup that was made to break a store is refused, whatever its
// checksums say.
func TestLoadForged(t *testing.T) {
	ctx := context.Background()
	sealed := func(key []byte, body string) raw { return raw{key: key, sealed: seal(key, 0, []byte(body))} }
	a, b := sealed(idKey(keyResult, "a"), "\x01\xff"), sealed(idKey(keyResult, "b"), "\x01\xff")
	long := sealed(seqKey(keyBlob, 1, 0), string(make([]byte, maxRecord+1)))
	claims := binary.LittleEndian.AppendUint32(forged()[:headerLen], math.MaxUint32)
	many := append([]byte(backupMagic), backupFormat)
	many = append(many, "\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\x7f"...)
	many = binary.LittleEndian.AppendUint32(many, crc32.Checksum(many, castagnoli))
	for what, backup := range map[string][]byte{
		"out of order": forged(b, a), "twice": forged(a, a), "no records": forged(a, b),
		"a bad seal":       forged(raw{key: a.key, sealed: b.sealed}),
		"no key":           forged(raw{sealed: seal(nil, 0, nil)}),
		"a long key":       forged(sealed(bytes.Repeat([]byte("k"), maxBackupKey+1), "")),
		"Badger's own key": forged(sealed([]byte("!badger!x"), "")),
		"a long value":     forged(long),
		"a journal":        forged(sealed(seqKey(keyJournal, 1), "?")),
		"a huge frame":     append(claims, make([]byte, 100)...),
		"a huge number":    many,
		"nothing":          {}, "text": []byte("hello, this is no backup at all, is it?"),
	} {
		s := newStore(t, t.TempDir())
		if _, err := s.Load(ctx, bytes.NewReader(backup)); !errors.Is(err, result.ErrCorrupt) {
			t.Errorf("%s: %v", what, err)
		}
		if got := dump(t, s); len(got) > 0 {
			t.Errorf("%s: loaded %q", what, got)
		}
	}
	large := binary.LittleEndian.AppendUint32(forged()[:headerLen], maxFrame+1)
	large = append(large, make([]byte, maxFrame+1)...)
	if _, err := newStore(t, t.TempDir()).Load(ctx, bytes.NewReader(large)); err == nil || !strings.Contains(err.Error(), "a frame of") {
		t.Errorf("a frame that is too large is read: %v", err)
	}
	for _, format := range []byte{1, 9} {
		other := forged()
		other[len(backupMagic)] = format
		binary.LittleEndian.PutUint32(other[headerLen-4:], crc32.Checksum(other[:headerLen-4], castagnoli))
		var version *result.VersionError
		if _, err := newStore(t, t.TempDir()).Load(ctx, bytes.NewReader(other)); !errors.As(err, &version) || version.Got != uint64(format) {
			t.Errorf("format %d: %v", format, err)
		}
	}
	if _, err := newStore(t, t.TempDir()).Load(ctx, bytes.NewReader(forged())); err != nil {
		t.Errorf("an empty one: %v", err)
	}
}

// TestLoadMeanwhile: a store that is written to while a backup is read keeps what
// was written; one that is closed says so; an error of the reader is passed on.
func TestLoadMeanwhile(t *testing.T) {
	ctx := context.Background()
	backup := backedUp(t, furnished(t))
	s := newStore(t, t.TempDir())
	in := io.MultiReader(bytes.NewReader(backup), reads(func() error {
		_, err := s.Report(ctx, result.Async{ID: "meanwhile", State: result.Success})
		return errors.Join(err, io.EOF)
	}))
	if _, err := s.Load(ctx, in); err == nil {
		t.Error("loaded over what was written")
	}
	if _, err := s.Get(ctx, "meanwhile"); err != nil {
		t.Error(err)
	}

	broken := errors.New("broken on purpose")
	for _, n := range []int{0, headerLen, headerLen + 100} {
		s := newStore(t, t.TempDir())
		if _, err := s.Load(ctx, io.MultiReader(bytes.NewReader(backup[:n]), iotest.ErrReader(broken))); !errors.Is(err, broken) {
			t.Errorf("after %d bytes: %v", n, err)
		}
		cancelled, cancel := context.WithCancel(ctx)
		in := io.MultiReader(bytes.NewReader(backup[:n]), reads(func() error { cancel(); return io.EOF }), bytes.NewReader(backup[n:]))
		if _, err := s.Load(cancelled, in); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled after %d bytes: %v", n, err)
		}
	}

	s = newStore(t, t.TempDir())
	closed := make(chan error, 1)
	in = io.MultiReader(bytes.NewReader(backup[:headerLen]), reads(func() error {
		go func() { closed <- s.Close() }()
		<-s.closing
		return io.EOF
	}), bytes.NewReader(backup[headerLen:]))
	if _, err := s.Load(ctx, in); !errors.Is(err, result.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
}

// reads is a reader that does something, once.
type reads func() error

func (f reads) Read([]byte) (int, error) { return 0, f() }

// TestBackupFails: an error of the writer ends a backup, and so does a context.
func TestBackupFails(t *testing.T) {
	s := furnished(t)
	broken := errors.New("broken on purpose")
	if _, err := s.Backup(context.Background(), writes(func() error { return broken })); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.Backup(ctx, io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	v := saboteur{t, s.db}
	v.write(idKey(keyResult, "a"), 4, []byte("damaged"))
	if _, err := s.Backup(context.Background(), io.Discard); !errors.Is(err, result.ErrCorrupt) {
		t.Errorf("a damaged record: %v", err)
	}
}

type writes func() error

func (f writes) Write(p []byte) (int, error) { return len(p), f() }

// FuzzLoad: whatever the bytes, reading a backup ends with an error or with what
// writes the same bytes again.
func FuzzLoad(f *testing.F) {
	key := idKey(keyResult, "a")
	f.Add(forged())
	f.Add(forged(raw{key: key, meta: 4, sealed: seal(key, 4, []byte("body"))}))
	f.Fuzz(func(t *testing.T, b []byte) {
		var again bytes.Buffer
		var h BackupHeader
		var err error
		w := newBackupWriter(&again)
		encodingtest.Bounded(t, func() {
			r := newBackupReader(bytes.NewReader(b))
			if h, err = r.header(); err == nil {
				_ = w.header(h)
				err = r.records(h, func(r raw) error { return w.record(r) })
			}
		})
		if err != nil {
			return
		}
		if err := w.end(); err != nil || len(again.Bytes()) == 0 {
			t.Fatal(err)
		}
		if h2, err := newBackupReader(&again).header(); err != nil || h2 != h {
			t.Errorf("%+v became %+v, %v", h, h2, err)
		}
	})
}

// TestBackupBesideRefused: a backup that comes between a refused report with a long
// value and the removal of that value is a good one, and so is the store.
func TestBackupBesideRefused(t *testing.T) {
	ctx := context.Background()
	s := newStore(t, t.TempDir())
	if _, err := s.Save(ctx, result.Group("g", result.Task("a")), result.Attributes{}); err != nil {
		t.Fatal(err)
	}
	long := result.Async{ID: "long", State: result.Success, Value: append([]byte{0x5a, 0, 1, 0x80, 0}, make([]byte, 96<<10)...)}
	var backup bytes.Buffer
	var found Checked
	for i, err := range inOneBatch(t, s, func() error {
		return third(s.SaveAll(ctx, []result.Tree{result.Group("g", result.Task("b"))}, []result.Async{long}))
	}, func() error {
		return third(s.SaveAll(ctx, []result.Tree{result.Group("new", result.Task("a")), result.Group("new", result.Task("b"))}, []result.Async{long}))
	}, func() error {
		return s.between(ctx, "backup", func(r snapshot) error {
			c := &checker{ctx: ctx, closing: s.closing, snap: r, limit: 9}
			err := c.records()
			found = c.Checked
			return err
		})
	}, func() error { return second(s.Backup(ctx, &backup)) }) {
		if (err != nil) != (i < 2) {
			t.Errorf("%d: %v", i, err)
		}
	}
	if !found.Clean() {
		t.Error(found.Findings)
	}
	loaded := newStore(t, t.TempDir())
	if _, err := loaded.Load(ctx, &backup); err != nil {
		t.Errorf("load: %v", err)
	}
	for _, s := range []*Store{s, reopen(t, loaded)} {
		if found := mustCheck(t, s); !found.Clean() {
			t.Error(found.Findings)
		}
		empty(t, s, keyBlob, keyJournal)
	}
}

// TestLoadBreaks: a backup whose records are good ones by themselves, and would break
// the store together, or later.
func TestLoadBreaks(t *testing.T) {
	ctx := context.Background()
	number := func(key []byte, n uint64) raw {
		return raw{key: key, sealed: seal(key, 0, binary.BigEndian.AppendUint64(nil, n))}
	}
	sealed := func(key []byte, meta byte, body []byte) raw {
		return raw{key: key, meta: meta, sealed: seal(key, meta, bytes.Clone(body))}
	}
	twice := result.Group("g", result.Task("a"), result.Task("a"))
	head := encoding.Head{Seq: 1, Chunks: 1, Created: noon, Progress: result.Progress{Total: 2}}
	head.Progress.Leaves = head.Progress.Leaves.Add(result.Pending, 2)
	long := encoding.AppendRecord(nil, encoding.Record{Async: result.Async{State: result.Success, Attempt: 1}})
	blob := encoding.AppendRecord(nil, encoding.Record{Blob: &encoding.Blob{Seq: 1, Size: uint64(len(long))}, Async: result.Async{State: result.Success, Attempt: 1}})
	entry, err := encoding.Marshal(journal{Verb: journalBlob, Seq: 1, Size: uint64(len(long))})
	if err != nil {
		t.Fatal(err)
	}
	meta := encoding.StateCode(result.Success)
	one := []raw{number(metaSeq, 1), sealed(idKey(keyResult, "a"), meta, blob), sealed(seqKey(keyBlob, 1, 0), 0, long)}
	n := maxMembers - 1 // a variable, for 32-bit machines
	huge := result.Group("g", result.Tasks(ownID, 0, int(n)))
	hugeHead := encoding.Head{Seq: 1, Chunks: 1, Created: noon, Progress: result.Progress{Total: huge.Len()}}
	hugeHead.Progress.Leaves = hugeHead.Progress.Leaves.Add(result.Pending, huge.Len())
	text := "9f8d7c6b-5a49-4e3f-8b2a-1c0d9e8f7a6b"
	for what, backup := range map[string][]byte{
		"a counter without room": forged(number(metaSeq, math.MaxUint64)),
		"a clock that is none":   forged(sealed(metaClock, 0, []byte("?"))),
		"a clock far ahead":      forged(number(metaClock, 1<<63-1)),
		"a group without room":   forged(sealed(idKey(keyHead, "g"), 0, encoding.AppendHead(nil, encoding.Head{Seq: 1 << 63, Created: noon}))),
		"a task named twice": forged(sealed(idKey(keyHead, "g"), 0, encoding.AppendHead(nil, head)), number(metaSeq, 1),
			sealed(idKey(keyResult, "a"), 0, appendMembers(nil, membership(1, 0))), sealed(seqKey(keySeq, 1), 0, []byte("g")),
			sealed(seqKey(keyTree, 1, 0, 0), 0, encoding.AppendTree(nil, twice))),
		"what takes hours": forged(sealed(idKey(keyHead, "g"), 0, encoding.AppendHead(nil, hugeHead)), number(metaSeq, 1),
			sealed(seqKey(keySeq, 1), 0, []byte("g")), sealed(seqKey(keyTree, 1, 0, 0), 0, encoding.AppendTree(nil, huge))),
		"one long value of two": forged(one[0], one[1], sealed(idKey(keyResult, "b"), meta, blob), one[2]),
		"a long value to go":    forged(sealed(seqKey(keyJournal, 1), 0, entry), one[0], one[1], one[2]),
		"another key of an id":  forged(sealed(append([]byte{keyResult, tagText, byte(len(text))}, text...), meta, long)),
	} {
		s := newStore(t, t.TempDir())
		_, err := s.Load(ctx, bytes.NewReader(backup))
		if !errors.Is(err, result.ErrCorrupt) {
			t.Errorf("%s: %v", what, err)
		}
		t.Logf("%s: %v", what, err)
	}
	if _, err := newStore(t, t.TempDir()).Load(ctx, bytes.NewReader(forged(one...))); err != nil {
		t.Errorf("a good one: %v", err)
	}
}
