package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	knownhostslines "golang.org/x/crypto/ssh/knownhosts"

	"rdnsproxy/check"
	"rdnsproxy/internal/cli"
	"rdnsproxy/internal/lab"
)

// The verdicts on which the real ssh and check must agree.
const (
	accepted = "accepted"
	unknown  = "unknown"
	changed  = "changed"
	revoked  = "revoked"
	refused  = "refused"  // ssh refuses regardless of known_hosts
	noMatch  = "no match" // no host key algorithm in common
)

// keyCase is a test case: the server, ssh's configuration about host keys, and
// known_hosts. {ed} and the like stand for keys, {at} for the name with its port, {dir}
// for the directory of the case's files.
type keyCase struct {
	name   string
	server string
	config string // lines, one each
	known  string
	want   string            // if "", ssh and check only have to agree
	files  map[string]string // further files in the directory; those that start with #! are executable
}

// patienceWithSSH is long enough to tell a hang from a slow machine.
const patienceWithSSH = time.Minute

// TestHostKeysAsSSH compares check's verdict on host keys with the real ssh's, with the
// same configuration and the same server.
func TestHostKeysAsSSH(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	c := newKeyCast(t)
	cases := slices.Concat(orderCases(), shapeCases(), certificateCases(), sizeCases(), revocationCases(), commandCases(), loopbackCases())
	if len(cases) < 120 {
		t.Errorf("%d situations, 120 are wanted", len(cases))
	}
	for i, k := range cases {
		if testing.Short() && i%8 != 0 {
			continue // each runs ssh and the program
		}
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			config := c.layOut(t, k)
			real, said := askSSH(t, config)
			ours, told := askCheck(t, config)
			if real != ours {
				t.Errorf("check: %s\nssh: %s\n%s\n%s", ours, real, told, said)
			}
			if k.want != "" && real != k.want {
				t.Errorf("to ssh it is %s, want %s\n%s", real, k.want, said)
			}
		})
	}
}

// orderCases combine the forms of HostKeyAlgorithms with contents of known_hosts.
func orderCases() []keyCase {
	var all []keyCase
	known := map[string]string{
		"nothing": "", "ed25519": "{at} {ed}\n", "RSA": "{at} {rsa}\n", "RSA by the plain name": "127.0.0.1 {rsa}\n",
		"a wrong ECDSA key": "{at} {alien-ec}\n", "revoked ed25519": "{at} {rsa}\n@revoked * {ed}\n",
	}
	for _, setting := range []string{
		"", "ssh-ed25519", "rsa-sha2-512", "rsa-sha2-256,ssh-ed25519", "+ssh-rsa", "-ssh-ed25519*", "-ssh-ed25519,rsa-sha2-512", "^rsa-sha2-512",
		"^ecdsa-sha2-*", "ssh-rsa", "ecdsa-sha2-nistp521", "rsa-sha2-*",
	} {
		for _, what := range []string{"nothing", "ed25519", "RSA", "RSA by the plain name", "a wrong ECDSA key", "revoked ed25519"} {
			k := keyCase{name: "HostKeyAlgorithms " + setting + ", known is " + what, server: "many", known: known[what]}
			if setting != "" {
				k.config = "HostKeyAlgorithms " + setting
			}
			all = append(all, k)
		}
	}
	return append(all,
		keyCase{name: "set for another host", server: "many", config: "Host other\nHostKeyAlgorithms rsa-sha2-512\nHost *", known: "{at} {ed}\n", want: accepted},
		keyCase{name: "set twice, the first counts", server: "many", config: "HostKeyAlgorithms ^rsa-sha2-512\nHostKeyAlgorithms -rsa*", known: "{at} {ed}\n"},
		keyCase{name: "in a block that only ssh can judge", server: "many", config: "Match exec true\nHostKeyAlgorithms rsa-sha2-512\nMatch all", known: "{at} {ed}\n", want: changed},
		keyCase{name: "nothing in common", server: "ed", config: "HostKeyAlgorithms rsa-sha2-512", want: noMatch},
	)
}

