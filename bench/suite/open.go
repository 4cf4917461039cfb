package suite

import "time"

// open: the engine is opened on a group that is done, and closed again, outside
// of what is measured.
func open(r *rig) (func(int) (Sample, error), error) {
	if _, err := fill(r); err != nil {
		return nil, err
	}
	return func(count int) (Sample, error) {
		var opening time.Duration
		all := time.Now()
		for range count {
			if err := r.Close(); err != nil {
				return Sample{}, err
			}
			began := time.Now()
			if err := r.open(); err != nil {
				return Sample{}, err
			}
			opening += time.Since(began)
		}
		return Sample{Value: float64(opening) / float64(count), Took: time.Since(all)}, nil
	}, nil
}
