package knownhosts_test

import (
	"context"
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"rdnsproxy/internal/knownhosts"
)

// judge is the verdict of an ssh without a configuration.
func judge(f *knownhosts.File, h knownhosts.Host, key ssh.PublicKey) knownhosts.Verdict {
	l := knownhosts.Login{Known: f, Host: h}
	return l.Judge(context.Background(), key)
}

// algorithms is the order of an ssh whose HostKeyAlgorithms is preferred.
func algorithms(f *knownhosts.File, h knownhosts.Host, preferred []string) []string {
	l := knownhosts.Login{Known: f, Host: h, Rules: knownhosts.Rules{HostKeys: preferred}}
	return l.Algorithms(context.Background())
}

// The other lines for a host are told apart from the evidence.
func TestOthers(t *testing.T) {
	c := newKeys(t)
	for _, test := range []struct {
		text         string
		status       knownhosts.Status
		line, others string
	}{
		{"* {rsa}\n* {ec}\n* {ed}\n* {alien}\n", known, "file0:3", "file0:1 file0:2 file0:4"},
		{"* {ed}\n* {ed}\n", known, "file0:1", "file0:2"},
		{"* {rsa}\n* {ec}\n* {alien}\nother {ed}\n", changed, "file0:3", "file0:1 file0:2"},
		{"* {rsa}\n* {ed}\n@revoked * {ed}\n", revoked, "file0:3", "file0:1 file0:2"},
		{"other {ed}\n@cert-authority * {ca}\n", unknown, "", ""},
	} {
		v := judge(parse(t, c.lines.Replace(test.text)), host, c.keys["ed"].PublicKey())
		line := ""
		if v.Line != nil {
			line = v.Line.String()
		}
		if v.Status != test.status || line != test.line || lines(v.Others) != test.others {
			t.Errorf("%q: %s by %s, others %s", test.text, v.Status, line, lines(v.Others))
		}
	}
}

