//go:build linux

package e2e

import (
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	laboratory "rdnsproxy/internal/lab"
)

// searchedClients is how many clients the test below has.
const searchedClients = 300

// searched is the DNS of a cluster: ndots:5 and two search domains, one of them with a
// wildcard. The clients' PTR names cover every case that the search list affects.
func searched() (zones map[string][]string, clients []netip.Addr) {
	var reverse, direct, cluster, second []string
	cluster = append(cluster, "* A 198.51.100.99")
	for i := range searchedClients {
		addr := netip.AddrFrom4([4]byte{10, 77, byte(i / 200), byte(1 + i%200)})
		clients = append(clients, addr)
		name := fmt.Sprintf("n%d", i)
		target := name + ".example.test."
		switch i % 10 {
		case 0: // one label, which exists in the second search domain
			target = name + "."
			second = append(second, fmt.Sprintf("%s A %s", name, addr))
			cluster = append(cluster, name+" TXT there")
		case 1: // one label, which only the wildcard matches
			target = name + "."
		case 2: // resolves back as it is, but the wildcard is tried first
			direct = append(direct, fmt.Sprintf("%s A %s", name, addr))
		case 3: // resolves back in the first search domain only
			cluster = append(cluster, fmt.Sprintf("%s.example.test A %s", name, addr))
		case 4: // resolves to another address in both
			direct = append(direct, name+" A 198.51.100.98")
		case 5: // enough dots for the name itself to be tried first
			target = "a.b.c.d." + name + ".example.test."
			direct = append(direct, fmt.Sprintf("a.b.c.d.%s A %s", name, addr))
		case 6: // enough dots, but does not exist: then the search list
			target = "a.b.c.d." + name + ".example.test."
		case 7: // exists in the search domain without an address
			cluster = append(cluster, name+".example.test TXT there")
			direct = append(direct, fmt.Sprintf("%s A %s", name, addr))
		case 8: // parses as an address
			target = fmt.Sprintf("10.%d.", i%256)
		case 9: // digits and dots, but not an address
			target = fmt.Sprintf("256.1.1.%d.", i%256)
		}
		b := addr.As4()
		reverse = append(reverse, fmt.Sprintf("%d.%d.%d PTR %s", b[3], b[2], b[1], target))
	}
	return map[string][]string{"10.in-addr.arpa": reverse, "test": {}, "example.test": direct, "cluster.local": cluster, "second.test": second}, clients
}

// nsd runs the real name server with these zones as the system's resolver. It returns the
// directory with the zone files. Whoever asks may transfer them, but signedZone only with
// the key.
func (v *visit) nsd(zones map[string][]string) (dir string) {
	v.t.Helper()
	dir = v.t.TempDir()
	conf := "server:\n\tip-address: 127.0.0.2@53\n\tserver-count: 1\n\tusername: \"\"\n\tzonesdir: \"" + dir +
		"\"\n\tpidfile: \"\"\n\txfrdfile: \"\"\n\tzonelistfile: \"" + dir + "/zone.list\"\n\trrl-ratelimit: 0\nremote-control:\n\tcontrol-enable: no\n" +
		"key:\n\tname: \"signed.\"\n\talgorithm: hmac-sha256\n\tsecret: \"" + transferSecret + "\"\n"
	for apex, records := range zones {
		key := "NOKEY"
		if apex == signedZone {
			key = "signed."
		}
		v.write(dir+"/"+apex, zoneFile(records))
		conf += fmt.Sprintf("zone:\n\tname: %q\n\tzonefile: %q\n\tprovide-xfr: 127.0.0.0/8 %s\n", apex, dir+"/"+apex, key)
	}
	v.write(dir+"/nsd.conf", conf)
	v.nsdProcess = v.serve(exec.Command("nsd", "-d", "-c", dir+"/nsd.conf")).cmd.Process
	v.must(answers("127.0.0.2:53"))
	v.resolver("127.0.0.2")
	return dir
}

// zoneFile is a zone with these records.
func zoneFile(records []string) string {
	return "$TTL 3600\n@ SOA ns hostmaster 1 3600 600 86400 600\n@ NS ns.example.org.\n" + strings.Join(records, "\n") + "\n"
}

// TestSSHDMessageWithSearchList: with ndots:5 and a wildcard in the search domain, check
// predicts word for word what the real sshd logs about 300 clients.
func TestSSHDMessageWithSearchList(t *testing.T) {
	v := newVisit(t)
	zones, clients := searched()
	v.nsd(zones)
	v.write("/etc/resolv.conf", "nameserver 127.0.0.2\nsearch cluster.local second.test\noptions ndots:5\n")
	v.must(exec.Command("ip", "address", "add", "10.77.0.0/16", "dev", "lo").Run())
	t.Cleanup(func() { exec.Command("ip", "address", "del", "10.77.0.0/16", "dev", "lo").Run() })

	words := make([]string, len(clients))
	for i, a := range clients {
		v.failLogin(a)
		words[i] = a.String()
	}
	said := map[string]string{}
	v.eventually("sshd has seen all clients", func() bool {
		log := v.sshdSaid(sshdUseDNS)
		for _, a := range clients {
			if !strings.Contains(log, "Connection from "+a.String()+" ") {
				return false
			}
		}
		for line := range strings.Lines(log) {
			for _, a := range words {
				if strings.Contains(line, "["+a+"] failed.") || strings.Contains(line, "Address "+a+" maps to ") || strings.Contains(line, " is set up for "+a+",") {
					said[a] = strings.TrimSpace(line)
				}
			}
		}
		return true
	})
	silent := 0
	for _, r := range v.checkNames(words) {
		got := r.Addresses[0].Message
		if got != said[r.Target] {
			t.Errorf("%s: sshd_message %q, sshd says %q", r.Target, got, said[r.Target])
		}
		if got == "" {
			silent++
		}
	}
	if silent == 0 || silent == len(clients) {
		t.Errorf("sshd says nothing of %d clients: the zones hold too little", silent)
	}
}

