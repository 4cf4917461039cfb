package main

import (
	"fmt"
	"io"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/seed-1c955bc8/bunch/bench/suite"
)

// writeTable prints the figures, a block an operation, and then the bars.
func writeTable(w io.Writer, list []Row) error {
	figures := newTable(table.Row{"op", "n", "engine", "median", "spread", "÷ floor", "÷ ours", "durability"}, 2, 4, 5, 6, 7)
	for i, r := range list {
		if i > 0 && (r.Op != list[i-1].Op || r.N != list[i-1].N || r.Unit != list[i-1].Unit) {
			figures.AppendSeparator()
		}
		if r.Missing != "" {
			figures.AppendRow(table.Row{r.Op, r.N, r.Engine, "missing", "", "", "", r.Missing})
			continue
		}
		note := r.Note
		if r.Durable {
			note = "durable: " + note
		}
		figures.AppendRow(table.Row{
			r.Op, r.N, r.Engine, r.figure(), fmt.Sprintf("%.0f %%", 100**r.Spread), ratio(r.RatioFloor), ratio(r.RatioOurs), note,
		})
	}
	marks := newTable(table.Row{"op", "bar", "figure", "limit", ""}, 3, 4)
	for _, v := range judge(list) {
		marks.AppendRow(v.row())
	}
	_, err := fmt.Fprintf(w, "%s\n\n%s\n", figures.Render(), marks.Render())
	return err
}

func newTable(head table.Row, right ...int) table.Writer {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	t.AppendHeader(head)
	var columns []table.ColumnConfig
	for _, n := range right {
		columns = append(columns, table.ColumnConfig{Number: n, Align: text.AlignRight})
	}
	t.SetColumnConfigs(columns)
	return t
}

func (v verdict) row() table.Row {
	if !v.known {
		return table.Row{v.op, v.what, "", "", "not measured"}
	}
	answer := "met"
	if !v.met() {
		answer = fmt.Sprintf("NOT MET: %.2f × the limit", v.got/v.limit)
	}
	return table.Row{v.op, v.what, human(v.got, v.unit), human(v.limit, v.unit), answer}
}

func ratio(r *float64) string {
	if r == nil {
		return ""
	}
	return fmt.Sprintf("%.3g", *r)
}

// figure is the median in words.
func (r Row) figure() string {
	if r.Median == nil {
		return "missing"
	}
	return human(*r.Median, r.Unit)
}

func human(v float64, unit string) string {
	switch {
	case unit == suite.Allocs:
		return fmt.Sprintf("%.0f allocs", v)
	case unit == suite.Bytes && v >= 1<<20:
		return fmt.Sprintf("%.1f MiB", v/(1<<20))
	case unit == suite.Bytes && v >= 1<<10:
		return fmt.Sprintf("%.1f KiB", v/(1<<10))
	case unit == suite.Bytes:
		return fmt.Sprintf("%.0f B", v)
	case unit == suite.CPU:
		return time.Duration(v).Round(time.Microsecond).String() + "/s"
	}
	for _, u := range []struct {
		name string
		size float64
	}{{"s", 1e9}, {"ms", 1e6}, {"µs", 1e3}} {
		if v >= u.size {
			return fmt.Sprintf("%.3g %s", v/u.size, u.name)
		}
	}
	return fmt.Sprintf("%.3g ns", v)
}
