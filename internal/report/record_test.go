package report

import (
	"context"
	"encoding/json"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/hostsfile"
	"rdnsproxy/internal/lab"
	"rdnsproxy/resolve"
	"rdnsproxy/safetext"

	"github.com/google/go-cmp/cmp"
)

// TestRecordings: the results that the formats replay are those of check today, word
// for word. With -update they are recorded anew, see recording.
func TestRecordings(t *testing.T) {
	for name, got := range record(t) {
		want, err := os.ReadFile(recordingPath(name))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), got); d != "" {
			t.Errorf("check says something else than %s; CONTRIBUTING.md has the command that records it anew:\n%s",
				recordingPath(name), d)
		}
	}
}

func recordingPath(name string) string { return "testdata/" + name + ".json" }

// record checks the targets of each recording, and gives the JSON of the results. The
// targets are looked up in a DNS server on loopback; what a probe would find behind
// their addresses is in the tables below.
func record(t *testing.T) map[string]string {
	t.Helper()
	server := recordedDNS(t)
	all := map[string]string{}
	for name, targets := range map[string][]recordedTarget{"results": lookedUp, "probed": probedTargets} {
		var results []*check.Result
		for _, target := range targets {
			results = append(results, target.check(t, server))
		}
		all[name] = write(t, "json", Options{}, results...)
	}
	return all
}

// recordOnce is for -update: whichever test reads a recording first has them made anew.
var recordOnce sync.Once

