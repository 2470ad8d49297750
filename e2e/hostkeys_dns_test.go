//go:build linux

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	dnslab "rdnsproxy/internal/lab"
)

// VerifyHostKeyDNS with all its values: check's verdict on the host key is that of the
// real ssh, which asks the same DNS server.
func TestHostKeysInDNS(t *testing.T) {
	v := newVisit(t)
	key, other := v.hostKey("dns"), v.hostKey("stranger")
	v.serveSSH("2400", key)
	good1, good2 := v.sshfp(key)
	wrong, short := "4 2 "+strings.Repeat("ab", 32), "4 2 "+strings.Repeat("ab", 20)
	ofRSA, strange := "1 2 "+strings.Repeat("cd", 32), "4 9 abcd"

	knows := func(k hostKey) string { return "[%h]:2400 " + k.public }
	revokes := "@revoked * " + key.public
	cases := []struct {
		dns     string
		ad      bool
		records []string
		known   string
		want    string
	}{
		{"yes", true, []string{good2}, "", "accepted"},
		{"yes", true, []string{good1}, "", "accepted"},
		{"yes", true, []string{good1, good2}, "", "accepted"},
		{"yes", true, []string{ofRSA, good2}, "", "accepted"},
		{"yes", true, []string{short, good2}, "", "accepted"},
		{"yes", true, []string{good2}, knows(other), "accepted"},
		{"yes", true, []string{good2}, revokes, "accepted"},
		{"yes", true, []string{wrong}, "", "unknown"},
		{"yes", true, []string{wrong}, knows(key), "accepted"},
		{"yes", true, []string{good2, wrong}, "", "unknown"},
		{"yes", true, []string{good2, wrong}, knows(other), "changed"},
		{"yes", true, []string{ofRSA}, "", "unknown"},
		{"yes", true, []string{ofRSA}, knows(key), "accepted"},
		{"yes", true, []string{short}, "", "unknown"},
		{"yes", true, []string{strange, good2}, "", "unknown"},
		{"yes", true, nil, "", "unknown"},
		{"yes", true, nil, knows(key), "accepted"},
		{"yes", false, []string{good2}, "", "unknown"},
		{"yes", false, []string{good2}, knows(other), "changed"},
		{"yes", false, []string{good2}, knows(key), "accepted"},
		{"ask", true, []string{good2}, "", "unknown"},
		{"ask", true, []string{good2}, knows(other), "changed"},
		{"ask", true, []string{wrong}, knows(key), "accepted"},
		{"no", true, []string{good2}, "", "unknown"},
		{"no", true, []string{good2}, knows(other), "changed"},
		{"no", true, []string{wrong}, knows(key), "accepted"},
	}
	var records []string
	for i, c := range cases {
		records = append(records, fmt.Sprintf("c%d A 127.0.0.1", i))
		for _, r := range c.records {
			records = append(records, fmt.Sprintf("c%d SSHFP %s", i, r))
		}
	}
	server := v.dns(dnslab.Zone("keys.test", records...))
	for i, c := range cases {
		if c.ad {
			server.Fault(fmt.Sprintf("c%d.keys.test", i), dnslab.Authentic)
		}
	}
	for _, trusted := range []bool{true, false} {
		v.write("/etc/resolv.conf", "nameserver 127.0.0.99\n"+map[bool]string{true: "options trust-ad\n"}[trusted])
		for i, c := range cases {
			if !trusted && c.dns != "yes" {
				continue
			}
			host := fmt.Sprintf("c%d.keys.test", i)
			v.write(home+"/known", strings.ReplaceAll(c.known, "%h", host))
			v.write(home+"/config", "Port 2400\nVerifyHostKeyDNS "+c.dns+"\nUserKnownHostsFile "+home+"/known\nGlobalKnownHostsFile none\nIdentityFile none\nUpdateHostKeys no\n")
			name := fmt.Sprintf("VerifyHostKeyDNS %s, AD %v, trust-ad %v, %q, known_hosts %q", c.dns, c.ad, trusted, c.records, c.known)
			v.must(os.RemoveAll(home + "/.cache")) // the test connects to a server more often than check would
			real, said := v.sshOnKey("-F", home+"/config", host)
			ours, told := v.checkOnKey("-F", home+"/config", host)
			if ours != real || trusted && real != c.want {
				t.Errorf("%s: check %s, ssh %s, want %s\n%s\n%s", name, ours, real, c.want, told, said)
			}
		}
	}
}

// sshOnKey returns ssh's verdict on the host key.
func (v *visit) sshOnKey(args ...string) (verdict, said string) {
	v.t.Helper()
	o := v.run(append([]string{"ssh", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes"}, append(args, "true")...)...)
	has := func(text string) bool { return strings.Contains(o.err, text) }
	switch {
	case o.status == 0, has("Permission denied"):
		return "accepted", o.err
	case has("has changed and you have requested strict checking"):
		return "changed", o.err
	case has("revoked"):
		return "revoked", o.err
	case has("host key is known for"):
		return "unknown", o.err
	}
	v.t.Fatalf("what does ssh mean? %+v", o)
	return "", ""
}

// checkOnKey returns check's verdict on the host key.
func (v *visit) checkOnKey(args ...string) (verdict, said string) {
	v.t.Helper()
	o := v.run(append([]string{"rdnsproxy", "check", "--format", "json"}, args...)...)
	var rs []struct {
		Addresses []struct {
			SSH struct {
				HostKeys []struct{ Status string }
			}
		}
	}
	if err := json.Unmarshal([]byte(o.out), &rs); err != nil || len(rs) != 1 || len(rs[0].Addresses) != 1 || len(rs[0].Addresses[0].SSH.HostKeys) != 1 {
		v.t.Fatalf("%v: %+v", err, o)
	}
	switch s := rs[0].Addresses[0].SSH.HostKeys[0].Status; s {
	case "known", "verified":
		return "accepted", o.out + o.err
	default:
		return s, o.out + o.err
	}
}
