package suite

import (
	"fmt"
	"runtime"
	"time"
)

// stream: one goroutine ranges over all results of a group that is done and keeps
// none. The cost is that of one member; in [Bytes], it is the most that the live
// heap was above its size at the start. It is looked at after a garbage
// collection, every 50,000 members.
func stream(r *rig) (func(int) (Sample, error), error) {
	s, ok := r.Engine.(Streamer)
	if !ok {
		return nil, ErrNotOffered
	}
	g, err := fill(r)
	if err != nil {
		return nil, err
	}
	return func(count int) (Sample, error) {
		n, bytes := 0, 0
		var highest, start uint64
		each := func(v []byte) { n++; bytes += len(v) }
		if r.w.Unit == Bytes {
			start = liveHeap()
			highest = start
			each = func(v []byte) {
				n++
				bytes += len(v)
				if n%50_000 == 0 {
					highest = max(highest, liveHeap())
				}
			}
		}
		began := time.Now()
		for range count {
			if err := s.Stream(g, each); err != nil {
				return Sample{}, err
			}
		}
		took := time.Since(began)
		if n != count*g.N || bytes != n*r.w.Value {
			return Sample{}, fmt.Errorf("%d values of %d bytes, want %d of %d", n, bytes, count*g.N, count*g.N*r.w.Value)
		}
		if r.w.Unit == Bytes {
			return Sample{Value: float64(highest - start), Took: took}, nil
		}
		return perOp(took, n), nil
	}, nil
}

func liveHeap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
