//go:build linux

package e2e

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// proxies are the real ones: ssh -D, microsocks, tinyproxy, and tinyproxy behind stunnel.
// Those with a password have chris's, "s3cret,with@signs".
type proxies struct{ sshD, microsocks, tinyproxy, guarded, stunnel string }

const proxyPassword = "s3cret,with@signs"

func (v *visit) proxies() proxies {
	v.t.Helper()
	p := proxies{"127.0.0.1:9050", "127.0.0.1:9051", "127.0.0.1:9052", "127.0.0.1:9053", "127.0.0.1:9054"}
	dir := v.t.TempDir()
	port := func(addr string) string { return addr[strings.LastIndexByte(addr, ':')+1:] }
	tiny := func(addr string, more string) []string {
		conf := dir + "/tinyproxy-" + port(addr)
		v.write(conf, "Port "+port(addr)+"\nListen 127.0.0.1\nLogLevel Critical\nConnectPort 22\nConnectPort 9051\n"+more)
		return []string{"tinyproxy", "-d", "-c", conf}
	}
	v.must(do("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=proxy",
		"-addext", "subjectAltName=DNS:proxy.example.com,IP:127.0.0.1", "-keyout", dir+"/key", "-out", dir+"/cert"))
	v.must(do("cp", dir+"/cert", lab+"/authority.pem"))
	v.must(os.Chmod(lab+"/authority.pem", 0o644))
	v.write(dir+"/stunnel.conf", "foreground = yes\ndebug = crit\npid =\n[proxy]\naccept = "+p.stunnel+"\nconnect = "+p.tinyproxy+"\ncert = "+dir+"/cert\nkey = "+dir+"/key\n")
	for _, argv := range [][]string{
		{"/bin/sh", "-c", "exec microsocks -i 127.0.0.1 -p " + port(p.microsocks) + " -u chris -P " + proxyPassword + " 2>/dev/null"}, // it logs every client
		tiny(p.tinyproxy, ""),
		tiny(p.guarded, "BasicAuth chris guarded\n"),
		{"stunnel4", dir + "/stunnel.conf"},
	} {
		v.serve(exec.Command(argv[0], argv[1:]...))
	}
	v.serve(v.command("ssh", "-F", lab+"/ssh_config", "-N", "-D", p.sshD, "exact.example.com"))
	for _, addr := range []string{p.sshD, p.microsocks, p.tinyproxy, p.guarded, p.stunnel} {
		v.must(answers(addr))
	}
	v.private(home+"/password", "chris:"+proxyPassword+"\nhttp://chris:guarded@"+p.guarded+"\n")
	return p
}

// private writes a file of chris's that nobody else can read.
func (v *visit) private(path, content string) {
	v.t.Helper()
	v.write(path, content)
	v.must(os.Chmod(path, 0o600))
	v.must(os.Chown(path, chris, chris))
}