func shapeCases() []keyCase {
	of := func(name, known, want string) keyCase {
		return keyCase{name: name, server: "ed", known: known, want: want}
	}
	aliased := func(name, known, want string) keyCase {
		return keyCase{name: name, server: "ed", config: "HostKeyAlias web.example.com", known: known, want: want}
	}
	return []keyCase{
		of("hashed", "{#at} {ed}\n", accepted),
		of("hashed, another key", "{#at} {alien}\n", changed),
		of("hashed plain name", "{#127.0.0.1} {ed}\n", accepted),
		of("another key by the plain name", "127.0.0.1 {alien}\n", unknown),
		of("revoked by the plain name", "@revoked 127.0.0.1 {ed}\n", revoked),
		of("wildcard", "[127.0.0.*]:* {ed}\n", accepted),
		of("negated, but not by the plain name", "*,!{at} {ed}\n", accepted),
		of("negated", "*,!{at},!127.0.0.1 {ed}\n", unknown),
		of("an unknown marker", "@new {at} {ed}\n", unknown),
		of("revoked and known", "{at} {ed}\n@revoked {at} {ed}\n", revoked),
		of("a line that is none among them", "{at} ssh-ed25519 AAAA\n{at} {ed}\n", accepted),
		aliased("alias", "web.example.com {ed}\n", accepted),
		aliased("alias, by address", "{at} {ed}\n", unknown),
		aliased("alias, another key", "web.example.com {alien}\n", changed),
		{name: "several files", server: "ed", config: "UserKnownHostsFile {dir}/a {dir}/b", files: map[string]string{"a": "x {ed}\n", "b": "{at} {ed}\n"}, want: accepted},
		{name: "the global file revokes", server: "ed", config: "GlobalKnownHostsFile {dir}/g", known: "{at} {ed}\n", files: map[string]string{"g": "@revoked * {ed}\n"}, want: revoked},
		{name: "the user's file by the port", server: "ed", config: "UserKnownHostsFile {dir}/k_%p", files: map[string]string{"k_{port}": "{at} {ed}\n"}, want: accepted},
		{name: "a percent sign", server: "ed", config: "UserKnownHostsFile {dir}/k_%%h", files: map[string]string{"k_%h": "{at} {ed}\n"}, want: accepted},
		{name: "the global file has no tokens", server: "ed", config: "GlobalKnownHostsFile {dir}/g_%h", files: map[string]string{"g_127.0.0.1": "{at} {ed}\n"}, want: unknown},
		{name: "so it is called what it is called", server: "ed", config: "GlobalKnownHostsFile {dir}/g_%h", files: map[string]string{"g_%h": "{at} {ed}\n"}, want: accepted},
		{name: "longer than 16 MiB", server: "ed", known: strings.Repeat("# "+strings.Repeat("x", 1<<16)+"\n", 260) + "{at} {ed}\n", want: accepted},
		{name: "longer than 16 MiB, and revokes at its end", server: "ed", known: "{at} {ed}\n" + strings.Repeat("# "+strings.Repeat("x", 1<<16)+"\n", 260) + "@revoked * {ed}\n", want: revoked},
	}
}

