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
// end.
//
// A value from a closed set is a state set: a series for each state, 1 for the current
// one. So a verdict that changes leaves no stale series behind, and a rule can wait for a
// state that has not occurred yet. Labels are what the user typed, addresses, and words
// of closed sets. Names from DNS and key types from servers are chosen by strangers, and
// would grow without bound.
type prometheus struct {
	w    io.Writer
	o    Options
	seen map[string]bool // targets; the same series twice is an error for Prometheus

	severity, verdict, address, connect, connecting, keys, phase dialect.Samples
}

func (p *prometheus) Result(r *check.Result) error {
	target := dialect.Label{Name: "target", Value: name(r)}
	if p.seen[target.Value] {
		return nil
	}
	if p.seen == nil {
		p.seen = map[string]bool{}
	}
	p.seen[target.Value] = true

	p.severity.Add("rdnsproxy_check_severity", float64(r.Severity), target)
	for _, phase := range phases(r.Timings) {
		p.phase.Add("rdnsproxy_check_phase_seconds", phase.seconds, target, dialect.Label{Name: "phase", Value: phase.name})
	}
	for _, point := range points(r) {
		labels := []dialect.Label{target, {Name: "address", Value: point.where()}}
		dialect.States(&p.verdict, "rdnsproxy_check_verdict", "verdict", check.Verdicts(), point.verdict, labels)
		if point.address != nil {
			p.addServer(point.address, labels)
		}
	}
	return nil
}

// addServer adds the samples about the server at an address.
func (p *prometheus) addServer(a *check.Address, labels []dialect.Label) {
	p.address.Add("rdnsproxy_check_address_severity", float64(a.Severity), labels...)
	if a.Connect != nil {
		dialect.States(&p.connect, "rdnsproxy_check_connect_status", "status", check.ConnectStatuses(), a.Connect.Status, labels)
		p.connecting.Add("rdnsproxy_check_connect_seconds", a.Connect.Seconds, labels...)
	}
	if a.SSH == nil {
		return
	}
	count := map[check.KeyStatus]int{}
	for _, k := range a.SSH.HostKeys {
		count[k.Status]++
	}
	for _, s := range check.KeyStatuses() {
		with := append(labels[:len(labels):len(labels)], dialect.Label{Name: "status", Value: string(s)})
		p.keys.Add("rdnsproxy_check_hostkeys", float64(count[s]), with...)
	}
}

func (p *prometheus) Close() error {
	var b strings.Builder
	if !p.o.Time.IsZero() {
		var when dialect.Samples
		when.Add("rdnsproxy_check_timestamp_seconds", float64(p.o.Time.Round(time.Millisecond).UnixMilli())/1000)
		b.WriteString(when.Family("rdnsproxy_check_timestamp_seconds", "Time of the check, in seconds since 1970."))
	}
	const severities = ": 0 ok, 1 notice, 2 unknown, 3 warning, 4 error."
	for _, f := range []struct {
		samples      *dialect.Samples
		metric, help string
	}{
		{&p.severity, "severity", "Severity of the worst finding about the target" + severities},
		{&p.verdict, "verdict",
			"Whether the mapping of name and address has this verdict; the address is empty if the name has none."},
		{&p.address, "address_severity", "Severity of the worst finding about the address" + severities},
		{&p.connect, "connect_status", "Whether connecting to the address ended with this status."},
		{&p.connecting, "connect_seconds", "Time that connecting to the address took."},
		{&p.keys, "hostkeys", "Number of host keys that ssh would give this status."},
		{&p.phase, "phase_seconds", "Time that a phase of the check took, for the slowest address of the target."},
	} {
		b.WriteString(f.samples.Family("rdnsproxy_check_"+f.metric, f.help))
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
