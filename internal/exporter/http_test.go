package exporter

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"rdnsproxy/internal/dialect/readertest"
	"rdnsproxy/limits"
)

// TestRefusals: what cannot be probed is one line of plain text, and counted by its reason.
func TestRefusals(t *testing.T) {
	r := start(t, lookups, Options{})
	for _, row := range []struct {
		query, text string
		status      int
	}{
		{"", "target is missing: /probe?target=HOST", 400},
		{"target=", "target is missing: /probe?target=HOST", 400},
		{"target=a&target=b", "target is given more than once", 400},
		{"target=a&module=ssh", `unknown module "ssh"; the modules are in the file of --config.file`, 400},
		{"target=a&module=dns_onyl", `unknown module "dns_onyl", did you mean "dns_only"?`, 400},
		{"target=a&module=", `unknown module ""; the modules are in the file of --config.file`, 400},
		{"target=a&module=a&module=b", "module is given more than once", 400},
		{"target=a%0ab", `host "a\010b" contains "\010", which is not allowed in a host name` + form, 400},
		{"target=user@host", `not a target: "user@host"` + form, 400},
		{"target=-oProxyCommand=id", `host "-oProxyCommand=id" starts with a hyphen` + form, 400},
		{"target=http://169.254.169.254/latest", "", 400},
		{"target=fe80::1%25eth0", "", 400},
		{"target=" + strings.Repeat("a", 10_000), "the target is too long" + form, 400},
		{"target=%ff", "", 400},
		{"target=%3Cscript%3E", "", 400},
		{"target=a%00", "", 400},
	} {
		resp, err := http.Get(r.url + "/probe?" + row.query)
		if err != nil {
			t.Fatal(err)
		}
		status, text := r.get("/probe?" + row.query)
		resp.Body.Close()
		if status != row.status || row.text != "" && text != row.text+"\n" || strings.Count(text, "\n") != 1 || (strings.ContainsAny(text, "\x00\x1b") || !utf8.ValidString(text)) {
			t.Errorf("%.60s: %d %q", row.query, status, text)
		}
		if h := resp.Header; h.Get("Content-Type") != "text/plain; charset=utf-8" || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%.60s: %v", row.query, h)
		}
	}
	if r.dns.Questions() != 0 {
		t.Errorf("%d questions", r.dns.Questions())
	}
	r.metrics().want(t, map[string]float64{
		`rdnsproxy_exporter_probes_refused_total{reason="target"}`: 2 * 12, `rdnsproxy_exporter_probes_refused_total{reason="module"}`: 2 * 4,
	})
	for method, path := range map[string]string{"POST": "/probe?target=a", "GET": "/-/reload", "DELETE": "/metrics"} {
		if status, _ := r.ask(t.Context(), method, path, nil); status != http.StatusMethodNotAllowed {
			t.Errorf("%s %s: %d", method, path, status)
		}
	}
	if status, _ := r.get("/nosuch"); status != http.StatusNotFound {
		t.Errorf("%d", status)
	}
}

// TestPages: the pages for people and for those who look after the process.
func TestPages(t *testing.T) {
	r := start(t, lookups, Options{Version: "1.2.3"})
	if status, text := r.get("/"); status != http.StatusOK || !strings.Contains(text, `action="/probe"`) || !strings.Contains(text, "1.2.3") {
		t.Errorf("%d %s", status, text)
	}
	if status, text := r.get("/-/healthy"); status != http.StatusOK || text != "healthy\n" {
		t.Errorf("%d %s", status, text)
	}
	_, text := r.get("/probe?target=bad.example.com&debug=true")
	for _, want := range []string{"# target bad.example.com:22, module dns_only, fail_on unknown, ", "other.example.com resolves", "\nprobe_success 0\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in:\n%s", want, text)
		}
	}
	if err := r.dns.Add(`3.2.0.192.in-addr.arpa. 60 PTR \027[2J\027]0\059owned\007.<script>.example.com.`); err != nil {
		t.Fatal(err)
	}
	if _, text := r.get("/probe?target=other.example.com&debug=true"); strings.ContainsAny(text, "\x1b\x07") || !strings.Contains(text, "owned") {
		t.Errorf("%q", text)
	}
	r.get("/probe?target=bad.example.com&debug=true")
	if n := r.dns.Asked("bad.example.com", 0); n < 2 {
		t.Errorf("asked %d times: debug is about now", n)
	}
}