func certificateCases() []keyCase {
	alias := "HostKeyAlias web.example.com"
	of := func(name, server, config, known, want string) keyCase {
		return keyCase{name: name, server: server, config: config, known: known, want: want}
	}
	return []keyCase{
		of("certified", "cert", alias, "@cert-authority *.example.com {ca}\n", accepted),
		of("certified for another host", "cert", "HostKeyAlias other.example.com", "@cert-authority * {ca}\n", unknown),
		of("by an authority of another host", "cert", alias, "@cert-authority *.example.org {ca}\n", unknown),
		of("by nobody", "cert", alias, "", unknown),
		of("its plain key is known", "cert", alias, "web.example.com {ed}\n", accepted),
		of("its plain key is revoked", "cert", alias, "@cert-authority * {ca}\n@revoked * {ed}\n", revoked),
		of("its authority is revoked", "cert", alias, "@cert-authority * {ca}\n@revoked * {ca}\n", revoked),
		of("expired", "cert-expired", alias, "@cert-authority * {ca}\n", unknown),
		of("expired, its plain key is known", "cert-expired", alias, "@cert-authority * {ca}\nweb.example.com {ed}\n", accepted),
		of("expired, another key is known", "cert-expired", alias, "@cert-authority * {ca}\nweb.example.com {alien}\n", changed),
		of("without names", "cert-noname", alias, "@cert-authority * {ca}\n", ""),
		of("with a wildcard", "cert-wildcard", alias, "@cert-authority * {ca}\n", ""),
		of("for the address", "cert-address", "", "@cert-authority {at} {ca}\n", accepted),
		of("an authority of the plain name", "cert-address", "", "@cert-authority 127.0.0.1 {ca}\n", accepted),
		of("an authority of the plain name beside another of the port", "cert-address", "", "@cert-authority {at} {other-ca}\n@cert-authority 127.0.0.1 {ca}\n", accepted),
		of("CASignatureAlgorithms leaves it out", "cert", alias+"\nCASignatureAlgorithms -ssh-ed25519", "@cert-authority * {ca}\n", unknown),
		of("CASignatureAlgorithms names it", "cert", alias+"\nCASignatureAlgorithms ssh-ed25519", "@cert-authority * {ca}\n", accepted),
		of("CASignatureAlgorithms, and the plain key is known", "cert", alias+"\nCASignatureAlgorithms rsa-sha2-512", "@cert-authority * {ca}\nweb.example.com {ed}\n", accepted),
		of("certificates are not asked for", "cert", alias+"\nHostKeyAlgorithms -*cert*", "@cert-authority * {ca}\n", ""),
	}
}

func sizeCases() []keyCase {
	of := func(server, bits, want string) keyCase {
		return keyCase{name: "RequiredRSASize " + bits + " and " + server, server: server, config: "RequiredRSASize " + bits, known: "{at} {rsa}\n{at} {rsa1024}\n{at} {ed}\n", want: want}
	}
	return []keyCase{
		of("rsa", "2048", accepted), of("rsa", "2049", refused), of("rsa", "4096", refused), of("ed", "4096", accepted), of("rsa1024", "1024", accepted),
		{name: "RSA of 1024 bits by default", server: "rsa1024", known: "{at} {rsa1024}\n", want: accepted},
		{name: "too short and unknown", server: "rsa", config: "RequiredRSASize 3072", want: refused},
	}
}

