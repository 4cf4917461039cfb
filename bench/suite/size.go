package suite

import (
	"os"
	"path/filepath"
	"time"
)

// size: a group is saved and reported in a new directory, the engine is closed,
// and shrunk if it can be. The cost is the disk space of all that is in the
// directory then.
func size(r *rig) (func(int) (Sample, error), error) {
	return func(int) (Sample, error) {
		began := time.Now()
		if _, err := fill(r); err != nil {
			return Sample{}, err
		}
		if err := r.Close(); err != nil {
			return Sample{}, err
		}
		if s, ok := r.Engine.(Shrinker); ok {
			if err := s.Shrink(); err != nil {
				return Sample{}, err
			}
		}
		n, err := diskUsage(r.dir)
		if err != nil {
			return Sample{}, err
		}
		entries, err := os.ReadDir(r.dir)
		if err != nil {
			return Sample{}, err
		}
		for _, e := range entries {
			if err := os.RemoveAll(filepath.Join(r.dir, e.Name())); err != nil {
				return Sample{}, err
			}
		}
		return Sample{Value: float64(n), Took: time.Since(began)}, r.open()
	}, nil
}
