package suite

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// report: w.Reporters goroutines report results of pending members, one a call,
// and each waits for its answer before its next. The cost is the time of all
// divided by the number of reports.
func report(r *rig) (func(int) (Sample, error), error) {
	next, err := unreported(r)
	if err != nil {
		return nil, err
	}
	return func(count int) (Sample, error) {
		count = max(count, r.w.Reporters)
		g, first, err := next(count)
		if err != nil {
			return Sample{}, err
		}
		var (
			wg   sync.WaitGroup
			at   atomic.Int64
			errs = make([]error, r.w.Reporters)
		)
		began := time.Now()
		for k := range r.w.Reporters {
			wg.Go(func() {
				for i := at.Add(1) - 1; i < int64(count) && errs[k] == nil; i = at.Add(1) - 1 {
					errs[k] = r.Report(g, first+int(i), 1)
				}
			})
		}
		wg.Wait()
		return perOp(time.Since(began), count), errors.Join(errs...)
	}, nil
}

// reportMany: w.Call results a call, of members that follow each other, by one
// goroutine. The cost is that of one result.
func reportMany(r *rig) (func(int) (Sample, error), error) {
	next, err := unreported(r)
	if err != nil {
		return nil, err
	}
	return func(count int) (Sample, error) {
		total := count * r.w.Call
		g, first, err := next(total)
		if err != nil {
			return Sample{}, err
		}
		began := time.Now()
		for i := 0; i < total; i += r.w.Call {
			if err := r.Report(g, first+i, r.w.Call); err != nil {
				return Sample{}, err
			}
		}
		return perOp(time.Since(began), total), nil
	}, nil
}

// unreported returns a function that gives so many members in a row that nobody
// has reported. When a group is used up it saves another.
func unreported(r *rig) (func(count int) (g *Group, first int, err error), error) {
	var g *Group
	used := 0
	next := func(count int) (*Group, int, error) {
		if g == nil || used+count > g.N {
			g, used = NewGroup(r.w, max(r.w.Members, count)), 0
			if err := r.Save(g); err != nil {
				return nil, 0, err
			}
		}
		used += count
		return g, used - count, nil
	}
	_, _, err := next(0)
	return next, err
}
