//go:build linux

package e2e

import (
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"

	dnslab "rdnsproxy/internal/lab"
)

const strictly = "Host *\n\tProxyCommand rdnsproxy --policy strict %h %p\n"

// strict connects to the good hosts and sends not a byte to the bad one.
func TestStrict(t *testing.T) {
	v := newVisit(t)
	v.sshConfig(strictly)
	for _, host := range []string{"exact.example.com", "missing.example.com"} {
		if o := v.ssh(host, "echo hello"); o.out != "hello\n" || o.err != "" {
			t.Errorf("%s: %+v", host, o)
		}
	}

	for _, host := range []string{"my.example.com", "undetermined.example.com"} {
		if o := v.run("ssh", host, "true"); o.status != 255 || !strings.HasPrefix(o.err, "rdnsproxy: error: ") || !strings.Contains(o.err, "strict") {
			t.Errorf("%s: %+v", host, o)
		}
	}

	l, err := net.Listen("tcp", "198.51.100.18:2023")
	v.must(err)
	defer l.Close()
	said := make(chan string, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			said <- err.Error()
			return
		}
		defer c.Close()
		io.WriteString(c, "SSH-2.0-lure\r\n")
		c.SetReadDeadline(time.Now().Add(patience))
		b, _ := io.ReadAll(c)
		said <- string(b)
	}()
	o := v.run("ssh", "-p", "2023", "mismatch.example.com", "true")
	if o.status != 255 || !strings.HasPrefix(o.err, "rdnsproxy: ") || !strings.Contains(o.err, "mail.example.net") {
		t.Errorf("%+v", o)
	}
	if strings.Contains(o.err, "lure") {
		t.Errorf("ssh got what the server said: %q", o.err)
	}
	l.Close() // a refusal without a connection is fine too
	if got := <-said; got != "" && !strings.Contains(got, net.ErrClosed.Error()) {
		t.Errorf("the refused server was sent %q", got)
	}
}

// An address of this machine itself has no reverse name that could be bad: strict refuses
// it if it came from DNS, even through a CNAME, but accepts it if the user gave it.
func TestStrictLedAstray(t *testing.T) {
	v := newVisit(t)
	v.dns(dnslab.Zone("example.com", "trap CNAME x.localhost.", "home A 127.0.0.1", "home6 AAAA ::1", "zero A 0.0.0.0",
		"zero6 AAAA ::", "group A 224.0.0.251", "mine A 198.51.100.10"), dnslab.Zone("arpa"))
	for _, config := range []string{strictly, "Host *\n\tProxyUseFdpass yes\n\tProxyCommand rdnsproxy --policy strict --fdpass %h %p\n"} {
		v.sshConfig(config)
		for _, host := range []string{"trap", "home", "home6", "zero", "zero6", "group"} {
			o := v.run("ssh", host+".example.com", "echo hello")
			if o.status != 255 || o.out != "" || !strings.HasPrefix(o.err, "rdnsproxy: error: ") || strings.Contains(o.err, "hello") {
				t.Errorf("%s: %+v", host, o)
			}
			if host != "group" && !strings.Contains(o.err, "which reaches this machine itself") {
				t.Errorf("%s: %+v", host, o)
			}
		}
		v.write("/etc/hosts", pristine["hosts"]+"127.0.0.1 mine.example.com\n")
		for _, host := range []string{"mine.example.com", "localhost", "127.0.0.1", "::1"} {
			if o := v.run("ssh", host, "echo hello"); o.out != "hello\n" {
				t.Errorf("%s: %+v", host, o)
			}
		}
	}
	v.sshConfig(plainly)
	if o := v.run("ssh", "trap.example.com", "echo hello"); o.out != "hello\n" {
		t.Errorf("warn: %+v", o)
	}
}

// off behaves like nc: no output, and no lookup other than the forward one.
func TestOff(t *testing.T) {
	v := newVisit(t)
	front := v.dnsFront("in-addr.arpa.")
	v.sshConfig("Host *\n\tProxyCommand rdnsproxy --policy off %h %p\n")
	if o := v.ssh("mismatch.example.com", "echo hello"); o != (outcome{"hello\n", "", 0}) {
		t.Errorf("%+v", o)
	}
	if n := front.swallowed.Load(); n != 0 {
		t.Errorf("%d reverse questions", n)
	}
}

// A reverse zone that never answers delays the first connection by --check-wait, the
// next one not at all. The two times are far apart, so that a slow machine changes
// neither result.
func TestDeadReverseZone(t *testing.T) {
	v := newVisit(t)
	front := v.dnsFront("113.0.203.in-addr.arpa.")
	v.write("/etc/resolv.conf", "nameserver "+front.addr+"\noptions timeout:30 attempts:1\n")

	v.sshConfig("Host *\n\tProxyCommand rdnsproxy --check-wait 1s --check-timeout 50s %h %p\n")
	began := time.Now()
	first := v.ssh("dead.example.com", "echo hello")
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("the check was waited for: %v", took)
	}
	if strings.Count(first.err, "\n") != 1 || !strings.Contains(first.err, "connecting without its result") || first.out != "hello\n" {
		t.Errorf("%+v", first)
	}
	if front.swallowed.Load() == 0 {
		t.Error("nobody asked for the reverse name")
	}

	v.sshConfig("Host *\n\tProxyCommand rdnsproxy --check-wait 40s --check-timeout 50s %h %p\n")
	began = time.Now()
	second := v.ssh("dead.example.com", "echo hello")
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("the dead zone was waited for again: %v", took)
	}
	if strings.Count(second.err, "\n") != 1 || second.err == first.err || second.out != "hello\n" {
		t.Errorf("%+v", second)
	}
}

