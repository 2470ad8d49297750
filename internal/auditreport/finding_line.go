package auditreport

import (
	"encoding/json"
	"io"
	"strings"
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
// an object in jsonl. The line has five fields: the time, the servers, the severity, the code
// and the words. If Options.Width is set, it goes on indented where it is longer; otherwise it
// is one line, for programs.
func WriteFinding(w io.Writer, format string, at time.Time, f audit.Finding, o Options) error {
	at = at.UTC().Truncate(time.Second)
	if format == "jsonl" {
		return json.NewEncoder(w).Encode(live{at, f})
	}
	severity := f.Severity.String()
	before := at.Format(time.RFC3339) + " " + field(f.Hosts) + " "
	line := layout.Paragraphs(o.Width, before+severity+" "+string(f.Code)+" "+safetext.Line(f.Text))
	// Painting comes after wrapping: behind a long name of a server the severity may begin a line.
	if rest, ok := strings.CutPrefix(line, before+severity); ok {
		line = before + layout.Ink{Colored: o.Color}.Severity(f.Severity, severity) + rest
	}
	_, err := io.WriteString(w, line)
	return err
}

// field names the servers of a finding in one word: at most three, then an ellipsis.
func field(hosts []string) string {
	const most = 3
	var names []string
	for i, h := range hosts {
		if i == most {
			names = append(names, "...")
			break
		}
		names = append(names, strings.ReplaceAll(safetext.Line(h), " ", "_"))
	}
	if len(names) == 0 {
		return "-"
	}
	return strings.Join(names, ",")
}
