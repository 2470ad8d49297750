package exporter

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	versions "github.com/prometheus/client_golang/prometheus/collectors/version"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// namespace begins the names of the exporter's own metrics.
const namespace = "rdnsproxy_exporter"

// The reasons why a probe is refused.
const (
	refusedTarget     = "target"
	refusedModule     = "module"
	refusedNotAllowed = "not_allowed"
	refusedBusy       = "busy"
	refusedLate       = "late"
)

// meter has the exporter's own metrics. They are by module, never by target.
type meter struct {
	registry *prometheus.Registry

	probes    *prometheus.CounterVec // module, result
	hits      *prometheus.CounterVec // module
	misses    *prometheus.CounterVec // module
	shared    *prometheus.CounterVec // module
	addresses *prometheus.CounterVec // module
	refused   *prometheus.CounterVec // reason
	duration  *prometheus.HistogramVec
	loaded    prometheus.Gauge
	loadedAt  prometheus.Gauge
}

func newMeter() *meter {
	m := &meter{registry: prometheus.NewRegistry()}
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
		m.registry.MustRegister(c)
		return c
	}
	gauge := func(name, help string) prometheus.Gauge {
		g := prometheus.NewGauge(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help})
		m.registry.MustRegister(g)
		return g
	}
	m.probes = counter("probes_total", "Number of probes that were answered.", "module", "result")
	m.hits = counter("cache_hits_total", "Number of probes that were answered from the cache.", "module")
	m.misses = counter("cache_misses_total", "Number of probes that were not answered from the cache.", "module")
	m.shared = counter("probes_shared_total", "Number of probes that joined an equal one that was already running.", "module")
	m.addresses = counter("addresses_refused_total",
		"Number of addresses that were not connected to, because the module's allow-list does not have them.", "module")
	m.refused = counter("probes_refused_total", "Number of probes that were refused.", "reason")
	m.duration = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: namespace, Name: "probe_duration_seconds", Help: "How long checks took.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
	}, []string{"module"})
	m.loaded = gauge("config_last_reload_successful", "Whether the modules file was read without an error the last time.")
	m.loadedAt = gauge("config_last_reload_success_timestamp_seconds", "Time when the modules file was last read without an error.")
	m.registry.MustRegister(m.duration, versions.NewCollector(namespace),
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, reason := range []string{refusedTarget, refusedModule, refusedNotAllowed, refusedBusy, refusedLate} {
		m.refused.WithLabelValues(reason)
	}
	return m
}

// watch adds the gauges of a pool.
func (m *meter) watch(p *pool) {
	for name, g := range map[string]struct {
		help string
		of   func() int
	}{
		"probes_in_flight": {"Number of checks that are running.", func() int { n, _, _, _ := p.state(); return n }},
		"probes_waiting":   {"Number of checks that are waiting for their turn.", func() int { _, n, _, _ := p.state(); return n }},
		"cache_entries":    {"Number of results in the cache.", func() int { _, _, n, _ := p.state(); return n }},
		"cache_bytes":      {"Approximate size of the results in the cache.", func() int { _, _, _, n := p.state(); return n }},
	} {
		m.registry.MustRegister(prometheus.NewGaugeFunc(
			prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: g.help}, func() float64 { return float64(g.of()) }))
	}
}

// handler serves the metrics.
func (m *meter) handler() http.Handler {
	return promhttp.InstrumentMetricHandler(m.registry,
		promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry}))
}

// module makes the series of a module, so that rates are right from the first probe on.
func (m *meter) module(name string) {
	for _, c := range []*prometheus.CounterVec{m.hits, m.misses, m.shared, m.addresses} {
		c.WithLabelValues(name)
	}
	m.probes.WithLabelValues(name, "success")
	m.probes.WithLabelValues(name, "failure")
	m.duration.WithLabelValues(name)
}

// drop removes the series of a module that is gone.
func (m *meter) drop(name string) {
	for _, c := range []interface {
		DeletePartialMatch(prometheus.Labels) int
	}{m.hits, m.misses, m.shared, m.addresses, m.probes, m.duration} {
		c.DeletePartialMatch(prometheus.Labels{"module": name})
	}
}

// checked counts a check, whoever waits for it.
func (m *meter) checked(module *Module, r result) {
	m.duration.WithLabelValues(module.Name).Observe(r.took.Seconds())
}

func (m *meter) addressRefused(module *Module) { m.addresses.WithLabelValues(module.Name).Inc() }

// answered counts a probe.
func (m *meter) answered(module *Module, success bool, h how) {
	word := "failure"
	if success {
		word = "success"
	}
	m.probes.WithLabelValues(module.Name, word).Inc()
	switch {
	case h.cached:
		m.hits.WithLabelValues(module.Name).Inc()
		return
	case h.shared:
		m.shared.WithLabelValues(module.Name).Inc()
	}
	m.misses.WithLabelValues(module.Name).Inc()
}

// reloaded records whether the modules file could be read.
func (m *meter) reloaded(err error, now time.Time) {
	if err != nil {
		m.loaded.Set(0)
		return
	}
	m.loaded.Set(1)
	m.loadedAt.Set(float64(now.UnixMilli()) / 1000)
}
