package knownhosts_test

import (
	"fmt"
	"strings"
	"testing"

	"rdnsproxy/internal/knownhosts"
)

func TestNames(t *testing.T) {
	c := newKeys(t)
	f := parse(t, c.lines.Replace(`# comment
Host.example.com,192.0.2.1 {ed}
host.example.com {rsa}
[host.example.com]:2222,[2001:db8::1]:22,2001:db8::2,[fe80::1%eth0]:2200 {ed}
*.example.org,!no.example.org,yes.example.org,wh?t {ed}
{#host.example.com} {ed}
@cert-authority ca.example.com {ca}
@revoked gone.example.com {ed}
bad.example.com ssh-rsa AAAA
-oProxyCommand=x,[-x]:22,$(x),[a]:0,[b]:70000,[c]:,[d,e]:22,a:b,,[]:22,under_score {ed}
`))
	var got []string
	for _, h := range f.Names() {
		got = append(got, fmt.Sprintf("%s/%d", h.Name, h.Port))
	}
	want := "host.example.com/22 192.0.2.1/22 host.example.com/2222 2001:db8::1/22 2001:db8::2/22 fe80::1%eth0/2200 " +
		"yes.example.org/22 under_score/22"
	if strings.Join(got, " ") != want {
		t.Errorf("%q\nwant %s", got, want)
	}
}

func TestFormatLine(t *testing.T) {
	c := newKeys(t)
	key := c.keys["ed"].PublicKey()
	for _, test := range []struct {
		host knownhosts.Host
		want string
	}{
		{host, "host.example.com {ed}"},
		{knownhosts.Host{Name: "Host.Example.Com", Port: 22}, "host.example.com {ed}"},
		{port, "[host.example.com]:2222 {ed}"},
		{aliasP, "host.example.com {ed}"},
		{knownhosts.Host{Name: "fe80::1%lo", Port: 2222}, "[fe80::1%lo]:2222 {ed}"},
		{knownhosts.Host{Name: "2001:db8::1"}, "2001:db8::1 {ed}"},
	} {
		if got := knownhosts.FormatLine(test.host, key); got != c.lines.Replace(test.want) {
			t.Errorf("%+v: %s", test.host, got)
		}
		if got := knownhosts.FormatLine(test.host, c.keys["cert"].PublicKey()); got != c.lines.Replace(test.want) {
			t.Errorf("%+v, from a certificate: %s", test.host, got)
		}
	}
}

// FuzzFormatLine: whatever the name, what is written is one line by which the
// key is known for the host and for no other.
func FuzzFormatLine(f *testing.F) {
	for _, name := range []string{"host.example.com", "HOST", "*", "a,b", "!a", "|1|a|b", "#", "@revoked x", " ",
		"a\nb", "a\x00", "", "[a]:22", "\xff", "\xfe", strings.Repeat("x", 2000)} {
		f.Add(name, uint16(22), "")
		f.Add(name, uint16(2222), "")
		f.Add("host", uint16(2222), name)
	}
	c := newKeys(f)
	key, stranger := c.keys["ed"].PublicKey(), knownhosts.Host{Name: "stranger.example.net", Port: 2022}
	f.Fuzz(func(t *testing.T, name string, port uint16, alias string) {
		h := knownhosts.Host{Name: name, Port: port, Alias: alias}
		line := knownhosts.FormatLine(h, key)
		for i := range len(line) {
			if line[i] < ' ' || line[i] > '~' {
				t.Fatalf("%q", line)
			}
		}
		file := parse(t, line+"\n")
		if v := judge(file, h, key); v.Status != known || v.Line.N != 1 {
			t.Errorf("%q: %s", line, v.Status)
		}
		if v := judge(file, stranger, key); v.Status != unknown && !strings.EqualFold(name, stranger.Name) &&
			!strings.EqualFold(alias, stranger.Name) {
			t.Errorf("%q: a stranger is %s", line, v.Status)
		}
	})
}
