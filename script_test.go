package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"rdnsproxy/internal/lab"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write what the scripts' comparisons should have found into them")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"rdnsproxy": main})
}

// TestScripts runs testdata/script: what a user types and sees. In addition to
// testscript's own commands the scripts have
//
//	dns FILE...            a DNS server for the zones in the files (the name of a
//	                       file is its zone); sets $DNS to its address
//	fault NAME FAULT       makes the last DNS server misbehave about a name
//	asked NAME TYPE N      fails unless it received this question N times
//	echo-server ADDR       a TCP server that sends back what it gets; sets $PORT
//	ssh-server ADDR HOST   an SSH server; sets $PORT, and known_hosts to its key for HOST
//	late-ssh-server ADDR   the same, a second later: sets $PORT
//	full-port              sets $FULL to a port of 127.0.0.1 where connecting hangs
//	status N COMMAND...    runs a command, and fails unless it exits with N
//	refusing-port          sets $PORT to a port of 127.0.0.1 where nobody listens
//	proxy LOGIN NAMES...   a SOCKS5 and HTTP proxy, that looks NAME=ADDRESS up; sets $PROXY
//	                       to its address. LOGIN is USER:PASSWORD, or - for none
//	proxied HOST:PORT N    fails unless the last proxy was asked for this N times
//	odd-proxy TEXT         a proxy that answers TEXT, with \ooo and \n, whatever it is asked,
//	                       and nothing more; sets $ODD to its address
func TestScripts(t *testing.T) {
	if testing.Short() {
		t.Skip("the scripts take minutes")
	}
	lab.DefaultSignals()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
		Setup: func(e *testscript.Env) error {
			e.Vars = append(e.Vars, "HOME="+e.WorkDir, "XDG_CACHE_HOME="+filepath.Join(e.WorkDir, "cache"),
				"KRB5_CONFIG="+filepath.Join(e.WorkDir, "krb5.conf"), "RDNSPROXY_SSH_CONFIG=none",
				"RDNSPROXY_SSHD_CONFIG=none", "RDNSPROXY_DNS_ONLY=true", // scripts that connect unset this
				"RDNSPROXY_NO_SANDBOX=true") // -v says what this machine's kernel has
			e.Values[dnsKey{}] = new(dnsBox)
			program, err := exec.LookPath("rdnsproxy")
			e.Setenv("PROGRAM", program)
			e.Setenv("PATH", filepath.Join(e.WorkDir, "bin")+string(filepath.ListSeparator)+e.Getenv("PATH"))
			e.Setenv("ESC", "\x1b")
			own, hostErr := os.Hostname()
			e.Setenv("OWN", own)
			err = errors.Join(err, hostErr)
			if scripts, _ := filepath.Glob(filepath.Join(e.WorkDir, "bin", "*")); err == nil {
				for _, s := range scripts {
					err = errors.Join(err, os.Chmod(s, 0o755))
				}
			}
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"dns":         startDNS,
			"fault":       setFault,
			"asked":       countQuestions,
			"echo-server": startEcho,
			"ssh-server":  startSSH,
			"ssh-fault":   startFaultySSH,
			"status":      exitsWith,

			"late-ssh-server": startSSHLate,
			"full-port":       startFull,
			"refusing-port":   refusingPort,
			"proxy":           startProxy,
			"proxied":         countProxied,
			"odd-proxy":       startOddProxy,
		},
	})
}

// dnsServer returns the script's DNS server.
func dnsServer(ts *testscript.TestScript) *lab.DNSServer { return ts.Value(dnsKey{}).(*dnsBox).server }

// dnsKey is the key of the script's DNS server in its environment, dnsBox the value.
type (
	dnsKey struct{}
	dnsBox struct {
		server *lab.DNSServer
		proxy  *lab.Proxy // the last one
	}
)

func startDNS(ts *testscript.TestScript, neg bool, args []string) {
	var zones []lab.DNSZone
	for _, name := range args {
		var records []string
		for line := range strings.SplitSeq(ts.ReadFile(name), "\n") {
			if line = strings.TrimSpace(line); line != "" && line[0] != ';' {
				records = append(records, line)
			}
		}
		zones = append(zones, lab.Zone(filepath.Base(name), records...))
	}
	s, err := lab.StartDNS(zones...)
	ts.Check(err)
	ts.Defer(func() { s.Close() })
	ts.Setenv("DNS", s.Addr().String())
	ts.Value(dnsKey{}).(*dnsBox).server = s
}

var faults = map[string]lab.DNSFault{
	"drop":           lab.Drop,
	"truncate":       lab.Truncate,
	"wrong-id":       lab.WrongID,
	"wrong-question": lab.WrongQuestion,
	"garbage-first":  lab.GarbageFirst,
	"forged-first":   lab.ForgedFirst,
	"servfail":       lab.ServFail,
	"refused":        lab.Refused,
	"cname-loop":     lab.CNAMELoop,
	"authentic":      lab.Authentic,
	"slow":           lab.Delay(3 * time.Second),
}

func setFault(ts *testscript.TestScript, neg bool, args []string) {
	f := faults[args[1]]
	if f == nil {
		ts.Fatalf("unknown fault %s", args[1])
	}
	dnsServer(ts).Fault(args[0], f)
}

