//go:build linux

package e2e

import (
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

// TestAuditUseDNSNo: with UseDNS no, the default since OpenSSH 6.8, from= with a host name
// refuses everybody, also a client whose name is in order. sshd does not say why.
func TestAuditUseDNSNo(t *testing.T) {
	for _, useDNS := range []string{"no", "yes"} {
		t.Run(useDNS, func(t *testing.T) {
			o := newOffice(t, rsyslogSocket)
			o.write(audited+"/keys/deploy", `from="*.example.net" `+string(ssh.MarshalAuthorizedKey(o.keys["deploy"].PublicKey())))
			o.rsyslog()
			stop := o.sshd(auditPort, "UseDNS "+useDNS)
			in := o.login(clientConfirmed, "deploy", o.key("deploy"))
			if in != (useDNS == "yes") {
				t.Fatalf("logged in %t", in)
			}
			o.quiet()
			stop()
			o.written("rfc3339.log")
			r, raw := o.report(nil, audited+"/rfc3339.log")
			if refused := r.has("login.refused-by-name"); refused == in || r.has("sshd.usedns-on") {
				t.Errorf("%q\n%s", r.codes(), raw)
			}
			for _, f := range r.Findings {
				if f.Code == "login.refused-by-name" && (!strings.Contains(f.Text, "UseDNS") || !strings.Contains(f.Text, "office.example.net")) {
					t.Errorf("%q", f.Text)
				} else if f.Code == "login.refused-by-name" {
					t.Log(f.Text)
				}
			}
		})
	}
}
