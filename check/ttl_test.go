package check_test

import (
	"testing"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/lab"
	"rdnsproxy/resolve"
)

// TestTTL: the smallest TTL of DNS's answers counts, also of one that says that there is
// nothing; what is not from DNS has none.
func TestTTL(t *testing.T) {
	w := newWorld(t, "192.0.2.9 pinned.example.com\n",
		lab.Zone("example.com", "slow 600 A 192.0.2.1", "nameless 600 A 192.0.2.2", "six 50 AAAA 2001:db8::1"),
		lab.Zone("2.0.192.in-addr.arpa", "1 90 PTR slow.example.com."))
	for host, want := range map[string]time.Duration{
		"slow.example.com": 90 * time.Second, "nameless.example.com": 30 * time.Second, "none.example.com": 30 * time.Second,
		"six.example.com": 50 * time.Second, "192.0.2.1": 90 * time.Second,
	} {
		if ttl, ok := w.run(t, host).TTL(); !ok || ttl > want || ttl < want-2*time.Second {
			t.Errorf("%s: %v %v, want %v", host, ttl, ok, want)
		}
	}
	for _, host := range []string{"127.0.0.1", "localhost", "pinned.example.com"} {
		if ttl, ok := w.run(t, host).TTL(); ok {
			t.Errorf("%s: %v", host, ttl)
		}
	}
	w.Fault("", lab.ServFail)
	if ttl, ok := w.run(t, "fails.example.com").TTL(); ok {
		t.Errorf("a failure has the TTL %v", ttl)
	}
}

// TestCutShort: who has to answer before everything is known says what is missing, and the
// inquiry goes on.
func TestCutShort(t *testing.T) {
	w := newWorld(t, "", lab.Zone("example.com", "host 60 A 192.0.2.1"), lab.Zone("2.0.192.in-addr.arpa", "1 60 PTR host.example.com."))
	slow := make(chan struct{})
	w.Fault("1.2.0.192.in-addr.arpa", func(*lab.DNSExchange) { <-slow })
	q := w.Begin(t.Context(), w.ask("host.example.com"))
	q.Wait(t.Context(), check.Addresses)
	r := q.CutShort()
	if r.Severity != check.Unknown || r.Verdict != check.Undetermined || r.Findings[0].Code != check.TargetCutShort || r.Forward.A != resolve.OK {
		t.Errorf("%v %v %+v", r.Severity, r.Verdict, r.Findings)
	}
	close(slow)
	if r, complete := q.Wait(t.Context(), check.Everything); !complete || r.Verdict != check.Exact {
		t.Errorf("%v %v", complete, r.Verdict)
	}
}
