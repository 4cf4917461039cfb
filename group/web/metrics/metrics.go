package metrics

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

// What a count may cost.
const (
	maxGroups = 100_000
	pageSize  = 10_000
	countTime = 5 * time.Second
	fresh     = 10 * time.Second
	maxAsking = 4 // who ask at once; more get 503
)

// Handler answers Prometheus about b. It has a registry of its own.
func Handler(b group.Backend) http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(&collector{b: b})
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{MaxRequestsInFlight: maxAsking})
}

var (
	groupsDesc   = prometheus.NewDesc("bunch_groups", "Saved groups.", []string{"state"}, nil)
	tasksDesc    = prometheus.NewDesc("bunch_tasks", "Tasks of saved groups; one in two groups counts twice.", []string{"state"}, nil)
	completeDesc = prometheus.NewDesc("bunch_complete", "1 if all groups were counted, 0 if there are too many.", nil, nil)
	secondsDesc  = prometheus.NewDesc("bunch_collect_seconds", "How long the counting took.", nil, nil)
)

// collector counts when it is asked, but not each time.
type collector struct {
	b group.Backend

	mu   sync.Mutex // one count at a time: who waits has the same
	last count
	at   time.Time
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{groupsDesc, tasksDesc, completeDesc, secondsDesc} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(ch chan<- prometheus.Metric) {
	n, err := c.count()
	if err != nil {
		ch <- prometheus.NewInvalidMetric(groupsDesc, err)
		return
	}
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	for _, s := range groupStates {
		gauge(groupsDesc, float64(n.groups[s]), s)
	}
	for _, s := range taskStates {
		gauge(tasksDesc, float64(n.tasks[s]), s)
	}
	complete := 0.0
	if n.complete {
		complete = 1
	}
	gauge(completeDesc, complete)
	gauge(secondsDesc, n.took.Seconds())
}

// count returns what was counted lately, or counts.
func (c *collector) count() (count, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	begun := time.Now()
	if !c.at.IsZero() && begun.Sub(c.at) < fresh {
		return c.last, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), countTime) // for all who wait, whoever goes
	defer cancel()
	n := count{groups: map[string]int{}, tasks: map[string]int{}}
	for q, left := (result.Query{Limit: pageSize}), maxGroups; left > 0; left -= pageSize {
		page, next, err := c.b.List(ctx, q)
		if err != nil {
			return count{}, err
		}
		for _, g := range page {
			n.add(g.Progress)
		}
		if q.Cursor = next; next == "" {
			n.complete = true
			break
		}
	}
	n.took = time.Since(begun)
	c.last, c.at = n, time.Now()
	return n, nil
}
