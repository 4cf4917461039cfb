// Package encodingtest helps to test what reads bytes that may come from anybody.
package encodingtest

import (
	"runtime/metrics"
	"testing"
)

// MaxMemory is how much reading one input may allocate, all of it together: 64
// MiB, of which less is in use at any moment.
const MaxMemory = 64 << 20

// Bounded fails the test if read allocates more than MaxMemory. What other
// goroutines allocate meanwhile counts too.
func Bounded(t testing.TB, read func()) {
	t.Helper()
	before := allocated()
	read()
	if n := allocated() - before; n > MaxMemory {
		t.Fatalf("reading the input allocated %d MiB, the most is %d", n>>20, MaxMemory>>20)
	}
}

func allocated() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}
