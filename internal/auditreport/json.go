package auditreport

import (
	"encoding/json"
	"io"

	"rdnsproxy/audit"
)

// writeJSON writes the whole report as one object.
func writeJSON(w io.Writer, r *audit.Report, _ Options) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(append(b, '\n'))
	return err
}

// writeJSONLines writes one client on each line.
func writeJSONLines(w io.Writer, r *audit.Report, _ Options) error {
	enc := json.NewEncoder(w)
	for i := range r.Clients {
		if err := enc.Encode(&r.Clients[i]); err != nil {
			return err
		}
	}
	return nil
}
