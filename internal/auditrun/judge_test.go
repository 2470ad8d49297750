package auditrun

import (
	"context"
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/lab"
	"rdnsproxy/internal/survey"
	"rdnsproxy/resolve"
)

// everyVerdict is a zone whose addresses have all verdicts that a client can have.
func everyVerdict(t *testing.T) (dns *lab.DNSServer, clients map[string]check.Verdict) {
	t.Helper()
	dns, err := lab.StartDNS(
		lab.Zone("example.com", "web1 A 203.0.113.7", "web1 AAAA 2001:db8::7", "other A 198.51.100.9", "deep CNAME web1"),
		lab.Zone("example.net"),
		lab.Zone("168.192.in-addr.arpa"),
		lab.Zone("8.b.d.0.1.0.0.2.ip6.arpa", "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 PTR web1.example.com."),
		lab.Zone("113.0.203.in-addr.arpa",
			"7 PTR web1.example.com.", "8 PTR gone.example.net.", "9 PTR other.example.com.", "10 PTR 10.1.",
			`11 PTR root\064host\039s.example.net.`, "12 PTR web1.example.com.", "12 PTR gone.example.net."),
	)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dns.Close() })
	dns.Fault("13.113.0.203.in-addr.arpa", lab.ServFail)
	return dns, map[string]check.Verdict{
		"203.0.113.7": check.Confirmed, "2001:db8::7": check.Confirmed, "203.0.113.8": check.Unresolvable,
		"203.0.113.9": check.Mismatch, "203.0.113.10": check.Numeric, "203.0.113.11": check.Malformed,
		"203.0.113.12": check.Mismatch, "203.0.113.13": check.Undetermined, "203.0.113.14": check.Missing,
		"192.168.1.1": check.Exempt,
	}
}

