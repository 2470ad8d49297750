//go:build linux && kerberos

package e2e

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
)

// These programs are not needed otherwise: make test-kerberos installs them and runs these
// tests.
func init() {
	programsNeeded = append(programsNeeded, "krb5kdc", "kdb5_util", "kadmin.local", "kinit")
}

const (
	kerberosDir = lab + "/kerberos"
	sshdGSSAPI  = "2288" // an sshd with GSSAPIAuthentication yes
)

// kdc is a running KDC, a client's ticket for it, and an sshd with keys of its realms.
type kdc struct {
	v      *visit
	common string // the end of each krb5.conf
	seen   int    // bytes of the KDC's log that were read
}

// startKDC starts a KDC that knows the host principals, and an sshd that has their keys.
// A principal without a realm is of EXAMPLE.COM.
func (v *visit) startKDC(hosts []string) *kdc {
	v.t.Helper()
	v.must(os.RemoveAll(kerberosDir))
	v.must(do("cp", "-r", "testdata/kerberos", kerberosDir))
	k := &kdc{v: v, common: v.content(kerberosDir + "/krb5.conf")}
	k.configure("", "")
	v.t.Cleanup(func() { os.Remove("/etc/krb5.conf"); os.Remove("/etc/krb5.keytab") })

	for _, realm := range []string{"EXAMPLE.COM", "CORP.TEST"} {
		k.admin("kdb5_util", "create", "-s", "-r", realm, "-P", "master")
		lines := "addprinc -pw between krbtgt/CORP.TEST@EXAMPLE.COM\n"
		if realm == "EXAMPLE.COM" {
			lines += "addprinc -randkey chris\nktadd -q -k " + kerberosDir + "/chris.keytab chris\n"
		}
		for _, h := range hosts {
			if name, of, _ := strings.Cut(h+"@EXAMPLE.COM", "@"); strings.HasPrefix(of, realm) {
				lines += "addprinc -randkey " + name + "\nktadd -q -k /etc/krb5.keytab " + name + "\n"
			}
		}
		v.write(kerberosDir+"/lines", lines)
		k.admin("sh", "-c", "kadmin.local -r "+realm+" <"+kerberosDir+"/lines")
	}
	v.serve(k.command("krb5kdc", "-n", "-r", "EXAMPLE.COM", "-r", "CORP.TEST"))
	v.must(answers("127.0.0.1:88"))

	server := sshd(sshdGSSAPI, "no")
	// Its host principals are not those of this machine's own name.
	server = append(server, "-o", "GSSAPIAuthentication=yes", "-o", "GSSAPIStrictAcceptorCheck=no", "-o", "PubkeyAuthentication=no")
	v.serve(exec.Command(server[0], server[1:]...))
	v.must(answers("127.0.0.1:" + sshdGSSAPI))

	k.admin("kinit", "-k", "-t", kerberosDir+"/chris.keytab", "-c", "FILE:"+kerberosDir+"/tickets", "chris@EXAMPLE.COM")
	return k
}

// command returns a program of the KDC's side.
func (k *kdc) command(argv ...string) *exec.Cmd {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), "KRB5_KDC_PROFILE="+kerberosDir+"/kdc.conf", "KRB5_CONFIG="+kerberosDir+"/krb5.conf")
	return cmd
}

func (k *kdc) admin(argv ...string) {
	k.v.t.Helper()
	if out, err := k.command(argv...).CombinedOutput(); err != nil {
		k.v.t.Fatalf("%q: %v\n%s", argv, err, out)
	}
}

// configure writes the client's krb5.conf, with lines for [libdefaults] and [domain_realm]
// before those that are always the same: the first value of a setting counts.
func (k *kdc) configure(libdefaults, domainRealm string) {
	k.v.t.Helper()
	k.v.write("/etc/krb5.conf", "[libdefaults]\n"+libdefaults+"\n[domain_realm]\n"+domainRealm+"\n"+k.common)
}

// login runs ssh with a ticket for the KDC and no other, and returns the host principals
// that the KDC was asked for, in that order, each once.
func (k *kdc) login(args ...string) (asked []string, o outcome) {
	k.v.t.Helper()
	k.requests()
	tickets := home + "/tickets"
	k.v.must(do("install", "-o", "chris", "-m", "600", kerberosDir+"/tickets", tickets))
	cmd := k.v.command(append([]string{"ssh", "-p", sshdGSSAPI, "-o", "PreferredAuthentications=gssapi-with-mic"}, args...)...)
	cmd.Env = append(cmd.Env, "KRB5CCNAME=FILE:"+tickets)
	o = k.v.finish(cmd, nil)
	return k.requests(), o
}

var ticketRequest = regexp.MustCompile(`(?m)TGS_REQ .* for (host/\S+?),?( .*)?$`)

// requests returns what the KDC has logged since the last time.
func (k *kdc) requests() (asked []string) {
	k.v.t.Helper()
	log := k.v.content(kerberosDir + "/kdc.log")
	for _, m := range ticketRequest.FindAllStringSubmatch(log[k.seen:], -1) {
		if !slices.Contains(asked, m[1]) {
			asked = append(asked, m[1])
		}
	}
	k.seen = len(log)
	return asked
}