func countQuestions(ts *testscript.TestScript, neg bool, args []string) {
	types := map[string]uint16{"A": 1, "AAAA": 28, "PTR": 12, "SOA": 6}
	if got := fmt.Sprint(dnsServer(ts).Asked(args[0], types[args[1]])); got != args[2] {
		ts.Fatalf("%s %s was asked for %s times", args[0], args[1], got)
	}
}

func exitsWith(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: status N COMMAND...")
	}
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if fmt.Sprint(got) != args[0] {
		ts.Fatalf("exit status %d", got)
	}
}

func startEcho(ts *testscript.TestScript, neg bool, args []string) {
	s, err := lab.StartTCP(args[0]+":0", lab.Echo)
	ts.Check(err)
	ts.Defer(func() { s.Close() })
	ts.Setenv("PORT", strconv.Itoa(int(s.Addr().Port())))
}

func startSSH(ts *testscript.TestScript, neg bool, args []string) {
	s, err := lab.StartSSH(lab.SSH{Addr: args[0] + ":0"})
	ts.Check(err)
	ts.Defer(func() { s.Close() })
	ts.Setenv("PORT", strconv.Itoa(int(s.Addr().Port())))
	ts.Check(os.WriteFile(ts.MkAbs("known_hosts"), []byte(s.KnownHostsLine(args[1])), 0o600))
}

// sshFaults are the faults of a server that presents no host key.
var sshFaults = map[string]lab.SSHFault{
	"disconnects": lab.Disconnects,
	"turns-away":  lab.TurnsAway,
	"ssh1":        lab.SpeaksSSH1,
	"old-keys":    lab.OldKeys,
	"old-kex":     lab.OldExchange,
	"leaves":      lab.HangsUpLater,
	"hangs-up":    lab.HangsUp,
	"http":        lab.SpeaksHTTP,
	"odd-keys":    lab.OddKeys,
	"resets":      lab.Resets,
	"short-key":   lab.ShortKey,
	"silent":      lab.Silent,
	"stalls":      lab.Stalls,
}

// startFaultySSH starts a server at another address, on the port of the last one.
func startFaultySSH(ts *testscript.TestScript, neg bool, args []string) {
	fault, ok := sshFaults[args[1]]
	if !ok {
		ts.Fatalf("unknown fault %s", args[1])
	}
	s, err := lab.StartSSH(lab.SSH{Addr: args[0] + ":" + ts.Getenv("PORT"), Fault: fault})
	ts.Check(err)
	ts.Defer(func() { s.Close() })
}

func startSSHLate(ts *testscript.TestScript, neg bool, args []string) {
	reserved, err := lab.StartTCP(args[0]+":0", lab.Discard)
	ts.Check(err)
	addr := reserved.Addr().String()
	ts.Setenv("PORT", strconv.Itoa(int(reserved.Addr().Port())))
	ts.Check(reserved.Close())
	started := make(chan *lab.SSHServer, 1)
	time.AfterFunc(time.Second, func() {
		s, err := lab.StartSSH(lab.SSH{Addr: addr})
		if err != nil {
			ts.Logf("the server that was to come: %v", err)
		}
		started <- s
	})
	ts.Defer(func() {
		if s := <-started; s != nil {
			s.Close()
		}
	})
}

func startFull(ts *testscript.TestScript, neg bool, args []string) {
	s, err := lab.StartFull("127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { s.Close() })
	ts.Setenv("FULL", strconv.Itoa(int(s.Addr().Port())))
}

func refusingPort(ts *testscript.TestScript, neg bool, args []string) {
	s, err := lab.StartTCP("127.0.0.1:0", lab.Discard)
	ts.Check(err)
	ts.Setenv("PORT", strconv.Itoa(int(s.Addr().Port())))
	s.Close()
}

func startProxy(ts *testscript.TestScript, neg bool, args []string) {
	p := &lab.Proxy{Login: args[0], Names: make(map[string]netip.Addr)}
	if args[0] == "-" {
		p.Login = ""
	}
	for _, pair := range args[1:] {
		name, addr, _ := strings.Cut(pair, "=")
		p.Names[name] = netip.MustParseAddr(addr)
	}
	s, err := lab.StartTCP("127.0.0.1:0", p.Serve)
	ts.Check(err)
	ts.Defer(func() { s.Close() })
	ts.Setenv("PROXY", s.Addr().String())
	ts.Value(dnsKey{}).(*dnsBox).proxy = p
}

func countProxied(ts *testscript.TestScript, neg bool, args []string) {
	asked := ts.Value(dnsKey{}).(*dnsBox).proxy.Asked()
	n := 0
	for _, a := range asked {
		if a == args[0] {
			n++
		}
	}
	if strconv.Itoa(n) != args[1] {
		ts.Fatalf("the proxy was asked for %v", asked)
	}
}

func startOddProxy(ts *testscript.TestScript, neg bool, args []string) {
	text, err := strconv.Unquote(`"` + args[0] + `"`)
	ts.Check(err)
	s, err := lab.StartTCP("127.0.0.1:0", func(c *net.TCPConn) {
		var first [1]byte
		if _, err := c.Read(first[:]); err == nil {
			io.WriteString(c, text)
			io.Copy(io.Discard, c)
		}
	})
	ts.Check(err)
	ts.Defer(func() { s.Close() })
	ts.Setenv("ODD", s.Addr().String())
}
