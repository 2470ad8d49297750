//go:build linux

package e2e

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/crypto/ssh"
)

// anOrdinaryDay is what happens at the office on one day: people log in, some of them
// from badly mapped addresses, some rules of the server go by names and fail for that,
// and strangers guess.
func (o *office) anOrdinaryDay() {
	o.t.Helper()
	expect := func(what string, got, want bool) {
		o.t.Helper()
		if got != want {
			o.t.Fatalf("%s: logged in %t", what, got)
		}
	}
	expect("chris by key", o.login(clientConfirmed, "chris", o.key("chris")), true)
	expect("chris by password", o.login(clientConfirmed, "chris", ssh.Password("secret")), true)
	expect("chris by keyboard-interactive", o.login(clientAlso, "chris", answer("secret")), true)
	expect("root by key", o.login(clientConfirmed, "root", o.key("root")), true)
	expect("chris, badly mapped", o.login(clientUnresolvable, "chris", o.key("chris")), true)
	expect("chris, badly mapped again", o.login(clientUnresolvable, "chris", o.key("chris")), true)
	expect("deploy, by a name that resolves elsewhere", o.login(clientMismatch, "deploy", o.key("deploy")), true)
	expect("deploy, numeric", o.login(clientNumeric, "deploy", o.key("deploy")), true)
	expect("deploy, no name", o.login(clientNameless, "deploy", o.key("deploy")), true)
	expect("deploy, dead zone", o.login(clientDeadZone, "deploy", o.key("deploy")), true)
	expect("deploy, IPv6", o.login(clientMismatch6, "deploy", o.key("deploy")), true)
	// from="*.deru.net,good.example.com" asks for a name that the client should have.
	expect("backup", o.login(clientUnresolvable, "backup", o.key("backup")), false)
	expect("backup", o.login(clientUnresolvable, "backup", o.key("backup")), false)
	// AllowUsers anna@*.example.net, bob@*.deru.net
	expect("anna", o.login(clientConfirmed, "anna", o.key("anna")), true)
	expect("anna, badly mapped", o.login(clientMismatch, "anna", o.key("anna")), false)
	expect("bob, badly mapped", o.login(clientUnresolvable, "bob", o.key("bob")), false)
	expect("bob, elsewhere", o.login(clientConfirmed, "bob", o.key("bob")), false)
	// Guessing, with a password typed at the user prompt among it.
	for _, user := range []string{"root", "admin", "oracle", "hunter2!", "root"} {
		expect(user, o.login(clientGuessing, user, ssh.RetryableAuthMethod(ssh.Password("123456"), 3)), false)
	}
	expect("kbdint", o.login(clientGuessing, "chris", ssh.RetryableAuthMethod(answer("123456"), 2)), false)
	expect("a strange key", o.login(clientAlso, "chris", o.key("stranger")), false)
	o.probes()
	o.quiet()
}

// probes are connections that never try to log in.
func (o *office) probes() {
	o.t.Helper()
	o.dial(clientGuessing, auditPort).Close()
	for _, said := range []string{"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "SSH-2.0-probe\r\n", "\x16\x03\x01\x00\xa5\x01\x00\r\n"} {
		c := o.dial(clientGuessing, auditPort)
		io.WriteString(c, said)
		bufio.NewReader(c).ReadString('\n')
		c.Close()
	}
	c := o.dial(clientGuessing, auditPort)
	ssh.NewClientConn(c, "", &ssh.ClientConfig{User: "x", HostKeyCallback: ssh.InsecureIgnoreHostKey(),
		Config: ssh.Config{KeyExchanges: []string{ssh.InsecureKeyExchangeDH1SHA1}}})
	c.Close()
	c = o.dial(clientGuessing, auditPort)
	io.WriteString(c, "SSH-2.0-bye\r\n")
	c.Write(disconnect("Bye Bye"))
	io.Copy(io.Discard, c)
	c.Close()
}