// checkNames checks without connecting.
func (v *visit) checkNames(targets []string) (rs []result) {
	v.t.Helper()
	o := v.run(append([]string{"rdnsproxy", "check", "--dns-only", "--format", "json"}, targets...)...)
	if err := json.Unmarshal([]byte(o.out), &rs); err != nil || len(rs) != len(targets) {
		v.t.Fatalf("check: status %d, %v\n%.2000s%s", o.status, err, o.out, o.err)
	}
	return rs
}

// failLogin tries to log in without a key to the sshd that looks clients up, which it
// does when it reads the user name.
func (v *visit) failLogin(from netip.Addr) {
	v.t.Helper()
	const server = "127.0.0.1:" + sshdUseDNS
	d := net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(from, 0)), Timeout: patience}
	c, err := d.Dial("tcp", server)
	v.must(err)
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	_, _, _, err = ssh.NewClientConn(c, server, &ssh.ClientConfig{User: "chris", HostKeyCallback: ssh.InsecureIgnoreHostKey()})
	if err == nil || !strings.Contains(err.Error(), "unable to authenticate") {
		v.t.Fatalf("%s: %v", from, err)
	}
}

// complaintAbout returns what the sshd that looks clients up logs about one.
func (v *visit) complaintAbout(client netip.Addr) (said string) {
	v.t.Helper()
	before := len(v.sshdSaid(sshdUseDNS))
	v.failLogin(client)
	for line := range strings.Lines(v.sshdSaid(sshdUseDNS)[before:]) {
		for _, c := range []string{"reverse mapping checking", "Nasty PTR record", "maps to"} {
			if strings.Contains(line, c) {
				said = strings.TrimSpace(line)
			}
		}
	}
	return said
}

// TestSSHDMessageOddNames: libc returns any name that a hosts file gives an address, and
// asks DNS about invalid names.
func TestSSHDMessageOddNames(t *testing.T) {
	v := newVisit(t)
	v.nameServer(laboratory.Zone("100.51.198.in-addr.arpa", "19 PTR x.onion.", "20 PTR x.alt.", "21 PTR x.localhost.", "22 PTR 256.1.1.1."),
		laboratory.Zone("onion", "x A 198.51.100.19"), laboratory.Zone("alt", "x A 198.51.100.1"), laboratory.Zone("localhost", "x A 198.51.100.21"),
		laboratory.Zone("1", "256.1.1 A 198.51.100.22"))
	v.write("/etc/hosts", pristine["hosts"]+"198.51.100.10 we*ird\n198.51.100.11 a/b\n198.51.100.13 x@y\n198.51.100.15 dot.\n198.51.100.17 a..b\n198.51.100.18 "+
		strings.Repeat("x", 70)+".example\n")
	for client, want := range map[string]string{
		"198.51.100.10": "confirmed", "198.51.100.11": "confirmed", "198.51.100.13": "confirmed", "198.51.100.15": "confirmed", "198.51.100.17": "confirmed", "198.51.100.18": "confirmed",
		"198.51.100.19": "confirmed", "198.51.100.20": "mismatch", "198.51.100.21": "confirmed", "198.51.100.22": "unresolvable",
	} {
		said := v.complaintAbout(netip.MustParseAddr(client))
		r := v.checkNames([]string{client})[0]
		if r.Verdict != want || (said == "") != (want == "confirmed") || r.Addresses[0].Message != said {
			t.Errorf("%s: %s, want %s; sshd_message %q, sshd says %q", client, r.Verdict, want, r.Addresses[0].Message, said)
		}
	}
}

// TestPrivateZoneRefused: a resolver that always refuses the private reverse zones
// delays nothing.
func TestPrivateZoneRefused(t *testing.T) {
	for name, fault := range map[string]laboratory.DNSFault{"SERVFAIL": laboratory.ServFail, "REFUSED": laboratory.Refused} {
		t.Run(name, func(t *testing.T) {
			v := newVisit(t)
			s := v.nameServer(laboratory.Zone("test", "host A 10.0.0.12"), laboratory.Zone("10.in-addr.arpa"))
			s.Fault("12.0.0.10.in-addr.arpa", fault)
			r := v.check("host.test")[0]
			if r.Verdict != "exempt" || r.Severity != "notice" {
				t.Errorf("%+v", r)
			}
			for _, policy := range []string{"warn", "strict"} {
				v.sshConfig("Host *\n\tProxyCommand rdnsproxy --policy " + policy + " %h %p\n")
				if o := v.ssh("host.test", "echo hello"); o != (outcome{"hello\n", "", 0}) {
					t.Errorf("%s: %+v", policy, o)
				}
			}
			if o := v.run("rdnsproxy", "accept", "host.test"); o.status == 3 {
				t.Errorf("accept: %+v", o)
			}
			if o := v.run("rdnsproxy", "check", "--format", "nagios", "host.test"); o.status != 0 {
				t.Errorf("nagios: %+v", o)
			}
		})
	}
}
