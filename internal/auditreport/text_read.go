package auditreport

import (
	"fmt"
	"slices"
	"strings"

	"rdnsproxy/audit"
	"rdnsproxy/internal/layout"
	"rdnsproxy/safetext"
)

// read writes what was read, and what had to be assumed for it.
func (t *text) read() {
	t.Blank()
	lines, all := int64(0), int64(0)
	var names []string
	for _, in := range t.r.Inputs {
		lines, all = lines+in.SSHD, all+in.Lines
		names = append(names, safetext.Line(in.Name))
	}
	what := []string{inputs(names), count(lines, "line") + " of sshd"}
	if lines == 0 && all > 0 {
		what[1] = count(all, "line") + ", none of sshd"
	}
	if n := len(t.r.Hosts); n > 1 {
		what[1] += " on " + count(int64(n), "server")
	}
	if p := period(t.r.Time.First, t.r.Time.Last, t.zone); p != "" {
		what = append(what, p)
	}
	t.Wrapped(1, strings.Join(what, ", "))
	for _, in := range t.r.Inputs {
		if in.Error != "" {
			t.Hanging(1, 2, safetext.Line(in.Name+": "+in.Error))
		}
	}
	if a := assumed(t.r); a != "" && lines > 0 {
		t.Wrapped(1, a)
	}
	if words := onlyWords(t.r); words != "" {
		t.Hanging(1, 2, words)
	}
	if j := t.r.Judged; j.Limit > 0 && j.Addresses >= j.Limit && j.Of > j.Addresses {
		t.Wrapped(1, fmt.Sprintf("looked up the names of %s of %s now (--dns all for the rest)",
			number(j.Addresses), count(j.Of, "address")))
	}
}

// inputs names what was read: all, or the first and the last.
func inputs(names []string) string {
	switch n := len(names); {
	case n == 0:
		return "nothing"
	case n <= 2:
		return strings.Join(names, " and ")
	case n <= 9:
		return names[0] + " to " + names[n-1]
	}
	return count(int64(len(names)), "log")
}

// onlyWords says that a report counts only a part of the log, and which; empty if it
// counts all.
func onlyWords(r *audit.Report) string {
	if len(r.Only) == 0 {
		return ""
	}
	return "counts only: " + safetext.Line(strings.Join(r.Only, ", "))
}

// assumed says what does not stand in the log, or in which logs, and where it was taken from.
func assumed(r *audit.Report) string {
	year, zone := "", ""
	if slices.Contains(r.Time.Assumed, "year") {
		year = "the year, assumed"
		if r.Time.YearBy != "" {
			year = "the year, taken from " + r.Time.YearBy
		}
	}
	if slices.Contains(r.Time.Assumed, "zone") && r.Time.Zone != "" {
		zone = "the time zone, assumed to be " + r.Time.Zone
	}
	noYear, noZone := "not in "+lacking(r, "year")+": ", "not in "+lacking(r, "zone")+": "
	switch {
	case year == "" && zone == "":
		return ""
	case year == "":
		return noZone + zone
	case zone == "":
		return noYear + year
	case noYear == noZone:
		return noYear + year + ", and " + zone
	}
	return noYear + year + "; " + noZone + zone
}

// lacking names the logs whose stamps lack something: all as one, or those that do.
func lacking(r *audit.Report, what string) string {
	var names []string
	logs := 0
	for _, in := range r.Inputs {
		if in.SSHD > 0 {
			logs++
			if slices.Contains(in.Assumed, what) {
				names = append(names, safetext.Line(in.Name))
			}
		}
	}
	if len(names) == 0 || len(names) == logs {
		return "the log"
	}
	return listed(names, "log")
}

// readingWords are the rows of the table.
var readingWords = [...]struct {
	reading audit.Reading
	words   string
}{
	{audit.People, "logged in"},
	{audit.Mixed, "logged in, many failures"},
	{audit.Refused, "known user, refused"},
	{audit.Guessing, "only failed attempts"},
	{audit.Passing, "never tried to log in"},
}

// readings writes the table of who came and what they did. Its last row counts again the
// addresses whose reverse name was wrong in at least one connection, with all that they did.
func (t *text) readings() {
	header := []string{"", "addresses", "connections", "failed logins", "logins"}
	rows := [][]string{header}
	for _, w := range readingWords {
		row := t.r.Totals.ByReading[w.reading]
		if row.Addresses > 0 || w.reading == audit.People {
			rows = append(rows, t.cells(w.words, row))
		}
	}
	if n := t.r.Totals.Others; n > 0 {
		rows = append(rows, []string{"not counted one by one", number(n), "", "", ""})
	}
	rows = append(rows, t.cells("of these, had a wrong name", t.r.Totals.BadlyMapped))
	t.Blank()
	t.columns(rows, 1, len(rows)-1)
}

