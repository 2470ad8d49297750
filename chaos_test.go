//go:build linux && soak

package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/cli"
	"rdnsproxy/internal/lab"

	"github.com/miekg/dns"
)

// chaosPatience is a timeout that nothing comes near unless it hangs: what looks names up is
// told to take half a second.
const chaosPatience = time.Minute

// misbehaviour is something that a DNS server does wrong.
type misbehaviour struct {
	name   string
	faults []lab.DNSFault

	// Whoever asks properly gets the right answer in the end.
	harmless bool
}

func misbehaviours() []misbehaviour {
	overTCP := func(f lab.DNSFault) lab.DNSFault {
		return func(x *lab.DNSExchange) {
			if x.TCP {
				f(x)
			}
		}
	}
	one := func(name string, faults ...lab.DNSFault) misbehaviour { return misbehaviour{name, faults, false} }
	harmless := func(name string, faults ...lab.DNSFault) misbehaviour { return misbehaviour{name, faults, true} }
	return []misbehaviour{
		harmless("none", func(*lab.DNSExchange) {}),
		one("silent", lab.Drop),
		one("silent over UDP", lab.DropUDP),
		one("late", lab.Delay(50*time.Millisecond)),
		one("too late", lab.Delay(3*time.Second)),
		one("REFUSED", lab.Refused),
		one("SERVFAIL", lab.ServFail),
		one("SERVFAIL, explained", lab.ServFail, lab.Extended(22, "No Reachable Authority \x1b[31m")),
		one("FORMERR", lab.Rcode(dns.RcodeFormatError)),
		one("NOTIMP", lab.Rcode(dns.RcodeNotImplemented)),
		one("NOTAUTH", lab.Rcode(dns.RcodeNotAuth)),
		one("YXDOMAIN", lab.Rcode(dns.RcodeYXDomain)),
		one("unknown rcode", lab.Rcode(14)),
		harmless("truncated", lab.Truncate),
		harmless("truncated, with other records", lab.TruncatedPart),
		one("truncated, TCP hangs up", lab.Truncate, lab.HangUp),
		one("truncated with other records, TCP hangs up", lab.TruncatedPart, lab.HangUp),
		one("truncated, TCP is too late", lab.Truncate, overTCP(lab.Delay(3*time.Second))),
		one("truncated, TCP is garbage", lab.Truncate, overTCP(lab.GarbageFirst), overTCP(lab.Drop)),
		one("truncated, TCP has a wrong ID", lab.Truncate, overTCP(lab.WrongID)),
		one("wrong ID", lab.WrongID),
		one("wrong question", lab.WrongQuestion),
		one("no question", lab.NoQuestion),
		one("a question, not a reply", lab.NotReply),
		one("records of another owner", lab.OtherOwner),
		one("records of another type", lab.OtherType),
		one("records of another class", lab.OtherClass),
		one("lame", lab.Lame),
		one("garbage", lab.GarbageFirst, lab.Drop),
		harmless("garbage first", lab.GarbageFirst),
		one("forged, with a wrong ID", lab.ForgedFirst, lab.Drop),
		harmless("forged first, with a wrong ID", lab.ForgedFirst),
		harmless("twice", lab.Twice),
		harmless("TTL 0", lab.TTL(0)),
		harmless("TTL above 2^31", lab.TTL(1<<31+60)),
		harmless("capital letters", lab.OtherCase),
		one("CNAME loop", lab.CNAMELoop),
		one("CNAME chain without end", lab.LongChain),
		harmless("FORMERR for EDNS", lab.NoEDNS),
		one("silent for EDNS", lab.DropEDNS),
	}
}

// chaosHost is a host of each verdict. The relay connects to addresses of this machine.
type chaosHost struct {
	name, address string
	verdict       check.Verdict
}

func (h chaosHost) fqdn() string { return h.name + ".example.com" }

// local reports whether the relay can connect to the host.
func (h chaosHost) local() bool { return strings.HasPrefix(h.address, "127.") }

