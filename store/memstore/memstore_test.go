package memstore_test

import (
	"errors"
	"testing"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store/memstore"
	"github.com/seed-1c955bc8/bunch/store/storetest"
)

var _ group.Backend = (*memstore.Store)(nil)

func open(_ *testing.T, o storetest.Options) storetest.Backend {
	return memstore.New(&memstore.Options{Retention: o.Retention, Clock: o.Clock})
}

func TestLaws(t *testing.T) { storetest.Run(t, open) }

// Compared with itself memstore is always right; what several goroutines do to
// it is the part of this test that can fail.
func TestHistories(t *testing.T) { storetest.Histories(t, open) }

func TestMaxValueSize(t *testing.T) {
	s := memstore.New(&memstore.Options{MaxValueSize: 10})
	for n, want := range map[int]error{9: nil, 10: result.ErrTooLarge} {
		value, err := s.Marshal(make([]byte, n)) // one byte of head before them
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Report(t.Context(), result.Async{ID: "t", State: result.Started, Value: value}); !errors.Is(err, want) {
			t.Errorf("a value of %d bytes with a limit of 10: %v, not %v", len(value), err, want)
		}
	}
}

func TestNewWithoutOptions(t *testing.T) {
	s := memstore.New(nil)
	if _, err := s.Save(t.Context(), result.Group("g"), result.Attributes{}); err != nil {
		t.Fatal(err)
	}
	saved, err := s.Restore(t.Context(), "g")
	if err != nil || saved.Created.IsZero() || !saved.Expires.IsZero() {
		t.Fatalf("a group in a store without options: %+v, %v", saved, err)
	}
}
