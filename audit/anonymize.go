package audit

import (
	"net/netip"
	"slices"

	"rdnsproxy/check"
	"rdnsproxy/resolve"
)

// Anonymize returns a copy of a report that can be shown to strangers: labels such as
// client-1, user-3 and server-2 stand for addresses, users, servers, reverse names, zones
// and files. A label means the same everywhere in the report, and nothing outside it:
// clients are numbered in the report's order, and what a report has by name is in another
// order. What would have to be copied (records, lines, lists of from=) is left out.
//
// Stamps, counts, readings and verdicts stay, and so do the texts' own words, even those that
// are also somebody's name. Only in a report that was read from JSON nothing tells these
// apart: there, such words are replaced too.
func Anonymize(r *Report) *Report {
	a := newLabels(r)
	out := *r
	out.Inputs = each(r.Inputs, func(i Input) Input {
		i.Name, i.Error = a.input(i.Name), a.told(i.markedError())
		return i
	})
	out.Hosts = a.hosts(r.Hosts)
	out.Zones = each(r.Zones, func(z Zone) Zone {
		z.Zone, z.Keeper, z.Clients = a.zone(z.Zone), a.contact(z.Keeper), []netip.Addr{}
		return z
	})
	out.Clients = each(r.Clients, a.client)
	out.Connections = each(r.Connections, func(c Conn) Conn {
		c.Host, c.Address, c.Port, c.PID = a.server(c.Host), netip.Addr{}, 0, 0
		c.Name, c.User = a.name(c.Name), a.user(c.User)
		return c
	})
	out.Forgeries = each(r.Forgeries, func(f Forgery) Forgery {
		f.Host, f.Client, f.Text = a.server(f.Host), netip.Addr{}, "(left out)"
		return f
	})
	out.Findings = byServer(each(r.Findings, a.finding))
	if out.Headline = a.told(r.marked); r.marked == "" {
		out.Headline = a.read(r.Headline)
	}
	out.Time.YearBy, out.marked = a.text(r.Time.YearBy, true), ""
	return &out
}

// each maps a slice. A nil slice stays nil.
func each[T any](in []T, f func(T) T) []T {
	if in == nil {
		return nil
	}
	out := make([]T, 0, len(in))
	for _, x := range in {
		out = append(out, f(x))
	}
	return out
}

func (a *labels) client(c Client) Client {
	c.Label, c.Net, c.Address = a.address(c.Address), a.net(c.Address), netip.Addr{}
	c.Hosts = a.servers(c.Hosts)
	c.Users, c.LoggedIn, c.Refused = a.names(c.Users, a.user), a.names(c.LoggedIn, a.user), a.names(c.Refused, a.user)
	c.Required = a.names(c.Required, a.list)
	if c.FirstLogin != nil {
		l := *c.FirstLogin
		l.Host, l.User = a.server(l.Host), a.user(l.User)
		c.FirstLogin = &l
	}
	c.Then.NameFirst, c.Then.NameLast = a.name(c.Then.NameFirst), a.name(c.Then.NameLast)
	c.Then.Names = a.names(c.Then.Names, a.name)
	c.Now = a.now(c.Now)
	return c
}

// now keeps what the verdict is based on, without addresses.
func (a *labels) now(in *check.Address) *check.Address {
	if in == nil {
		return nil
	}
	out := check.Address{
		Family: in.Family, Verdict: in.Verdict, Severity: in.Severity, PTR: []check.PTR{},
		Reverse: check.Reverse{
			Status: in.Reverse.Status, TTL: in.Reverse.TTL, Truncated: in.Reverse.Truncated,
			Zone: a.zone(in.Reverse.Zone), Contact: a.contact(in.Reverse.Contact),
		},
	}
	for _, p := range in.PTR {
		out.PTR = append(out.PTR, check.PTR{
			Name: a.name(p.Name), Status: p.Status, Addresses: []netip.Addr{}, Confirmed: p.Confirmed, Differs: p.Differs,
		})
	}
	return &out
}

func (a *labels) finding(f Finding) Finding {
	f.Label, f.Address = a.address(f.Address), netip.Addr{}
	f.Hosts = a.servers(f.Hosts)
	f.Advice = each(f.Advice, func(x check.Advice) check.Advice {
		if x.Line = ""; x.File != "" {
			x.File = a.file(x.File)
		}
		return x
	})
	m := f.marked
	if f.marked = nil; m == nil {
		f.Text = a.read(f.Text)
		for i := range f.Advice {
			f.Advice[i].Text = a.read(f.Advice[i].Text)
		}
		return f
	}
	f.Text = a.told(m.text)
	for i := range f.Advice {
		f.Advice[i].Text = a.told(m.advice[i])
	}
	return f
}

// byServer sorts findings of one code about one server each by the servers' labels. They
// were in the order of their names.
func byServer(all []Finding) []Finding {
	alike := func(x, y Finding) bool {
		return x.Code == y.Code && x.Severity == y.Severity && x.Label == "" && y.Label == "" &&
			len(x.Hosts) == 1 && len(y.Hosts) == 1
	}
	for from, to := 0, 0; from < len(all); from = to {
		for to = from + 1; to < len(all) && alike(all[from], all[to]); to++ {
		}
		slices.SortStableFunc(all[from:to], func(x, y Finding) int { return slices.CompareFunc(x.Hosts, y.Hosts, byNumber) })
	}
	return all
}

// net24 returns the network that a label stands for.
func net24(a netip.Addr) netip.Prefix {
	bits := 24
	if resolve.FamilyOf(a) == resolve.IPv6 {
		bits = 64
	}
	p, _ := a.Unmap().WithZone("").Prefix(bits)
	return p
}