var chaosHosts = []chaosHost{
	{"exact", "127.5.0.10", check.Exact},
	{"confirmed", "127.5.0.11", check.Confirmed},
	{"exempt", "127.5.0.12", check.Exempt},
	{"missing", "198.51.100.13", check.Missing},
	{"malformed", "127.5.0.15", check.Malformed},
	{"unresolvable", "127.5.0.16", check.Unresolvable},
	{"numeric", "127.5.0.17", check.Numeric},
	{"mismatch", "127.5.0.18", check.Mismatch},
	{"nowhere", "", check.NoAddress},
}

// chaosKey is the host key of the first host, of which DNS has the fingerprint.
const chaosKey = "AAAAC3NzaC1lZDI1NTE5AAAAIPEX4n4W9x3nSjTkQIjD4iG7l1iVg3uXJ6kPZdXlFpWZ"

func chaosZones() []lab.DNSZone {
	var names []string
	for i, h := range chaosHosts {
		if h.address != "" {
			names = append(names, h.name+" A "+h.address)
		}
		blob, _ := base64.StdEncoding.DecodeString(chaosKey)
		names = append(names, fmt.Sprintf("%s SSHFP 4 2 %x", h.name, sha256.Sum256(blob[min(i, 1):])))
	}
	return []lab.DNSZone{
		lab.Zone("example.com", append(names, "other A 127.5.0.11", "mail A 198.51.100.25")...),
		lab.Zone("127.in-addr.arpa", "10.0.5 PTR exact.example.com.", "11.0.5 PTR other.example.com.",
			`15.0.5 PTR root\064host's\032password:.example.com.`, "16.0.5 PTR gone.example.com.",
			"17.0.5 PTR 10.1.", "18.0.5 PTR mail.example.com."),
		lab.Zone("100.51.198.in-addr.arpa"),
		lab.Zone("1", "10 A 127.5.0.99"),
	}
}

// chaosPlaces are the questions that a server misbehaves about.
var chaosPlaces = []struct {
	name string
	hit  func(q dns.Question) bool
}{
	{"all", func(dns.Question) bool { return true }},
	{"reverse", func(q dns.Question) bool { return q.Qtype == dns.TypePTR }},
	{"names back", func(q dns.Question) bool {
		name := strings.ToLower(q.Name)
		return name == "other.example.com." || name == "mail.example.com." || name == "gone.example.com."
	}},
}

// TestChaos is what DNS servers do wrong × each verdict × what the program is used for.
// Nothing hangs; a verdict is the right one or undetermined, and a finding is one that is
// found in peace or says that something is not known; no hosts line comes of what is not
// known, nor a line of known_hosts; and under warn ssh's bytes flow, if the host has an
// address.
func TestChaos(t *testing.T) {
	t.Parallel()
	echo, err := lab.StartTCP("0.0.0.0:0", lab.Echo)
	if err != nil {
		t.Fatal(err)
	}
	defer echo.Close()
	c := &chaos{t: t, dir: t.TempDir(), port: fmt.Sprint(echo.Addr().Port()), peace: map[string]chaosReport{}, running: make(chan struct{}, 32*runtime.NumCPU())}
	quiet, err := lab.StartDNS(chaosZones()...)
	if err != nil {
		t.Fatal(err)
	}
	defer quiet.Close()
	for _, h := range chaosHosts {
		run := c.newRun(h, quiet, "peace", misbehaviour{harmless: true}, "")
		for _, client := range []bool{false, true} {
			if client && h.address == "" {
				continue
			}
			r := run.check(client)
			if r.Verdict != h.verdict && !(client && h.verdict != check.NoAddress) {
				t.Fatalf("%s is %s without any fault", h.name, r.Verdict)
			}
			c.peace[fmt.Sprint(h.name, client)] = r
		}
	}
	var servers sync.WaitGroup
	places := chaosPlaces
	if testing.Short() {
		places = places[:1]
	}
	for _, m := range misbehaviours() {
		for _, p := range places {
			servers.Go(func() { c.about(m, p.name, p.hit) })
		}
	}
	servers.Wait()
	t.Logf("%d runs of the program", c.runs)
}

