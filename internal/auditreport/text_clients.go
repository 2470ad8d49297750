package auditreport

import (
	"fmt"
	"slices"
	"strings"

	"rdnsproxy/audit"
	"rdnsproxy/check"
	"rdnsproxy/internal/layout"
	"rdnsproxy/safetext"
)

// shownClients is how many clients the text lists.
const shownClients = 10

// unproven marks an address of which only lines tell that any client can have written.
const unproven = " ?"

// clientRow is a row of the list of clients: one client, or all of an IPv6 /64, which one
// machine can have to itself.
type clientRow struct {
	who         string
	name        string
	now         string
	connections int64
	logins      int64
	pids        bool  // the log tells connections apart
	proven      bool  // not only lines that any client can have written tell of it
	clients     int64 // whose row it is
}

// label is the first cell.
func (r *clientRow) label() string {
	label := r.who
	if r.clients > 1 {
		label += fmt.Sprintf(" (%d)", r.clients)
	}
	if !r.proven {
		label += unproven
	}
	return label
}

// made is how many connections it made, if the log tells.
func (r *clientRow) made() string {
	if !r.pids {
		return "-"
	}
	return number(r.connections)
}

// add adds a client to a row.
func (r *clientRow) add(c *audit.Client) {
	if c.Connections != nil {
		r.connections += *c.Connections
	}
	r.logins += c.Logins
	r.pids = r.pids && c.Connections != nil
	r.proven = r.proven && !c.Unproven
	r.clients++
	if now := changed(c); r.now != now {
		r.now = "differs"
	}
}

// clients lists those with a wrong reverse name, in the report's order: first those that
// log in.
func (t *text) clients() {
	rows := t.clientRows()
	if len(rows) == 0 {
		return
	}
	most := shownClients
	if t.o.Verbose {
		most = len(rows)
	}
	shown := rows[:min(len(rows), most)]
	who, name, now := len("address"), len("wrong reverse name"), len("now")
	for _, r := range shown {
		who, name, now = max(who, len(r.label())), max(name, len(r.name)), max(now, len(r.now))
	}
	const numbers = len("  connections  logins")
	name = max(min(name, t.Width-2-who-2-2-now-numbers), 8)
	t.Blank()
	t.Line(1, t.Ink.Paint(layout.Faint, layout.Pad("address", who)+"  "+
		layout.Pad(safetext.Cut("wrong reverse name", name), name)+"  "+layout.Pad("now", now)+"  connections  logins"))
	for _, r := range shown {
		t.Line(1, layout.Pad(r.label(), who)+"  "+layout.Pad(safetext.Cut(r.name, name), name)+"  "+
			layout.Pad(r.now, now)+"  "+right(r.made(), len("connections"))+"  "+
			right(number(r.logins), len("logins")))
	}
	if left := int64(len(rows) - len(shown)); left > 0 {
		t.Line(1, "and "+number(left)+" more (-v lists all)")
	}
	if slices.ContainsFunc(shown, func(r *clientRow) bool { return !r.proven }) {
		t.Wrapped(1, strings.TrimSpace(unproven)+" not proven: any client can have written the lines about this address")
	}
}

// clientRows are the clients with a wrong reverse name in the log, and those that log in and
// have one now, those of an IPv6 /64 as one.
func (t *text) clientRows() []*clientRow {
	var rows []*clientRow
	nets := map[string]*clientRow{}
	for i := range t.r.Clients {
		c := &t.r.Clients[i]
		if c.BadlyMapped == 0 && !silent(c) {
			continue
		}
		net, grouped := netOf(c)
		if row := nets[net]; grouped && row != nil {
			row.who = net
			row.add(c)
			continue
		}
		row := &clientRow{who: safetext.Cut(address(c), 39), name: named(c), now: changed(c), pids: true, proven: true}
		row.add(c)
		rows = append(rows, row)
		if grouped {
			nets[net] = row
		}
	}
	return rows
}

// silent reports whether a client that logs in has a wrong reverse name now, about which sshd
// has not complained. The headline counts it.
func silent(c *audit.Client) bool { return c.Change == audit.New && c.Logins > 0 }

// netOf is the /64 of an IPv6 client, or its label.
func netOf(c *audit.Client) (string, bool) {
	if c.Label != "" {
		return safetext.Line(c.Net), c.Net != "" && c.Family == "ipv6"
	}
	p, err := c.Address.WithZone("").Prefix(64)
	return p.String(), err == nil && c.Address.Is6()
}

// named is the reverse name in the log, the last one if it changed; if sshd has not
// complained, the one that it has now.
func named(c *audit.Client) string {
	switch {
	case silent(c) && c.Now != nil && len(c.Now.PTR) > 0:
		return safetext.Name(c.Now.PTR[0].Name)
	case c.Then.NameLast != "":
		return safetext.Line(c.Then.NameLast)
	case c.Then.Kind == "missing":
		return "(none)"
	}
	return "-"
}

// changed says what became of a complaint.
func changed(c *audit.Client) string {
	switch c.Change {
	case audit.Still:
		return stillWrong(c.Now, "still wrong")
	case audit.New:
		return stillWrong(c.Now, "wrong")
	case audit.Fixed:
		return "fixed"
	case audit.Removed:
		return "removed"
	case audit.Undetermined:
		return "no answer"
	case audit.Unchanged:
		return "fine"
	}
	return "not checked"
}

// stillWrong says what is wrong with a name now, as far as that is known; else otherwise.
func stillWrong(a *check.Address, otherwise string) string {
	switch {
	case a == nil:
	case a.Verdict == check.Mismatch:
		return "resolves elsewhere"
	case a.Verdict == check.Numeric:
		return "is an address"
	}
	return otherwise
}

// zones lists the reverse zones of clients that log in: one operator can correct many.
func (t *text) zones() {
	if !slices.ContainsFunc(t.r.Zones, func(z audit.Zone) bool { return z.Addresses > 2 }) {
		return // the advice names them
	}
	shown := t.r.Zones[:min(len(t.r.Zones), shownClients)]
	rows, left := [][]string{{"reverse zone of your clients", "operator", "addresses", "logins"}}, 2
	for _, z := range shown {
		rows = append(rows, []string{safetext.Line(z.Zone), safetext.Line(z.Keeper), number(z.Addresses), number(z.Logins)})
	}
	if !slices.ContainsFunc(shown, func(z audit.Zone) bool { return z.Keeper != "" }) {
		for i, row := range rows { // nobody was asked who the operators are
			rows[i] = slices.Delete(row, 1, 2)
		}
		left = 1
	}
	t.Blank()
	t.columns(rows, left, -1)
}

// right pads on the left.
func right(s string, n int) string { return strings.Repeat(" ", max(0, n-len(s))) + s }
