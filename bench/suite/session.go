package suite

import (
	"fmt"
	"time"
)

// A Session is an engine that is ready for the rounds of one workload.
type Session interface {
	// Round performs count operations and says what they cost.
	Round(count int) (Sample, error)
	Close() error
}

// A Sample is what a round cost.
type Sample struct {
	Value float64       `json:"value"` // of one operation or member, in the workload's unit
	Took  time.Duration `json:"took"`  // the measured part of the round, in nanoseconds
}

// perOp is the Sample of count operations that took so long.
func perOp(took time.Duration, count int) Sample {
	return Sample{Value: float64(took) / float64(count), Took: took}
}

// A rig is what an operation is measured on.
type rig struct {
	Engine
	w    Workload
	dir  string
	open func() error // opens the engine in dir
}

// Close closes the engine, if it is open.
func (r *rig) Close() error {
	e := r.Engine
	r.Engine = nil
	if e == nil {
		return nil
	}
	return e.Close()
}

// reopen closes the engine and opens it again.
func (r *rig) reopen() error {
	if err := r.Close(); err != nil {
		return err
	}
	return r.open()
}

// An op prepares the operation, outside of what is measured, and returns what a
// round does.
type op func(r *rig) (round func(count int) (Sample, error), err error)

// ops are the operations that are measured in the same way on every engine.
var ops = map[string]op{
	"report":          report,
	"report-one":      report,
	"report-many":     reportMany,
	"save":            save,
	"save-foreign":    save,
	"save-nested":     save,
	"restore":         restore,
	"restore-foreign": restore,
	"progress":        progress,
	"join":            join,
	"size":            size,
	"open":            open,
	"stream":          stream,
	"wake":            wake,
}

// Start opens an engine in dir, which exists and is empty, and prepares it for w.
func Start(k Kind, w Workload, dir string) (Session, error) {
	prepare := ops[w.Op]
	if prepare == nil {
		return nil, fmt.Errorf("no operation %q", w.Op)
	}
	MakeValues(w)
	r := &rig{w: w, dir: dir}
	r.open = func() (err error) {
		r.Engine, err = k.Open(dir, w)
		return err
	}
	if err := r.open(); err != nil {
		return nil, err
	}
	round, err := prepare(r)
	if err != nil {
		_ = r.Close()
		return nil, err
	}
	return &session{r, round}, nil
}

type session struct {
	rig   *rig
	round func(count int) (Sample, error)
}

func (s *session) Round(count int) (Sample, error) { return s.round(count) }
func (s *session) Close() error                    { return s.rig.Close() }

// fill saves a group of the workload's size and reports all of it.
func fill(r *rig) (*Group, error) {
	g := NewGroup(r.w, r.w.Members)
	if err := r.Save(g); err != nil {
		return nil, err
	}
	for first := 0; first < g.N; first += 1000 {
		if err := r.Report(g, first, min(1000, g.N-first)); err != nil {
			return nil, err
		}
	}
	return g, nil
}
