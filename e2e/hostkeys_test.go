//go:build linux

package e2e

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// hostKey is a host's key pair, made for one test.
type hostKey struct {
	path        string
	public      string // as in known_hosts, with its newline
	fingerprint string // SHA256:...
}

// hostKey makes one; "" is the key of the permanent servers.
func (v *visit) hostKey(name string) hostKey {
	v.t.Helper()
	path := lab + "/hostkey"
	if name != "" {
		path = v.t.TempDir() + "/" + name
		v.must(do("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path))
	}
	o := v.finish(v.rootCommand("ssh-keygen", "-l", "-f", path+".pub"), nil)
	words := strings.Fields(o.out)
	if len(words) < 2 || !strings.HasPrefix(words[1], "SHA256:") {
		v.t.Fatalf("%+v", o)
	}
	return hostKey{path, v.content(path + ".pub"), words[1]}
}

// rootKnows writes root's known_hosts.
func (v *visit) rootKnows(lines ...string) {
	v.t.Helper()
	v.write(rootHome+"/.ssh/known_hosts", strings.Join(lines, ""))
}

// serveSSH runs another sshd with this host key, and these lines at the end of its
// configuration, until stop is called.
func (v *visit) serveSSH(port string, key hostKey, lines ...string) (stop func()) {
	v.t.Helper()
	conf := v.t.TempDir() + "/sshd_config"
	v.write(conf, strings.Replace(v.content(lab+"/sshd_config"), lab+"/hostkey", key.path, 1)+strings.Join(lines, "\n")+"\n")
	argv := sshd(port, "no")
	for i, word := range argv {
		if word == lab+"/sshd_config" {
			argv[i] = conf
		}
	}
	s := v.serve(exec.Command(argv[0], argv[1:]...))
	v.must(answers("127.0.0.1:" + port))
	return func() { s.end() }
}

// added returns the line that hosts add has appended to the file, without the date.
func (v *visit) added(argv ...string) string {
	v.t.Helper()
	if o := v.asRoot(append([]string{"rdnsproxy", "hosts", "add", "--yes"}, argv...)...); o.status != 0 {
		v.t.Fatalf("%q: %+v", argv, o)
	}
	line, ours := strings.CutPrefix(v.content("/etc/hosts"), pristine["hosts"])
	if !ours {
		v.t.Fatalf("the file is %q", line)
	}
	return undated(line)
}

// undated removes the date from notes.
func undated(lines string) string {
	return regexp.MustCompile(`(?m)(# rdnsproxy) \d{4}-\d\d-\d\d`).ReplaceAllString(lines, "$1")
}

// verified checks the exit status of hosts verify, and that its output has this text.
func (v *visit) verified(status int, code string) {
	v.t.Helper()
	if o := v.asRoot("rdnsproxy", "hosts", "verify"); o.status != status || !strings.Contains(o.out, code) {
		v.t.Errorf("verify: want status %d and %s: %+v", status, code, o)
	}
	// For any user, whether or not they have the key in known_hosts.
	v.write(home+"/.ssh/known_hosts", "")
	if o := v.run("rdnsproxy", "hosts", "verify"); o.status != status || !strings.Contains(o.out, code) {
		v.t.Errorf("verify as another user: want status %d and %s: %+v", status, code, o)
	}
}

// A known host key confirms the host, and the line records it.
func TestHostsKnownKey(t *testing.T) {
	v := newVisit(t)
	key := v.hostKey("")
	v.rootKnows("mail.example.com "+key.public, "my.example.com,192.168.1.243 "+key.public)
	v.must(do("ssh-keygen", "-q", "-H", "-f", rootHome+"/.ssh/known_hosts")) // as with HashKnownHosts, the default of many systems
	want := articleLine + "  # rdnsproxy unresolvable " + key.fingerprint + "\n"
	if got := v.added("my.example.com"); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	v.verified(0, "still right and needed")

	other := v.hostKey("other")
	v.write("/etc/hosts", strings.Replace(v.content("/etc/hosts"), key.fingerprint, other.fingerprint, 1))
	v.verified(1, "pin.key")
}

// A wrong host key is named, and no line is written.
func TestHostsKeyAgainst(t *testing.T) {
	v := newVisit(t)
	here, other := v.hostKey(""), v.hostKey("other")
	evidence := rootHome + "/.ssh/known_hosts:2)"
	for _, c := range []struct{ line, says string }{
		{"my.example.com " + other.public, "host key changed: 192.168.1.243 presents host key ssh-ed25519 " + here.fingerprint + ", which does not match the known ssh-ed25519 " + other.fingerprint + " (" + evidence},
		{"@revoked * " + here.public, "192.168.1.243 presents a revoked host key: ssh-ed25519 " + here.fingerprint + " (" + evidence},
	} {
		v.rootKnows("# people\n", c.line)
		v.refused(1, c.says, "my.example.com")
		v.refused(1, c.says, "--force", "my.example.com")
		v.refused(1, c.says, "--replace", "--address", "192.168.1.243", "my.example.com")
	}
}

// box is an alias in ssh's configuration.
const box = "Host box\n\tHostName my.example.com\n\tPort 2200\n"

// The key is verified where the line's was: at the port that was typed or that an alias
// has, although another sshd with another key has port 22.
func TestHostsKeyAtPort(t *testing.T) {
	for typed, config := range map[string]string{
		"my.example.com:2200":       "",
		"ssh://my.example.com:2200": "",
		"box":                       box,
	} {
		t.Run(strings.ReplaceAll(typed, "/", ""), func(t *testing.T) {
			v := newVisit(t)
			first, second := v.hostKey("first"), v.hostKey("second")
			stop := v.serveSSH("2200", first)
			v.rootKnows("[my.example.com]:2200 " + first.public)
			v.write(rootHome+"/.ssh/config", config)
			want := articleLine + "  # rdnsproxy unresolvable " + first.fingerprint + " port=2200\n"
			if got := v.added(typed); got != want {
				t.Errorf("%q, want %q", got, want)
			}
			v.must(os.Remove(rootHome + "/.ssh/config"))
			v.verified(0, "still right and needed")

			// The host's key changes: a user who has accepted that in known_hosts must
			// still be warned about the line.
			stop()
			v.serveSSH("2200", second)
			v.verified(1, "pin.key")
			v.rootKnows("[my.example.com]:2200 " + second.public)
			v.verified(1, "pin.key")
			v.write(rootHome+"/.ssh/config", config)
			if got := v.added(typed); got != strings.Replace(want, first.fingerprint, second.fingerprint, 1) {
				t.Errorf("renewed: %q", got)
			}
			v.verified(0, "still right and needed")
			if o := v.asRoot("rdnsproxy", "hosts", "remove", "--yes", typed); o.status != 0 || v.content("/etc/hosts") != pristine["hosts"] {
				t.Errorf("remove: %+v, the file is %q", o, v.content("/etc/hosts"))
			}
		})
	}
}

// The command suggested for root contains what only the user's configuration has: an
// alias, a port and a key from known_hosts.
func TestHostsKeyForRoot(t *testing.T) {
	v := newVisit(t)
	key := v.hostKey("first")
	v.serveSSH("2200", key)
	v.sshConfig(box)
	v.write(home+"/.ssh/known_hosts", "[my.example.com]:2200 "+key.public)
	o := v.run("rdnsproxy", "hosts", "add", "--yes", "box")
	line := sudoLine.FindStringSubmatch(o.err)
	if o.status != 1 || line == nil {
		t.Fatalf("%+v", o)
	}
	want := "+" + articleLine + "  # rdnsproxy unresolvable " + key.fingerprint + " port=2200\n"
	if as := v.asRoot("sh", "-c", line[1]); as.status != 0 || undated(changes(as.out)) != want || undated(changes(o.out)) != want {
		t.Errorf("%s: %+v, and the user was shown\n%s", line[1], as, o.out)
	}
}
