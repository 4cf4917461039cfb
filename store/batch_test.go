package store

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

// inOneBatch has writes committed together, in this order.
func inOneBatch(t *testing.T, s *Store, writes ...func() error) (errs []error) {
	t.Helper()
	var answers []chan error
	start := func(write func() error) {
		answer := make(chan error, 1)
		answers = append(answers, answer)
		go func() { answer <- write() }()
	}
	held, gate := make(chan bool), make(chan bool) // the committer, while the others gather
	release := sync.OnceFunc(func() { close(gate) })
	defer release()
	hold := sync.OnceValue(func() error { held <- true; <-gate; return nil })
	start(func() error {
		return s.write(t.Context(), "hold", "", func(*batch) error { return hold() }) // also applied again
	})
	<-held
	for i, write := range writes {
		start(write)
		for waiting := -1; waiting != i+1; time.Sleep(time.Millisecond) {
			s.queue.mu.Lock()
			waiting = len(s.queue.ops)
			s.queue.mu.Unlock()
			if len(answers[i+1]) > 0 {
				t.Fatalf("write %d was answered before its turn: %v", i, <-answers[i+1])
			}
		}
	}
	release()
	for _, answer := range answers {
		errs = append(errs, <-answer)
	}
	return errs[1:]
}

// TestGrowAndGo: a group that is saved, grows and is deleted in one batch is gone.
func TestGrowAndGo(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	s := newStore(t, dir)
	tree := minted(3)
	small := result.Group(tree.ID(), tree.At(0), tree.At(1))
	save := func(tree result.Tree) func() error {
		return func() error { _, err := s.Save(ctx, tree, result.Attributes{}); return err }
	}
	remove := func() error { _, err := s.Delete(ctx, tree.ID()); return err }
	for i, err := range inOneBatch(t, s, save(small), save(tree), remove) {
		if err != nil {
			t.Errorf("write %d: %v", i, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = newStore(t, dir)
	if g, err := s.Restore(ctx, tree.ID()); !errors.Is(err, result.ErrNotFound) {
		t.Errorf("restored %v, %v", g, err)
	}
	if err := save(small)(); err != nil {
		t.Error(err)
	}
}