// TestPromtool: Prometheus's own parser and linter find no fault with either endpoint.
func TestPromtool(t *testing.T) {
	s, _ := sshServer(t)
	r := start(t, connecting(s.Addr(), ""), Options{})
	r.write(connecting(s.Addr(), "") + strings.TrimPrefix(lookups, "modules:\n"))
	if err := r.server.Reload(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{
		"/metrics", probePath(fmt.Sprintf("here.example.com:%d", s.Addr().Port()), "ssh"), "/probe?target=bad.example.com",
		"/probe?target=none.example.com", "/metrics",
	} {
		status, text := r.get(path)
		if status != http.StatusOK {
			t.Fatalf("%s: %d %s", path, status, text)
		}
		if said, ok := readertest.Read(t, text, "promtool", "check", "metrics"); !ok || said != "" {
			t.Errorf("%s: %s", path, said)
		}
	}
}

// TestManyAddresses: the operator of a zone cannot make many series.
func TestManyAddresses(t *testing.T) {
	r := start(t, lookups, Options{})
	for i := range 200 {
		if err := r.dns.Add(fmt.Sprintf("many.example.com. 60 A 192.0.2.%d", 10+i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.dns.Add("1.example.com. 60 A 192.0.2.1"); err != nil {
		t.Fatal(err)
	}
	got := r.probe("many.example.com", "")
	if len(got) > 12*limits.ProbeAddresses+20 || got["rdnsproxy_probe_addresses"] != limits.Addresses {
		t.Errorf("%d series, %v addresses", len(got), got["rdnsproxy_probe_addresses"])
	}
}

// TestReload: the modules are read again; a file that is refused leaves those in use, and
// says so; a module that is gone leaves no series.
func TestReload(t *testing.T) {
	r := start(t, lookups+"  other: {resolver: \"%s\", require_name: true}\n", Options{})
	r.probe("good.example.com", "other")
	reload := func(want int) string {
		t.Helper()
		status, text := r.ask(t.Context(), "POST", "/-/reload", nil)
		if status != want {
			t.Fatalf("%d %s", status, text)
		}
		return text
	}
	r.write("modules:\n  dns_only: {hostkey: x}\n")
	if text := reload(http.StatusInternalServerError); text != r.file+":2: unknown key \"hostkey\", did you mean \"hostkeys\"?\n" {
		t.Error(text)
	}
	r.probe("good.example.com", "other").want(t, map[string]float64{"rdnsproxy_probe_cached": 1})
	before := r.metrics()
	before.want(t, map[string]float64{"rdnsproxy_exporter_config_last_reload_successful": 0, `rdnsproxy_exporter_probes_total{module="other",result="success"}`: 2})
	r.write(lookups)
	reload(http.StatusOK)
	after := r.metrics()
	after.want(t, map[string]float64{"rdnsproxy_exporter_config_last_reload_successful": 1, "rdnsproxy_exporter_cache_entries": 0})
	const stamp = "rdnsproxy_exporter_config_last_reload_success_timestamp_seconds"
	if after[stamp] <= before[stamp] {
		t.Errorf("%v, then %v", before[stamp], after[stamp])
	}
	for name := range after {
		if strings.Contains(name, `module="other"`) {
			t.Errorf("%s is still there", name)
		}
	}
	if status, _ := r.get("/probe?target=good.example.com&module=other"); status != http.StatusBadRequest {
		t.Error(status)
	}
}

// TestReloadUnderLoad: while the file is read again and again, every probe is answered, by
// the old modules or by the new ones.
func TestReloadUnderLoad(t *testing.T) {
	r := start(t, lookups, Options{})
	var all sync.WaitGroup
	var stop atomic.Bool
	for i := range 8 {
		all.Go(func() {
			for n := 0; !stop.Load(); n++ {
				target := []string{"good.example.com", "bad.example.com", fmt.Sprintf("n%d-%d.example.com", i, n)}[n%3]
				got := r.probe(target, "")
				if want := map[string]float64{"good.example.com": 0, "bad.example.com": 3}[target]; n%3 < 2 && got["rdnsproxy_check_severity"] != want {
					t.Errorf("%s: %v", target, got["rdnsproxy_check_severity"])
				}
			}
		})
	}
	for i := range 30 {
		if i%3 == 2 {
			r.write("broken")
		} else {
			r.write(lookups)
		}
		r.ask(t.Context(), "POST", "/-/reload", nil)
	}
	stop.Store(true)
	all.Wait()
}

// TestFilesChange: a hosts file that changes is read again without a reload.
func TestFilesChange(t *testing.T) {
	hand := newClock()
	r := start(t, lookups, Options{Now: hand.Now})
	hosts := r.file + ".hosts"
	r.writeFile(hosts, "192.0.2.1 pinned.example.com\n")
	r.write("modules:\n  dns_only: {resolver: \"%s\", hosts_file: modules.yml.hosts, max_age: 10s}\n")
	if err := r.server.Reload(); err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"192.0.2.1", "192.0.2.22"} {
		r.writeFile(hosts, address+" pinned.example.com\n")
		hand.turn(30 * time.Second)
		if got := r.probe("pinned.example.com", ""); got[`rdnsproxy_check_verdict{address="`+address+`",verdict="exact"}`] != 1 {
			t.Errorf("%v", got)
		}
	}
}

// TestConnections: who opens connections without end does not get more than there are for
// all, and others are served again once it is gone.
func TestConnections(t *testing.T) {
	r := start(t, lookups, Options{})
	r.server.connections.Add(int64(limits.Scrapes()))
	c, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if n, err := c.Read(make([]byte, 1)); err == nil {
		t.Errorf("%d bytes", n)
	}
	r.server.connections.Add(-int64(limits.Scrapes()))
	eventually(t, "it is closed", func() bool { return r.server.connections.Load() == 0 })
	r.probe("good.example.com", "")
}

// TestStreams: a connection of HTTP/2 does not get more requests than all connections of
// HTTP/1 would, and others are served again once its are answered.
func TestStreams(t *testing.T) {
	r := start(t, lookups, Options{})
	web := httptest.NewUnstartedServer(r.server)
	web.EnableHTTP2 = true
	web.StartTLS()
	defer web.Close()
	get := func() error {
		resp, err := web.Client().Get(web.URL + "/-/healthy")
		if err == nil {
			resp.Body.Close()
			if resp.ProtoMajor != 2 {
				t.Errorf("%s", resp.Proto)
			}
		}
		return err
	}
	if err := get(); err != nil {
		t.Fatal(err)
	}
	r.server.requests.Add(int64(limits.Scrapes()))
	if err := get(); err == nil {
		t.Error("one more request is answered")
	}
	r.server.requests.Add(-int64(limits.Scrapes()))
	if err := get(); err != nil {
		t.Error(err)
	}
	eventually(t, "none is counted", func() bool { return r.server.requests.Load() == 0 })
}