func recording(t *testing.T, name string) []*check.Result {
	t.Helper()
	if *update {
		recordOnce.Do(func() {
			for name, text := range record(t) {
				if err := os.WriteFile(recordingPath(name), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
	b, err := os.ReadFile(recordingPath(name))
	if err != nil {
		t.Fatal(err)
	}
	var rs []*check.Result
	if err := json.Unmarshal(b, &rs); err != nil {
		t.Fatal(err)
	}
	return rs
}

// recordedTarget is a target, and what is found behind its addresses.
type recordedTarget struct {
	input, host string // host: if empty, the input
	port        uint16 // if 0, 22
	reverseLost bool   // reverse lookups get no answer
	slow        bool   // the probe takes all the time that there is
	probes      map[string]check.Probe
}

func (rt recordedTarget) Probe(ctx context.Context, _ check.Target, a netip.AddrPort) check.Probe {
	p := rt.probes[a.Addr().String()]
	if rt.slow {
		<-ctx.Done()
	}
	return p
}

// check checks the target. What differs from run to run is replaced: how long lookups
// took, the server's address, and a TTL that has gone down meanwhile.
func (rt recordedTarget) check(t *testing.T, server *lab.DNSServer) *check.Result {
	t.Helper()
	file, err := hostsfile.Parse(strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	address := server.Addr().String()
	dns, err := resolve.ParseServer(address)
	if err != nil {
		t.Fatal(err)
	}
	config := &resolve.Config{Servers: []resolve.Server{dns}, Timeout: 10 * time.Second}
	if rt.reverseLost {
		config.Timeout, config.Attempts = 700*time.Millisecond, 1
	}
	checker := &check.Checker{
		Resolver: &resolve.Resolver{Config: config, Hosts: file},
		Policy:   check.Policy{HostsPath: "/etc/hosts", Thorough: true},
	}
	ask := check.Ask{Target: check.Target{Input: rt.input, Host: rt.host, Port: 22}}
	if rt.host == "" {
		ask.Target.Host = rt.input
	}
	if rt.port != 0 {
		ask.Target.Port = rt.port
	}
	if rt.probes != nil {
		ask.Prober = rt
	}
	ctx := t.Context()
	if rt.slow {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, 2*time.Second) // enough for the lookups
		defer cancel()
	}
	r := checker.Check(ctx, ask)

	r.Timings.Resolve, r.Timings.Reverse = 0.0021, 0.0017
	source := func(s *string) { *s = strings.ReplaceAll(*s, address, "192.0.2.53") }
	ttl := func(seconds *int) {
		switch {
		case *seconds > 30:
			*seconds = 60
		case *seconds > 0:
			*seconds = 30
		}
	}
	source(&r.Forward.Source)
	ttl(&r.Forward.TTL)
	for i := range r.Addresses {
		a := &r.Addresses[i]
		source(&a.Source)
		source(&a.Reverse.Source)
		ttl(&a.Reverse.TTL)
		for j := range a.PTR {
			source(&a.PTR[j].Source)
		}
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		source(&f.Text)
		for j := range f.Advice {
			source(&f.Advice[j].Text)
		}
	}
	return r
}

// recordedDNS is the DNS of the recorded targets.
func recordedDNS(t *testing.T) *lab.DNSServer {
	t.Helper()
	server, err := lab.StartDNS(
		lab.Zone("example.com",
			"web1 A 203.0.113.7", "web1 AAAA 2001:db8::7", "www CNAME web1", "my A 192.168.1.243", "forged A 203.0.113.8",
			"slow A 203.0.113.9", "gone A 203.0.113.10", "hostile A 203.0.113.11", "partial A 203.0.113.12",
			"two A 203.0.113.13", "two AAAA 2001:db8::13", "xn--mnchen-3ya A 203.0.113.14",
			"new A 203.0.113.20", "changed A 203.0.113.21", "revoked A 203.0.113.22", "closed A 203.0.113.23",
			"half A 203.0.113.24", "half A 203.0.113.25", "silent A 203.0.113.26", "http A 203.0.113.27",
			"down A 203.0.113.28", "rude A 203.0.113.29", "keyless A 203.0.113.30", "filtered A 203.0.113.31",
			"crowded A 203.0.113.34", "penalised A 203.0.113.41", "again A 203.0.113.42", "sluggish A 203.0.113.43",
			"old A 203.0.113.44", "frozen A 203.0.113.45"),
		lab.Zone("example.net", "mail A 198.51.100.25"),
		lab.Zone("bar.net"),
		lab.Zone("168.192.in-addr.arpa", "243.1 PTR 192-168-1-243.foo.bar.net."),
		lab.Zone("8.b.d.0.1.0.0.2.ip6.arpa", "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 PTR web1.example.com."),
		lab.Zone("113.0.203.in-addr.arpa",
			"7 PTR web1.example.com.", "8 PTR mail.example.net.", `11 PTR \027\0912j.example.net.`,
			`11 PTR root\064host\039s\032password\058\032.example.net.`, "12 PTR partial.example.com.", "12 PTR old.example.net.",
			"13 PTR 10.1.", "14 PTR xn--mnchen-3ya.example.com.",
			"20 PTR new.example.com.", "21 PTR changed.example.com.", "22 PTR revoked.example.com.", "23 PTR closed.example.com.",
			"24 PTR half.example.com.", "25 PTR half.example.com.", "26 PTR silent.example.com.", "27 PTR http.example.com.",
			"29 PTR rude.example.com.", "30 PTR keyless.example.com.", "31 PTR filtered.example.com.",
			"34 PTR crowded.example.com.", "41 PTR penalised.example.com.", "42 PTR again.example.com.",
			"43 PTR sluggish.example.com.", "44 PTR old.example.com.", "45 PTR frozen.example.com."),
	)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	server.Fault("9.113.0.203.in-addr.arpa", lab.ServFail)
	server.Fault("28.113.0.203.in-addr.arpa", lab.Drop)
	return server
}

// lookedUp are the targets of results.json: every verdict, and names that only a
// stranger would choose.
var lookedUp = []recordedTarget{
	{input: "web1.example.com"}, {input: "my.example.com"}, {input: "www.example.com"}, {input: "forged.example.com"},
	{input: "slow.example.com"}, {input: "nosuch.example.com"}, {input: "gone.example.com"}, {input: "hostile.example.com"},
	{input: "partial.example.com"}, {input: "203.0.113.12"}, {input: "two.example.com"}, {input: "xn--mnchen-3ya.example.com"},
}

const (
	openSSH    = "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u7"
	goodPrint  = "SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDZoYaX2wTqK1YIA7M"
	newPrint   = "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU"
	rsaPrint   = "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8"
	ecdsaPrint = "SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM"
	knownHosts = "/home/chris/.ssh/known_hosts"
)

// serving is a probe that came as far as keys.
func serving(connect, identify, keys time.Duration, shown ...check.Key) check.Probe {
	return check.Probe{
		Connect: check.ConnectOK, Identity: check.IdentitySSH, Version: safetext.Of(openSSH), Keys: shown,
		Connecting: connect, Identifying: identify, KeyFetching: keys,
	}
}

func hostKey(kind, print string, s check.KeyStatus, evidence string) check.Key {
	return check.Key{HostKey: check.HostKey{Type: kind, Fingerprint: print, Status: s, Evidence: evidence}}
}

// answered is a probe that connected, and what came then.
func answered(i check.Identity, first, trouble string, took time.Duration) check.Probe {
	return check.Probe{
		Connect: check.ConnectOK, Identity: i, Version: safetext.Of(first), Error: trouble,
		Connecting: 12900 * time.Microsecond, Identifying: took,
	}
}

// unconnected is a probe without a connection.
func unconnected(s check.ConnectStatus, why string, took time.Duration) check.Probe {
	return check.Probe{Connect: s, Error: why, Connecting: took}
}

func at(address string, p check.Probe) map[string]check.Probe {
	return map[string]check.Probe{address: p}
}

const us = time.Microsecond

// probedTargets are the targets of probed.json: every way in which a connection and a
// host key can come out.
var probedTargets = []recordedTarget{
	{input: "chris@web1.example.com", host: "web1.example.com", probes: map[string]check.Probe{
		"203.0.113.7": serving(12100*us, 20300*us, 118400*us,
			check.Key{HostKey: check.HostKey{Type: "ssh-ed25519", Fingerprint: goodPrint,
				Status: check.KeyKnown, Evidence: knownHosts + ":12",
				Line: "web1.example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2nOqbE3wqv0oH0mYF6H1r2lV1h8yM1p0aXoYw8b6Qf"}},
			check.Key{HostKey: check.HostKey{Type: "ssh-ed25519", Fingerprint: goodPrint,
				Status: check.KeyCertified, Evidence: knownHosts + ":3", Certificate: true}},
			hostKey("ssh-rsa", rsaPrint, check.KeyVerified, "sshfp:dns:192.0.2.53"),
			hostKey("ecdsa-sha2-nistp256", ecdsaPrint, check.KeyExpected, "--expect-hostkey")),
		"2001:db8::7": unconnected(check.ConnectSkipped, "no local address of its family to connect from", 0),
	}},
	{input: "new.example.com:2222", host: "new.example.com", port: 2222, probes: at("203.0.113.20",
		serving(31400*us, 19800*us, 87100*us, hostKey("ssh-ed25519", newPrint, check.KeyUnknown, "")))},
	{input: "changed.example.com", probes: at("203.0.113.21",
		serving(11800*us, 17500*us, 72200*us, check.Key{
			HostKey: check.HostKey{Type: "ssh-ed25519", Fingerprint: newPrint, Status: check.KeyChanged, Evidence: knownHosts + ":14", Chosen: true},
			Known:   "ssh-ed25519 SHA256:rkhDqPbC9HEmFHVPrTUFkc9WaULVqkKp8lNlrk4gCn0"}))},
	{input: "revoked.example.com", probes: at("203.0.113.22",
		serving(12300*us, 16600*us, 91200*us, hostKey("ssh-rsa", rsaPrint, check.KeyRevoked, knownHosts+":2")))},
	{input: "closed.example.com", probes: at("203.0.113.23", unconnected(check.ConnectRefused, "connection refused", 900*us))},
	{input: "half.example.com", probes: map[string]check.Probe{
		"203.0.113.24": unconnected(check.ConnectTimeout, "no answer in time", 5000200*us),
		"203.0.113.25": serving(12700*us, 18800*us, 80400*us, hostKey("ssh-ed25519", goodPrint, check.KeyKnown, knownHosts+":16")),
	}},
	{input: "silent.example.com", probes: at("203.0.113.26", answered(check.IdentitySilent, "", "it sent nothing in time", 5000300*us))},
	{input: "http.example.com", probes: at("203.0.113.27",
		answered(check.IdentityOther, "HTTP/1.1 400 Bad Request", "it does not speak SSH", 3400*us))},
	{input: "rude.example.com", probes: at("203.0.113.29",
		answered(check.IdentityOther, "\x1b]0;x\x07<b>|`$(id)`::error::##[error]%0A# TODO www.example.net", "it does not speak SSH", 3400*us))},
	{input: "keyless.example.com", probes: at("203.0.113.30", check.Probe{
		Connect: check.ConnectOK, Identity: check.IdentitySSH, Version: safetext.Of(openSSH),
		Keyless:    "the server offers only key exchanges that this program does not support: sntrup761x25519-sha512@openssh.com",
		Connecting: 11100 * us, Identifying: 17700 * us, KeyFetching: 33300 * us})},
	{input: "filtered.example.com", probes: at("203.0.113.31", unconnected(check.ConnectFailed, "permission denied", 100*us))},
	{input: "crowded.example.com", probes: at("203.0.113.34",
		unconnected(check.ConnectExhausted, "this machine cannot open another connection: too many open files", 100*us))},
	{input: "penalised.example.com", probes: at("203.0.113.41", answered(check.IdentityAway, "Not allowed at this time",
		"sshd is refusing this machine's address for a while (PerSourcePenalties)", 3400*us))},
	{input: "again.example.com", probes: at("203.0.113.42", unconnected(check.ConnectHeldBack,
		"not connected: this machine has made too many connections without a login lately, and one more "+
			"could make sshd lock it out (PerSourcePenalties); the next is possible in 4 s", 0))},
	{input: "sluggish.example.com", slow: true, probes: at("203.0.113.43",
		check.Probe{Connect: check.ConnectCutShort, Cut: check.PhaseConnect, Error: "given up", Connecting: 4200 * time.Millisecond})},
	{input: "old.example.com", probes: at("203.0.113.44", check.Probe{
		Connect: check.ConnectOK, Identity: check.IdentitySSH, Version: safetext.Of("SSH-2.0-OpenSSH_5.3"), Client: "ssh -G",
		Differ: "no matching host key type found. Their offer: ssh-rsa", Connecting: 12100 * us})},
	{input: "frozen.example.com", probes: at("203.0.113.45", check.Probe{
		Connect: check.ConnectOK, Identity: check.IdentitySSH, Version: safetext.Of("SSH-2.0-OpenSSH_9.2p1"), Client: "OpenSSH 10.3 (assumed)",
		Broken: "the server did not begin the key exchange in time", Connecting: 12100 * us})},
	{input: "down.example.com", reverseLost: true, probes: at("203.0.113.28",
		unconnected(check.ConnectUnreachable, "no route to host", 3051700*us))},
	{input: "chris@odd|`<b>#\x1b.example.com", host: "odd|`<b>#\x1b.example.com", probes: map[string]check.Probe{}},
}
