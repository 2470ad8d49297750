package auditreport

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"rdnsproxy/audit"
)

// thenNow is the matrix of what the log said of the clients' names and what is true now:
// how many addresses.
func (p *page) thenNow() {
	cell := func(then, change string) (sum audit.ThenNow) {
		for _, c := range p.r.ThenNow {
			if (then == "" || c.Then == then) && (change == "" || string(c.Change) == change) {
				sum.Addresses += c.Addresses
				sum.Logins += c.Logins
			}
		}
		return sum
	}
	columns := []column{{title: "In the log"}}
	var changes []string
	for _, c := range changeWords() {
		if cell("", c[0]).Addresses > 0 {
			columns, changes = append(columns, column{title: c[1], numeric: true}), append(changes, c[0])
		}
	}
	if len(changes) == 0 || p.r.Judged.Addresses == 0 {
		return
	}
	p.section("then-now", "Then and now")
	p.put(`<p class="note">Addresses, by what the log says about their reverse names (rows) and what DNS says now ` +
		`(columns). Logins from these addresses are in brackets.</p>` + "\n")
	p.table("matrix", "What the log says about reverse names, and what DNS says now", columns)
	p.put("<tbody>\n")
	for _, then := range thenWords() {
		if cell(then[0], "").Addresses == 0 {
			continue
		}
		p.put(`<tr><th scope="row">%v</th>`, then[1])
		for i, change := range changes {
			c := cell(then[0], change)
			number := p.filter("then", then[0], number(c.Addresses), "now", change)
			cell := p.html(`<span class="none">–</span>`)
			switch {
			case c.Logins > 0:
				cell = p.html("<span>%v <small>(%v)</small></span>", number, c.Logins)
			case c.Addresses > 0:
				cell = p.html("<span>%v</span>", number)
			}
			p.put(`<td data-label="%v" class="n %v">%v</td>`, columns[i+1].title, tone(c.Addresses > 0, change), cell)
		}
		p.put("</tr>\n")
	}
	p.put("</tbody>")
	p.endTable()
	if p.r.Judged.Addresses < p.r.Judged.Of {
		p.put(`<p class="note">%v of %v addresses were looked up again.</p>`+"\n", p.r.Judged.Addresses, p.r.Judged.Of)
	}
	p.endSection()
}

// zones are the reverse zones to correct, with the operator to ask.
func (p *page) zones() {
	if len(p.r.Zones) == 0 {
		return
	}
	columns := []column{{title: "Reverse zone"}, {title: "Operator"}, {title: "Addresses", numeric: true},
		{title: "Logins", numeric: true}, {title: "Share of these logins"}}
	var all int64
	for _, z := range p.r.Zones {
		all += z.Logins
	}
	p.section("zones", "Reverse zones to correct")
	p.put(`<p class="note">Zones of addresses that log in and whose reverse names are wrong. ` +
		`Only the operator of a reverse zone can correct its PTR records.</p>` + "\n")
	p.table("zone-table", "Reverse zones of addresses that log in and whose reverse names are wrong", columns)
	p.put("<tbody>\n")
	for _, z := range p.r.Zones[:min(len(p.r.Zones), inPage)] {
		var addresses []string
		for _, a := range z.Clients {
			addresses = append(addresses, a.String())
		}
		p.put("<tr>")
		of := strings.Join(addresses, ", ") + andMore(int(z.Addresses)-len(addresses))
		p.cells(columns, p.html(`%v<small class="of">%v</small>`, code(z.Zone), of),
			name(cmp.Or(z.Keeper, "–")), z.Addresses, z.Logins,
			markup(fmt.Sprintf(`<meter min="0" max="%d" value="%d">%d of %d</meter>`,
				max(all, 1), z.Logins, z.Logins, all)))
		p.put("</tr>\n")
	}
	p.put("</tbody>")
	p.endTable()
	p.cutAt(len(p.r.Zones), "reverse zones")
	p.endSection()
}

// cutAt says that a table does not have all rows.
func (p *page) cutAt(n int, what string) {
	if n > inPage {
		p.put(`<p class="note">The first %v of %v %v. The JSON in this page has all.</p>`+"\n", inPage, n, what)
	}
}

// connections is the list of connections, which --client, --user and --host ask for.
func (p *page) connections() {
	if len(p.r.Connections) == 0 {
		return
	}
	columns := []column{{title: "First line"}, {title: "Server"}, {title: "Address"}, {title: "What it did"}}
	p.section("connections", "Connections")
	p.table("connection-table", "Connections", columns)
	p.put("<tbody>\n")
	for _, c := range p.r.Connections[:min(len(p.r.Connections), inPage)] {
		from, host := "unknown", c.Host
		if c.Address.IsValid() {
			from = c.Address.String()
		}
		if c.PID > 0 {
			host += fmt.Sprintf("[%d]", c.PID)
		}
		p.put("<tr>")
		p.cells(columns, c.First, name(host), code(from), name(outcome(c)))
		p.put("</tr>\n")
	}
	p.put("</tbody>")
	p.endTable()
	p.cutAt(len(p.r.Connections), "connections")
	p.endSection()
}

