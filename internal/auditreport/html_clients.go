package auditreport

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"rdnsproxy/audit"
	"rdnsproxy/limits"
)

// inPage is how many clients stand in the page's HTML. The script shows more.
const inPage = 200

// pageRow is one row of the table of clients: a client, or the IPv6 clients of a /64,
// which is usually one machine or one site.
type pageRow struct {
	audit.Client // of a /64: the sums
	label        string
	of           []int // indexes into Report.Clients
}

// pageRows groups clients, in the order of the first of each group.
func pageRows(clients []audit.Client) []pageRow {
	var rows []pageRow
	at := map[netip.Prefix]int{}
	for i, c := range clients {
		if net, ok := group(c); ok {
			if j, known := at[net]; known {
				rows[j].add(i, c)
				continue
			}
			at[net] = len(rows)
		}
		rows = append(rows, pageRow{Client: c, label: clientLabel(c), of: []int{i}})
	}
	for net, i := range at {
		if len(rows[i].of) > 1 {
			rows[i].label = net.String()
		}
	}
	return rows
}

// group returns the /64 of an IPv6 client that is shown by its address.
func group(c audit.Client) (netip.Prefix, bool) {
	if c.Label != "" || !c.Address.Is6() || c.Address.Is4In6() {
		return netip.Prefix{}, false
	}
	net, err := c.Address.WithZone("").Prefix(64)
	return net, err == nil
}

func clientLabel(c audit.Client) string {
	if c.Label != "" {
		return c.Label
	}
	return c.Address.String()
}

// add counts another client of the /64. What is said of the group is said of its first
// client, which is the one that matters most; numbers, times, servers and users are
// everyone's, and what is true now is if it is the same.
func (g *pageRow) add(i int, c audit.Client) {
	g.of = append(g.of, i)
	g.Unproven = g.Unproven || c.Unproven
	if g.Change != c.Change {
		g.Change = differs
	}
	if g.Connections != nil && c.Connections != nil {
		sum := *g.Connections + *c.Connections
		g.Connections = &sum
	}
	g.BadlyMapped += c.BadlyMapped
	g.Logins += c.Logins
	g.Failed += c.Failed
	g.UnknownUser += c.UnknownUser
	g.RefusedKey += c.RefusedKey
	g.NotAllowed += c.NotAllowed
	g.Dropped += c.Dropped
	g.Unsure += c.Unsure
	if g.First == nil || c.First != nil && c.First.Before(*g.First) {
		g.First = c.First
	}
	if g.Last == nil || c.Last != nil && c.Last.After(*g.Last) {
		g.Last = c.Last
	}
	g.Hosts = slices.Concat(g.Hosts, c.Hosts)
	slices.Sort(g.Hosts)
	g.Hosts = slices.Compact(g.Hosts)
	g.Hosts = g.Hosts[:min(len(g.Hosts), limits.AuditClientHosts)]
	g.Users = both(g.Users, c.Users)
	g.LoggedIn = both(g.LoggedIn, c.LoggedIn)
	g.Refused = both(g.Refused, c.Refused)
	g.Required = both(g.Required, c.Required)
	g.Then.Names = both(g.Then.Names, c.Then.Names)
}

// both adds up two samples of names, into one of the same size. How many there are together
// is not known exactly: at least as many as are in the samples, and as in the larger one.
func both(a, b audit.Names) audit.Names {
	sum := audit.Names{Names: slices.Clone(a.Names)}
	for _, n := range b.Names {
		if i := slices.IndexFunc(sum.Names, func(have audit.Name) bool { return have.Name == n.Name && have.At == n.At }); i >= 0 {
			sum.Names[i].Count += n.Count
		} else {
			sum.Names = append(sum.Names, n)
		}
	}
	slices.SortStableFunc(sum.Names, func(a, b audit.Name) int { return cmp.Compare(b.Count, a.Count) })
	sum.About = max(a.About, b.About, len(sum.Names))
	sum.Names = sum.Names[:min(len(sum.Names), limits.AuditSample)]
	return sum
}

func clientColumns() []column {
	return []column{{"address", "Address", false}, {"did", "What it did", false}, {"then", "Name in the log", false},
		{"now", "Now", false}, {"connections", "Connections", true}, {"failed", "Failed logins", true},
		{"logins", "Logins", true}, {"last", "Last seen", true}}
}

// clients is the table of clients. The script adds the search, the order and the pages.
func (p *page) clients() {
	if len(p.rows) == 0 {
		return
	}
	p.section("clients", "Clients")
	p.put(`<div class="tools" hidden><label for="q">Search</label><input id="q" type="search" ` +
		`autocomplete="off" spellcheck="false" placeholder="address, name, user, server">` +
		`<p id="shown" role="status"></p><button type="button" id="reset">Show all</button><div id="pages">` +
		`<button type="button" id="before">Previous</button><button type="button" id="after">Next</button></div></div>` + "\n")
	columns := clientColumns()
	p.table("client-table",
		"Clients: what they did, what the log says about their reverse names, and what is true now", columns)
	p.put("<tbody>\n")
	for _, row := range p.rows[:min(len(p.rows), inPage)] {
		p.client(columns, row)
	}
	p.put("</tbody>")
	p.endTable()
	if n := len(p.rows) - inPage; n > 0 {
		p.put(`<p class="note" id="more">%v more are in this page's data; showing them needs JavaScript.</p>`+"\n", n)
	}
	if slices.ContainsFunc(p.r.Clients, func(c audit.Client) bool { return c.Unproven }) {
		p.put(`<p class="note">Not proven: any client can have written the lines about this address.</p>` + "\n")
	}
	if p.r.ClientsOmitted > 0 {
		p.put(`<p class="note">The report lists %v. The sums above count %v more.</p>`+"\n",
			count(int64(len(p.r.Clients)), "client"), p.r.ClientsOmitted)
	}
	p.endSection()
}