func revocationCases() []keyCase {
	config := "RevokedHostKeys {dir}/r"
	plain := func(name, text, want string) keyCase {
		return keyCase{name: "RevokedHostKeys, plain: " + name, server: "ed", config: config, known: "{at} {ed}\n", files: map[string]string{"r": text}, want: want}
	}
	krl := func(name, server, spec, want string) keyCase {
		return keyCase{name: "RevokedHostKeys, KRL: " + name, server: server, config: config + "\nHostKeyAlias web.example.com",
			known: "web.example.com {ed}\n@cert-authority * {ca}\n", files: map[string]string{"r.krl": spec}, want: want}
	}
	raw := func(name, text, want string) keyCase {
		k := plain("", text, want)
		k.name = "RevokedHostKeys, KRL: " + name
		return k
	}
	header := "SSHKRL\n\x00\x00\x00\x00\x01" + strings.Repeat("\x00", 8+8+8+4+4)
	return []keyCase{
		plain("the key", "{ed}\n", revoked),
		plain("another key", "{alien}\n", accepted),
		plain("empty", "", accepted),
		plain("comments and a comment behind the key", "# x\n\n \t{ed} me\n", revoked),
		plain("no key behind it", "{ed}\njunk\n", revoked),
		plain("no key before it", "junk\n{ed}\n", refused),
		plain("no key", "junk\n", refused),
		plain("with options", "no-pty {alien}\n", refused),
		plain("a short RSA key is passed over", "{rsa768}\n{alien}\n", accepted),
		{name: "RevokedHostKeys: no such file", server: "ed", config: "RevokedHostKeys {dir}/absent", known: "{at} {ed}\n", want: refused},
		{name: "RevokedHostKeys: a directory", server: "ed", config: "RevokedHostKeys {dir}", known: "{at} {ed}\n", want: refused},
		{name: "RevokedHostKeys: none", server: "ed", config: "RevokedHostKeys none", known: "{at} {ed}\n"},
		{name: "RevokedHostKeys: a name with a token", server: "ed", config: "RevokedHostKeys {dir}/%h", known: "{at} {ed}\n", files: map[string]string{"127.0.0.1": "{ed}\n"}},
		{name: "RevokedHostKeys: a blank in the name", server: "ed", config: `RevokedHostKeys "{dir}/r r"`, known: "{at} {ed}\n", files: map[string]string{"r r": "{ed}\n"}, want: revoked},
		{name: "RevokedHostKeys: the authority", server: "cert", config: config + "\nHostKeyAlias web.example.com", known: "@cert-authority * {ca}\n", files: map[string]string{"r": "{ca}\n"}, want: revoked},
		{name: "RevokedHostKeys: a key that is not chosen", server: "many", config: config, known: "{at} {ed}\n", files: map[string]string{"r": "{rsa}\n"}, want: accepted},

		krl("a key", "ed", "key: {ed}\n", revoked),
		krl("another key", "ed", "key: {alien}\n", accepted),
		krl("SHA-1", "ed", "sha1: {ed}\n", revoked),
		krl("SHA-256", "ed", "sha256: {ed}\n", revoked),
		krl("SHA-256 of another", "ed", "sha256: {alien}\n", accepted),
		krl("the authority's key", "cert", "key: {ca}\n", revoked),
		krl("a serial number", "cert-serial", "serial: 7\n", revoked),
		krl("another serial number", "cert-serial", "serial: 8\n", accepted),
		krl("a range", "cert-serial", "serial: 5-9\n", revoked),
		krl("a range beside it", "cert-serial", "serial: 8-4000\n", accepted),
		krl("a bitmap", "cert-serial", "serial: 1\nserial: 3\nserial: 5\nserial: 7\nserial: 9\nserial: 11\nserial: 14\n", revoked),
		krl("a bitmap beside it", "cert-serial", "serial: 1\nserial: 3\nserial: 5\nserial: 8\nserial: 9\nserial: 11\nserial: 14\n", accepted),
		krl("an ID", "cert-serial", "id: lab\n", revoked),
		krl("another ID", "cert-serial", "id: lab2\n", accepted),
		krl("a certificate of serial 0 cannot be numbered", "cert", "serial: 1-100\n", accepted),
		raw("malformed", "SSHKRL\n\x00junk", refused),
		raw("empty", header, accepted),
		raw("cut off", header+"\x02\x00\x00\x00\x09", refused),
		raw("a section of an unknown kind", header+"\x09\x00\x00\x00\x00", refused),
	}
}

