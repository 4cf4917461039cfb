package main

import (
	"encoding/json"
	"io"
	"strings"

	"github.com/seed-1c955bc8/bunch/bench/suite"
)

// A Row is one line of the results: an engine in one workload. The figures are
// null for an engine that is missing, and a ratio is null where there is nothing
// to compare with.
type Row struct {
	Op         string   `json:"op"`
	Engine     string   `json:"engine"`
	N          int      `json:"n"`
	Durable    bool     `json:"durable"`
	Median     *float64 `json:"median_ns"`
	Spread     *float64 `json:"spread"`
	RatioFloor *float64 `json:"ratio_floor"`
	RatioOurs  *float64 `json:"ratio_ours"`
	Unit       string   `json:"unit,omitempty"`    // of the median, if it is no time
	Missing    string   `json:"missing,omitempty"` // why there are no figures
	Note       string   `json:"-"`
	rounds     []float64
}

// rows puts the entrants' figures beside each other.
func rows(w suite.Workload, entrants []*entrant) []Row {
	var list []Row
	for _, e := range entrants {
		r := Row{
			Op: w.Op, Engine: e.kind.Name, N: w.N(), Durable: e.kind.Durable,
			Unit: w.Unit, Missing: e.missing, Note: e.kind.Note,
		}
		if w.Fresh {
			r.Engine += "-fresh"
		}
		if e.missing == "" {
			m, s := median(e.values), spread(e.values)
			r.Median, r.Spread, r.rounds = &m, &s, e.values
		}
		list = append(list, r)
	}
	for i := range list {
		list[i].RatioFloor = list[i].over(reference(list, "floor", list[i].Engine))
		list[i].RatioOurs = list[i].over(reference(list, "bunch", ""))
	}
	return list
}

// reference finds the row to compare with: of those whose engine's name begins
// with kind the one with the same settings as like, else the first.
func reference(list []Row, kind, like string) *Row {
	var first *Row
	_, settings, _ := strings.Cut(like, "-")
	for i := range list {
		r := &list[i]
		if r.Engine == kind+"-"+settings && strings.HasPrefix(like, "bunch-") {
			return r
		}
		if first == nil && (r.Engine == kind || strings.HasPrefix(r.Engine, kind+"-")) {
			first = r
		}
	}
	return first
}

func (r Row) over(reference *Row) *float64 {
	if reference == nil || r.Median == nil || reference.Median == nil || *reference.Median == 0 {
		return nil
	}
	ratio := *r.Median / *reference.Median
	return &ratio
}

// writeJSON writes the rows as one array, a row a line.
func writeJSON(w io.Writer, list []Row) error {
	var b strings.Builder
	b.WriteString("[")
	for i, r := range list {
		line, err := json.Marshal(r)
		if err != nil {
			return err
		}
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString("\n  ")
		b.Write(line)
	}
	b.WriteString("\n]\n")
	_, err := io.WriteString(w, b.String())
	return err
}
