package suite

import (
	"fmt"
	"runtime"
	"time"
)

// restore: one goroutine reads the same group by its id. The cost is that of one
// group; with foreign ids all of them are ranged over as text, and the cost is
// that of one member. In [Bytes], it is what one restore allocates.
func restore(r *rig) (func(int) (Sample, error), error) {
	g := NewGroup(r.w, r.w.Members)
	if err := r.Save(g); err != nil {
		return nil, err
	}
	return func(count int) (Sample, error) {
		var each func(string)
		length, ids := 0, 0
		if r.w.Foreign {
			each = func(id string) { length += len(id); ids++ }
		}
		var before, after runtime.MemStats
		if r.w.Unit == Bytes {
			runtime.ReadMemStats(&before)
		}
		began := time.Now()
		for range count {
			n, err := r.Restore(g, each)
			if err != nil {
				return Sample{}, err
			}
			if n != g.N {
				return Sample{}, fmt.Errorf("restored %d members of %d", n, g.N)
			}
		}
		took := time.Since(began)
		if r.w.Unit == Bytes {
			runtime.ReadMemStats(&after)
			return Sample{Value: float64(after.TotalAlloc-before.TotalAlloc) / float64(count), Took: took}, nil
		}
		if r.w.Foreign {
			if ids != count*g.N || length != 36*ids {
				return Sample{}, fmt.Errorf("%d ids of %d bytes, want %d", ids, length, count*g.N)
			}
			count *= g.N
		}
		return perOp(took, count), nil
	}, nil
}