// chaos is the whole matrix.
type chaos struct {
	t       *testing.T
	dir     string
	port    string // of the echo server, on all addresses
	peace   map[string]chaosReport
	running chan struct{} // has room for the runs at once

	mu   sync.Mutex
	runs int
}

// about runs the cases with a server that misbehaves about these questions.
func (c *chaos) about(m misbehaviour, place string, hit func(dns.Question) bool) {
	server, err := lab.StartDNS(chaosZones()...)
	if err != nil {
		c.t.Error(err)
		return
	}
	defer server.Close()
	misbehave := func(x *lab.DNSExchange) {
		lab.Authentic(x)
		if len(x.Query.Question) == 1 && hit(x.Query.Question[0]) {
			for _, f := range m.faults {
				if x.Reply != nil {
					f(x)
				}
			}
		}
	}
	var cases sync.WaitGroup
	server.Fault("", misbehave)
	each := func(do func(*chaosRun)) {
		for _, h := range chaosHosts {
			run := c.newRun(h, server, m.name+" about "+place, m, place)
			cases.Go(func() {
				c.running <- struct{}{}
				defer func() { <-c.running }()
				do(run)
			})
		}
	}
	each((*chaosRun).judge)
	each((*chaosRun).judgeClient)
	each((*chaosRun).pin)
	if place == "all" {
		each((*chaosRun).vouch)
	}
	each(func(r *chaosRun) { r.relay("warn") })
	each(func(r *chaosRun) { r.relay("strict") })
	cases.Wait()
	// What a server said while it misbehaved must not be kept as a fact.
	server.Fault("")
	each(func(r *chaosRun) { r.after = true; r.relay("warn") })
	cases.Wait()
}

// chaosRun is one case.
type chaosRun struct {
	c      *chaos
	h      chaosHost
	server *lab.DNSServer
	what   string
	m      misbehaviour
	place  string
	after  bool // the server behaves again
	dir    string
}

func (c *chaos) newRun(h chaosHost, server *lab.DNSServer, what string, m misbehaviour, place string) *chaosRun {
	r := &chaosRun{c: c, h: h, server: server, what: what, m: m, place: place}
	r.dir = filepath.Join(c.dir, fmt.Sprintf("%s-%d", h.name, server.Addr().Port()))
	if err := errors.Join(os.MkdirAll(r.dir, 0o700), os.WriteFile(r.dir+"/hosts", nil, 0o600)); err != nil {
		c.t.Error(err)
	}
	return r
}

func (r *chaosRun) errorf(format string, args ...any) {
	r.c.t.Errorf("%s, %s (after: %v): %s", r.what, r.h.name, r.after, fmt.Sprintf(format, args...))
}

// program runs the program in this process.
func (r *chaosRun) program(stdin string, args ...string) (status int, stdout, stderr string) {
	r.c.mu.Lock()
	r.c.runs++
	r.c.mu.Unlock()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var in, out, errs pipe
	for _, p := range []*pipe{&in, &out, &errs} {
		if err := p.open(); err != nil {
			r.errorf("%v", err)
			return 0, "", ""
		}
	}
	go func() {
		io.WriteString(in.w, stdin)
		in.w.Close()
	}()
	var read sync.WaitGroup
	read.Go(out.drain)
	read.Go(errs.drain)
	hung := time.AfterFunc(chaosPatience, func() {
		all := make([]byte, 1<<20)
		r.errorf("%q hangs\n%s", args, all[:runtime.Stack(all, true)])
		cancel()
	})
	status = cli.Run(ctx, cli.World{
		Env: []string{"HOME=" + r.dir, "XDG_CACHE_HOME=" + r.dir + "/cache", "KRB5_CONFIG=" + r.dir + "/krb5.conf",
			"RES_OPTIONS=trust-ad", "RDNSPROXY_SSH_CONFIG=none", "RDNSPROXY_SSHD_CONFIG=none", "PATH=" + os.Getenv("PATH")},
		In: in.r, Out: out.w, Err: errs.w,
	}, args)
	hung.Stop()
	in.r.Close()
	out.w.Close()
	errs.w.Close()
	read.Wait()
	return status, out.text.String(), errs.text.String()
}

