package auditreport

import (
	"fmt"
	"io"

	"rdnsproxy/audit"
	"rdnsproxy/internal/dialect"
	"rdnsproxy/safetext"
)

// writeNagios writes the one line of a plugin: the headline if nothing fails, else the
// findings that do; and performance data, always with the same labels. None is a counter
// (unit c), since each run may read another log.
func writeNagios(w io.Writer, r *audit.Report, o Options) error {
	status := dialect.NagiosStatus(o.FailOn, Severities(r))
	text, named := "", 0
	const most = 3
	for _, f := range worstFirst(r.Findings) {
		if dialect.OutcomeOf(o.FailOn, f.Severity) == dialect.Passed {
			continue
		}
		if named++; named > most {
			continue
		}
		if text != "" {
			text += "; "
		}
		text += safetext.Cut(dialect.NagiosPlain(f.Text), dialect.NagiosText)
	}
	if named > most {
		text += fmt.Sprintf("; and %d more", named-most)
	}
	if text == "" {
		text = safetext.Cut(dialect.NagiosPlain(r.Headline), 2*dialect.NagiosText)
	}
	var logins, failed int64
	for _, row := range r.Totals.ByReading {
		logins += row.Logins
		failed += row.Failed
	}
	perfdata := fmt.Sprintf("logins=%d;;;0 badly_mapped=%d;;;0 failed=%d;;;0",
		logins, r.Totals.BadlyMapped.Connections, failed)
	_, err := io.WriteString(w, dialect.NagiosLine(status, text, "", perfdata))
	return err
}
