package report

import (
	"io"
	"strings"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/dialect"
)

// prometheus writes the text exposition format, for node_exporter's textfile collector.
// The format wants all samples of a family together, so nothing is written before the
// end. The families are those of Families, with the target, as typed, as the first label.
type prometheus struct {
	w    io.Writer
	o    Options
	seen map[string]bool // targets; the same series twice is an error for Prometheus

	families []Family
	samples  []dialect.Samples // of each family
}

func (p *prometheus) Result(r *check.Result) error {
	target := dialect.Label{Name: "target", Value: name(r)}
	if p.seen[target.Value] {
		return nil
	}
	if p.seen == nil {
		p.seen, p.families = map[string]bool{}, Families()
		p.samples = make([]dialect.Samples, len(p.families))
	}
	p.seen[target.Value] = true
	labels := make([]dialect.Label, 0, 4)
	Measure(p.families, r, 0, func(family int, value float64, values []string) {
		labels = append(labels[:0], target)
		for i, name := range p.families[family].Labels {
			labels = append(labels, dialect.Label{Name: name, Value: values[i]})
		}
		p.samples[family].Add(p.families[family].Name, value, labels...)
	})
	return nil
}

func (p *prometheus) Close() error {
	var b strings.Builder
	if !p.o.Time.IsZero() {
		var when dialect.Samples
		when.Add("rdnsproxy_check_timestamp_seconds", float64(p.o.Time.Round(time.Millisecond).UnixMilli())/1000)
		b.WriteString(when.Family("rdnsproxy_check_timestamp_seconds", "Time of the check, in seconds since 1970."))
	}
	for i := range p.families {
		b.WriteString(p.samples[i].Family(p.families[i].Name, p.families[i].Help))
	}
	if p.o.lacking() != "" {
		var lacks dialect.Samples
		lacks.Add("rdnsproxy_check_incomplete", 1)
		b.WriteString(lacks.Family("rdnsproxy_check_incomplete", "Whether results are missing: the run has not ended."))
	}
	if p.o.Unnamed > 0 {
		var unnamed dialect.Samples
		unnamed.Add("rdnsproxy_check_known_hosts_unnamed", float64(p.o.Unnamed))
		b.WriteString(unnamed.Family("rdnsproxy_check_known_hosts_unnamed",
			"Number of hashed known_hosts lines whose host name is not known, so that the host was not checked."))
	}
	_, err := io.WriteString(p.w, b.String())
	return err
}
