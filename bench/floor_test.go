package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/bench/suite"
	"github.com/seed-1c955bc8/bunch/store"
)

// TestSameOptions compares the settings of the floor with the store's own, as
// Badger has them once it is open.
func TestSameOptions(t *testing.T) {
	for _, o := range []store.Options{{}, {NoSync: true}, {Profile: store.Edge}} {
		s, err := store.Open(t.TempDir(), &o)
		if err != nil {
			t.Fatal(err)
		}
		db := (*badger.DB)(reflect.ValueOf(s).Elem().FieldByName("db").UnsafePointer())
		theirs := db.Opts()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		f, err := badger.Open(badgerOptions(t.TempDir(), o))
		if err != nil {
			t.Fatal(err)
		}
		mine := f.Opts()
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		for _, b := range []*badger.Options{&theirs, &mine} {
			b.Dir, b.ValueDir, b.Logger = "", "", nil
		}
		if !reflect.DeepEqual(theirs, mine) {
			t.Errorf("%+v:\nstore %+v\nfloor %+v", o, theirs, mine)
		}
	}
}

// TestSameBytes: after the same operations the floor has the keys that the store
// has, with values of the same length and meta bytes; but for the ids and times.
func TestSameBytes(t *testing.T) {
	for _, w := range []suite.Workload{
		{Op: "report", Members: 200, Reporters: 8, Value: 100, Random: 0.5},
		{Op: "report-one", Members: 100, Reporters: 1, Value: 100, Raw: true},
		{Op: "report-many", Members: 3000, Call: 1000, Value: 100, Raw: true},
		{Op: "save", Members: 1_000_000},
		{Op: "save-foreign", Members: 20_000, Foreign: true},
	} {
		t.Run(w.Op, func(t *testing.T) {
			suite.MakeValues(w)
			g := suite.NewGroup(w, w.Members)
			mine := contents(t, ours[0], w, g, filepath.Join("data"))
			raw := contents(t, floors[0], w, g, "")
			if len(mine) < 4 || !slices.Equal(mine, raw) {
				t.Errorf("the store has %d entries, the floor %d; the first that differ: %s", len(mine), len(raw), difference(mine, raw))
			}
		})
	}
}

// contents does w once and lists what is on disk: key, meta, length of the value.
func contents(t *testing.T, k suite.Kind, w suite.Workload, g *suite.Group, data string) (list []string) {
	t.Helper()
	dir := t.TempDir()
	e, err := k.Open(dir, w)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Save(g); err != nil {
		t.Fatal(err)
	}
	switch {
	case w.Call > 0:
		for first := 0; first < g.N; first += w.Call {
			if err := e.Report(g, first, w.Call); err != nil {
				t.Fatal(err)
			}
		}
	case w.Reporters > 0:
		for i := range g.N {
			if err := e.Report(g, i, 1); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := badger.Open(badgerOptions(filepath.Join(dir, data), store.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{})
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			item := it.Item()
			length := int(item.ValueSize())
			if bytes.HasPrefix(item.Key(), []byte("h")) && w.Reporters+w.Call == 0 {
				length = 0 // nobody has reported: the floor's head says that all are done
			}
			list = append(list, fmt.Sprintf("%x meta %d, %d bytes", item.Key(), item.UserMeta(), length))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func difference(a, b []string) string {
	for i := range max(len(a), len(b)) {
		switch {
		case i >= len(a):
			return "only the floor has " + b[i]
		case i >= len(b):
			return "only the store has " + a[i]
		case a[i] != b[i]:
			return a[i] + " and " + b[i]
		}
	}
	return "none"
}
