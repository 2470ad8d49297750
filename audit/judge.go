package audit

import (
	"cmp"
	"net/netip"
	"slices"

	"rdnsproxy/audit/tally"
	"rdnsproxy/check"
	"rdnsproxy/limits"
)

// Judge judges a log: t is what it says, now is what check says about its clients, whose
// result has one address each. Clients that are not in now were not looked up. It makes
// no lookup and reads nothing.
//
// Readings, and all findings about guessing and about the log itself, are the same
// whatever is in now.
func Judge(t Counted, now map[netip.Addr]*check.Result, o Options) *Report {
	s := t.Summary()
	j := &judgement{
		o: o, sum: s, now: now,
		hosts:   map[string]*tally.Host{},
		changes: map[ThenNow]*ThenNow{},
		zones:   map[string]*zoneClients{},
		listed:  newBest(limits.AuditReported, compareClients),
		seen:    make([]bool, len(o.Asked.Clients)),
		r: &Report{
			Schema: Schema, Kind: "audit", Generated: o.Generated.UTC(), Version: o.Version,
			Inputs: safeInputs(o.Inputs), Only: o.Only, Time: span(o.Time, s), Judged: o.Judged, Timings: o.Timings,
			Hosts: []Host{}, ThenNow: []ThenNow{}, Zones: []Zone{}, Clients: []Client{}, Findings: []Finding{},
			Totals: Totals{ByReading: allReadings(), BadlyByReading: allReadings()},
		},
	}
	for i := range s.Hosts {
		j.hosts[s.Hosts[i].Name] = &s.Hosts[i]
	}
	for c := range t.Clients() {
		j.count(c)
	}
	j.finish()
	return j.r
}

// judgement is the work on one report.
type judgement struct {
	r   *Report
	o   Options
	sum *tally.Summary
	now verdicts

	hosts   map[string]*tally.Host // by name in the log
	changes map[ThenNow]*ThenNow   // by Then and Change
	zones   map[string]*zoneClients
	listed  *best[counted]
	seen    []bool // whether there is a client in each of Options.Asked.Clients
	keys    map[keyPlace][]keyUse
	clients int64
	proven  int64 // clients of which the log tells for sure
	dropped int64 // connections of them
}

// counted is a client of the tally, and what was found out about it.
type counted struct {
	tally.Client
	reading Reading
	result  *check.Result  // nil: not looked up
	address *check.Address // its only address
	change  Change
}

// count counts a client in all sums, and keeps it if it may be listed.
func (j *judgement) count(c *tally.Client) {
	k := counted{Client: *c, reading: read(c)}
	k.result, k.address = j.now.of(c.Addr)
	k.change = change(c, k.address)
	j.clients++
	if !c.Unproven {
		j.proven++
	}
	j.see(c)
	j.add(&k)
	j.addZone(&k)
	j.listed.add(k)
}

// finish fills in what needs all clients.
func (j *judgement) finish() {
	r := j.r
	j.fillHosts()
	j.sums()
	r.Timeline = timeline(j.sum)
	r.ThenNow = append(r.ThenNow, j.thenNow()...)
	r.Zones = append(r.Zones, j.badZones()...)
	kept := j.listed.sorted()
	for i := range kept {
		r.Clients = append(r.Clients, kept[i].client())
	}
	r.ClientsOmitted = j.clients - int64(len(kept))
	r.Connections = connections(j.sum)
	r.Forgeries = forgeries(j.sum)
	if r.Judged.Of == 0 {
		r.Judged.Of = j.clients + j.sum.OtherClients
	}
	if r.Judged.Addresses == 0 {
		r.Judged.Addresses = int64(len(j.now))
	}
	j.keys = keyUses(kept)
	for i := range kept {
		j.judgeClient(&kept[i])
	}
	j.judgeZones()
	j.judgeServers()
	j.judgeLog()
	j.judgeAsked()
	j.judgeGuessing()
	j.order()
	r.Severity = r.worst()
	r.Headline = newHeadline(j, kept).text()
	r.unmark()
}

// order sorts the findings: the worst first, then as in the table of codes, then in the
// order in which they were found, which is that of the clients.
func (j *judgement) order() {
	at := map[check.Code]int{}
	for i, d := range slices.Concat(Codes(), check.Codes()) {
		at[d.Code] = i
	}
	slices.SortStableFunc(j.r.Findings, func(x, y Finding) int {
		return cmp.Or(cmp.Compare(y.Severity, x.Severity), cmp.Compare(at[x.Code], at[y.Code]))
	})
}

// worst is the worst severity of the findings.
func (r *Report) worst() check.Severity {
	worst := check.Pass
	for _, f := range r.Findings {
		worst = max(worst, f.Severity)
	}
	return worst
}

// compareClients sorts clients as a report lists them: first those whom a mapping hurts
// or a list refuses, then those that logged in and failed more often, then the others
// that logged in, then the rest; each by connections.
func compareClients(x, y counted) int {
	return cmp.Or(cmp.Compare(x.rank(), y.rank()), cmp.Compare(y.Connections, x.Connections),
		cmp.Compare(y.Failed, x.Failed), x.Addr.Compare(y.Addr))
}

func (c *counted) rank() int {
	hurt := c.BadlyMapped > 0 || c.RefusedKey > 0 || c.Hostbased > 0
	switch {
	case hurt && (c.reading == People || c.reading == Refused):
		return 0
	case c.reading == Mixed:
		return 1
	case c.reading == People, c.reading == Refused:
		return 2
	}
	return 3
}
