package suite

import (
	"errors"
	"io"
	"strings"
	"testing"
)

// counted is an engine that does nothing and counts how often.
type counted struct{ saves, reports, closes int }

func (c *counted) Save(*Group) error                             { c.saves++; return nil }
func (c *counted) Report(_ *Group, _, n int) error               { c.reports += n; return nil }
func (c *counted) Progress(*Group) (int, error)                  { return 0, errors.New("progress is broken") }
func (c *counted) Join(*Group, func([]byte)) error               { return nil }
func (c *counted) Close() error                                  { c.closes++; return nil }
func (c *counted) Restore(g *Group, _ func(string)) (int, error) { return g.N, nil }

// TestProtocol has both ends speak to each other.
func TestProtocol(t *testing.T) {
	engine := &counted{}
	kinds := []Kind{
		{Name: "counted", Durable: true, Note: "n", Open: func(string, Workload) (Engine, error) { return engine, nil }},
		{Name: "gone", Missing: "why"},
	}
	requests, to := io.Pipe()
	from, answers := io.Pipe()
	served := make(chan error)
	go func() { served <- Serve(requests, answers, kinds) }()
	c := NewClient(to, from)

	got, err := c.Kinds()
	if err != nil || len(got) != 2 || got[0].Name != "counted" || !got[0].Durable || got[1].Missing != "why" {
		t.Fatalf("kinds: %+v, %v", got, err)
	}
	s, err := c.Start(got[0], Workload{Op: "report", Members: 10, Reporters: 3, Value: 50}, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if sample, err := s.Round(30); err != nil || sample.Took <= 0 || sample.Value <= 0 {
		t.Errorf("round: %+v, %v", sample, err)
	}
	if engine.reports != 30 || engine.saves != 2 { // the second group has room for all
		t.Errorf("%d reports in %d groups, want 30 in 2", engine.reports, engine.saves)
	}
	for name, start := range map[string]func() (Session, error){
		"no operation": func() (Session, error) { return c.Start(got[0], Workload{Op: "dance"}, "") },
		"no engine":    func() (Session, error) { return c.Start(Kind{Name: "nobody"}, Workload{}, "") },
		"no values": func() (Session, error) {
			s, _ := c.Start(got[0], Workload{Op: "join", Members: 5, Value: 50}, "")
			return s, round(s)
		},
		"broken answers": func() (Session, error) {
			s, _ := c.Start(got[0], Workload{Op: "progress", Members: 9, Value: 50}, "")
			return s, round(s)
		},
	} {
		if _, err := start(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := s.Close(); err != nil || engine.closes != 1 {
		t.Errorf("close: %v, %d times", err, engine.closes)
	}
	if _, err := s.Round(1); err == nil || !strings.Contains(err.Error(), "not open") {
		t.Errorf("a round after close: %v", err)
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
	if engine.closes != 3 {
		t.Errorf("%d sessions closed, want the two that were left as well", engine.closes)
	}
}

func round(s Session) error { _, err := s.Round(1); return err }

// TestCommitter: what waits while another transaction is under way shares one.
func TestCommitter(t *testing.T) {
	begun, goOn := make(chan int), make(chan struct{})
	failure := errors.New("it broke")
	c := NewCommitter(func(batch []int) error {
		begun <- len(batch)
		<-goOn
		if batch[0] == 1 {
			return failure
		}
		return nil
	})
	answers := make(chan error, 10)
	put := func(n int) { answers <- c.Put(n) }
	go put(0)
	if n := <-begun; n != 1 {
		t.Fatalf("%d in the first transaction", n)
	}
	for range 5 {
		go put(1)
	}
	for waiting := 0; waiting < 5; {
		c.mu.Lock()
		waiting = len(c.queue)
		c.mu.Unlock()
	}
	goOn <- struct{}{}
	if n := <-begun; n != 5 {
		t.Errorf("%d in the second transaction, want 5", n)
	}
	goOn <- struct{}{}
	failed := 0
	for range 6 {
		if err := <-answers; errors.Is(err, failure) {
			failed++
		}
	}
	if failed != 5 {
		t.Errorf("%d were told of the failure, want 5", failed)
	}
	c.Close()
}

// TestValues: CBOR of the length that was asked for, and as random.
func TestValues(t *testing.T) {
	for _, w := range []Workload{{Value: 10, Random: 1}, {Value: 24}, {Value: 25}, {Value: 100, Random: 0.5}, {Value: 257}, {Value: 1000, Random: 0.5}} {
		MakeValues(w)
		v := Value(w, 7)
		if len(v) != w.Value || strings.TrimRight(string(v), "\x00") == string(v) && w.Random < 1 {
			t.Errorf("%+v: %d bytes, %x", w, len(v), v)
		}
	}
}
