package auditreport

import (
	"io"
	"strings"
	"time"

	"rdnsproxy/audit"
	"rdnsproxy/check"
	"rdnsproxy/internal/dialect"
)

// writePrometheus writes the text exposition format, for node_exporter's textfile
// collector. Labels are words of closed sets and the names of the machines that log:
// addresses, users and PTR names are chosen by strangers, and would grow without bound.
func writePrometheus(w io.Writer, r *audit.Report, o Options) error {
	var b strings.Builder
	if !o.Time.IsZero() {
		var when dialect.Samples
		when.Add("rdnsproxy_audit_timestamp_seconds", float64(o.Time.Round(time.Millisecond).UnixMilli())/1000)
		b.WriteString(when.Family("rdnsproxy_audit_timestamp_seconds", "Time of the audit, in seconds since 1970."))
	}
	var severity dialect.Samples
	severity.Add("rdnsproxy_audit_severity", float64(r.Severity))
	b.WriteString(severity.Family("rdnsproxy_audit_severity",
		"Severity of the worst finding: 0 ok, 1 notice, 2 unknown, 3 warning, 4 error."))
	b.WriteString(readingFamilies(r))
	b.WriteString(hostFamilies(r))
	b.WriteString(findingFamily(r))
	var lines, unread, forged, dropped dialect.Samples
	var read, bad int64
	for _, in := range r.Inputs {
		read += in.SSHD
		bad += in.Unread
	}
	lines.Add("rdnsproxy_audit_lines", float64(read))
	unread.Add("rdnsproxy_audit_unread_lines", float64(bad))
	forged.Add("rdnsproxy_audit_forged_lines", float64(r.Totals.Forged))
	dropped.Add("rdnsproxy_audit_dropped_connections", float64(r.Totals.Dropped))
	b.WriteString(lines.Family("rdnsproxy_audit_lines", "Lines of sshd that were read."))
	b.WriteString(unread.Family("rdnsproxy_audit_unread_lines", "Lines of sshd that have the shape of no known message."))
	b.WriteString(forged.Family("rdnsproxy_audit_forged_lines",
		"Lines that name another address than that of their connection."))
	b.WriteString(dropped.Family("rdnsproxy_audit_dropped_connections",
		"Connections that sshd dropped before authentication."))
	_, err := io.WriteString(w, b.String())
	return err
}

// readingFamilies has a series for each reading, also for those that nobody has.
func readingFamilies(r *audit.Report) string {
	var addresses, connections, bad, failed, logins dialect.Samples
	for _, w := range readingWords {
		row, l := r.Totals.ByReading[w.reading], dialect.Label{Name: "reading", Value: string(w.reading)}
		addresses.Add("rdnsproxy_audit_addresses", float64(row.Addresses), l)
		connections.Add("rdnsproxy_audit_connections", float64(row.Connections), l)
		bad.Add("rdnsproxy_audit_badly_mapped", float64(row.BadlyMapped), l)
		failed.Add("rdnsproxy_audit_failed", float64(row.Failed), l)
		logins.Add("rdnsproxy_audit_logins", float64(row.Logins), l)
	}
	return addresses.Family("rdnsproxy_audit_addresses", "Client addresses, by what they did.") +
		connections.Family("rdnsproxy_audit_connections", "Connections, by what their address did.") +
		bad.Family("rdnsproxy_audit_badly_mapped", "Connections with a complaint about the reverse name.") +
		failed.Family("rdnsproxy_audit_failed", "Failed attempts to log in.") +
		logins.Family("rdnsproxy_audit_logins", "Logins.")
}

// hostFamilies has series for each machine that logged.
func hostFamilies(r *audit.Report) string {
	var connections, logins, proofs dialect.Samples
	for _, h := range r.Hosts {
		l := dialect.Label{Name: "host", Value: h.Name}
		if h.Connections != nil {
			connections.Add("rdnsproxy_audit_host_connections", float64(*h.Connections), l)
		}
		logins.Add("rdnsproxy_audit_host_logins", float64(h.Logins), l)
		proofs.Add("rdnsproxy_audit_host_usedns_lines", float64(h.Proofs), l)
	}
	return connections.Family("rdnsproxy_audit_host_connections", "Connections to this server.") +
		logins.Family("rdnsproxy_audit_host_logins", "Logins to this server.") +
		proofs.Family("rdnsproxy_audit_host_usedns_lines",
			"Lines that show that this server looks up the names of its clients.")
}

// findingFamily counts findings by severity.
func findingFamily(r *audit.Report) string {
	counts := map[check.Severity]int{}
	for _, f := range r.Findings {
		counts[f.Severity]++
	}
	var findings dialect.Samples
	for s := check.Pass; s <= check.Error; s++ {
		findings.Add("rdnsproxy_audit_findings", float64(counts[s]), dialect.Label{Name: "severity", Value: s.String()})
	}
	return findings.Family("rdnsproxy_audit_findings", "Findings, by severity.")
}