// ssh's ConnectTimeout includes the check and ends it without saying why. So warn leaves
// half of it to ssh, and strict refuses before it ends; with fdpass, where ssh sets no
// limit, this can be tested without a race.
func TestCheckWithinConnectTimeout(t *testing.T) {
	v := newVisit(t)
	front := v.dnsFront("113.0.203.in-addr.arpa.")
	v.write("/etc/resolv.conf", "nameserver "+front.addr+"\noptions timeout:30 attempts:1\n")
	patient := "Host *\n\tConnectTimeout 6\n\tProxyCommand rdnsproxy --check-wait 40s --check-timeout 50s "

	v.sshConfig(patient + "-- %h %p %n\n")
	if o := v.ssh("dead.example.com", "echo hello"); o.out != "hello\n" || !strings.Contains(o.err, "connecting without its result") {
		t.Errorf("warn: %+v", o)
	}
	v.sshConfig(patient + "--policy strict --fdpass -- %h %p %n\n\tProxyUseFdpass yes\n")
	began := time.Now()
	o := v.run("ssh", "dead.example.com", "true")
	if took := time.Since(began); o.status != 255 || !strings.HasPrefix(o.err, "rdnsproxy: error: ") || took > 30*time.Second {
		t.Errorf("strict: after %v %+v", took, o)
	}
}

// Settings for every run come from the environment, passed on by ssh and its shell.
func TestEnvironment(t *testing.T) {
	v := newVisit(t)
	for _, argv := range [][]string{
		{"ssh", "mismatch.example.com", "true"},
		{"rdnsproxy", "ssh", "mismatch.example.com", "true"},
		{"rdnsproxy", "scp", "-q", "mismatch.example.com:here", "there"},
	} {
		if argv[0] == "rdnsproxy" {
			v.sshConfig("")
		}
		cmd := v.command(argv...)
		cmd.Env = append(cmd.Env, "RDNSPROXY_POLICY=strict")
		if o := v.finish(cmd, nil); o.status != 255 || !strings.HasPrefix(o.err, "rdnsproxy: error: ") {
			t.Errorf("%q: %+v", argv, o)
		}
	}
}

// dnsFront is a server in front of nsd that drops the questions about one zone.
type dnsFront struct {
	addr      string
	swallowed atomic.Int64
}

// dnsFront starts it until the test ends, and makes it the system's resolver.
func (v *visit) dnsFront(dead string) *dnsFront {
	v.t.Helper()
	front := &dnsFront{addr: "127.0.0.2"}
	pc, err := net.ListenPacket("udp", front.addr+":53")
	v.must(err)
	srv := &dns.Server{PacketConn: pc, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		if len(q.Question) == 1 && dns.IsSubDomain(dead, q.Question[0].Name) {
			front.swallowed.Add(1)
			return
		}
		if reply, err := dns.Exchange(q, "127.0.0.1:53"); err == nil {
			w.WriteMsg(reply)
		}
	})}
	done := make(chan struct{})
	go func() {
		defer close(done)
		srv.ActivateAndServe()
	}()
	v.t.Cleanup(func() {
		pc.Close()
		<-done
	})
	v.resolver(front.addr)
	return front
}

// Whoever runs the zone of a name can lead it to an address of somebody else's, whose DNS is in
// order: that is confirmed, as behind any alias, and strict lets it pass. With --require-name
// the address has to have the name that was asked for.
func TestStrictRequireName(t *testing.T) {
	v := newVisit(t)
	v.cached() // web.example.com has the address of name.example.com
	v.sshConfig("Host *\n\tProxyCommand rdnsproxy --policy strict '%h' %p\n")
	if o := v.ssh("-4", "web.example.com", "echo hello"); o != (outcome{"hello\n", "", 0}) {
		t.Errorf("strict: %+v", o)
	}
	v.sshConfig("Host *\n\tProxyCommand rdnsproxy --policy strict --require-name '%h' %p\n")
	if o := v.run("ssh", "-4", "web.example.com", "true"); o.status != 255 ||
		!strings.Contains(o.err, "refused by --policy strict: web.example.com is 198.51.100.10, whose reverse name name.example.com ") {
		t.Errorf("strict, with --require-name: %+v", o)
	}
	if o := v.ssh("-4", "name.example.com", "echo hello"); o != (outcome{"hello\n", "", 0}) {
		t.Errorf("its own name: %+v", o)
	}
}
