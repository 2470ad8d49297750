package report

import (
	"encoding/csv"
	"net/netip"
	"strings"
	"testing"

	"rdnsproxy/check"
)

// readCSV reads a report as a program would: RFC 4180.
func readCSV(t *testing.T, text string) []map[string]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) == 0 {
		t.Fatal(err, text)
	}
	var all []map[string]string
	for _, row := range rows[1:] {
		of := map[string]string{}
		for i, name := range rows[0] {
			of[name] = row[i]
		}
		all = append(all, of)
	}
	return all
}

// TestCSV: a program reads a row for each address, with what the results have.
func TestCSV(t *testing.T) {
	rs := everything(t)
	rows := readCSV(t, write(t, "csv", Options{}, rs...))
	for _, r := range rs {
		for i := range max(1, len(r.Addresses)) {
			if len(rows) == 0 {
				t.Fatalf("%s has no row", r.Target)
			}
			row := rows[0]
			rows = rows[1:]
			if row["target"] != r.Target || row["verdict"] != string(r.Verdict) || row["severity"] != r.Severity.String() {
				t.Errorf("%s: %v", r.Target, row)
			}
			if len(r.Addresses) == 0 {
				if row["address"] != "" || row["reverse_status"] != "" {
					t.Errorf("%s: %v", r.Target, row)
				}
				continue
			}
			a := r.Addresses[i]
			if row["address"] != show(a.Address) || row["address_verdict"] != string(a.Verdict) ||
				row["reverse_status"] != a.Reverse.Status.String() || len(strings.Fields(row["ptr"])) != len(a.PTR) {
				t.Errorf("%s: %v", r.Target, row)
			}
		}
	}
	if len(rows) > 0 {
		t.Errorf("left over: %v", rows)
	}
	if got := write(t, "csv", Options{}); got != csvHead {
		t.Errorf("without results: %q", got)
	}
}

// TestCSVFormulas: no cell is a formula for a spreadsheet, wherever it sees cells begin.
func TestCSVFormulas(t *testing.T) {
	for _, hostile := range []string{
		"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "x;=1+1", "x|=1", "x,=1", "\"=1", "'=1", " =1",
	} {
		r := check.Unjudged("x")
		r.Target = hostile
		r.Findings = []check.Finding{check.NewFinding(check.Interrupted, netip.Addr{}, hostile)}
		out := write(t, "csv", Options{}, r)
		row := readCSV(t, out)[0]
		for _, cell := range []string{row["target"], row["text"]} {
			if strings.ContainsAny(cell[:1], "=+-@\t\r") || strings.TrimPrefix(cell, "'") != strings.TrimPrefix(hostile, "'") {
				t.Errorf("%q became %q", hostile, cell)
			}
		}
		if _, line, _ := strings.Cut(out, "\n"); strings.ContainsAny(hostile, ";|,") && !strings.HasPrefix(line, `"`) {
			t.Errorf("a separator is not quoted: %s", line)
		}
	}
}