// Through every proxy ssh works, over pipes and with fdpass, the address that was checked
// is the one that is reached, and every byte arrives.
func TestVia(t *testing.T) {
	v := newVisit(t)
	p := v.proxies()
	const auth = " --via-auth-file " + home + "/password"
	for name, via := range map[string]string{
		"ssh -D":            "--via socks5://" + p.sshD,
		"microsocks":        "--via socks5://chris@" + p.microsocks + auth,
		"tinyproxy":         "--via http://" + p.tinyproxy,
		"tinyproxy, login":  "--via http://" + p.guarded + auth,
		"http, then socks5": "--via http://" + p.tinyproxy + " --via socks5://chris@" + p.microsocks + auth,
		"socks5, then http": "--via socks5://" + p.sshD + ",http://" + p.tinyproxy,
		"stunnel":           "--via https://" + p.stunnel,
	} {
		for _, way := range []string{"pipes", "fdpass"} {
			t.Run(name+", "+way, func(t *testing.T) {
				flags, passing := via, ""
				if way == "fdpass" {
					if name == "stunnel" {
						return // TestViaNotPassed
					}
					flags, passing = via+" --fdpass", "\tProxyUseFdpass yes\n"
				}
				v.sshConfig("Host *\n" + passing + "\tProxyCommand env SSL_CERT_FILE=" + lab + "/authority.pem rdnsproxy " + flags + " %h %p\n")
				o := v.ssh("my.example.com", "echo $SSH_CONNECTION")
				if !strings.HasSuffix(o.out, " 192.168.1.243 22\n") || !strings.HasPrefix(o.err, articleWarning) {
					t.Errorf("%+v", o)
				}
				// Both directions, and ends.
				cmd := v.command("ssh", "exact.example.com", "sha256sum; head -c 3000000 /dev/zero | sha256sum; head -c 3000000 /dev/zero")
				o = v.finish(cmd, io.LimitReader(zeros{}, 3000000))
				sums, rest, _ := strings.Cut(o.out, "\x00")
				lines := strings.Fields(sums)
				if o.status != 0 || o.err != "" || len(lines) != 4 || lines[0] != lines[2] || len(rest) != 3000000-1 {
					t.Errorf("status %d, %s, sums %q, %d bytes", o.status, o.err, sums, len(rest))
				}
				v.sshConfig("Host *\n" + passing + "\tProxyCommand env SSL_CERT_FILE=" + lab + "/authority.pem rdnsproxy --policy strict " + flags + " %h %p\n")
				if o := v.ssh("exact.example.com", "echo hello"); o != (outcome{"hello\n", "", 0}) {
					t.Errorf("strict: %+v", o)
				}
				if o := v.run("ssh", "mismatch.example.com", "true"); o.status != 255 || !strings.Contains(o.err, "refused by --policy strict: mismatch.example.com is 198.51.100.18") {
					t.Errorf("strict: %+v", o)
				}
			})
		}
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

// What does not go through TLS as a descriptor is refused before anything is connected.
func TestViaNotPassed(t *testing.T) {
	v := newVisit(t)
	v.sshConfig("Host *\n\tProxyUseFdpass yes\n\tProxyCommand rdnsproxy --fdpass --via https://127.0.0.1:1 %h %p\n")
	o := v.run("ssh", "my.example.com", "true")
	if o.status != 255 || !strings.HasPrefix(o.err, "rdnsproxy: error: --fdpass cannot pass a connection inside TLS") {
		t.Errorf("%+v", o)
	}
}

// The proxy looks the name up: this machine, whose resolver answers nobody, does not.
// my.example.com would be warned about.
func TestViaByName(t *testing.T) {
	v := newVisit(t)
	p := v.proxies()
	for _, flags := range []string{"--via socks5h://" + p.sshD, "--remote-dns --via http://" + p.tinyproxy} {
		for _, way := range []string{"", "ProxyUseFdpass yes"} {
			passing := ""
			if way != "" {
				passing = "--fdpass "
			}
			v.sshConfig("Host *\n\t" + way + "\n\tProxyCommand rdnsproxy -v --resolver 127.0.0.1:9 " + passing + flags + " %h %p\n")
			o := v.ssh("my.example.com", "echo $SSH_CONNECTION")
			if !strings.HasSuffix(o.out, " 192.168.1.243 22\n") || !strings.Contains(o.err, ": nothing about its address was checked\n") || strings.Contains(o.err, "warning") {
				t.Errorf("%s: %+v", flags, o)
			}
		}
	}
}

// ssh -J reaches its jump host through the proxy: the jump host is checked, as always, and
// what is behind it is the jump host's business.
func TestViaToJumpHost(t *testing.T) {
	v := newVisit(t)
	p := v.proxies()
	v.sshConfig("Host my.example.com\n\tProxyCommand rdnsproxy --via socks5://" + p.sshD + " %h %p\n")
	o := v.ssh("-J", "my.example.com", "exact.example.com", "echo $SSH_CONNECTION")
	if !strings.HasSuffix(o.out, " 198.51.100.10 22\n") || strings.Count(o.err, articleWarning) != 1 {
		t.Errorf("%+v", o)
	}
	if got := strings.Count(v.sshdSaid(sshdPlain), "Accepted publickey"); got != 3 {
		t.Errorf("%d logins, want the tunnel, the jump host and the one behind it", got)
	}
}

// check sees the host's key through the proxy, and reports what the proxy says.
func TestViaCheck(t *testing.T) {
	v := newVisit(t)
	p := v.proxies()
	v.sshConfig("")
	for _, via := range []string{"socks5://" + p.sshD, "http://" + p.tinyproxy} {
		if o := v.run("rdnsproxy", "check", "--via", via, "exact.example.com"); o.status != 0 || !strings.Contains(o.out, "SSH-2.0-OpenSSH") || !strings.Contains(o.out, "known_hosts") {
			t.Errorf("%s: %+v", via, o)
		}
	}
	for via, says := range map[string]string{
		"socks5://" + p.sshD:    ": it closed the connection without an answer about 198.51.100.10:9, as ssh -D does",
		"http://" + p.tinyproxy: ": it answers: 403 Access violation",
	} {
		o := v.run("rdnsproxy", "check", "--via", via, "exact.example.com:9")
		if o.status != 1 || !strings.Contains(strings.Join(strings.Fields(o.out), " "), "proxy "+via+says) {
			t.Errorf("%s: %+v, want %s", via, o, says)
		}
	}
}

// ssh is killed while a proxy says nothing: the helper ends with it.
func TestViaKilled(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:9055")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	v := newVisit(t)
	for _, scheme := range []string{"socks5", "socks5h", "http", "https"} {
		v.sshConfig(fmt.Sprintf("Host *\n\tProxyCommand rdnsproxy --via %s://127.0.0.1:9055 %%h %%p\n", scheme))
		s := v.begin("exact.example.com", "true")
		c, err := silent.Accept()
		v.must(err)
		v.must(s.cmd.Process.Kill())
		s.cmd.Wait()
		v.eventually("the helper ends after its ssh", func() bool { return len(helpers()) == 0 })
		c.Close()
		if s.errs.Len() > 0 {
			t.Errorf("%s: said %q", scheme, &s.errs)
		}
	}
}

// ssh's options for connecting are about the connection to the nearest proxy, and
// ConnectTimeout includes what it does.
func TestViaOptions(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:9055")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	v := newVisit(t)
	for _, way := range []string{"", "ProxyUseFdpass yes"} {
		flags := ""
		if way != "" {
			flags = "--fdpass "
		}
		v.sshConfig("BindAddress 198.51.100.77\nConnectTimeout 2\nHost *\n\t" + way + "\n\tProxyCommand rdnsproxy " + flags + "--via socks5://127.0.0.1:9055 %h %p\n")
		from := make(chan string, 1)
		go func() {
			c, err := silent.Accept()
			if err != nil {
				return
			}
			from <- c.RemoteAddr().String()
			io.Copy(io.Discard, c)
			c.Close()
		}()
		o := v.run("ssh", "exact.example.com", "true")
		const said = "rdnsproxy: error: exact.example.com: proxy socks5://127.0.0.1:9055: it did not answer in time about 198.51.100.10:22\n"
		if o.status != 255 || !strings.HasPrefix(o.err, said) {
			t.Errorf("%+v", o)
		}
		if got := <-from; !strings.HasPrefix(got, "198.51.100.77:") {
			t.Errorf("connected from %s", got)
		}
	}
}