func (t *text) cells(words string, r audit.Row) []string {
	connections := number(r.Connections)
	if !slices.ContainsFunc(t.r.Hosts, func(h audit.Host) bool { return h.Connections != nil }) {
		connections = "-" // the log has no pids
	}
	return []string{words, number(r.Addresses), connections, number(r.Failed), number(r.Logins)}
}

// columns writes a table: the first columns, so many, on the left, the others on the right.
// The row set apart is painted.
func (t *text) columns(rows [][]string, left, apart int) {
	width := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			width[i] = max(width[i], len(cell))
		}
	}
	t.fit(width, left)
	for n, row := range rows {
		var line []string
		for i, cell := range row {
			if i < left {
				line = append(line, layout.Pad(safetext.Cut(cell, width[i]), width[i]))
			} else {
				line = append(line, right(cell, width[i]))
			}
		}
		words := strings.Join(line, "  ")
		switch n {
		case 0:
			words = t.Ink.Paint(layout.Faint, words)
		case apart:
			words = t.Ink.Paint(layout.Bold, words)
		}
		t.Line(1, words)
	}
}

// fit makes the widest of the left columns narrower, until the table fits the width.
func (t *text) fit(width []int, left int) {
	const least = 12
	over := -t.Width
	for _, w := range width {
		over += w + 2
	}
	for ; over > 0; over-- {
		widest := 0
		for i := range left {
			if width[i] > width[widest] {
				widest = i
			}
		}
		if width[widest] <= least {
			return
		}
		width[widest]--
	}
}

// complaints explains what sshd says about reverse names, which frightens people.
func (t *text) complaints() {
	if words := complaint(t.r); words != "" {
		t.Blank()
		t.Wrapped(1, words)
	}
}

// complaint is that explanation; empty if sshd did not complain.
func complaint(r *audit.Report) string {
	bad := r.Totals.BadlyMapped
	what := "In " + count(bad.BadlyMapped, "connection") + " sshd complains about the client's reverse name"
	switch {
	case bad.Addresses == 0:
		return ""
	case bad.Connections == 0: // the log has no pids
		what = "sshd complains about the reverse names of " + count(bad.Addresses, "address")
	case bad.BadlyMapped < bad.Connections:
		what = "In " + number(bad.BadlyMapped) + " of the " + number(bad.Connections) + " connections of " +
			plural(bad.Addresses, "this address", "these "+count(bad.Addresses, "address")) +
			", sshd complains about the reverse name"
	}
	return what + " (" + phrases(r) +
		"). That is not a sign of a break-in: the name that DNS gives for the client's address does not " +
		"resolve back to that address. " + gotIn(r) + others(r)
}

// others says how many clients the headline counts beside those with a complaint.
func others(r *audit.Report) string {
	var n int64
	for i := range r.Clients {
		if c := &r.Clients[i]; c.BadlyMapped == 0 && silent(c) {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return " " + number(n) + plural(n, " more client that logs in has a wrong reverse name now; sshd has not complained about it.",
		" more clients that log in have wrong reverse names now; sshd has not complained about them.")
}

// phrases are sshd's complaints in this log, by which people know them.
func phrases(r *audit.Report) string {
	var said []string
	for _, p := range []struct{ kind, words string }{
		{"failed", `"reverse mapping checking ... failed"`},
		{"mismatch", `"... does not map back to the address"`},
		{"numeric", `"Nasty PTR record ..."`},
		{"missing", `"Could not reverse map address ..."`},
	} {
		if slices.ContainsFunc(r.ThenNow, func(n audit.ThenNow) bool { return n.Then == p.kind }) {
			said = append(said, p.words)
		}
	}
	return strings.Join(append(said, `before OpenSSH 7.3 with "POSSIBLE BREAK-IN ATTEMPT!"`), ", ")
}

// gotIn says whether clients with a complaint logged in.
func gotIn(r *audit.Report) string {
	var in int64
	for _, reading := range []audit.Reading{audit.People, audit.Mixed} {
		in += r.Totals.BadlyByReading[reading].Addresses
	}
	bad := r.Totals.BadlyMapped
	if bad.Logins == 0 {
		return plural(bad.Addresses, "This client did not log in.", "None of these clients logged in.")
	}
	text := fmt.Sprintf("%s of these %s logged in", number(in), count(bad.Addresses, "address"))
	switch {
	case bad.Addresses == 1:
		text = "This client logged in"
	case in == bad.Addresses:
		text = "All of these clients logged in"
	}
	if users := usersIn(r); len(users) > 0 {
		text += ", as " + listed(users, "user")
	}
	return text + "."
}

// usersIn are the users who logged in from addresses with a complaint.
func usersIn(r *audit.Report) []string {
	var users []string
	for i := range r.Clients {
		c := &r.Clients[i]
		if c.BadlyMapped == 0 || c.Logins == 0 {
			continue
		}
		for _, n := range c.LoggedIn.Names {
			if name := safetext.Line(n.Name); !slices.Contains(users, name) {
				users = append(users, name)
			}
		}
	}
	return users
}
