package main

import (
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// columns writes rows below a header, in columns that are as wide as they need
// to be; the last one takes what is left of the terminal's width.
type columns struct {
	a     *app
	head  []string
	rows  [][]string
	wide  []int
	first bool
}

// pageRows is how many rows are laid out together, so that any number of them
// takes no memory.
const pageRows = 500

// wordy is how much of a cell there is where no width bounds it.
const wordy = 200

func (a *app) columns(head ...string) *columns {
	c := &columns{a: a, head: head, wide: make([]int, len(head)), first: true}
	c.measure(head)
	return c
}

func (c *columns) measure(row []string) {
	for i, cell := range row {
		c.wide[i] = max(c.wide[i], text.StringWidthWithoutEscSequences(cell))
	}
}

// add adds a row; cells may hold anything.
func (c *columns) add(row ...string) error {
	for i := range row {
		row[i] = cut(clean(cut(row[i], wordy)), wordy)
	}
	c.measure(row)
	c.rows = append(c.rows, row)
	if len(c.rows) < pageRows {
		return nil
	}
	return c.flush()
}

// flush writes the rows that were added.
func (c *columns) flush() error {
	if len(c.rows) == 0 {
		return nil
	}
	t := table.NewWriter()
	t.SetStyle(table.Style{
		Box:     table.BoxStyle{PaddingRight: "  "},
		Format:  table.FormatOptions{Header: text.FormatDefault},
		Options: table.OptionsNoBordersAndSeparators,
	})
	t.SuppressTrailingSpaces()
	if c.first {
		t.AppendHeader(cells(c.head))
		c.first = false
	}
	total := width()
	configs := make([]table.ColumnConfig, len(c.head))
	for i, w := range c.wide {
		if last := i == len(c.wide)-1; last && total > 0 {
			w = max(min(w, total), len(c.head[i]))
		}
		configs[i] = table.ColumnConfig{Number: i + 1, WidthMin: w, WidthMax: w, WidthMaxEnforcer: snip}
		total -= w + 2
	}
	t.SetColumnConfigs(configs)
	for _, row := range c.rows {
		t.AppendRow(cells(row))
	}
	c.rows = nil
	_, err := c.a.out.WriteString(t.Render() + "\n")
	return err
}

func snip(s string, n int) string {
	if text.StringWidthWithoutEscSequences(s) <= n {
		return s
	}
	return text.Snip(s, n, "…")
}

func cells(row []string) table.Row {
	r := make(table.Row, len(row))
	for i, cell := range row {
		r[i] = cell
	}
	return r
}