func commandCases() []keyCase {
	prints := func(text string) map[string]string {
		return map[string]string{"c": "#!/bin/sh\ncat {dir}/out\n", "out": text}
	}
	of := func(name, text, want string) keyCase {
		return keyCase{name: "KnownHostsCommand " + name, server: "ed", config: "KnownHostsCommand {dir}/c", files: prints(text), want: want}
	}
	script := func(name, config, script, known, want string) keyCase {
		return keyCase{name: "KnownHostsCommand " + name, server: "many", config: config, known: known, files: map[string]string{"c": "#!/bin/sh\n" + script + "\n"}, want: want}
	}
	return []keyCase{
		of("knows it", "{at} {ed}\n", accepted),
		of("knows another", "{at} {alien}\n", changed),
		of("revokes it", "{at} {ed}\n@revoked * {ed}\n", revoked),
		of("knows nothing", "", unknown),
		of("knows it by the plain name", "127.0.0.1 {ed}\n", unknown),
		of("prints what is no line", "junk\n{at} {ed}\n", accepted),
		script("fails", "KnownHostsCommand {dir}/c", "exit 3", "{at} {ed}\n", refused),
		script("is killed", "KnownHostsCommand {dir}/c", "kill -9 $$", "{at} {ed}\n", refused),
		script("is not there", "KnownHostsCommand {dir}/absent", "", "{at} {ed}\n", accepted),
		script("has no absolute path", "KnownHostsCommand true", "", "{at} {ed}\n", accepted),
		script("is told of the host", "KnownHostsCommand {dir}/c %H", `[ "$1" = "{at}" ] || [ "$1" = 127.0.0.1 ] || exit 1; echo "{at} {ed}"`, "", accepted),
		script("is told of the occasion", "KnownHostsCommand {dir}/c %I", `[ $1 = HOSTNAME ] && echo "{at} {ed}"; exit 0`, "", accepted),
		script("is told of the key", "KnownHostsCommand {dir}/c %I %t %K", `[ $1 = ORDER ] || echo "{at} $2 $3"`, "", accepted),
		script("is told of the fingerprint", "KnownHostsCommand {dir}/c %I %f", `case $2 in NONE|SHA256:*) ;; *) exit 1;; esac; exit 0`, "{at} {ed}\n", accepted),
		script("is told of the MD5 fingerprint", "FingerprintHash md5\nKnownHostsCommand {dir}/c %I %f", `case $2 in NONE|MD5:*) ;; *) exit 1;; esac; exit 0`, "{at} {ed}\n", accepted),
		script("gets the other tokens", "KnownHostsCommand {dir}/c %n %p %h %r %d %k %%", `[ "$1 $2 $3 $4 $6 $7" = "h {port} 127.0.0.1 ada h %" ] || exit 1`, "{at} {ed}\n", accepted),
		script("gets the hash of the connection", "KnownHostsCommand {dir}/c %C %l %L %u %i", `[ "$1" = "$(printf '%s' "$2"127.0.0.1{port}ada | sha1sum | cut -d' ' -f1)" ] && [ "$5" = "$(id -u)" ] || exit 1`, "{at} {ed}\n", accepted),
		script("has a token that there is not", "KnownHostsCommand {dir}/c %q", "exit 0", "{at} {ed}\n", refused),
		script("has a token of a later release", "KnownHostsCommand {dir}/c x%j", "exit 0", "{at} {ed}\n", ""),
		script("has a variable that there is not", "KnownHostsCommand {dir}/c ${NOSUCHVARIABLE}", "exit 0", "{at} {ed}\n", refused),
		script("in quotes", `KnownHostsCommand {dir}/c "a b" %%`, `[ "$1" = "a b" ] && [ "$2" = % ] || exit 1; exit 0`, "{at} {ed}\n", accepted),
		script("orders", "KnownHostsCommand {dir}/c %I", `[ $1 = ORDER ] && echo "127.0.0.1 {rsa}"; echo "{at} {rsa}"`, "", ""),
		script("orders by the plain name", "KnownHostsCommand {dir}/c %I", `[ $1 = ORDER ] && echo "127.0.0.1 {rsa}" || echo "{at} {rsa}"`, "", ""),
		script("orders by name and port", "KnownHostsCommand {dir}/c %I", `echo "{at} {rsa}"`, "", ""),
		script("orders for an alias", "HostKeyAlias web.example.com\nKnownHostsCommand {dir}/c %I", `[ $1 = ORDER ] && echo "127.0.0.1 {rsa}" || echo "web.example.com {rsa}"`, "", ""),
		script("orders by an alias", "HostKeyAlias web.example.com\nKnownHostsCommand {dir}/c %I", `echo "web.example.com {rsa}"`, "", ""),
		script("only orders", "KnownHostsCommand {dir}/c %I", `[ $1 = ORDER ] && { echo "127.0.0.1 {rsa}"; echo "{at} {rsa}"; }; exit 0`, "", unknown),
	}
}

func loopbackCases() []keyCase {
	on := "NoHostAuthenticationForLocalhost yes"
	of := func(name, config, known, want string) keyCase {
		return keyCase{name: "NoHostAuthenticationForLocalhost: " + name, server: "ed", config: config, known: known, want: want}
	}
	return []keyCase{
		of("unknown", on, "", accepted),
		of("changed", on, "{at} {alien}\n", accepted),
		of("revoked in known_hosts", on, "@revoked * {ed}\n", accepted),
		of("with an alias", on+"\nHostKeyAlias web.example.com", "", unknown),
		of("no", "NoHostAuthenticationForLocalhost no", "", unknown),
		{name: "NoHostAuthenticationForLocalhost: RevokedHostKeys counts", server: "ed", config: on + "\nRevokedHostKeys {dir}/r", files: map[string]string{"r": "{ed}\n"}, want: revoked},
		{name: "NoHostAuthenticationForLocalhost: and so does the size", server: "rsa", config: on + "\nRequiredRSASize 4096", want: refused},
	}
}

