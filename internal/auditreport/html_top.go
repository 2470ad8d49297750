package auditreport

import (
	"slices"
	"strings"

	"rdnsproxy/audit"
)

// top is the answer in one sentence, and what it is an answer about.
func (p *page) top() {
	p.put(`<header class="top %v">`+"\n", p.r.Severity)
	p.put(`<p class="kicker">%v<span>rdnsproxy audit</span></p>`+"\n", severity(p.r.Severity))
	p.put("<h1>%v</h1>\n", p.r.Headline)
	var lines int64
	var names []string
	for _, in := range p.r.Inputs {
		lines += in.SSHD
		names = append(names, in.Name)
	}
	scope := []string{inputs(names), count(lines, "line") + " of sshd"}
	if n := len(p.r.Hosts); n > 1 {
		scope[1] += " on " + count(int64(n), "server")
	}
	if covered := period(p.r.Time.First, p.r.Time.Last, p.zone); covered != "" {
		scope = append(scope, covered)
	}
	p.put(`<p class="scope">%v</p>`+"\n", strings.Join(scope, ", "))
	if a := assumed(p.r); a != "" {
		p.put(`<p class="scope assumed">%v</p>`+"\n", a)
	}
	if words := onlyWords(p.r); words != "" {
		p.put(`<p class="scope assumed">%v</p>`+"\n", words)
	}
	if why := complaint(p.r); why != "" {
		p.put(`<p class="why">%v</p>`+"\n", why)
	}
	p.put("</header>\n")
}

// tiles are the five numbers that people look for first.
func (p *page) tiles() {
	var all audit.Row
	for _, row := range p.r.Totals.ByReading {
		all.Addresses += row.Addresses
		all.Connections += row.Connections
		all.Failed += row.Failed
		all.Logins += row.Logins
	}
	bad := p.r.Totals.BadlyMapped
	if all.Addresses+p.r.Totals.Others == 0 {
		return
	}
	p.put(`<ul class="tiles">` + "\n")
	p.tile(all.Logins, "logins", "", "")
	p.tile(bad.Logins, "logins with a wrong reverse name", tone(bad.Logins > 0, "warning"), "")
	p.tile(all.Failed, "failed logins", "", "")
	p.tile(all.Addresses+p.r.Totals.Others, "addresses", "", number(bad.Addresses)+" with a wrong reverse name")
	wrong := int64(0)
	for _, c := range p.r.ThenNow {
		if c.Change == audit.Still || c.Change == audit.New {
			wrong += c.Addresses
		}
	}
	switch {
	case p.r.Judged.Addresses == 0:
		p.put(`<li><strong>–</strong><span>addresses with a wrong name now</span><small>not checked</small></li>` + "\n")
	case p.r.Judged.Addresses < p.r.Judged.Of:
		p.tile(wrong, "addresses with a wrong name now", tone(bad.Logins > 0, "warning"),
			"of "+number(p.r.Judged.Addresses)+" checked")
	default:
		p.tile(wrong, "addresses with a wrong name now", tone(bad.Logins > 0, "warning"), "")
	}
	p.put("</ul>\n")
}

func (p *page) tile(n int64, label, class, note string) {
	p.put(`<li class="%v"><strong>%v</strong><span>%v</span>`, class, n, label)
	if note != "" {
		p.put("<small>%v</small>", note)
	}
	p.put("</li>\n")
}

func tone(set bool, class string) string {
	if set {
		return class
	}
	return ""
}

// toDo is the advice, by what it is against.
func (p *page) toDo() {
	all := aims(p.r, p.o.Command)
	if len(all) == 0 {
		return
	}
	p.section("to-do", "What to do")
	for _, a := range all {
		p.put("<h3>%v</h3>\n<ul class=\"advice\">\n", a.words())
		for _, k := range a.tasks {
			p.task(k)
		}
		p.put("</ul>\n")
	}
	p.endSection()
}

func (p *page) task(k task) {
	n := min(len(k.lines), shownLines)
	p.put("<li><strong>%v</strong>: %v", k.place, k.text)
	p.lines(k.lines[:n])
	if rest := k.lines[n:]; len(rest) > 0 {
		p.put("<details><summary>%v</summary>", count(int64(len(rest)), "more line"))
		p.lines(rest)
		p.put("</details>")
	}
	p.put("</li>\n")
}

// lines are lines to copy.
func (p *page) lines(lines []string) {
	if len(lines) == 0 {
		return
	}
	p.put("<pre>")
	for i, l := range lines {
		if i > 0 {
			p.put("\n")
		}
		p.put("%v", l)
	}
	p.put("</pre>")
}

// contents links to the sections.
func (p *page) contents() {
	p.put(`<nav aria-label="Contents"><ul>`)
	for _, s := range p.made {
		p.put(`<li><a href="#%v">%v</a></li>`, s.key, s.title)
	}
	p.put("</ul></nav>\n")
}

// connected is the table of who connected, by what they did.
func (p *page) connected() {
	any := false
	for _, row := range p.r.Totals.ByReading {
		any = any || row != (audit.Row{})
	}
	if !any {
		return
	}
	p.section("connected", "Who connected")
	columns := []column{{title: "What they did"}, {title: "Addresses", numeric: true},
		{title: "Connections", numeric: true}, {title: "Wrong reverse name", numeric: true},
		{title: "Failed logins", numeric: true}, {title: "Logins", numeric: true}}
	p.table("readings", "Addresses, connections, failed attempts and logins by what the addresses did", columns)
	p.put("<tbody>\n")
	for _, r := range readingWords {
		row := p.r.Totals.ByReading[r.reading]
		if row == (audit.Row{}) {
			continue
		}
		p.put("<tr>")
		p.cells(columns, p.filter("did", string(r.reading), r.words),
			row.Addresses, p.connectionsOf(row), row.BadlyMapped, row.Failed, row.Logins)
		p.put("</tr>\n")
	}
	if n := p.r.Totals.Others; n > 0 {
		p.put("<tr>")
		p.cells(columns, "not counted one by one", n, "–", "–", "–", "–")
		p.put("</tr>\n")
	}
	if bad := p.r.Totals.BadlyMapped; bad.Addresses > 0 {
		p.put(`<tr class="sum">`)
		p.cells(columns, "of all these, had a wrong reverse name",
			bad.Addresses, p.connectionsOf(bad), bad.BadlyMapped, bad.Failed, bad.Logins)
		p.put("</tr>\n")
	}
	p.put("</tbody>")
	p.endTable()
	p.endSection()
}

// connectionsOf is how many connections there were, if the log tells connections apart.
func (p *page) connectionsOf(row audit.Row) string {
	if !slices.ContainsFunc(p.r.Hosts, func(h audit.Host) bool { return h.Connections != nil }) {
		return "–"
	}
	return number(row.Connections)
}

// foot says where the page is from.
func (p *page) foot() {
	p.put("<footer><p>Made by %v", strings.TrimSpace("rdnsproxy "+p.r.Version))
	if !p.r.Generated.IsZero() {
		p.put(" on %v", p.r.Generated)
	}
	p.put(". The time zone is %v. This page loads nothing and sends nothing; "+
		"it contains the report as JSON.</p></footer>\n", p.zone.String())
}
