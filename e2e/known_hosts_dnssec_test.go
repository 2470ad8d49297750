//go:build linux

package e2e

import (
	"crypto"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// signer signs records of a zone with a key of its own.
type signer struct {
	zone    string
	key     *dns.DNSKEY
	private crypto.Signer
}

func (v *visit) signer(zone string) *signer {
	v.t.Helper()
	key := &dns.DNSKEY{
		Hdr:   dns.RR_Header{Name: zone, Rrtype: dns.TypeDNSKEY, Class: dns.ClassINET, Ttl: 3600},
		Flags: dns.ZONE | dns.SEP, Protocol: 3, Algorithm: dns.ECDSAP256SHA256,
	}
	private, err := key.Generate(256)
	v.must(err)
	return &signer{zone, key, private.(crypto.Signer)}
}

// sign returns the signature of a record, as a line of a zone file.
func (v *visit) sign(s *signer, record string) string {
	v.t.Helper()
	r, err := dns.NewRR(record)
	v.must(err)
	now := time.Now()
	signature := &dns.RRSIG{
		Hdr:        dns.RR_Header{Ttl: 3600},
		Algorithm:  s.key.Algorithm,
		KeyTag:     s.key.KeyTag(),
		SignerName: s.zone,
		Inception:  uint32(now.Add(-time.Hour).Unix()),
		Expiration: uint32(now.Add(24 * time.Hour).Unix()),
	}
	v.must(signature.Sign(s.private, []dns.RR{r}))
	return signature.String()
}

// A real chain of trust: the zone is signed, nsd serves it, Unbound validates it, and ssh
// accepts the key. It does not where the signature is of another record, nor where there is
// none.
func TestKnownHostsCommandDNSSEC(t *testing.T) {
	v := newVisit(t)
	key := v.hostKey("offered")
	v.serveSSH("2403", key)
	_, good := v.sshfp(key)
	s := v.signer("keys.test.")
	const goodName, forgedName = "good.keys.test. 3600 SSHFP ", "forged.keys.test. 3600 SSHFP "
	zone := []string{ // nsd's records at the apex are those of visit.nsd
		v.sign(s, "keys.test. 3600 SOA ns.keys.test. hostmaster.keys.test. 1 3600 600 86400 600"),
		v.sign(s, "keys.test. 3600 NS ns.example.org."),
		s.key.String(), v.sign(s, s.key.String()),
		goodName + good, v.sign(s, goodName+good),
		forgedName + good, v.sign(s, forgedName+"4 2 "+strings.Repeat("ab", 32)),
	}
	v.nsd(map[string][]string{"keys.test": zone, "plain.test": {"good SSHFP " + good}})
	server := v.unbound(
		`module-config: "validator iterator"`, `trust-anchor: "`+s.key.ToDS(dns.SHA256).String()+`"`,
		`do-not-query-localhost: no`, `local-zone: "test." nodefault`, `val-log-level: 2`,
		"\nstub-zone:\n\tname: \"keys.test.\"\n\tstub-addr: 127.0.0.2", "\nstub-zone:\n\tname: \"plain.test.\"\n\tstub-addr: 127.0.0.2",
	)
	v.write("/etc/resolv.conf", "nameserver 127.0.0.1\noptions trust-ad\n")
	v.write("/etc/hosts", pristine["hosts"]+"127.0.0.1 good.keys.test forged.keys.test good.plain.test\n")
	v.write(home+"/known", "")
	v.write(home+"/config", "Port 2403\nGlobalKnownHostsFile none\nUserKnownHostsFile "+home+"/known\nIdentityFile none\n"+
		strings.Replace(vouching, "known-hosts", "known-hosts -v --resolver "+server, 1))
	for _, c := range []struct{ host, want, why string }{
		{"good.keys.test", "accepted", "of a validated zone vouch for the ssh-ed25519 key"},
		{"forged.keys.test", "unknown", "SSHFP records: SERVFAIL"},
		{"good.plain.test", "unknown", "does not validate"},
	} {
		if real, said := v.sshOnKey("-F", home+"/config", c.host); real != c.want || !strings.Contains(said, c.why) {
			t.Errorf("%s: %s, want %s\n%s", c.host, real, c.want, said)
		}
	}
}
