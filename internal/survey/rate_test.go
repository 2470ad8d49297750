package survey

import (
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/lab"
	"rdnsproxy/resolve"
)

// TestRate: no server is asked more questions a second than --rate says, by all that ask
// it together, and whoever waits for that is not taken for unreachable.
func TestRate(t *testing.T) {
	const rate = 50
	var names, hosts []string
	for i := range 24 {
		names = append(names, fmt.Sprintf("h%d.example.com", i))
		hosts = append(hosts, fmt.Sprintf("h%d A 192.0.2.%d", i, i+1))
	}
	owner := string(resolve.ReverseName(netip.MustParseAddr("2001:db8::1")))
	for name, test := range map[string]struct {
		operands []string
		list     string
		compare  bool
	}{
		"a few targets": {operands: names},
		"a list":        {list: strings.Join(names, "\n")},
		"a comparison":  {operands: names[:12], compare: true},
		"a walk":        {list: strings.Join(names[:6], "\n") + "\n2001:db8::/96\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &counting{}
			dns, err := lab.StartDNS(
				lab.Zone("example.com", hosts...),
				lab.Zone("2.0.192.in-addr.arpa", "1.2.0.192.in-addr.arpa. PTR h0.example.com."),
				lab.Zone("8.b.d.0.1.0.0.2.ip6.arpa", owner+". PTR h0.example.com."))
			if err != nil {
				t.Fatal(err)
			}
			dns.Fault("", s.count)
			w := newWorldOf(t, dns)
			w.o.Rate, w.o.Format = rate, "summary"
			if test.compare {
				w.o.Compare = w.o.Resolvers
			}
			if test.list != "" {
				w.o.Sources.FromFile = []string{w.write(t, "list", test.list)}
			}
			status, err := Run(t.Context(), w.World, w.o, test.operands)
			dns.Close() // all of it is counted
			if err != nil || status == exit.Unknown || strings.Contains(w.read(t, "out"), "undetermined") {
				t.Errorf("%d, %v, %s", status, err, w.read(t, "out"))
			}
			if text := w.read(t, "out"); !strings.Contains(text, fmt.Sprintf("DNS: %d questions, ", dns.Questions())) {
				t.Errorf("the server was asked %d questions: %s", dns.Questions(), text)
			}
			if len(s.times) < rate {
				t.Fatalf("%d questions do not tell", len(s.times))
			}
			const most = rate + 3*rate/4 // a machine that stands still for a moment receives some at once
			for i, at := range s.times {
				if i+most < len(s.times) && s.times[i+most].Sub(at) < time.Second {
					t.Fatalf("question %d, and %d more within a second", i, most)
				}
			}
		})
	}
}

// counting notes when a server was asked.
type counting struct {
	mu    sync.Mutex
	times []time.Time
}

func (c *counting) count(*lab.DNSExchange) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.times = append(c.times, time.Now())
}

// TestRateReaches: every value of --rate reaches all that asks.
func TestRateReaches(t *testing.T) {
	for _, rate := range []int{0, -1, 50} {
		o := Defaults()
		o.SSHConfig, o.Rate = "none", rate
		server, err := resolve.ParseServer("192.0.2.53")
		if err != nil {
			t.Fatal(err)
		}
		o.Resolvers, o.Compare = []resolve.Server{server}, []resolve.Server{server}
		s, err := New(t.Context(), console.World{}, nil, o)
		if err != nil {
			t.Fatal(err)
		}
		if got, other := s.checker.Resolver.Rate, s.checker.Compare.Rate; got != rate || other != rate {
			t.Errorf("%d became %d and %d", rate, got, other)
		}
		s.Close()
	}
}