// client writes two rows: the second is hidden until the first one's details are opened.
// page.js writes the same for rows that are not here; a test compares them.
func (p *page) client(columns []column, row pageRow) {
	p.put(`<tr><th scope="row"><details><summary>%v</summary></details>`, code(row.label))
	for _, line := range row.lines() {
		p.put(`<span class="name">%v</span>`, line)
	}
	p.put("</th>")
	p.columns(columns[1:], readingFor(row.Reading), wordFor(thenWords(), row.Then.Kind),
		p.html(`<span class="%v">%v</span>`, string(row.Change), wordFor(changeWords(), string(row.Change))),
		orDash(row.Connections), row.Failed, row.Logins, row.Last)
	p.put("</tr>\n"+`<tr class="more"><td colspan="%v"><dl>`, len(columns))
	for _, f := range p.facts(row) {
		p.put("<div><dt>%v</dt><dd>%v</dd></div>", f[0], f[1])
	}
	p.put("</dl></td></tr>\n")
}

// said is the name that the log gives the client.
func (row *pageRow) said() string { return cmp.Or(row.Then.NameLast, row.Then.NameFirst) }

// lines stand below the address.
func (row *pageRow) lines() []markup {
	var lines []markup
	if n := row.said(); n != "" {
		lines = append(lines, name(n))
	}
	if len(row.of) > 1 {
		lines = append(lines, escape(count(int64(len(row.of)), "address")))
	}
	if row.Unproven {
		lines = append(lines, "not proven")
	}
	return lines
}

// facts are the details of a client, those that there are.
func (p *page) facts(row pageRow) [][2]string {
	var all [][2]string
	add := func(title, text string) {
		if text != "" {
			all = append(all, [2]string{title, text})
		}
	}
	sum := func(title string, n int64) {
		if n > 0 {
			add(title, number(n))
		}
	}
	if len(row.of) > 1 {
		var members []string
		for _, i := range row.of[:min(len(row.of), 20)] {
			members = append(members, p.r.Clients[i].Address.String())
		}
		add(number(int64(len(row.of)))+" addresses", strings.Join(members, ", ")+andMore(len(row.of)-len(members)))
	}
	add("Logged in as", nameList(row.LoggedIn))
	if l := row.FirstLogin; l != nil && l.Time != nil {
		text := l.Time.In(p.zone).Format(stampForm) + " on " + l.Host + " as " + l.User
		if l.FailedBefore > 0 {
			before := ", after "
			if l.Unordered {
				before = ", besides "
			}
			text += before + count(l.FailedBefore, "failed attempt") + " for about " + count(int64(l.UsersBefore), "user")
		}
		add("First login", text)
	}
	add("Tried to log in as", nameList(row.Users))
	sum("Attempts for unknown users", row.UnknownUser)
	sum("Right key, refused", row.RefusedKey)
	sum("Known user, not allowed", row.NotAllowed)
	add("Refused as", nameList(row.Refused))
	add("Refused by from=", nameList(row.Required))
	sum("Connections dropped", row.Dropped)
	sum("Connections with a complaint", row.BadlyMapped)
	if first := row.Then.NameFirst; first != row.said() {
		add("Earlier name", first)
	}
	if len(row.Then.Names.Names) > 1 {
		add("Names in the log", nameList(row.Then.Names))
	}
	if now := row.Now; now != nil {
		var names []string
		for _, n := range now.PTR {
			names = append(names, n.Name)
		}
		text := wordFor(verdictWords(), string(now.Verdict))
		if len(names) > 0 {
			text = strings.Join(names, ", ") + ": " + text
		}
		add("Reverse name now", text)
		add("sshd would log", now.SSHD)
	}
	if row.LoginWait != nil {
		add("A login waits", seconds(*row.LoginWait))
	}
	add("Servers", strings.Join(row.Hosts, ", "))
	if row.First != nil {
		add("First seen", row.First.In(p.zone).Format(stampForm))
	}
	sum("Lines without a sure address", row.Unsure)
	return all
}

// nameList lists names with their counts, and says how many there are if it is a sample.
func nameList(n audit.Names) string {
	var all []string
	for _, v := range n.Names {
		at := ""
		if v.At != "" {
			at = " in " + v.At
		}
		all = append(all, v.Name+at+" ("+number(v.Count)+")")
	}
	s := strings.Join(all, ", ")
	if n.About > len(n.Names) {
		s += " and others, about " + number(int64(n.About)) + " in all"
	}
	return s
}
