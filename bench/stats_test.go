package main

import "testing"

func TestMedianAndSpread(t *testing.T) {
	for _, c := range []struct {
		values         []float64
		median, spread float64
	}{
		{nil, 0, 0},
		{[]float64{0, 0}, 0, 0},
		{[]float64{3}, 3, 0},
		{[]float64{9, 1, 5}, 5, 1.6},
		{[]float64{4, 1, 2, 3}, 2.5, 1.2},
	} {
		if m, s := median(c.values), spread(c.values); m != c.median || s != c.spread {
			t.Errorf("%v: median %v, spread %v; want %v, %v", c.values, m, s, c.median, c.spread)
		}
	}
}
