package exporter

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/lab"
	"rdnsproxy/limits"
)

// hold has the DNS server keep the answers about a name back until the returned function
// is called.
func (r *rig) hold(name string) (release func()) {
	gate := make(chan struct{})
	r.dns.Fault(name, func(*lab.DNSExchange) { <-gate })
	release = sync.OnceFunc(func() { close(gate) })
	r.t.Cleanup(release)
	return release
}

// waiters is how many requests wait for a check.
func (r *rig) waiters() (n int) {
	p := r.server.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range p.flights {
		n += f.waiters
	}
	return n
}

// TestOneFlight: 100 equal probes at once are one check, and one question each to DNS.
func TestOneFlight(t *testing.T) {
	r := start(t, lookups, Options{})
	release := r.hold("good.example.com")
	var all sync.WaitGroup
	var ok atomic.Int32
	for i := range 100 {
		all.Go(func() {
			target := "good.example.com"
			if i%2 == 0 {
				target = "GOOD.example.com:22" // another spelling
			}
			if _, text := r.get("/probe?target=" + target); strings.Contains(text, "\nprobe_success 1\n") {
				ok.Add(1)
			}
		})
	}
	eventually(t, "all wait", func() bool { return r.waiters() == 100 })
	release()
	all.Wait()
	if n := r.dns.Asked("good.example.com", 1); n != 1 || ok.Load() != 100 {
		t.Errorf("asked %d times, %d answers", n, ok.Load())
	}
	r.metrics().want(t, map[string]float64{
		`rdnsproxy_exporter_probes_total{module="dns_only",result="success"}`: 100,
		`rdnsproxy_exporter_probes_shared_total{module="dns_only"}`:           99,
		`rdnsproxy_exporter_cache_misses_total{module="dns_only"}`:            100,
		`rdnsproxy_exporter_probe_duration_seconds_count{module="dns_only"}`:  1,
		`rdnsproxy_exporter_probes_in_flight`:                                 0, `rdnsproxy_exporter_cache_entries`: 1,
	})
	r.probe("good.example.com", "").want(t, map[string]float64{"rdnsproxy_probe_cached": 1, "probe_success": 1})
	r.metrics().want(t, map[string]float64{`rdnsproxy_exporter_cache_hits_total{module="dns_only"}`: 1})
}

