package suite

import (
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"
)

// wake: one goroutine waits for a group of one task, another reports the task.
// The cost is the time from the call of Report until Wait has returned; that of a
// round is its median. For an engine that cannot wait, it is the time of the
// report, after the same rest.
//
// In [CPU], w.Members goroutines wait for a group each and nobody reports; the
// cost is the processor time that the whole process takes in a second.
func wake(r *rig) (func(int) (Sample, error), error) {
	if r.w.Unit == CPU {
		return idle(r)
	}
	waiter, _ := r.Engine.(Waiter)
	return func(count int) (Sample, error) {
		costs := make([]time.Duration, count)
		all := time.Now()
		for i := range costs {
			var err error
			if costs[i], err = wakeOnce(r, waiter); err != nil {
				return Sample{}, err
			}
		}
		slices.Sort(costs)
		return Sample{Value: float64(costs[count/2]), Took: time.Since(all)}, nil
	}, nil
}

func wakeOnce(r *rig, waiter Waiter) (time.Duration, error) {
	g := NewGroup(r.w, 1)
	if err := r.Save(g); err != nil {
		return 0, err
	}
	const rest = 100 * time.Microsecond // so that the waiter waits, and nobody's processor is awake
	if waiter == nil {
		time.Sleep(rest)
		began := time.Now()
		err := r.Report(g, 0, 1)
		return time.Since(began), err
	}
	type end struct {
		at  time.Time
		err error
	}
	woken := make(chan end, 1)
	go func() {
		err := waiter.Wait(g)
		woken <- end{time.Now(), err}
	}()
	time.Sleep(rest)
	began := time.Now()
	if err := r.Report(g, 0, 1); err != nil {
		return 0, err
	}
	e := <-woken
	return e.at.Sub(began), e.err
}

// idle measures each engine while the others are closed: all that the process has
// uses the processors.
func idle(r *rig) (func(int) (Sample, error), error) {
	return func(int) (s Sample, err error) {
		if err := r.open(); err != nil {
			return s, err
		}
		defer func() { err = errors.Join(err, r.Close()) }()
		failed := make(chan error, r.w.Members)
		if waiter, ok := r.Engine.(Waiter); ok {
			for range r.w.Members {
				g := NewGroup(r.w, 1)
				if err := r.Save(g); err != nil {
					return s, err
				}
				go func() { failed <- waiter.Wait(g) }() // until the engine is closed
			}
		}
		debug.FreeOSMemory()    // else the runtime gives it back meanwhile
		time.Sleep(time.Second) // Badger's own clocks begin at some time in it
		before, began := processorTime(), time.Now()
		time.Sleep(time.Second)
		used, took := processorTime()-before, time.Since(began)
		select {
		case err := <-failed:
			return s, fmt.Errorf("a waiter ended: %w", err)
		default:
			return Sample{Value: float64(used) / took.Seconds(), Took: took}, nil
		}
	}, r.Close()
}
