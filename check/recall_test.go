package check_test

import (
	"encoding/json"
	"net/netip"
	"strings"
	"testing"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/lab"
	"rdnsproxy/resolve"

	"github.com/google/go-cmp/cmp"
)

// kept are the answers of one inquiry, as another is given them.
type kept map[netip.Addr][]*resolve.Answer

// inquire begins an inquiry, and returns its Result and what may be kept of it.
func inquire(t *testing.T, c *check.Checker, host string) (*check.Result, kept) {
	t.Helper()
	q := c.Begin(t.Context(), check.Ask{Target: check.Target{Input: host, Host: host, Port: 22}})
	r, complete := q.Wait(t.Context(), check.Everything)
	if !complete {
		t.Errorf("%s is not complete", host)
	}
	all := kept{}
	for _, a := range r.Addresses {
		answers, ok := q.Reverse(a.Address)
		if !ok {
			t.Errorf("%v of %s is not complete", a.Address, host)
		}
		for _, x := range answers {
			if x.Source.Kind == resolve.KindDNS {
				x.Source.Kind = resolve.KindCache
				all[a.Address] = append(all[a.Address], &x)
			}
		}
	}
	return r, all
}

// Whatever there is, an inquiry that is given the answers of an earlier one comes to the
// same result, and asks about the host's own names alone.
func TestRecallAgrees(t *testing.T) {
	server, sound, _, _ := fleetServer(t)
	checker := func() *check.Checker {
		c := fleetChecker(t, time.Minute, resolve.Server{Addr: server.Addr()})
		c.Policy.Thorough = false // as in the relay
		return c
	}
	text := func(r *check.Result) string {
		withoutTime(r)
		b, err := json.MarshalIndent(r, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		return strings.ReplaceAll(string(b), `"cache:127`, `"dns:127`)
	}
	for _, host := range sound {
		if strings.Contains(host, ",") { // a pair, which no login has
			continue
		}
		cold, known := inquire(t, checker(), host)
		before := server.Questions()
		c := checker()
		c.Recall = func(a netip.Addr) []*resolve.Answer { return known[a] }
		warm, _ := inquire(t, c, host)
		if asked := server.Questions() - before; asked > 4 { // A and AAAA, with and without the search list
			t.Errorf("%s: %d questions", host, asked)
		}
		if diff := cmp.Diff(text(cold), text(warm)); diff != "" {
			t.Errorf("%s (- cold, + warm):\n%s", host, diff)
		}
	}
}

// The addresses of the host that is asked for are those of now, whatever was kept about
// the name when another host had the address.
func TestRecallNeverAnswersForTheHost(t *testing.T) {
	s, err := lab.StartDNS(lab.Zone("example.com", "web A 192.0.2.31", "web A 192.0.2.9", "alias CNAME web", "other A 192.0.2.31"),
		lab.Zone("2.0.192.in-addr.arpa", "31 PTR web.example.com.", "9 PTR web.example.com."))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	checker := func() *check.Checker { return fleetChecker(t, time.Minute, resolve.Server{Addr: s.Addr()}) }
	_, known := inquire(t, checker(), "web.example.com")
	if len(known) != 2 {
		t.Errorf("%v is kept", known)
	}
	for a, answers := range known {
		if len(answers) != 1 || answers[0].Question.Type != resolve.PTR {
			t.Errorf("%v: %v are kept", a, answers)
		}
	}
	_, known = inquire(t, checker(), "other.example.com")
	one := netip.MustParseAddr("192.0.2.31")
	if len(known[one]) != 2 {
		t.Fatalf("%v is kept of a host whose PTR name is another", known[one])
	}
	known[one][1].Addrs = []netip.Addr{netip.MustParseAddr("192.0.2.77")} // kept, and wrong by now
	c := checker()
	c.Recall = func(a netip.Addr) []*resolve.Answer { return known[a] }
	if r, _ := inquire(t, c, "web.example.com"); r.Of(one).Verdict != check.Exact {
		t.Errorf("the host itself is %s", r.Of(one).Verdict)
	}
	if r, _ := inquire(t, c, "alias.example.com"); r.Of(one).Verdict != check.Mismatch {
		t.Errorf("the test is none: an alias is %s", r.Of(one).Verdict)
	}
}