// hostbased logs in by the client's host key, from a badly mapped address. The real ssh
// says who it thinks it is.
func (o *office) hostbased() {
	o.t.Helper()
	o.must(do("cp", lab+"/hostkey", "/etc/ssh/ssh_host_ed25519_key"))
	o.must(do("cp", lab+"/hostkey.pub", "/etc/ssh/ssh_host_ed25519_key.pub"))
	o.write("/etc/ssh/ssh_config", "EnableSSHKeysign yes\n")
	o.t.Cleanup(func() { os.WriteFile("/etc/ssh/ssh_config", nil, 0o644) })
	o.write("/etc/ssh/shosts.equiv", "office.example.net\n")
	key, err := os.ReadFile(lab + "/hostkey.pub")
	o.must(err)
	o.write("/etc/ssh/ssh_known_hosts", "*.example.net,*.deru.net,"+clientUnresolvable+" "+string(key))
	for from, status := range map[string]int{clientConfirmed: 0, clientUnresolvable: 255} {
		out := o.run("ssh", "-F", "/dev/null", "-b", from, "-p", auditPort, "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
			"-o", "EnableSSHKeysign=yes", "-o", "HostbasedAcceptedAlgorithms=ssh-ed25519", "-o", "HostbasedAuthentication=yes",
			"-o", "PreferredAuthentications=hostbased", "-l", "chris", "127.0.0.1", "true")
		if out.status != status {
			o.t.Errorf("hostbased from %s: %+v", from, out)
		}
	}
}

// forgeries are what a stranger can write into a log of sshd's. Each names forgedClient.
func (o *office) forgeries() {
	o.t.Helper()
	guess := func(user string) { o.login(clientForger, user, ssh.Password("x")) }
	// The log escapes each \001 to four or five characters and then cuts the line, so
	// that it ends in the user's words.
	for n := 84; n <= 124; n += 4 {
		guess(strings.Repeat("\x01", n) + " " + forgedClient + " port 22 [preauth] x")
	}
	guess("root from " + forgedClient + " port 22 ssh2")
	guess("x from " + forgedClient + " port 22 ssh2: RSA SHA256:0123456789abcdefghijABCDEFGHIJ0123456789abc")
	guess("Invalid user x from " + forgedClient + " port 22")
	guess("")
	guess(" " + forgedClient + " port 22")
	guess("a rhost=" + forgedClient + "  user=root")
	guess("x from " + forgedClient + " not allowed because not listed in AllowUsers")
	guess("x\ny from " + forgedClient + " port 22 ssh2\nz")
	guess("x\r\nAccepted password for root from " + forgedClient + " port 22 ssh2\r\ny")
	// A certificate's key ID stands behind the address.
	if !o.login(clientForger, "chris", o.certified("chris", "kid from "+forgedClient+" port 22 ssh2", o.keys["ca"])) {
		o.t.Fatal("the certificate does not log in")
	}
	o.login(clientForger, "chris", o.certified("chris", "kid from "+forgedClient+" port 22 ssh2", o.keys["stranger"]))
	o.login(clientForger, "chris", o.certified("deploy", "kid ssh2: from "+forgedClient+" port 22 ssh2 x", o.keys["ca"]))
	o.login(clientForger, "nobody-here", o.certified("nobody-here", "kid from "+forgedClient+" port 22 ssh2", o.keys["ca"]))
	// What a client says before it authenticates.
	for _, text := range []string{"x from " + forgedClient + " port 22:11: y", "bye " + forgedClient + " port 22 [preauth]", "x\nAccepted password for root from " + forgedClient + " port 22 ssh2"} {
		c := o.dial(clientForger, auditPort)
		io.WriteString(c, "SSH-2.0-bye\r\n")
		c.Write(disconnect(text))
		io.Copy(io.Discard, c)
		c.Close()
	}
	for _, banner := range []string{"Accepted password for root from " + forgedClient + " port 22 ssh2", fmt.Sprintf("x' from %s port 22", forgedClient)} {
		c := o.dial(clientForger, auditPort)
		io.WriteString(c, banner+"\r\n")
		io.Copy(io.Discard, c)
		c.Close()
	}
	o.quiet()
}
