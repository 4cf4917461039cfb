package main

import (
	"errors"
	"fmt"
	"image/color"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// perGroup are the operations that are plotted against the size of the group, and
// what their cost is that of.
var perGroup = map[string]string{
	"save": "group", "save-foreign": "member", "restore": "group", "restore-foreign": "member",
	"progress": "question", "join": "member",
}

// drawPlots draws into dir: cost against group size on logarithmic axes, one an
// operation; throughput against reporters; and the peers as bars.
func drawPlots(dir string, list []Row) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, op := range slices.Sorted(maps.Keys(perGroup)) {
		p := newPlot(op+": time of a "+perGroup[op]+" (lower is better)", "members of the group", "time")
		p.Y.Tick.Marker = timeTicks{}
		if err := lines(p, dir, op, list, func(r Row) float64 { return *r.Median }); err != nil {
			return err
		}
	}
	// The others are among the bars: eighteen lines are too many to follow.
	durable := slices.DeleteFunc(slices.Clone(list), func(r Row) bool { return !r.Durable })
	p := newPlot("report: throughput, durable when answered (higher is better)", "goroutines, each waiting for its own report", "reports a second")
	if err := lines(p, dir, "report", durable, func(r Row) float64 { return 1e9 / *r.Median }); err != nil {
		return err
	}
	return peerBars(dir, list)
}

func newPlot(title, x, y string) *plot.Plot {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	p.Title.Padding = vg.Points(8)
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	p.X.Tick.Marker, p.Y.Tick.Marker = numberTicks{}, numberTicks{}
	p.Legend.ThumbnailWidth = vg.Points(24)
	p.Legend.TextStyle.Font.Size = vg.Points(9)
	grid := plotter.NewGrid()
	grid.Horizontal.Color, grid.Vertical.Color = color.Gray{205}, color.Gray{205}
	p.Add(grid)
	return p
}

// lines draws a line an engine, and writes the plot if there is one.
func lines(p *plot.Plot, dir, op string, list []Row, y func(Row) float64) error {
	points := map[string]plotter.XYs{}
	var engines []string
	for _, r := range list {
		if r.Op != op || r.Unit != "" || r.Median == nil || *r.Median <= 0 {
			continue
		}
		if points[r.Engine] == nil {
			engines = append(engines, r.Engine)
		}
		points[r.Engine] = append(points[r.Engine], plotter.XY{X: float64(r.N), Y: y(r)})
	}
	if len(engines) == 0 {
		return nil
	}
	low, high := 0., 0.
	for i, name := range engines {
		xys := points[name]
		slices.SortFunc(xys, func(a, b plotter.XY) int { return int(a.X - b.X) })
		line, dots, err := plotter.NewLinePoints(xys)
		if err != nil {
			return err
		}
		line.Color, dots.Color = plotutil.Color(i), plotutil.Color(i)
		line.Dashes, dots.Shape = plotutil.Dashes(i/7), plotutil.Shape(i)
		line.Width, dots.Radius = vg.Points(1.5), vg.Points(3)
		if strings.HasPrefix(name, "bunch") {
			line.Width = vg.Points(2.5)
		}
		p.Add(line, dots)
		p.Legend.Add(name, line, dots)
		for _, xy := range xys {
			if low == 0 || xy.Y < low {
				low = xy.Y
			}
			high = max(high, xy.Y)
		}
	}
	p.Y.Min, p.Y.Max = low/1.5, high*1.5
	p.X.Min, p.X.Max = p.X.Min/1.3, p.X.Max*1.3
	return savePlot(p, filepath.Join(dir, op+".svg"), max(360, float64(40+14*len(engines))), 150)
}

