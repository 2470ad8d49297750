package vouch

import (
	"encoding/base64"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

// FuzzOffered: whatever ssh passes on of a server, the line for known_hosts is one line,
// about the one name that DNS is asked about, and with a key that ssh reads back.
func FuzzOffered(f *testing.F) {
	f.Add("my.example.com", "ssh-ed25519", ed25519)
	f.Add("[my.example.com]:2222", "ssh-ed25519", ed25519)
	f.Add("*,!a b\n@revoked", rsaType, "AAAAB3NzaC1yc2E")
	f.Add("[a]:22,*", "ssh-ed25519-cert-v01@openssh.com", "AAAA")
	f.Fuzz(func(t *testing.T, lookedUp, keyType, key string) {
		o, err := parse([]string{"HOSTNAME", lookedUp, keyType, key})
		if err != nil {
			t.Fatal(err)
		}
		host, name, why := o.subject()
		if (name == "") != (why != "") {
			t.Fatalf("%q is %q, %q", lookedUp, name, why)
		}
		k, line, why := o.offered()
		if name == "" || why != "" {
			return
		}
		if strings.ContainsAny(host, "*?!,|#@ \t\r\n[]\x00") {
			t.Errorf("%q is not a single name of known_hosts", host)
		}
		marker, hosts, public, _, rest, err := ssh.ParseKnownHosts([]byte(line))
		if err != nil || marker != "" || len(rest) > 0 || len(hosts) != 1 || hosts[0] != lookedUp || public.Type() != keyType {
			t.Errorf("%q: %q, %q, %v", line, marker, hosts, err)
		}
		if strings.Count(line, "\n") != 1 || base64.StdEncoding.EncodeToString(k.Blob) != base64.StdEncoding.EncodeToString(public.Marshal()) {
			t.Errorf("%q has another key", line)
		}
	})
}
