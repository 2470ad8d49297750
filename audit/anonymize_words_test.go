package audit

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"rdnsproxy/audit/tally"
	"rdnsproxy/check"
	"rdnsproxy/sshdlog"
)

// renaming gives other names to the users, servers, files and inputs of a log.
type renaming struct {
	names map[string]string
	next  func(n int) string
}

func (r *renaming) of(name *string) {
	if *name == "" || *name == "root" || *name == "journal" {
		return
	}
	if r.names[*name] == "" {
		r.names[*name] = r.next(len(r.names))
	}
	*name = r.names[*name]
}

func (r *renaming) sample(s *tally.Sample) {
	s.Names = slices.Clone(s.Names)
	for i := range s.Names {
		r.of(&s.Names[i].Name)
	}
}

// log renames all of a log. Servers that are only named get distinct counts, so that their
// numbers do not depend on chance.
func (r *renaming) log(c *counts, o *Options) {
	known := map[string]bool{}
	for i := range c.sum.Hosts {
		r.of(&c.sum.Hosts[i].Name)
		known[c.sum.Hosts[i].Name] = true
	}
	for i := range c.clients {
		k := &c.clients[i]
		k.Hosts = slices.Clone(k.Hosts)
		for n := range k.Hosts {
			r.of(&k.Hosts[n])
			if h := k.Hosts[n]; !known[h] {
				known[h] = true
				c.sum.Hosts = append(c.sum.Hosts, tally.Host{Name: h, Logins: int64(1000 + len(known))})
			}
		}
		slices.Sort(k.Hosts)
		r.of(&k.FirstLogin.Host)
		r.of(&k.FirstLogin.User)
		for _, s := range []*tally.Sample{&k.Users, &k.LoggedIn, &k.Refused, &k.Denied} {
			r.sample(s)
		}
	}
	slices.SortFunc(c.sum.Hosts, func(x, y tally.Host) int { return cmp.Compare(x.Name, y.Name) })
	for i := range c.sum.Forgeries {
		r.of(&c.sum.Forgeries[i].Host)
	}
	for i := range o.Inputs {
		was := o.Inputs[i].Name
		r.of(&o.Inputs[i].Name)
		o.Inputs[i].Error = strings.ReplaceAll(o.Inputs[i].Error, "open "+was+":", "open "+o.Inputs[i].Name+":")
	}
	for i := range o.Server.ByName {
		if user, host, ok := strings.Cut(o.Server.ByName[i].Pattern, "@"); ok {
			r.of(&user)
			o.Server.ByName[i].Pattern = user + "@" + host
		}
	}
}

// crowd is a log with many servers and users, whose counts all differ.
func crowd(ptr, dotted string) (*counts, map[netip.Addr]*check.Result, Options) {
	c := on(client("192.0.2.1", "in:9 bad:9 then:failed ptr:"+ptr),
		client("192.0.2.2", "in:7 bad:7 then:mismatch ptr:"+dotted), client("192.0.2.3", "in:5"), client("192.0.2.4", "key:3 from:*.lan at:/srv/keys:3 user:carl"))
	for i := range c.clients {
		c.clients[i].Hosts = []string{"h1", "h2", "h3"}
		users := []tally.Count{{Name: "u1", N: 2}, {Name: "u2", N: 5}, {Name: "u3", N: 1}}
		c.clients[i].LoggedIn = tally.Sample{About: 5, Names: users}
	}
	first := c.sum.Hosts[0]
	c.sum.Hosts = nil
	for i := range 4 {
		h := first
		h.Name, h.Logins, h.Complaints = fmt.Sprint("h", i), int64(10+i*i), int64(3-i)
		h.Waits, h.MedianWait, h.LongestWait = 9, 6e6, 9e6
		h.Trust[sshdlog.Local], h.Trust[sshdlog.Stranger] = 1, int64(i)
		c.sum.Hosts = append(c.sum.Hosts, h)
	}
	said := func(a string, v check.Verdict, words, name string) *check.Result {
		r := answer(a, v, name)
		r.Findings[0].Text = a + ": " + words
		return r
	}
	now := answers(
		said("192.0.2.1", check.Unresolvable, "its reverse name "+ptr+" does not exist (NXDOMAIN) in the log", ptr),
		said("192.0.2.2", check.Mismatch, "its reverse name "+dotted+" resolves elsewhere (an address in the log)", dotted),
		said("192.0.2.3", check.Mismatch, "its reverse name "+ptr+" resolves elsewhere", ptr))
	return c, now, Options{Generated: generated, Inputs: []Input{
		{Name: "x1", Error: "open x1: permission denied in the log"}, {Name: "x2", Partial: true}}}
}