// TestFirstClientCancels: a check goes on for those who wait for it, and for the next one,
// when the client that began it goes away.
func TestFirstClientCancels(t *testing.T) {
	r := start(t, lookups, Options{})
	release, releaseBad := r.hold("good.example.com"), r.hold("bad.example.com")
	ctx, cancel := context.WithCancel(t.Context())
	var first, second sync.WaitGroup
	first.Go(func() { r.ask(ctx, "GET", "/probe?target=good.example.com", nil) })
	eventually(t, "the first asks", func() bool { return r.dns.Asked("good.example.com", 1) == 1 })
	second.Go(func() {
		r.probe("good.example.com", "").want(t, map[string]float64{"probe_success": 1, "rdnsproxy_probe_cut_short": 0})
	})
	eventually(t, "the second waits", func() bool { return r.waiters() == 2 })
	cancel()
	first.Wait()
	eventually(t, "the first is gone", func() bool { return r.waiters() == 1 })
	ctx, cancel = context.WithCancel(t.Context())
	first.Go(func() { r.ask(ctx, "GET", "/probe?target=bad.example.com", nil) })
	eventually(t, "a third asks", func() bool { return r.dns.Asked("bad.example.com", 1) == 1 })
	cancel()
	first.Wait()
	eventually(t, "nobody waits for its check", func() bool { return r.waiters() == 1 })
	second.Go(func() { r.probe("bad.example.com", "").want(t, map[string]float64{"rdnsproxy_check_severity": 3}) })
	eventually(t, "a fourth waits", func() bool { return r.waiters() == 2 })
	release()
	releaseBad()
	second.Wait()
	if n := r.dns.Asked("bad.example.com", 1); n != 1 {
		t.Errorf("asked %d times for who came after everybody had gone", n)
	}
	if n := r.dns.Asked("good.example.com", 1); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

// TestScrapeTimeout: before Prometheus gives up, the probe answers with what it knows. What
// is missing is undetermined, never a success.
func TestScrapeTimeout(t *testing.T) {
	r := start(t, lookups, Options{TimeoutOffset: 100 * time.Millisecond})
	release := r.hold("1.2.0.192.in-addr.arpa")
	status, text := r.ask(t.Context(), "GET", "/probe?target=good.example.com", http.Header{"X-Prometheus-Scrape-Timeout-Seconds": {"0.4"}})
	if status != http.StatusOK {
		t.Fatal(text)
	}
	parse(text).want(t, map[string]float64{
		"probe_success": 0, "rdnsproxy_check_severity": 2, "rdnsproxy_probe_cut_short": 1,
		`rdnsproxy_check_verdict{address="192.0.2.1",verdict="undetermined"}`: 1,
	})
	release()
	eventually(t, "the check has ended", func() bool { return r.metrics()["rdnsproxy_exporter_cache_entries"] == 1 })
	r.probe("good.example.com", "").want(t, map[string]float64{"probe_success": 1, "rdnsproxy_probe_cached": 1, "rdnsproxy_probe_cut_short": 0})
	if n := r.dns.Asked("1.2.0.192.in-addr.arpa", 12); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

func TestPatience(t *testing.T) {
	s := &Server{o: Options{TimeoutOffset: 500 * time.Millisecond}}
	for header, want := range map[string]time.Duration{
		"": 30 * time.Second, "10": 9500 * time.Millisecond, "0.6": 300 * time.Millisecond, "0.1": 50 * time.Millisecond, "30": 29500 * time.Millisecond,
		"60": 30 * time.Second, "x": 30 * time.Second, "-1": 30 * time.Second, "0": 30 * time.Second, "NaN": 30 * time.Second, "+Inf": 30 * time.Second, "1e300": 30 * time.Second,
	} {
		if got := s.patience(header, 30*time.Second); got != want {
			t.Errorf("%q: %v, want %v", header, got, want)
		}
	}
}

// TestQueue: so many checks run, so many wait, and more are refused. Who gives up while its
// check waits costs nothing.
func TestQueue(t *testing.T) {
	r := start(t, lookups, Options{Concurrency: 1, Queue: 1})
	release := r.hold("")
	var all sync.WaitGroup
	ctx, cancel := context.WithCancel(t.Context())
	gone, leave := context.WithCancel(t.Context())
	all.Go(func() { r.ask(gone, "GET", "/probe?target=good.example.com", nil) })
	eventually(t, "one runs", func() bool { return r.metrics()["rdnsproxy_exporter_probes_in_flight"] == 1 })
	leave()
	eventually(t, "nobody waits for it", func() bool { return r.server.inside.Load() == 0 })
	all.Go(func() { r.ask(ctx, "GET", "/probe?target=bad.example.com", nil) })
	eventually(t, "one waits", func() bool { return r.metrics()["rdnsproxy_exporter_probes_waiting"] == 1 })
	status, text := r.get("/probe?target=other.example.com")
	if status != http.StatusServiceUnavailable || !strings.HasPrefix(text, "too many probes") {
		t.Errorf("%d %s", status, text)
	}
	cancel()
	eventually(t, "nobody waits", func() bool { return r.server.inside.Load() == 0 })
	status, text = r.ask(t.Context(), "GET", "/probe?target=other.example.com", http.Header{"X-Prometheus-Scrape-Timeout-Seconds": {"0.2"}})
	if status != http.StatusServiceUnavailable || !strings.Contains(text, "did not begin") {
		t.Errorf("%d %s", status, text)
	}
	release()
	all.Wait()
	if a, b := r.dns.Asked("bad.example.com", 0), r.dns.Asked("other.example.com", 0); a+b != 0 {
		t.Errorf("asked %d and %d times about what nobody waited for", a, b)
	}
	eventually(t, "nothing runs", func() bool { return r.metrics()["rdnsproxy_exporter_probes_in_flight"] == 0 })
	r.metrics().want(t, map[string]float64{
		`rdnsproxy_exporter_probes_refused_total{reason="busy"}`: 1, `rdnsproxy_exporter_probes_refused_total{reason="late"}`: 1,
		"rdnsproxy_exporter_probes_waiting": 0,
	})
	r.probe("bad.example.com", "")
}

// TestClose: an exporter that ends does not wait for servers that are silent, nor for the
// time limits of its modules.
func TestClose(t *testing.T) {
	full, err := lab.StartFull("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	r := start(t, connecting(full.Addr(), "    connect_timeout: 5m\n    timeout: 5m\n"), Options{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.get(fmt.Sprintf("/probe?module=ssh&target=here.example.com:%d", full.Addr().Port()))
	}()
	eventually(t, "it looks the address up", func() bool { return r.dns.Asked("1.0.0.127.in-addr.arpa", 12) == 1 })
	r.server.Close()
	<-done
	if status, text := r.get("/probe?target=bad.example.com"); status != http.StatusServiceUnavailable {
		t.Errorf("%d %s", status, text)
	}
}

// TestAges: a result is kept for its TTL, within the module's ages, and only shortly if it
// could not be determined.
func TestAges(t *testing.T) {
	hand := newClock()
	r := start(t, "modules:\n  dns_only: {resolver: \"%s\", hosts_file: none, min_age: 20s, max_age: 90s, retry_age: 3s}\n", Options{Now: hand.Now})
	if err := r.dns.Add("short.example.com. 1 A 192.0.2.1", "long.example.com. 3600 A 192.0.2.1"); err != nil {
		t.Fatal(err)
	}
	r.dns.Fault("1.2.0.192.in-addr.arpa", lab.TTL(3600))
	r.dns.Fault("fails.example.com", lab.ServFail)
	for target, want := range map[string]time.Duration{
		"short.example.com": 20 * time.Second, "good.example.com": 60 * time.Second, "long.example.com": 90 * time.Second,
		"none.example.com":  30 * time.Second, // the SOA's minimum
		"fails.example.com": 3 * time.Second,
	} {
		cached := func() float64 { return r.probe(target, "")["rdnsproxy_probe_cached"] }
		if cached() != 0 || cached() != 1 {
			t.Errorf("%s: not kept at all", target)
		}
		hand.turn(want - 2*time.Second)
		if s := r.probe(target, ""); s["rdnsproxy_probe_cached"] != 1 || s["rdnsproxy_probe_age_seconds"] != (want-2*time.Second).Seconds() {
			t.Errorf("%s: kept for less than %v: %v", target, want, s)
		}
		if hand.turn(2 * time.Second); cached() != 0 {
			t.Errorf("%s: kept for more than %v", target, want)
		}
	}
	hand.turn(-time.Hour)
	if r.probe("short.example.com", "")["rdnsproxy_probe_cached"] != 0 {
		t.Error("kept from the future")
	}
}

// TestAgeWithoutTTL: what is not from DNS is kept for the least time, and what the time for
// a probe has cut short hardly.
func TestAgeWithoutTTL(t *testing.T) {
	m := &Module{MinAge: 7 * time.Second, MaxAge: time.Minute, RetryAge: time.Second}
	if age := m.age(result{Result: &check.Result{}}); age != m.MinAge {
		t.Error(age)
	}
	if age := m.age(result{Result: &check.Result{}, cut: true}); age != m.RetryAge {
		t.Error(age)
	}
}

// TestCacheBounds: what is kept has a number and a size.
func TestCacheBounds(t *testing.T) {
	c := newCache()
	r := start(t, lookups, Options{})
	found, _, err := r.server.pool.probe(t.Context(), (*r.server.modules.Load())[DefaultModule], Word{Host: "good.example.com", Port: 22}, true)
	if err != nil {
		t.Fatal(err)
	}
	a, now := &asker{}, time.Now()
	for i := range limits.Results + 100 {
		c.put(key{a, strconv.Itoa(i)}, found, now.Add(time.Minute))
	}
	if len(c.kept) != limits.Results || c.used.Len() != limits.Results {
		t.Errorf("%d results", len(c.kept))
	}
	if _, ok := c.get(key{a, "0"}, now); ok {
		t.Error("the oldest is still there")
	}
	big := *found.Result
	big.Host = strings.Repeat("x", limits.ResultBytes/8)
	found.Result = &big
	for i := range 10 {
		c.put(key{a, "big" + strconv.Itoa(i)}, found, now.Add(time.Minute))
	}
	if c.bytes > limits.ResultBytes || len(c.kept) > 4 {
		t.Errorf("%d bytes of %d results", c.bytes, len(c.kept))
	}
	if c.clear(); c.bytes != 0 || len(c.kept) != 0 {
		t.Error("not cleared")
	}
}