// keyCast are the keys and the servers of the cases.
type keyCast struct {
	served map[string][]ssh.Signer // by server
	pairs  []string
}

func newKeyCast(t *testing.T) *keyCast {
	t.Helper()
	c := new(keyCast)
	keys := make(map[string]ssh.Signer)
	for name, algorithm := range map[string]string{
		"ed": ssh.KeyAlgoED25519, "rsa": ssh.KeyAlgoRSA, "ec": ssh.KeyAlgoECDSA256, "alien": ssh.KeyAlgoED25519,
		"alien-ec": ssh.KeyAlgoECDSA256, "ca": ssh.KeyAlgoED25519, "other-ca": ssh.KeyAlgoED25519,
	} {
		key, err := lab.NewHostKey(algorithm)
		if err != nil {
			t.Fatal(err)
		}
		keys[name] = key
	}
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	if keys["rsa1024"], err = ssh.NewSignerFromKey(weak); err != nil {
		t.Fatal(err)
	}
	for name, key := range keys {
		c.pairs = append(c.pairs, "{"+name+"}", strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key.PublicKey()))))
	}
	c.pairs = append(c.pairs, "{rsa768}", shortRSA)
	certify := func(change func(*ssh.Certificate)) ssh.Signer {
		cert := &ssh.Certificate{Key: keys["ed"].PublicKey(), CertType: ssh.HostCert, KeyId: "lab", ValidPrincipals: []string{"web.example.com"},
			ValidAfter: uint64(time.Now().Add(-time.Hour).Unix()), ValidBefore: uint64(time.Now().Add(time.Hour).Unix())}
		change(cert)
		if err := cert.SignCert(rand.Reader, keys["ca"]); err != nil {
			t.Fatal(err)
		}
		signer, err := ssh.NewCertSigner(cert, keys["ed"])
		if err != nil {
			t.Fatal(err)
		}
		return signer
	}
	c.served = map[string][]ssh.Signer{
		"ed": {keys["ed"]}, "rsa": {keys["rsa"]}, "rsa1024": {keys["rsa1024"]}, "many": {keys["rsa"], keys["ec"], keys["ed"]},
		"cert":          {certify(func(*ssh.Certificate) {}), keys["ed"]},
		"cert-serial":   {certify(func(c *ssh.Certificate) { c.Serial = 7 })},
		"cert-expired":  {certify(func(c *ssh.Certificate) { c.ValidBefore = c.ValidAfter + 60 })},
		"cert-noname":   {certify(func(c *ssh.Certificate) { c.ValidPrincipals = nil })},
		"cert-wildcard": {certify(func(c *ssh.Certificate) { c.ValidPrincipals = []string{"*.example.com"} })},
		"cert-address":  {certify(func(c *ssh.Certificate) { c.ValidPrincipals = []string{"127.0.0.1"} })},
	}
	return c
}

// shortRSA is a key of 768 bits, which ssh ignores.
var shortRSA = func() string {
	n := make([]byte, 96)
	n[0], n[95] = 0x80, 1
	blob := ssh.Marshal(struct {
		Name string
		E, N []byte
	}{"ssh-rsa", []byte{1, 0, 1}, append([]byte{0}, n...)})
	return "ssh-rsa " + base64.StdEncoding.EncodeToString(blob)
}()