// pipe has the program's end, and the test's.
type pipe struct {
	r, w *os.File
	text bytes.Buffer
}

func (p *pipe) open() (err error) {
	p.r, p.w, err = os.Pipe()
	return err
}

func (p *pipe) drain() {
	io.Copy(&p.text, p.r)
	p.r.Close()
}

// lookups are the flags about looking names up. What comes right in the end may take as long
// as a busy machine needs.
func (r *chaosRun) lookups(args ...string) []string {
	patience := "500ms"
	if r.m.harmless {
		patience = "30s"
	}
	return append(args, "--resolver", r.server.Addr().String(), "--hosts-file", r.dir+"/hosts", "--check-timeout", patience)
}

// chaosReport is what check says.
type chaosReport struct {
	check.Result
	status int
}

// check runs check about the host, or about a client with its address.
func (r *chaosRun) check(client bool) (report chaosReport) {
	args := append(r.lookups("check", "--format", "json"), "--dns-only", r.h.fqdn())
	if client {
		args = append(r.lookups("check", "--format", "json"), "--client", r.h.address)
	}
	status, out, errs := r.program("", args...)
	report.status = status
	var results []check.Result
	if err := json.Unmarshal([]byte(out), &results); err != nil || len(results) != 1 {
		r.errorf("check: %v: %s%s", err, out, errs)
		return report
	}
	report.Result = results[0]
	return report
}

func (r *chaosRun) judge() { r.compare(r.check(false), r.c.peace[fmt.Sprint(r.h.name, false)]) }

func (r *chaosRun) judgeClient() {
	if r.h.address != "" {
		r.compare(r.check(true), r.c.peace[fmt.Sprint(r.h.name, true)])
	}
}

// compare judges a report by that of a time without faults.
func (r *chaosRun) compare(got, want chaosReport) {
	if got.Verdict != want.Verdict && (r.m.harmless || got.Verdict != check.Undetermined) {
		r.errorf("check: verdict %s; want %s", got.Verdict, want.Verdict)
	}
	if got.status != want.status && (r.m.harmless || got.status != 3) {
		r.errorf("check: status %d; want %d", got.status, want.status)
	}
	for _, a := range got.Addresses {
		if a.Address.String() != r.h.address {
			r.errorf("check: address %s", a.Address)
		}
		if a.Verdict != want.Addresses[0].Verdict && (r.m.harmless || a.Verdict != check.Undetermined) {
			r.errorf("check: %s is %s", a.Address, a.Verdict)
		}
	}
	for _, f := range got.Findings {
		known := slices.ContainsFunc(want.Findings, func(w check.Finding) bool { return w.Code == f.Code && w.Severity == f.Severity })
		if f.Severity >= check.Warning && !known {
			r.errorf("check: finding %s, %s: %s", f.Severity, f.Code, f.Text)
		}
		for _, a := range f.Advice {
			if !known && a.File != "" && a.Line != "" {
				r.errorf("check: advice about what is not known: %s", a.Line)
			}
		}
	}
}

