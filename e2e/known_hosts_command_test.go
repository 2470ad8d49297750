//go:build linux

package e2e

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"strings"
	"testing"

	dnslab "rdnsproxy/internal/lab"
)

// sshfp returns the data of a key's SSHFP records, with SHA-1 and with SHA-256.
func (v *visit) sshfp(key hostKey) (one, two string) {
	v.t.Helper()
	blob, err := base64.StdEncoding.DecodeString(strings.Fields(key.public)[1])
	v.must(err)
	first, second := sha1.Sum(blob), sha256.Sum256(blob)
	return "4 1 " + hex.EncodeToString(first[:]), "4 2 " + hex.EncodeToString(second[:])
}

// vouching is rdnsproxy as a KnownHostsCommand, in both of its forms.
const (
	vouching       = "KnownHostsCommand " + program + " known-hosts %I %H %t %K %h\n"
	vouchingByArgs = "KnownHostsCommand " + program + " known-hosts %I %H %t %K\n"
)

// With the real ssh, which asks nobody: a key is accepted if a validated SSHFP record of
// the very host matches it by SHA-256, and nothing else is changed by the command. It never
// makes ssh end a connection.
func TestKnownHostsCommand(t *testing.T) {
	v := newVisit(t)
	key, other := v.hostKey("offered"), v.hostKey("stranger")
	v.serveSSH("2401", key)
	v.serveSSH("22401", key)
	good1, good2 := v.sshfp(key)
	_, others := v.sshfp(other)
	v.write(lab+"/revoked", key.public)

	server := v.dns(dnslab.Zone("keys.test",
		"good A 127.0.0.1", "good SSHFP "+good2,
		"both A 127.0.0.1", "both SSHFP "+good1, "both SSHFP "+good2,
		"sha1 A 127.0.0.1", "sha1 SSHFP "+good1,
		"wrong A 127.0.0.1", "wrong SSHFP "+others,
		"mixed A 127.0.0.1", "mixed SSHFP "+good2, "mixed SSHFP "+others,
		"none A 127.0.0.1",
		"unsigned A 127.0.0.1", "unsigned SSHFP "+good2,
		"alias CNAME good",
		"mute A 127.0.0.1", "mute SSHFP "+good2,
	))
	for _, name := range []string{"good", "both", "sha1", "wrong", "mixed", "none", "alias"} {
		server.Fault(name+".keys.test", dnslab.Authentic)
	}
	const common = "Port 2401\nGlobalKnownHostsFile none\nUserKnownHostsFile " + home + "/known\nIdentityFile none\nUpdateHostKeys no\n"
	for _, c := range []struct{ name, host, config, known, want string }{
		{"a match", "good.keys.test", "", "", "accepted"},
		{"upper case", "GOOD.keys.test", "", "", "accepted"},
		{"another port", "good.keys.test", "Port 22401\n", "", "accepted"},
		{"both digests", "both.keys.test", "", "", "accepted"},
		{"SHA-1 alone", "sha1.keys.test", "", "", "unknown"},
		{"no match", "wrong.keys.test", "", "", "unknown"},
		{"one that differs", "mixed.keys.test", "", "", "unknown"},
		{"no record", "none.keys.test", "", "", "unknown"},
		{"not validated", "unsigned.keys.test", "", "", "unknown"},
		{"a CNAME, as ssh follows it", "alias.keys.test", "", "", "accepted"},
		{"an address", "127.0.0.1", "", "", "unknown"},
		{"an address in a short form", "127.1", "", "", "unknown"},
		{"no search list", "good", "", "", "unknown"},
		{"HostName", "nickname", "HostName good.keys.test\n", "", "accepted"},
		{"HostKeyAlias that DNS has", "none.keys.test", "HostKeyAlias good.keys.test\n", "", "unknown"},
		{"HostKeyAlias of a good host", "good.keys.test", "HostKeyAlias cluster\n", "", "unknown"},
		{"HostKeyAlias of a good host, other name", "good.keys.test", "HostKeyAlias both.keys.test\n", "", "unknown"},
		{"HostKeyAlias that only ssh evaluates", "none.keys.test", "Match exec true\nHostKeyAlias both.keys.test\nMatch all\n", "", "unknown"},
		{"known for another name", "none.keys.test", "", "other.keys.test " + key.public, "unknown"},
		{"known", "none.keys.test", "", "[none.keys.test]:2401 " + key.public, "accepted"},
		{"another is known, DNS has no match", "wrong.keys.test", "", "[wrong.keys.test]:2401 " + other.public, "changed"},
		{"another is known, DNS vouches", "good.keys.test", "", "[good.keys.test]:2401 " + other.public, "accepted"},
		{"@revoked", "good.keys.test", "", "@revoked * " + key.public, "revoked"},
		{"RevokedHostKeys", "good.keys.test", "RevokedHostKeys " + lab + "/revoked\n", "", "revoked"},
		{"CheckHostIP", "good.keys.test", "CheckHostIP yes\n", "", "accepted"},
	} {
		for form, command := range map[string]string{"with %h": vouching, "without %h": vouchingByArgs} {
			if c.host == "good" {
				v.write("/etc/resolv.conf", "nameserver 127.0.0.99\noptions trust-ad\nsearch keys.test\n")
			} else {
				v.write("/etc/resolv.conf", "nameserver 127.0.0.99\noptions trust-ad\n")
			}
			v.write(home+"/known", c.known)
			v.write(home+"/config", c.config+common+command)
			if real, said := v.sshOnKey("-F", home+"/config", c.host); real != c.want {
				t.Errorf("%s, %s: %s, want %s\n%s", c.name, form, real, c.want, said)
			}
			if c.want != "revoked" && form == "with %h" { // check runs the command as ssh does
				v.must(os.RemoveAll(home + "/.cache"))
				if ours, told := v.checkOnKey("-F", home+"/config", c.host); ours != c.want {
					t.Errorf("%s: check says %s, want %s\n%s", c.name, ours, c.want, told)
				}
			}
		}
	}

	// Without %h, what other programs and the command line say to ssh counts too.
	v.write(home+"/known", "")
	v.write(home+"/config", strings.Replace(common, "IdentityFile none", "BatchMode yes\nStrictHostKeyChecking yes\nIdentityFile none", 1)+vouchingByArgs)
	for _, c := range []struct {
		argv []string
		want string
	}{
		{[]string{"ssh", "-oHostKeyAlias=both.keys.test", "none.keys.test"}, "host key is known for"},
		{[]string{"ssh", "-o", "HostName good.keys.test", "anything"}, "Permission denied"},
		{[]string{"scp", "good.keys.test:x", "y"}, "Permission denied"},
		{[]string{"sftp", "-oHostKeyAlias=both.keys.test", "none.keys.test:x", "y"}, "host key is known for"},
	} {
		argv := append([]string{c.argv[0], "-F", home + "/config"}, c.argv[1:]...)
		if o := v.run(argv...); !strings.Contains(o.err, c.want) {
			t.Errorf("%q: %+v", argv, o)
		}
	}

	v.write(home+"/config", common+vouching)
	v.write("/etc/resolv.conf", "nameserver 127.0.0.99\n")
	if real, said := v.sshOnKey("-F", home+"/config", "good.keys.test"); real != "unknown" {
		t.Errorf("without trust-ad: %s\n%s", real, said)
	}
	server.Fault("mute.keys.test", dnslab.Drop)
	v.write("/etc/hosts", pristine["hosts"]+"127.0.0.1 mute.keys.test\n")
	v.write("/etc/resolv.conf", "nameserver 127.0.0.99\noptions trust-ad timeout:30 attempts:5\n")
	if real, said := v.sshOnKey("-F", home+"/config", "mute.keys.test"); real != "unknown" || strings.Contains(said, "KnownHostsCommand") {
		t.Errorf("no answer: %s\n%s", real, said)
	}
}