// layOut writes the files of a case and returns the path of the configuration.
func (c *keyCast) layOut(t *testing.T, k keyCase) string {
	t.Helper()
	dir := t.TempDir()
	server, err := lab.StartSSH(lab.SSH{HostKeys: c.served[k.server]}) // one per case: check limits its connections to a server
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	port := strconv.Itoa(int(server.Addr().Port()))
	at := "[127.0.0.1]:" + port
	fill := strings.NewReplacer(append(slices.Clone(c.pairs), "{at}", at, "{port}", port, "{dir}", dir,
		"{#at}", knownhostslines.HashHostname(at), "{#127.0.0.1}", knownhostslines.HashHostname("127.0.0.1"))...)
	write := func(name, text string) {
		mode := os.FileMode(0o600)
		if strings.HasPrefix(text, "#!") {
			mode = 0o700
		}
		if err := os.WriteFile(filepath.Join(dir, fill.Replace(name)), []byte(fill.Replace(text)), mode); err != nil {
			t.Fatal(err)
		}
	}
	write("known_hosts", k.known)
	write("config", k.config+"\nHostName 127.0.0.1\nPort {port}\nUser ada\nUserKnownHostsFile {dir}/known_hosts\nGlobalKnownHostsFile none\nIdentityFile none\nUpdateHostKeys no\n")
	for name, text := range k.files {
		if kind, isKRL := strings.CutSuffix(name, ".krl"); isKRL {
			write("ca.pub", "{ca}\n")
			write("spec", text)
			out, err := exec.CommandContext(t.Context(), "ssh-keygen", "-k", "-f", filepath.Join(dir, kind), "-s", filepath.Join(dir, "ca.pub"), filepath.Join(dir, "spec")).CombinedOutput()
			if err != nil {
				t.Fatalf("ssh-keygen -k: %v: %s", err, out)
			}
			continue
		}
		write(name, text)
	}
	return filepath.Join(dir, "config")
}

// askSSH returns the real ssh's verdict and output.
func askSSH(t *testing.T, config string) (verdict, said string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patienceWithSSH)
	defer cancel()
	cmd := exec.CommandContext(ctx, "ssh", "-v", "-F", config, "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes", "h", "true")
	var errout bytes.Buffer
	cmd.Stderr, cmd.WaitDelay = &errout, patienceWithSSH
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("ssh: %v", err)
	}
	said = errout.String()
	has := func(text string) bool { return strings.Contains(said, text) }
	switch {
	case err == nil:
		return accepted, said
	case has("no matching host key type found"):
		return noMatch, said
	case has("Bad server host key"), has("Error checking host key"), has("KnownHostsCommand failed"), has("percent_dollar_expand"), has("has no value"):
		return refused, said
	case has("revoked by file"), has("was revoked and you have requested strict checking"):
		return revoked, said
	case has("has changed and you have requested strict checking"):
		return changed, said
	case has("host key is known for"), has("Host key verification failed"):
		return unknown, said
	}
	t.Fatalf("what does ssh mean?\n%s", said)
	return "", ""
}

// askCheck returns the program's verdict on the key that ssh would negotiate.
func askCheck(t *testing.T, config string) (verdict, said string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patienceWithSSH)
	defer cancel()
	dir := t.TempDir()
	open := func(name string) *os.File {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		return f
	}
	out, errout := open("out"), open("err")
	status := cli.Run(ctx, cli.World{
		Env: os.Environ(), In: open("in"), Out: out, Err: errout,
	}, []string{"check", "-F", config, "--format", "json", "h"})
	text, err := os.ReadFile(out.Name())
	complaint, err2 := os.ReadFile(errout.Name())
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	said = fmt.Sprintf("status %d\n%s%s", status, text, complaint)
	var results []check.Result
	if err := json.Unmarshal(text, &results); err != nil || len(results) != 1 || len(results[0].Addresses) != 1 {
		t.Fatalf("%v: %s", err, said)
	}
	has := func(code check.Code) bool {
		return slices.ContainsFunc(results[0].Findings, func(f check.Finding) bool { return f.Code == code && f.Severity > check.Pass })
	}
	switch {
	case has(check.SSHNegotiate):
		return noMatch, said
	case has(check.HostKeyRefused):
		return refused, said
	case has(check.HostKeyUnchecked):
		return accepted, said
	}
	if results[0].Addresses[0].SSH == nil {
		t.Fatal(said)
	}
	for _, k := range results[0].Addresses[0].SSH.HostKeys {
		if !k.Chosen {
			continue
		}
		if k.Status.Proven() {
			return accepted, said
		}
		return string(k.Status), said
	}
	t.Fatalf("no key is the one that ssh would be shown:\n%s", said)
	return "", ""
}