// pin runs hosts add.
func (r *chaosRun) pin() {
	hosts := r.dir + "/pinned"
	const before = "127.0.0.1 localhost\n"
	args := r.lookups("hosts", "add", "--yes", "--dns-only", r.h.fqdn())
	if err := os.WriteFile(hosts, []byte(before), 0o600); err != nil {
		r.errorf("%v", err)
		return
	}
	status, out, errs := r.program("", append(args, "--hosts-file", hosts)...)
	after, err := os.ReadFile(hosts)
	added, whole := strings.CutPrefix(string(after), before)
	if err != nil || !whole {
		r.errorf("hosts add: %v: %q", err, after)
	}
	severity, _ := verdictSeverity(r.h.verdict)
	bad := severity == check.Warning
	switch fields := strings.Fields(added); {
	case added == "" && (!bad || !r.m.harmless):
	case bad && len(fields) > 2 && fields[0] == r.h.address && fields[1] == r.h.fqdn() && strings.Count(added, "\n") == 1 && fields[len(fields)-1] == string(r.h.verdict):
	default:
		r.errorf("hosts add: status %d, wrote %q\n%s%s", status, added, out, errs)
	}
	if added == "" && bad && status != 3 {
		r.errorf("hosts add: status %d\n%s%s", status, out, errs)
	}
}

// vouch runs known-hosts: DNS vouches for the key of one host.
func (r *chaosRun) vouch() {
	args := []string{"known-hosts", "-v", "--resolver", r.server.Addr().String(), "--check-timeout", "500ms"}
	if r.m.harmless {
		args[len(args)-1] = "30s"
	}
	status, out, errs := r.program("", append(args, "HOSTNAME", r.h.fqdn(), "ssh-ed25519", chaosKey, r.h.fqdn())...)
	vouched := r.h == chaosHosts[0]
	switch {
	case status != 0, out == "" && vouched && r.m.harmless, out != "" && (!vouched || out != r.h.fqdn()+" ssh-ed25519 "+chaosKey+"\n"):
		r.errorf("known-hosts: status %d, %q\n%s", status, out, errs)
	}
}

// verdictSeverity is the severity of a verdict, as the table in the documents has it.
func verdictSeverity(v check.Verdict) (check.Severity, bool) {
	for _, row := range check.Codes() {
		if string(row.Code) == "mapping."+string(v) || string(row.Code) == string(v) {
			return row.Severity, true
		}
	}
	return 0, false
}

// relay runs the relay under a policy.
func (r *chaosRun) relay(policy string) {
	if !r.h.local() && r.h.address != "" {
		return
	}
	log := fmt.Sprintf("%s/log-%s-%v", r.dir, policy, r.after)
	known := r.h.address != "" && (r.place != "all" || r.m.harmless || r.after) // the address is
	wait, connect := "300ms", "2s"
	if r.m.harmless {
		wait = "30s"
	}
	if known {
		connect = "30s"
	}
	args := r.lookups("--policy", policy, "--log-file", log, "--check-wait", wait, "--connect-timeout", connect)
	if known && policy == "warn" {
		args = append(args, "--check-timeout", "30s") // it does not wait for that
	}
	const hello = "hello\n"
	status, out, errs := r.program(hello, append(args, r.h.fqdn(), r.c.port)...)
	served := out == hello && status == 0
	switch {
	case served && (r.h.address == "" || policy == "strict" && r.h.verdict != check.Exact):
		r.errorf("%s: connected\n%s", policy, errs)
	case policy == "warn" && known && !served, policy == "strict" && known && r.m.harmless && r.h.verdict == check.Exact && !served:
		r.errorf("%s: status %d, %q\n%s", policy, status, out, errs)
	case !served && (out != "" || status == 0 || errs == ""):
		r.errorf("%s: status %d, %q, %q", policy, status, out, errs)
	}
	severity, _ := verdictSeverity(r.h.verdict)
	for line := range strings.Lines(errs) {
		if strings.HasPrefix(line, "rdnsproxy: warning: ") && severity < check.Warning {
			r.errorf("%s: %s", policy, line)
		}
	}
	text, _ := os.ReadFile(log)
	for line := range strings.Lines(string(text)) {
		event := strings.Fields(line)[5]
		if _, is := verdictSeverity(check.Verdict(event)); is && event != string(r.h.verdict) && (r.m.harmless || event != string(check.Undetermined)) {
			r.errorf("%s logs: %s", policy, line)
		}
		if a, err := netip.ParseAddr(strings.Fields(line)[4]); err == nil && a.String() != r.h.address {
			r.errorf("%s logs: %s", policy, line)
		}
	}
}
