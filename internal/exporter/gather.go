package exporter

import (
	"strings"
	"sync"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/report"
	"rdnsproxy/limits"

	"github.com/prometheus/client_golang/prometheus"
)

// families are the metric families of a result, and their descriptions for client_golang.
var families = sync.OnceValues(func() ([]report.Family, []*prometheus.Desc) {
	fs := report.Families()
	var descs []*prometheus.Desc
	for _, f := range fs {
		descs = append(descs, prometheus.NewDesc(f.Name, f.Help, f.Labels, nil))
	}
	return fs, descs
})

// own are the metrics of a probe that are not about the target.
var own = sync.OnceValue(func() (d struct{ success, duration, cached, age, cut, addresses *prometheus.Desc }) {
	desc := func(name, help string) *prometheus.Desc { return prometheus.NewDesc(name, help, nil, nil) }
	d.success = desc("probe_success", "Whether no finding reaches the module's fail_on.")
	d.duration = desc("probe_duration_seconds", "How long the check took that gave this result.")
	d.cached = desc("rdnsproxy_probe_cached", "Whether the result is from the cache.")
	d.age = desc("rdnsproxy_probe_age_seconds", "How long ago the check began that gave this result.")
	d.cut = desc("rdnsproxy_probe_cut_short", "Whether time ran out before everything was known.")
	d.addresses = desc("rdnsproxy_probe_addresses", "Number of addresses that were checked. Only the worst have series.")
	return d
})

// answer is a result as a collector of metrics, for one request.
type answer struct {
	result
	failOn check.Severity
	cached bool
	now    time.Time
}

// succeeded reports whether the worst severity is below the module's fail_on.
func (a *answer) succeeded() bool { return a.Severity < a.failOn }

// Describe describes nothing: which metrics there are depends on the result.
func (a *answer) Describe(chan<- *prometheus.Desc) {}

// Collect sends the metrics. Their number is bounded by limits.ProbeAddresses.
func (a *answer) Collect(to chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	flag := func(d *prometheus.Desc, on bool) {
		value := 0.0
		if on {
			value = 1
		}
		gauge(d, value)
	}
	d := own()
	flag(d.success, a.succeeded())
	gauge(d.duration, a.took.Seconds())
	flag(d.cached, a.cached)
	gauge(d.age, max(0, a.now.Sub(a.began)).Seconds())
	flag(d.cut, a.cut)
	gauge(d.addresses, float64(len(a.Addresses)))
	fs, descs := families()
	report.Measure(fs, a.Result, limits.ProbeAddresses, func(family int, value float64, labels []string) {
		for i := range labels {
			labels[i] = strings.ToValidUTF8(labels[i], "\uFFFD")
		}
		gauge(descs[family], value, labels...)
	})
}
