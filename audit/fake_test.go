package audit

import (
	"encoding/json"
	"fmt"
	"iter"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"rdnsproxy/audit/tally"
	"rdnsproxy/check"
	"rdnsproxy/resolve"
)

func init() {
	table().Undocumented = func(c, when string) {
		panic(fmt.Sprintf("%s is not in the table of findings, or its row does not list %q", c, when))
	}
}

// counts is a tally that a test has written down.
type counts struct {
	sum     tally.Summary
	clients []tally.Client
}

func (c *counts) Summary() *tally.Summary { return &c.sum }

func (c *counts) Clients() iter.Seq[*tally.Client] {
	return func(yield func(*tally.Client) bool) {
		for i := range c.clients {
			if !yield(&c.clients[i]) {
				return
			}
		}
	}
}

// generated is the time of all reports in tests; noon is a stamp of a log shortly before.
var generated = time.Date(2026, 11, 25, 20, 0, 0, 0, time.UTC)

const noon = 1795608000 // 2026-11-25 12:00 UTC

// on makes a tally of the clients, seen by a server called fs1 that has logged complaints.
func on(clients ...tally.Client) *counts {
	h := tally.Host{Name: "fs1", Messages: 100, First: noon - 7200, Last: noon}
	for i := range clients {
		c := &clients[i]
		if c.Hosts == nil {
			c.Hosts = []string{"fs1"}
		}
		h.Connections += c.Connections
		h.Logins += c.Counts.LoggedIn
		h.Complaints += c.BadlyMapped
		h.From += c.RefusedKey - c.RefusedCert
	}
	if h.Complaints > 0 {
		h.FirstProof, h.LastProof = noon-7200, noon
	}
	c := &counts{clients: clients}
	c.sum = tally.Summary{First: noon - 7200, Last: noon, Step: 3600, Hosts: []tally.Host{h}}
	c.sum.Messages[1] = 100
	slices.SortFunc(c.clients, func(x, y tally.Client) int { return x.Addr.Compare(y.Addr) })
	return c
}

// client makes a client from words: "in:3" logged in three times, and so on.
func client(address, what string) tally.Client {
	c := tally.Client{Addr: netip.MustParseAddr(address), LongestWait: -1, First: noon - 3600, Last: noon}
	for _, word := range strings.Fields(what) {
		key, value, _ := strings.Cut(word, ":")
		name := ""
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			name = value
		}
		one := tally.Sample{Names: []tally.Count{{Name: name, N: 1}}, About: 1}
		switch key {
		case "in":
			c.Counts.LoggedIn, c.Connections = n, c.Connections+n
			c.FirstLogin = tally.Login{Time: noon, Host: "fs1", User: "anna"}
			c.LoggedIn = tally.Sample{Names: []tally.Count{{Name: "anna", N: n}}, About: 1}
		case "failed":
			c.Tried, c.Failed, c.Connections = n, n, c.Connections+n
		case "attempts":
			c.Failed = n
		case "bad":
			c.BadlyMapped = n
		case "knocked":
			c.Knocked, c.Connections = n, c.Connections+n
		case "unknown":
			c.UnknownUser = n
		case "key":
			c.RefusedKey, c.Connections = n, c.Connections+n
		case "cert":
			c.RefusedKey, c.RefusedCert, c.Connections = c.RefusedKey+n, n, c.Connections+n
		case "unlisted":
			c.Unlisted = one
		case "denied":
			c.NotAllowed = n
		case "hostbased":
			c.Hostbased = n
		case "named":
			c.NamedMapping = n
		case "user":
			c.Refused, c.Denied = one, one
		case "from":
			c.Required = one
		case "at":
			c.Required.Names[0].At = name
		case "ptr":
			c.Names, c.NameFirst, c.NameLast = one, name, name
		case "then":
			c.Mapping = kindOf(name)
		case "before":
			c.FailedBefore = n
		case "unproven":
			c.Unproven = true
		case "users":
			c.UsersBefore = int(n)
		default:
			panic(word)
		}
	}
	return c
}

// answer is what check says about a client: a verdict, and its reverse names.
func answer(address string, v check.Verdict, names ...string) *check.Result {
	a := netip.MustParseAddr(address)
	out := check.Address{Address: a, Family: "ipv4", Verdict: v, PTR: []check.PTR{}}
	if a.Is6() {
		out.Family = "ipv6"
	}
	out.Reverse.Zone, out.Reverse.Contact = usualZone(a), "hostmaster@example.net"
	for _, n := range names {
		out.PTR = append(out.PTR, check.PTR{Name: n, Status: resolve.OK, Confirmed: v.Confirms()})
	}
	f := check.NewFinding(check.MappingCode(v), a, address+": its reverse name is "+string(v))
	out.Severity = f.Severity
	return &check.Result{Schema: 1, Target: address, Host: address, Port: 22, Verdict: v, Severity: f.Severity,
		Addresses: []check.Address{out}, Findings: []check.Finding{f}}
}

// answers collects what check says.
func answers(rs ...*check.Result) map[netip.Addr]*check.Result {
	m := map[netip.Addr]*check.Result{}
	for _, r := range rs {
		m[r.Addresses[0].Address] = r
	}
	return m
}

// codes lists the codes of the findings, with their severity.
func codes(r *Report) []string {
	var all []string
	for _, f := range r.Findings {
		all = append(all, string(f.Code)+" "+f.Severity.String())
	}
	return all
}

// finding returns the only finding of a code.
func (r *Report) finding(t *testing.T, c check.Code) Finding {
	t.Helper()
	var found []Finding
	for _, f := range r.Findings {
		if f.Code == c {
			found = append(found, f)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d findings of %s in %v", len(found), c, codes(r))
	}
	return found[0]
}

func toJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