// options are those of a survey that asks the server.
func options(t *testing.T, dns *lab.DNSServer) survey.Options {
	t.Helper()
	server, err := resolve.ParseServer(dns.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	hosts := filepath.Join(t.TempDir(), "hosts")
	if err := os.WriteFile(hosts, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	o := survey.Defaults()
	o.Resolvers, o.HostsFile, o.SSHDConfig, o.DNSOnly = []resolve.Server{server}, hosts, "none", true
	return o
}

// An audit and 'check --client' say the same about every address: all of JSON but for how
// long it took and when.
func TestAgreesWithCheck(t *testing.T) {
	dns, clients := everyVerdict(t)
	o := options(t, dns)
	s, err := survey.New(t.Context(), console.World{}, nil, o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var addrs []netip.Addr
	for a := range clients {
		addrs = append(addrs, netip.MustParseAddr(a))
	}
	seen := 0
	j := &Judge{Check: s.CheckClient}
	for a, r := range j.All(t.Context(), addrs) {
		seen++
		if want := clients[a.String()]; r.Verdict != want {
			t.Errorf("%s is %s, want %s", a, r.Verdict, want)
		}
		o := o
		o.Client, o.Format, o.Output = survey.Client{Address: a.String()}, "json", filepath.Join(t.TempDir(), "report")
		if _, err := survey.Run(t.Context(), console.World{Out: os.Stdout, Err: os.Stderr}, o, nil); err != nil {
			t.Fatalf("%s: %v", a, err)
		}
		text, err := os.ReadFile(o.Output)
		if err != nil {
			t.Fatal(err)
		}
		var said []*check.Result
		if err := json.Unmarshal(text, &said); err != nil || len(said) != 1 {
			t.Fatalf("%s: %v in %s", a, err, text)
		}
		if got, want := comparable(t, r), comparable(t, said[0]); got != want {
			t.Errorf("an audit says\n%s\n'check --client %s' says\n%s", got, a, want)
		}
	}
	if seen != len(clients) {
		t.Errorf("%d of %d clients", seen, len(clients))
	}
	for _, v := range check.Verdicts() {
		found := v == check.Exact || v == check.NoAddress // never of an address, for which no name was asked
		for _, w := range clients {
			found = found || v == w
		}
		if !found {
			t.Errorf("no client is %s", v)
		}
	}
}

// comparable is a result without what differs between runs.
func comparable(t *testing.T, r *check.Result) string {
	t.Helper()
	c := *r
	c.Timings, c.Time, c.Version = check.Phases{}, time.Time{}, ""
	c.Addresses = slices.Clone(c.Addresses)
	for i := range c.Addresses {
		c.Addresses[i].Reverse.TTL = 0
	}
	b, err := json.MarshalIndent(c, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// fake is a DNS whose networks answer or not.
type fake struct {
	mu    sync.Mutex
	asked map[string]int // by client
	at    map[string]int // at once, by network
	most  map[string]int
	dead  func(netip.Addr) bool
	slow  time.Duration
}

func (f *fake) check(ctx context.Context, a netip.Addr) *check.Result {
	net := strings.Join(strings.Split(a.String(), ".")[:3], ".")
	f.mu.Lock()
	f.asked[a.String()]++
	f.at[net]++
	f.most[net] = max(f.most[net], f.at[net])
	f.mu.Unlock()
	select {
	case <-time.After(f.slow):
	case <-ctx.Done():
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.at[net]--
	v := check.Verdict(check.Missing)
	status := resolve.NXDomain
	if f.dead(a) {
		v, status = check.Undetermined, resolve.Timeout
	}
	found := check.Address{Address: a, Verdict: v, Reverse: check.Reverse{Status: status}}
	return &check.Result{Verdict: v, Addresses: []check.Address{found}}
}

func newFake(slow time.Duration, dead func(netip.Addr) bool) *fake {
	return &fake{asked: map[string]int{}, at: map[string]int{}, most: map[string]int{}, slow: slow, dead: dead}
}

func network24(third, n int) (all []netip.Addr) {
	for i := range n {
		all = append(all, netip.AddrFrom4([4]byte{203, 0, byte(third), byte(i)}))
	}
	return all
}

// A network whose DNS servers are down is asked three times; each client is asked once, and
// few of a network at once.
func TestPolite(t *testing.T) {
	f := newFake(time.Millisecond, func(a netip.Addr) bool { return a.As4()[2] == 1 || a.As4()[2] == 3 && a.As4()[3] < 2 })
	var clients []netip.Addr
	for third := range 4 {
		clients = append(clients, network24(third, 60)...)
	}
	clients = append(clients, clients...)
	got := map[netip.Addr]check.Verdict{}
	for a, r := range (&Judge{Check: f.check}).All(t.Context(), clients) {
		if _, twice := got[a]; twice {
			t.Errorf("%s comes twice", a)
		}
		got[a] = r.Verdict
		if len(r.Addresses) != 1 || r.Addresses[0].Address != a {
			t.Errorf("%s: %+v", a, r.Addresses)
		}
	}
	asked := map[byte]int{}
	for a, n := range f.asked {
		if n != 1 {
			t.Errorf("%s was asked %d times", a, n)
		}
		asked[netip.MustParseAddr(a).As4()[2]]++
	}
	if len(got) != 240 || asked[0] != 60 || asked[1] != deadAfter || asked[2] != 60 || asked[3] != 60 {
		t.Errorf("%d results; asked %v", len(got), asked)
	}
	for a, v := range got {
		if want := f.dead(a); want != (v == check.Undetermined) {
			t.Errorf("%s is %s", a, v)
		}
	}
	for net, n := range f.most {
		if n > perNetwork {
			t.Errorf("%s: %d at once", net, n)
		}
	}
}

// When the budget is used up, what is known by then has come, and nothing that was given
// up counts as an answer.
func TestBudget(t *testing.T) {
	f := newFake(50*time.Millisecond, func(netip.Addr) bool { return false })
	n := 0
	began := time.Now()
	for range (&Judge{Check: f.check, Budget: 120 * time.Millisecond, Jobs: 4}).All(t.Context(), network24(0, 200)) {
		n++
	}
	if took := time.Since(began); n == 0 || n > 60 || took > 10*time.Second {
		t.Errorf("%d results in %s", n, took)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for a := range (&Judge{Check: f.check}).All(ctx, network24(0, 20)) {
		t.Errorf("%s after the end", a)
	}
	for range (&Judge{Check: f.check, Jobs: 3}).All(t.Context(), network24(0, 20)) {
		break // ends what runs, and does not hang
	}
	for at, n := range f.at {
		if n != 0 {
			t.Errorf("%d lookups of %s still run", n, at)
		}
	}
}
