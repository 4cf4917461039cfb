package suite

import "time"

// save: one goroutine saves new groups, whose trees it has in hand. The cost is
// that of one group; with foreign ids, that of one member.
func save(r *rig) (func(int) (Sample, error), error) {
	return func(count int) (Sample, error) {
		groups := make([]*Group, count)
		for i := range groups {
			groups[i] = NewGroup(r.w, r.w.Members)
		}
		began := time.Now()
		for _, g := range groups {
			if err := r.Save(g); err != nil {
				return Sample{}, err
			}
		}
		took := time.Since(began)
		if r.w.Foreign {
			count *= r.w.Members
		}
		return perOp(took, count), nil
	}, nil
}