// savePlot writes a plot, with its legend at the right of it, where no line runs.
func savePlot(p *plot.Plot, path string, height, legend float64) error {
	const width, margin = 620, 6
	c := vgsvg.New(vg.Points(width+legend), vg.Points(height))
	all := draw.New(c)
	all.SetColor(color.White)
	all.Fill(all.Rectangle.Path())
	beside := p.Legend
	p.Legend = plot.NewLegend()
	p.Draw(draw.Crop(all, vg.Points(margin), vg.Points(-legend-margin), vg.Points(margin), vg.Points(-margin)))
	beside.Top, beside.Left, beside.Padding = true, true, vg.Points(2)
	beside.Draw(draw.Crop(all, vg.Points(width+margin), 0, 0, vg.Points(-30)))
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = c.WriteTo(f)
	return errors.Join(err, f.Close())
}

// numberTicks marks powers of ten, in words.
type numberTicks struct{}

func (numberTicks) Ticks(low, high float64) []plot.Tick { return ticks(low, high, short) }

// timeTicks marks powers of ten nanoseconds.
type timeTicks struct{}

func (timeTicks) Ticks(low, high float64) []plot.Tick {
	return ticks(low, high, func(v float64) string { return human(v, "") })
}

// ticks marks 1, 2 and 5 times powers of ten: with words those that are few enough.
func ticks(low, high float64, words func(float64) string) (marks []plot.Tick) {
	narrow := high/low < 200
	for power := 1e-3; power <= high; power *= 10 {
		for _, step := range []float64{1, 2, 5} {
			if v := power * step; v >= low && v <= high {
				mark := plot.Tick{Value: v}
				if step == 1 || narrow {
					mark.Label = words(v)
				}
				marks = append(marks, mark)
			}
		}
	}
	return marks
}

func short(v float64) string {
	switch {
	case v >= 1e6:
		return fmt.Sprintf("%.3g M", v/1e6)
	case v >= 1e3:
		return fmt.Sprintf("%.3g k", v/1e3)
	}
	return fmt.Sprintf("%.3g", v)
}

// peerBars draws what 64 reporters cost with every engine.
func peerBars(dir string, list []Row) error {
	var chosen []Row
	for _, r := range list {
		if r.Op == "report" && r.N == 64 && r.Unit == "" && r.Median != nil && *r.Median > 0 {
			chosen = append(chosen, r)
		}
	}
	if len(chosen) == 0 {
		return nil
	}
	slices.SortFunc(chosen, func(a, b Row) int { return int(1000 * (*b.Median - *a.Median)) })
	p := plot.New()
	p.Title.Text = "report, 64 goroutines: time of a report (lower is better; logarithmic)"
	p.Title.Padding = vg.Points(8)
	p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, timeTicks{}
	p.X.Label.Text = "dark: durable when it answers; light: not. Blue: bunch"
	var names []string
	low := *chosen[len(chosen)-1].Median / 3
	for i, r := range chosen {
		// Room before the bar, also with a viewer that has wider letters.
		names = append(names, r.Engine+strings.Repeat(" ", 3+len(r.Engine)/3))
		shade := color.RGBA{150, 180, 215, 255}
		if r.Durable {
			shade = color.RGBA{35, 85, 145, 255}
		}
		if !strings.HasPrefix(r.Engine, "bunch") {
			shade.R, shade.B = shade.B, shade.R
		}
		y := float64(i)
		bar, err := plotter.NewPolygon(plotter.XYs{{X: low, Y: y - .35}, {X: *r.Median, Y: y - .35}, {X: *r.Median, Y: y + .35}, {X: low, Y: y + .35}})
		if err != nil {
			return err
		}
		bar.Color, bar.LineStyle.Width = shade, 0
		label, err := plotter.NewLabels(plotter.XYLabels{XYs: plotter.XYs{{X: *r.Median, Y: y - .2}}, Labels: []string{"  " + human(*r.Median, "")}})
		if err != nil {
			return err
		}
		p.Add(bar, label)
	}
	p.NominalY(names...)
	p.X.Min, p.X.Max = low, *chosen[0].Median*4
	p.Y.Min, p.Y.Max = -.7, float64(len(chosen))-.3
	return savePlot(p, filepath.Join(dir, "peers.svg"), float64(90+24*len(chosen)), 0)
}