// A host is known by its name and port, or by an authority of the plain name; a
// revoked key, and a key of another port's server, say nothing of it.
func TestKnows(t *testing.T) {
	c := newKeys(t)
	for text, want := range map[string][2]bool{ // of host, and of port
		"":                               {false, false},
		"host.example.com {rsa}\n":       {true, false},
		"[host.example.com]:2222 {ed}\n": {false, true},
		"{#host.example.com} {ed}\n":     {true, false},
		"@revoked * {ed}\n":              {false, false},
		"*,!host.example.com {ed}\n":     {false, true},
		"@cert-authority *.com {ca}\n":   {true, true},
		"other.example.com {ed}\n":       {false, false},
	} {
		f := parse(t, c.lines.Replace(text))
		if got := [2]bool{f.Knows(host), f.Knows(port)}; got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func lines(all []*knownhosts.Line) string {
	var names []string
	for _, l := range all {
		names = append(names, l.String())
	}
	return strings.Join(names, " ")
}

// A certificate that does not count says why, and never with a byte that a
// terminal would act on.
func TestCertError(t *testing.T) {
	c := newKeys(t)
	f := parse(t, c.lines.Replace("@cert-authority * {ca}\n@cert-authority * {rsa-ca}\n"))
	for _, test := range []struct {
		by     string
		change func(*ssh.Certificate)
		want   string
	}{
		{"ca", nil, ""},
		{"alien", nil, "its authority is not one for this host"},
		{"sha1", nil, "its authority signs by ssh-rsa, which CASignatureAlgorithms leaves out"},
		{"ca", func(c *ssh.Certificate) { c.ValidAfter, c.ValidBefore = 1, 86400 }, "it expired on 1970-01-02"},
		{"ca", func(c *ssh.Certificate) { c.ValidAfter = 4102444800 }, "it is not valid before 2100-01-01"},
		{"ca", func(c *ssh.Certificate) { c.ValidAfter = 1<<64 - 1 }, "it is not valid before the end of time"},
		{"ca", func(c *ssh.Certificate) { c.ValidPrincipals = []string{"a\x1b[2J", "b c"} },
			`it is for a\027\0912J, b\032c`},
		{"ca", func(c *ssh.Certificate) { c.ValidPrincipals = nil }, "it is for no host"},
		{"ca", func(c *ssh.Certificate) { c.CertType = ssh.UserCert }, "it is not a host certificate"},
		{"ca", func(c *ssh.Certificate) { c.CriticalOptions = map[string]string{"x": "y"} },
			"it has critical options, which a host certificate cannot have"},
	} {
		v := judge(f, host, c.certify(t, test.by, test.change).PublicKey())
		got := ""
		if v.CertError != nil {
			got = v.CertError.Error()
		}
		if got != test.want {
			t.Errorf("by %s: %q, want %q", test.by, got, test.want)
		}
		if (v.Status == certified) != (test.want == "") {
			t.Errorf("by %s: %s, want %q", test.by, v.Status, test.want)
		}
	}
}

// A certificate that only claims to be signed by an authority is none.
func TestForgedCertificate(t *testing.T) {
	c := newKeys(t)
	f := parse(t, c.lines.Replace("@cert-authority * {ca}\n"))
	forged := *c.certify(t, "alien", nil).PublicKey().(*ssh.Certificate)
	forged.SignatureKey = c.keys["ca"].PublicKey()
	stretched := *c.certify(t, "ca", nil).PublicKey().(*ssh.Certificate)
	stretched.ValidBefore += 3600
	unsigned := ssh.Certificate{Key: c.keys["ed"].PublicKey(), CertType: ssh.HostCert,
		ValidBefore:     ssh.CertTimeInfinity,
		ValidPrincipals: []string{"host.example.com"}, SignatureKey: c.keys["ca"].PublicKey()}
	nobodys := unsigned
	nobodys.SignatureKey = nil
	for name, cert := range map[string]*ssh.Certificate{"forged": &forged, "stretched": &stretched,
		"unsigned": &unsigned, "nobody's": &nobodys} {
		if v := judge(f, host, cert); v.Status != unknown || v.CertError == nil {
			t.Errorf("%s: %s, %v", name, v.Status, v.CertError)
		}
	}
	f = parse(t, c.lines.Replace("@cert-authority * {ca}\n* {ed}\n"))
	if v := judge(f, host, &forged); v.Status != known || v.Line.N != 2 || v.CertError == nil {
		t.Errorf("with its plain key known: %s, %v", v.Status, v.CertError)
	}
}

// The hour is the caller's, to the second.
func TestNow(t *testing.T) {
	c := newKeys(t)
	cert := &ssh.Certificate{Key: c.keys["ed"].PublicKey(), CertType: ssh.HostCert,
		ValidPrincipals: []string{"host.example.com"}, ValidAfter: 1000, ValidBefore: 2000}
	if err := cert.SignCert(rand.Reader, c.keys["ca"]); err != nil {
		t.Fatal(err)
	}
	f := parse(t, c.lines.Replace("@cert-authority * {ca}\n"))
	for second, want := range map[int64]knownhosts.Status{-5: unknown, 999: unknown, 1000: certified, 1999: certified,
		2000: unknown} {
		l := knownhosts.Login{Known: f, Host: host, Now: func() time.Time { return time.Unix(second, 0) }}
		if v := l.Judge(t.Context(), cert); v.Status != want {
			t.Errorf("at %d: %s, want %s", second, v.Status, want)
		}
	}
}

// Releases that differ are told apart, each way.
func TestRelease(t *testing.T) {
	c := newKeys(t)
	nameless := c.certify(t, "ca", func(c *ssh.Certificate) { c.ValidPrincipals = nil }).PublicKey()
	wild := c.certify(t, "ca", func(c *ssh.Certificate) { c.ValidPrincipals = []string{"*.example.com"} }).PublicKey()
	authority := parse(t, c.lines.Replace("@cert-authority * {ca}\n"))
	dsa := parse(t, c.lines.Replace("* {dsa}\n"))
	for _, test := range []struct {
		release             knownhosts.Release
		nameless, wild, dsa knownhosts.Status
	}{
		{knownhosts.Release{Major: 9, Minor: 9}, certified, unknown, changed},
		{knownhosts.Release{Major: 10, Minor: 0}, certified, unknown, unknown},
		{knownhosts.Release{Major: 10, Minor: 2}, certified, unknown, unknown},
		{knownhosts.Release{Major: 10, Minor: 3}, unknown, certified, unknown},
		{knownhosts.Release{}, unknown, certified, unknown},
	} {
		judge := func(f *knownhosts.File, h knownhosts.Host, key ssh.PublicKey) knownhosts.Verdict {
			l := knownhosts.Login{Known: f, Host: h, Rules: knownhosts.Rules{Release: test.release}}
			return l.Judge(t.Context(), key)
		}
		if got := judge(authority, host, nameless).Status; got != test.nameless {
			t.Errorf("%v: without names %s", test.release, got)
		}
		if got := judge(authority, host, wild).Status; got != test.wild {
			t.Errorf("%v: with a wildcard %s", test.release, got)
		}
		if got := judge(dsa, host, c.keys["ed"].PublicKey()).Status; got != test.dsa {
			t.Errorf("%v: a DSA line %s", test.release, got)
		}
	}
}

// A preference of one's own is ordered, and neither grown nor cut.
func TestAlgorithmsPreferred(t *testing.T) {
	c := newKeys(t)
	f := parse(t, c.lines.Replace("* {rsa}\n"))
	preferred := []string{"x@example.com", ssh.KeyAlgoED25519, ssh.KeyAlgoRSASHA256, ssh.CertAlgoRSASHA512v01}
	got := strings.Join(algorithms(f, host, preferred), " ")
	if want := "rsa-sha2-256 rsa-sha2-512-cert-v01@openssh.com x@example.com ssh-ed25519"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := algorithms(f, host, []string{}); len(got) != 0 {
		t.Errorf("of nothing: %q", got)
	}
}
