package knownhosts_test

import (
	"crypto/rand"
	"encoding/base64"
	"math/big"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"rdnsproxy/internal/lab"
)

// cast are the keys of the stories that the cases tell, and the servers that
// show them.
type cast struct {
	lines   *strings.Replacer // {ed} → "ssh-ed25519 AAAA…"
	servers map[string]*lab.SSHServer
	keys    map[string]ssh.Signer
}

// newKeys is a cast without servers.
func newKeys(t testing.TB) *cast {
	t.Helper()
	c := &cast{servers: map[string]*lab.SSHServer{}, keys: map[string]ssh.Signer{}}
	for name, algorithm := range map[string]string{
		"ed": ssh.KeyAlgoED25519, "rsa": ssh.KeyAlgoRSA, "ec": ssh.KeyAlgoECDSA256,
		"alien": ssh.KeyAlgoED25519, "alien-rsa": ssh.KeyAlgoRSA, "ca": ssh.KeyAlgoED25519, "rsa-ca": ssh.KeyAlgoRSA,
	} {
		c.keys[name] = newKey(t, algorithm)
	}
	c.keys["cert"] = c.certify(t, "ca", nil)
	c.lines = strings.NewReplacer(c.pairs()...)
	return c
}

func newCast(t *testing.T) *cast {
	t.Helper()
	c := newKeys(t)
	c.start(t, "ed", c.keys["ed"])
	c.start(t, "rsa", c.keys["rsa"])
	c.start(t, "many", c.keys["rsa"], c.keys["ec"], c.keys["ed"])
	for name, change := range certificates {
		c.start(t, name, c.certify(t, "ca", change))
	}
	c.start(t, "cert-by-rsa", c.certify(t, "rsa-ca", nil))
	c.start(t, "cert-by-sha1", c.certify(t, "sha1", nil))
	c.start(t, "cert-and-plain", c.certify(t, "ca", nil), c.keys["ed"], c.keys["rsa"])
	return c
}

// certificates are those of the servers; each is for host.example.com, now.
var certificates = map[string]func(*ssh.Certificate){
	"cert":          nil,
	"cert-expired":  func(c *ssh.Certificate) { c.ValidBefore = c.ValidAfter + 60 },
	"cert-future":   func(c *ssh.Certificate) { c.ValidAfter += 7200 },
	"cert-forever":  func(c *ssh.Certificate) { c.ValidAfter, c.ValidBefore = 0, ssh.CertTimeInfinity },
	"cert-other":    func(c *ssh.Certificate) { c.ValidPrincipals = []string{"other.example.com"} },
	"cert-noname":   func(c *ssh.Certificate) { c.ValidPrincipals = nil },
	"cert-wildcard": func(c *ssh.Certificate) { c.ValidPrincipals = []string{"*.example.com"} },
	"cert-upper":    func(c *ssh.Certificate) { c.ValidPrincipals = []string{"HOST.example.com"} },
	"cert-user":     func(c *ssh.Certificate) { c.CertType = ssh.UserCert },
	"cert-critical": func(c *ssh.Certificate) { c.CriticalOptions = map[string]string{"force-command": "true"} },
}

func newKey(t testing.TB, algorithm string) ssh.Signer {
	t.Helper()
	key, err := lab.NewHostKey(algorithm)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// certify makes the key ed one with a certificate.
func (c *cast) certify(t testing.TB, authority string, change func(*ssh.Certificate)) ssh.Signer {
	t.Helper()
	now := time.Now()
	cert := &ssh.Certificate{
		Key:             c.keys["ed"].PublicKey(),
		CertType:        ssh.HostCert,
		ValidPrincipals: []string{"spare.example.com", "host.example.com"},
		ValidAfter:      uint64(now.Add(-time.Hour).Unix()),
		ValidBefore:     uint64(now.Add(time.Hour).Unix()),
	}
	if change != nil {
		change(cert)
	}
	signer := c.keys[authority]
	if authority == "sha1" {
		weak, err := ssh.NewSignerWithAlgorithms(c.keys["rsa-ca"].(ssh.AlgorithmSigner), []string{ssh.KeyAlgoRSA})
		if err != nil {
			t.Fatal(err)
		}
		signer = weak
	}
	if err := cert.SignCert(rand.Reader, signer); err != nil {
		t.Fatal(err)
	}
	certified, err := ssh.NewCertSigner(cert, c.keys["ed"])
	if err != nil {
		t.Fatal(err)
	}
	return certified
}

func (c *cast) start(t *testing.T, name string, keys ...ssh.Signer) {
	t.Helper()
	s, err := lab.StartSSH(lab.SSH{HostKeys: keys})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	c.servers[name] = s
}

// pairs are the words that a case writes for what is different in each run.
func (c *cast) pairs() []string {
	var pairs []string
	for name, key := range c.keys {
		line := strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key.PublicKey())))
		_, blob, _ := strings.Cut(line, " ")
		pairs = append(pairs, "{"+name+"}", line, "{"+name+".blob}", blob,
			"{"+name+".unpadded}", strings.TrimRight(blob, "="), "{"+name+".split}", blob[:20]+"\r"+blob[20:],
			"{"+name+".feed}", blob[:20]+"\f\v"+blob[20:], "{"+name+".loose}", loose(blob))
	}
	for name, line := range map[string]string{"dsa": dsaLine(), "rsa768": rsaLine(768), "rsa1024": rsaLine(1024)} {
		pairs = append(pairs, "{"+name+"}", line)
	}
	for _, name := range []string{"host.example.com", "HOST.example.com", "[host.example.com]:2222", "192.0.2.1"} {
		pairs = append(pairs, "{#"+name+"}", knownhosts.HashHostname(name))
	}
	return append(pairs, "{long}", strings.Repeat("x", 40_000))
}

// loose sets an unused bit of base64's last digit, if there is one.
func loose(blob string) string {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	text := strings.TrimRight(blob, "=")
	last := strings.IndexByte(digits, text[len(text)-1])
	return text[:len(text)-1] + digits[last|1:(last|1)+1] + blob[len(text):]
}

func (c *cast) expand(texts []string) []string {
	var all []string
	for _, text := range texts {
		all = append(all, c.lines.Replace(text))
	}
	return all
}

// dsaLine is a key of the shape of DSA's, whose numbers nobody checks.
func dsaLine() string {
	big1 := func(bits uint) *big.Int {
		return new(big.Int).Add(new(big.Int).Lsh(big.NewInt(1), bits-1), big.NewInt(1))
	}
	return "ssh-dss " + base64.StdEncoding.EncodeToString(ssh.Marshal(struct {
		Name       string
		P, Q, G, Y *big.Int
	}{"ssh-dss", big1(1024), big1(160), big1(1000), big1(1001)}))
}

func rsaLine(bits uint) string {
	n := new(big.Int).Add(new(big.Int).Lsh(big.NewInt(1), bits-1), big.NewInt(1))
	return "ssh-rsa " + base64.StdEncoding.EncodeToString(ssh.Marshal(struct {
		Name string
		E, N *big.Int
	}{"ssh-rsa", big.NewInt(65537), n}))
}
