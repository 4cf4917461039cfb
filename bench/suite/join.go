package suite

import (
	"fmt"
	"time"
)

// join: one goroutine reads all results of a group that is done, in the order of
// its members. The cost is that of one member.
func join(r *rig) (func(int) (Sample, error), error) {
	g, err := fill(r)
	if err != nil {
		return nil, err
	}
	return func(count int) (Sample, error) {
		n, bytes := 0, 0
		began := time.Now()
		for range count {
			if err := r.Join(g, func(v []byte) { n++; bytes += len(v) }); err != nil {
				return Sample{}, err
			}
		}
		took := time.Since(began)
		decoded := r.w.Value - len(byteString(r.w.Value))
		if n != count*g.N || bytes != n*r.w.Value && bytes != n*decoded {
			return Sample{}, fmt.Errorf("%d values of %d bytes, want %d of %d or %d each", n, bytes, count*g.N, decoded, r.w.Value)
		}
		return perOp(took, n), nil
	}, nil
}
