package auditreport

import (
	"encoding/json"
	"io"
	"time"

	"rdnsproxy/audit"
	"rdnsproxy/internal/layout"
	"rdnsproxy/safetext"
)

// live is a finding with the time at which it was found, for --follow.
type live struct {
	Time time.Time `json:"time"`
	audit.Finding
}

// WriteFinding writes a finding of a log that is still growing: as a line of text, or as
// an object in jsonl.
func WriteFinding(w io.Writer, format string, at time.Time, f audit.Finding, o Options) error {
	at = at.UTC().Truncate(time.Second)
	if format == "jsonl" {
		return json.NewEncoder(w).Encode(live{at, f})
	}
	ink := layout.Ink{Colored: o.Color}
	hosts := "-"
	if len(f.Hosts) > 0 {
		hosts = listed(f.Hosts, "server")
	}
	_, err := io.WriteString(w, at.Format(time.RFC3339)+" "+safetext.Line(hosts)+" "+
		ink.Severity(f.Severity, f.Severity.String())+" "+string(f.Code)+" "+safetext.Line(f.Text)+"\n")
	return err
}
