package suite

import (
	"fmt"
	"time"
)

// Completed is how many members of the group have succeeded that op "progress"
// asks about.
const Completed = 7

// progress: one goroutine asks how far a group is, again and again; if fresh, the
// engine is opened before each question, outside of what is measured.
func progress(r *rig) (func(int) (Sample, error), error) {
	g := NewGroup(r.w, r.w.Members)
	if err := r.Save(g); err != nil {
		return nil, err
	}
	if err := r.Report(g, 0, Completed); err != nil {
		return nil, err
	}
	ask := func() error {
		n, err := r.Progress(g)
		if err == nil && n != Completed {
			err = fmt.Errorf("%d members completed, want %d", n, Completed)
		}
		return err
	}
	return func(count int) (Sample, error) {
		if r.w.Fresh {
			var asking time.Duration
			all := time.Now()
			for range count {
				if err := r.reopen(); err != nil {
					return Sample{}, err
				}
				began := time.Now()
				if err := ask(); err != nil {
					return Sample{}, err
				}
				asking += time.Since(began)
			}
			return Sample{Value: float64(asking) / float64(count), Took: time.Since(all)}, nil
		}
		began := time.Now()
		for range count {
			if err := ask(); err != nil {
				return Sample{}, err
			}
		}
		return perOp(time.Since(began), count), nil
	}, nil
}