// forgeries are lines that name an address which is not their connection's.
func (p *page) forgeries() {
	if len(p.r.Forgeries) == 0 {
		return
	}
	columns := []column{{title: "Time", numeric: true}, {title: "Server"}, {title: "Written by"}, {title: "Line"}}
	p.section("forgeries", "Forged lines")
	p.put(`<p class="note">Clients wrote another address into these lines of the log. ` +
		`They are counted for the client that wrote them.</p>` + "\n")
	p.table("forgery-table", "Lines that name an address which is not their connection's", columns)
	p.put("<tbody>\n")
	for _, f := range p.r.Forgeries[:min(len(p.r.Forgeries), inPage)] {
		by := "unknown"
		if f.Client.IsValid() {
			by = f.Client.String()
		}
		p.put("<tr>")
		p.cells(columns, f.Time, name(f.Host), code(by), code(f.Text))
		p.put("</tr>\n")
	}
	p.put("</tbody>")
	p.endTable()
	p.endSection()
}

// read says what was read, and how far it can be trusted.
func (p *page) read() {
	p.section("read", "What was read")
	columns := []column{{title: "Input"}, {title: "Format"}, {title: "Lines", numeric: true},
		{title: "Of sshd", numeric: true}, {title: "Not understood", numeric: true}, {title: "Cut", numeric: true},
		{title: "First line", numeric: true}, {title: "Last line", numeric: true}}
	if len(p.r.Inputs) > 0 {
		p.inputs(columns)
	}
	p.put(`<p class="note">Read in %v.`, seconds(p.r.Timings.Read))
	if p.r.Judged.Addresses > 0 {
		p.put(" %v of %v addresses looked up in %v.", p.r.Judged.Addresses, p.r.Judged.Of, seconds(p.r.Timings.Judge))
	}
	if n := p.r.Totals.Unattributed; n > 0 {
		p.put(" %v could not be attributed to an address.", count(n, "connection"))
	}
	p.put("</p>\n")
	p.endSection()
}

// inputs is the table of inputs.
func (p *page) inputs(columns []column) {
	p.table("input-table", "Inputs", columns)
	p.put("<tbody>\n")
	for _, in := range p.r.Inputs[:min(len(p.r.Inputs), inPage)] {
		about := p.html("%v", name(in.Name))
		if in.Error != "" {
			about += p.html(`<small class="of warning">%v</small>`, in.Error)
		}
		if len(in.Shapes) > 0 {
			about += p.html(`<small class="of">not understood: %v</small>`, strings.Join(in.Shapes, "; "))
		}
		if t := trustWords(in.Trust); t != "" {
			about += p.html(`<small class="of">%v</small>`, t)
		}
		p.put("<tr>")
		p.cells(columns, about, in.Framing, in.Lines, in.SSHD, in.Unread, in.Cut, in.First, in.Last)
		p.put("</tr>\n")
	}
	p.put("</tbody>")
	p.endTable()
	p.cutAt(len(p.r.Inputs), "inputs")
}

// trustWords says who could have written an input, where that is not obvious.
func trustWords(trust string) string {
	switch trust {
	case "local":
		return "users of the server could have written lines of it"
	case "stranger":
		return "clients could have written lines of it"
	}
	return ""
}

// hosts is the table of servers, and whether they look up their clients' names.
func (p *page) hosts() {
	if len(p.r.Hosts) == 0 {
		return
	}
	columns := []column{{title: "Server"}, {title: "Connections", numeric: true}, {title: "Logins", numeric: true},
		{title: "UseDNS"}, {title: "Lines that show it", numeric: true}}
	waited := slices.ContainsFunc(p.r.Hosts, func(h audit.Host) bool { return h.WaitLongest != nil })
	if waited {
		columns = append(columns, column{title: "Wait for lookups (median)", numeric: true},
			column{title: "At worst", numeric: true})
	}
	p.section("hosts", "Servers")
	if len(p.r.Hosts) > 20 {
		p.put("<details><summary>All %v</summary>\n", count(int64(len(p.r.Hosts)), "server"))
	}
	p.table("host-table", "Servers", columns)
	p.put("<tbody>\n")
	sorted := slices.Clone(p.r.Hosts)
	slices.SortStableFunc(sorted, func(a, b audit.Host) int { return strings.Compare(a.Name, b.Name) })
	for _, h := range sorted[:min(len(sorted), inPage)] {
		p.put("<tr>")
		values := []any{name(h.Name), orDash(h.Connections), h.Logins, useDNSWords(h, p.zone), h.Proofs}
		if waited {
			values = append(values, wait(h.WaitMedian), wait(h.WaitLongest))
		}
		p.cells(columns, values...)
		p.put("</tr>\n")
	}
	p.put("</tbody>")
	p.endTable()
	p.cutAt(len(p.r.Hosts), "servers")
	if len(p.r.Hosts) > 20 {
		p.put("</details>\n")
	}
	p.endSection()
}

// wait is how long logins waited, if the log tells.
func wait(s *float64) string {
	if s == nil {
		return "–"
	}
	return seconds(*s)
}

// useDNSWords says whether a server looks up its clients' names.
func useDNSWords(h audit.Host, zone *time.Location) string {
	switch h.UseDNS {
	case "on":
		return "yes"
	case "past":
		if h.Last != nil {
			return "not since " + h.Last.In(zone).Format("2 Jan 2006")
		}
		return "not any more"
	case "off":
		return "no"
	}
	return "not in the log"
}
