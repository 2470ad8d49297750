package auditreport

import (
	"fmt"
	"slices"
	"strings"

	"rdnsproxy/audit"
	"rdnsproxy/internal/layout"
	"rdnsproxy/safetext"
)

// connections lists the connections that --client, --user or --host asked for.
func (t *text) connections() {
	if len(t.r.Connections) == 0 {
		return
	}
	t.Blank()
	t.Heading("connections")
	for _, c := range t.r.Connections {
		words := []string{stamp(c.First, t.zone), safetext.Line(c.Host)}
		if c.PID > 0 {
			words[1] += fmt.Sprintf("[%d]", c.PID)
		}
		who := safetext.Line(c.Address.String())
		if c.Port > 0 {
			who += fmt.Sprintf(" port %d", c.Port)
		}
		words = append(words, who, outcome(c))
		t.Hanging(2, 3, strings.Join(words, "  "))
	}
}

// outcome says in words how a connection went.
func outcome(c audit.Conn) string {
	words := outcomeWords(c.Outcome)
	if c.LoggedIn {
		words = "logged in"
	}
	switch {
	case c.User != "" && strings.HasSuffix(words, "in"):
		words += " as " + safetext.Line(c.User)
	case c.User != "":
		words += ", user " + safetext.Line(c.User)
	}
	if c.Failed > 0 {
		words += ", " + count(c.Failed, "failure")
	}
	switch {
	case badName(c.Mapping) && c.Name != "":
		words += ", wrong reverse name " + safetext.Line(c.Name)
	case badName(c.Mapping):
		words += ", wrong reverse name"
	case c.Name != "":
		words += ", known as " + safetext.Line(c.Name)
	}
	return words
}

// badName reports whether sshd complained about the client's reverse name.
func badName(mapping string) bool { return mapping != "" && mapping != "none" && mapping != "named" }

// outcomeWords is what the event says that says most about a connection.
func outcomeWords(kind string) string {
	switch kind {
	case "failed", "pam-failed":
		return "failed to log in"
	case "invalid":
		return "unknown user"
	case "partial":
		return "authenticated only in part"
	case "too-many":
		return "too many failures"
	case "not-allowed":
		return "the user may not log in"
	case "from-key":
		return "authorized key, refused by from="
	case "from-cert":
		return "certificate, refused by its source-address"
	case "hostbased":
		return "refused by hostbased authentication"
	case "scan":
		return "no SSH client"
	case "dropped":
		return "dropped by sshd"
	case "timeout":
		return "took too long to log in"
	case "penalty":
		return "penalized by sshd"
	}
	return "never tried to log in"
}

// waits writes how long logins waited for the server's own lookups.
func (t *text) waits() {
	var median, longest float64
	at, known := "", false
	for _, h := range t.r.Hosts {
		if h.WaitMedian != nil && h.WaitLongest != nil && (!known || *h.WaitLongest > longest) {
			median, longest, at, known = *h.WaitMedian, *h.WaitLongest, h.Name, true
		}
	}
	if !known || slices.ContainsFunc(t.r.Findings, func(f audit.Finding) bool { return f.Code == "slow.login" }) {
		return // or the finding says it
	}
	t.Blank()
	on := ""
	if len(t.r.Hosts) > 1 {
		on = " on " + safetext.Line(at)
	}
	t.Wrapped(1, fmt.Sprintf("While sshd looked up the reverse name, clients%s waited %s (median), %s at worst.",
		on, seconds(median), seconds(longest)))
}

// hosts lists the servers.
func (t *text) hosts() {
	if len(t.r.Hosts) == 0 {
		return
	}
	rows := [][]string{{"server", "UseDNS", "evidence", "connections", "logins"}}
	for _, h := range t.r.Hosts {
		n := "-"
		if h.Connections != nil {
			n = number(*h.Connections)
		}
		rows = append(rows, []string{safetext.Line(h.Name), h.UseDNS, number(h.Proofs), n, number(h.Logins)})
	}
	t.Blank()
	t.columns(rows, 2, -1)
}

// forgeries shows messages in which a client wrote another address.
func (t *text) forgeries() {
	if len(t.r.Forgeries) == 0 {
		return
	}
	t.Blank()
	t.Heading("forged lines")
	for _, f := range t.r.Forgeries {
		from := ""
		if f.Client.IsValid() {
			from = " from " + safetext.Line(f.Client.String())
		}
		t.Hanging(2, 3, stamp(f.Time, t.zone)+" "+safetext.Line(f.Host)+from)
		t.Hanging(3, 3, safetext.Line(f.Text))
	}
}

func (t *text) timings() {
	t.Blank()
	words := "took: reading " + seconds(t.r.Timings.Read)
	if t.r.Timings.Judge > 0 {
		words += ", DNS lookups " + seconds(t.r.Timings.Judge)
	}
	t.Wrapped(1, words)
}

// more says where the rest is.
func (t *text) more() {
	if t.r.Totals.BadlyMapped.Connections == 0 && len(worstFirst(t.r.Findings)) == 0 {
		return
	}
	t.Blank()
	t.Line(1, t.Ink.Paint(layout.Faint, "more: -v, or all clients as a page: --format html --output report.html"))
}
