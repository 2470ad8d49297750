//go:build linux

package e2e

import (
	"crypto/rand"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

// TestAuditCertificateAddress: a certificate that names other addresses is refused by itself, and
// not by from= in authorized_keys.
func TestAuditCertificateAddress(t *testing.T) {
	o := newOffice(t, rsyslogSocket)
	o.write(audited+"/keys/deploy", `from="10.0.0.0/8" `+string(ssh.MarshalAuthorizedKey(o.keys["deploy"].PublicKey())))
	o.write(audited+"/keys/chris", "cert-authority "+string(ssh.MarshalAuthorizedKey(o.keys["ca"].PublicKey())))
	o.rsyslog()
	for _, trusted := range []string{"none", audited + "/ca.pub"} { // by a line of authorized_keys, and by sshd_config
		stop := o.sshd(auditPort, "TrustedUserCAKeys "+trusted)
		if o.login(clientConfirmed, "chris", o.bound("chris", "10.0.0.0/8")) {
			t.Fatal("the certificate logs in")
		}
		if !o.login(clientAlso, "chris", o.bound("chris", clientAlso)) {
			t.Fatal("the certificate does not log in")
		}
		stop()
	}
	stop := o.sshd(auditPort)
	if o.login(clientMismatch, "deploy", o.key("deploy")) {
		t.Fatal("deploy logs in")
	}
	o.quiet()
	stop()
	log := o.written("rfc3339.log")
	r, raw := o.report(nil, audited+"/rfc3339.log")
	for _, f := range r.Findings {
		switch f.Code {
		case "login.refused-certificate":
			if !strings.HasPrefix(f.Text, clientConfirmed+": it offered a valid certificate of chris, and "+auditHost+" refused it ") {
				t.Error(f.Text)
			}
		case "login.refused-from", "login.refused-by-name":
			if !strings.HasPrefix(f.Text, clientMismatch+": it offered an authorized key of deploy") {
				t.Error(f.Text)
			}
		}
	}
	if !r.has("login.refused-certificate") || !r.has("login.refused-from") {
		t.Errorf("%q\n%s\n%s", r.codes(), log, raw)
	}
	text := o.audit(nil, "--client", clientConfirmed, audited+"/rfc3339.log").out
	if !strings.Contains(text, "ssh-keygen -O source-address=") || strings.Contains(text, "to from=") {
		t.Errorf("%s", text)
	}
}

// bound returns a key with a certificate that may be used from the given addresses only.
func (o *office) bound(user, addresses string) ssh.AuthMethod {
	o.t.Helper()
	cert := &ssh.Certificate{
		Key: o.keys["stranger"].PublicKey(), Serial: 8, CertType: ssh.UserCert, KeyId: "bound",
		ValidPrincipals: []string{user}, ValidBefore: ssh.CertTimeInfinity,
		Permissions: ssh.Permissions{CriticalOptions: map[string]string{"source-address": addresses}},
	}
	o.must(cert.SignCert(rand.Reader, o.keys["ca"]))
	signer, err := ssh.NewCertSigner(cert, o.keys["stranger"])
	o.must(err)
	return ssh.PublicKeys(signer)
}

// TestAuditDeniedByName: AllowUsers has bob@*.deru.net. Only if the server complains about the
// client's name where it denies bob is that name why.
func TestAuditDeniedByName(t *testing.T) {
	for _, useDNS := range []string{"no", "yes"} {
		t.Run(useDNS, func(t *testing.T) {
			o := newOffice(t, rsyslogSocket)
			o.rsyslog()
			stop := o.sshd(auditPort)
			if !o.login(clientUnresolvable, "chris", o.key("chris")) { // with a complaint
				t.Fatal("chris does not log in")
			}
			stop()
			stop = o.sshd(auditPort, "UseDNS "+useDNS)
			if o.login(clientUnresolvable, "bob", o.key("bob")) {
				t.Fatal("bob logs in")
			}
			o.quiet()
			stop()
			log := o.written("rfc3339.log")
			r, _ := o.report(nil, "--sshd-config", audited+"/sshd_config", audited+"/rfc3339.log")
			if r.has("login.denied-by-name") != (useDNS == "yes") || !r.has("login.badly-mapped") {
				t.Errorf("%q\n%s", r.codes(), log)
			}
			for _, f := range r.Findings {
				if f.Code == "login.denied-by-name" {
					t.Log(f.Text)
				}
			}
		})
	}
}
