package encodingtest

import "testing"

type recorder struct {
	testing.TB
	failed bool
}

func (r *recorder) Helper()               {}
func (r *recorder) Fatalf(string, ...any) { r.failed = true }

var sink []byte

// TestBounded: one allocation too large is seen, and so are many small ones of
// which none is kept.
func TestBounded(t *testing.T) {
	for _, c := range []struct {
		size, times int
		fails       bool
	}{{MaxMemory / 2, 1, false}, {MaxMemory + 1, 1, true}, {1 << 20, 10, false}, {1 << 20, 65, true}} {
		r := &recorder{TB: t}
		Bounded(r, func() {
			for range c.times {
				sink = make([]byte, c.size)
			}
		})
		sink = nil
		if r.failed != c.fails {
			t.Errorf("%d times %d bytes: failed %t", c.times, c.size, r.failed)
		}
	}
}