// Whatever is wrong with its command line, the KnownHostsCommand ends no connection. It
// tells a person what is wrong, and is silent otherwise.
func TestKnownHostsCommandHarmless(t *testing.T) {
	v := newVisit(t)
	for _, command := range []string{
		"known-hosts", "known-hosts %I", "known-hosts %I %H %t %K %h more", "known-hosts --nosuch %I %H %t %K",
		"--nosuch known-hosts %I %H %t %K", "known-hosts %H %I %t %K", "known-hosts --check-timeout soon %I %H %t %K %h",
	} {
		v.sshConfig("ProxyCommand none\nKnownHostsCommand " + program + " " + command + "\n")
		o := v.run("ssh", "exact.example.com", "echo hello")
		if o.status != 0 || o.out != "hello\n" || !strings.HasPrefix(o.err, "rdnsproxy: error: ") {
			t.Errorf("%s: %+v", command, o)
		}
	}
	v.sshConfig("ProxyCommand none\n" + vouching)
	if o := v.ssh("exact.example.com", "echo hello"); o != (outcome{"hello\n", "", 0}) {
		t.Errorf("%+v", o)
	}
	v.sshConfig("ProxyCommand none\n" + strings.Replace(vouching, "known-hosts", "known-hosts -v", 1))
	if o := v.ssh("exact.example.com", "echo hello"); o.out != "hello\n" || !strings.Contains(o.err, "rdnsproxy: notice: exact.example.com: nothing vouches for the key: SSHFP records: ") {
		t.Errorf("%+v", o)
	}
}

// A certificate is not for DNS, even if its plain key has a record.
func TestKnownHostsCommandCertificate(t *testing.T) {
	v := newVisit(t)
	key, authority := v.hostKey("certified"), v.hostKey("authority")
	v.must(do("ssh-keygen", "-q", "-s", authority.path, "-I", "host", "-h", "-n", "good.keys.test", key.path+".pub"))
	v.serveSSH("2402", key, "HostCertificate "+key.path+"-cert.pub")
	_, good2 := v.sshfp(key)
	server := v.dns(dnslab.Zone("keys.test", "good A 127.0.0.1", "good SSHFP "+good2))
	server.Fault("good.keys.test", dnslab.Authentic)
	v.write("/etc/resolv.conf", "nameserver 127.0.0.99\noptions trust-ad\n")
	v.write(home+"/known", "")
	v.write(home+"/config", "Port 2402\nGlobalKnownHostsFile none\nUserKnownHostsFile "+home+"/known\nIdentityFile none\n"+vouching)
	certificate := strings.Fields(v.content(key.path + "-cert.pub"))
	o := v.run("rdnsproxy", "known-hosts", "HOSTNAME", "[good.keys.test]:2402", certificate[0], certificate[1], "good.keys.test")
	if o != (outcome{}) {
		t.Errorf("%+v", o)
	}
	plain := strings.Fields(key.public)
	o = v.run("rdnsproxy", "known-hosts", "HOSTNAME", "[good.keys.test]:2402", plain[0], plain[1], "good.keys.test")
	if want := fmt.Sprintf("[good.keys.test]:2402 %s %s\n", plain[0], plain[1]); o != (outcome{want, "", 0}) {
		t.Errorf("%+v", o)
	}
	// ssh falls back to the plain key, since it does not know the authority, but does not run
	// the command for that.
	if real, said := v.sshOnKey("-F", home+"/config", "good.keys.test"); real != "unknown" {
		t.Errorf("%s: %s", real, said)
	}
}