// Two logs that differ in names only have the same anonymized report, even if the names of
// one are words of the report.
func TestAnonymizedReportsHaveNoNames(t *testing.T) {
	ordinary := strings.Fields("in the backup log keys to is and name server logs reverse client it from was of names wait " +
		"login logins there user UseDNS lines more address resolve not")
	judged := func(next func(int) string, ptr, dotted string) map[string]*Report {
		all := scenariosWith(func(c *counts, o *Options) { (&renaming{map[string]string{}, next}).log(c, o) })
		c, now, o := crowd(ptr, dotted)
		(&renaming{map[string]string{}, next}).log(c, &o)
		all["crowd"] = Judge(c, now, o)
		return all
	}
	plain := judged(func(n int) string { return fmt.Sprintf("zq%02d", n) }, "zqpc", "zq.zqlan")
	for what, other := range map[string]map[string]*Report{
		"words":       judged(func(n int) string { return ordinary[n] }, "in", "a.log"),
		"other words": judged(func(n int) string { return ordinary[len(ordinary)-1-n] }, "the", "shosts.lan"),
		"reversed":    judged(func(n int) string { return fmt.Sprintf("zq%02d", 99-n) }, "zqx", "zq.zqx"),
		"domains":     judged(func(n int) string { return fmt.Sprintf("a%02d.example.org", 99-n) }, "log", "the.log"),
	} {
		for name, r := range plain {
			t.Run(what+", "+name, func(t *testing.T) {
				want, got := toJSON(t, Anonymize(r)), toJSON(t, Anonymize(other[name]))
				if strings.Contains(want, "zq") {
					t.Error("a name is still there: ", want)
				}
				if want == got {
					return
				}
				w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
				for i := range min(len(w), len(g)) {
					if w[i] != g[i] {
						t.Fatalf("%s\nwant %s", g[i], w[i])
					}
				}
				t.Fatal("one has more lines")
			})
		}
	}
}

// The labels' numbers and order say nothing about the order of the names.
func TestLabelsAreNotAlphabetical(t *testing.T) {
	c := on(client("192.0.2.1", "in:9 bad:9 then:failed ptr:a.example.net"))
	k, first := &c.clients[0], c.sum.Hosts[0]
	c.sum.Hosts, k.Hosts, k.LoggedIn.Names, k.LoggedIn.About = nil, nil, nil, 26
	for i := range byte(26) { // in one of 26! runs, chance has them in this order
		h := first
		h.Name = "host" + string('a'+i)
		c.sum.Hosts, k.Hosts = append(c.sum.Hosts, h), append(k.Hosts, h.Name)
		k.LoggedIn.Names = append(k.LoggedIn.Names, tally.Count{Name: "user" + string('a'+i), N: 1})
	}
	r := Judge(c, nil, Options{Generated: generated})
	a := newLabels(r)
	var servers, users []string
	for _, h := range k.Hosts {
		servers = append(servers, a.server(h))
	}
	for _, n := range k.LoggedIn.Names {
		users = append(users, a.user(n.Name))
	}
	if slices.IsSortedFunc(servers, byNumber) || slices.IsSortedFunc(users, byNumber) {
		t.Error("by name: ", servers, users)
	}
	out := Anonymize(r)
	for i, h := range out.Hosts {
		if want := fmt.Sprint("server-", i+1); h.Name != want || out.Clients[0].Hosts[i] != want {
			t.Errorf("%s and %s, want %s", h.Name, out.Clients[0].Hosts[i], want)
		}
	}
}

// A list in a text is in the order of the labels.
func TestListsByLabel(t *testing.T) {
	a := newLabels(&Report{Hosts: []Host{{Name: "a", Logins: 1}, {Name: "b", Logins: 2}, {Name: "c", Logins: 3}}})
	got := a.told(userMark.on("the") + " logs in to " + servers([]string{"a", "b", "c"}) + ", the log in " +
		servers([]string{"b"}))
	if want := "user-1 logs in to server-1, server-2 and server-3, the log in server-2"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
