package zones

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"rdnsproxy/internal/console"
	"rdnsproxy/resolve"
)

// files writes files, named as in a map, into a directory, and makes it the working
// directory.
func files(t testing.TB, all map[string]string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range all {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	switch t := t.(type) {
	case *testing.T:
		t.Chdir(dir)
	}
}

// notThere is what this system says of a file that is not there.
func notThere(t *testing.T) string {
	t.Helper()
	_, err := os.Stat(filepath.Join(t.TempDir(), "nosuch"))
	return reason(err).Error()
}

// load reads zone files.
func load(t testing.TB, names ...string) *Set {
	t.Helper()
	s := new(Set)
	for _, name := range names {
		if err := s.File(name, strings.NewReader("")); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

const forward = `$TTL 600
$ORIGIN example.com.
@	IN SOA ns host\.master ( 2026010101
		3600 600 86400
		300 ) ; the end
	NS ns
ns	A 192.0.2.53
web	300 A 192.0.2.1
	A 192.0.2.2
	AAAA 2001:db8::1
www	CNAME web
out	CNAME web.example.net.
loop	CNAME loop2
loop2	CNAME loop
*.dyn	A 192.0.2.99
own.dyn	TXT "x"
host.own.dyn A 192.0.2.98
deep.a.b	A 192.0.2.3
sub	NS ns.sub
ns.sub	A 192.0.2.54
old	DNAME example.com.
long	( TXT "(" ; )
	"x" )
last	A 192.0.2.4
outside.example.org. A 192.0.2.5`

const reverse = `$TTL 600
@ SOA ns.example.com. hostmaster.example.com. 1 3600 600 86400 300
1 PTR web.example.com.
2 PTR web.example.com.
  PTR www.example.com.
$GENERATE 10-12 $ PTR host-$.dyn.example.com.
130 CNAME 130.128-191
130.128-191 PTR web.example.com.
128/26 NS ns.example.net.
`

func TestAnswers(t *testing.T) {
	files(t, map[string]string{"db.example.com": forward, "db.2.0.192": reverse})
	s := load(t, "db.example.com", "2.0.192.in-addr.arpa=db.2.0.192")
	tests := []struct {
		name string
		t    resolve.Type
		want string
	}{
		{"web.example.com", resolve.A, "zone:db.example.com:8 A=192.0.2.1/300 A=192.0.2.2/600"},
		{"web.example.com", resolve.AAAA, "zone:db.example.com:10 AAAA=2001:db8::1/600"},
		{"web.example.com", resolve.SSHFP, "zone:db.example.com nothing, example.com 300"},
		{"nothing.example.com", resolve.A, "zone:db.example.com NXDOMAIN, example.com 300"},
		{"www.example.com", resolve.A, "zone:db.example.com:8 CNAME=web.example.com/600 A=192.0.2.1/300 A=192.0.2.2/600"},
		{"www.example.com", resolve.SSHFP, "zone:db.example.com CNAME=web.example.com/600 nothing, example.com 300"},
		{"out.example.com", resolve.A, "zone:db.example.com:12 CNAME=web.example.net/600"},
		{"example.com", resolve.SOA, "zone:db.example.com:3 SOA=example.com host.master@example.com"},
		{"example.com", resolve.A, "zone:db.example.com nothing, example.com 300"},
		{"a.b.example.com", resolve.A, "zone:db.example.com nothing, example.com 300"},
		{"b.example.com", resolve.A, "zone:db.example.com nothing, example.com 300"},
		{"c.b.example.com", resolve.A, "zone:db.example.com NXDOMAIN, example.com 300"},
		{"last.example.com", resolve.A, "zone:db.example.com:24 A=192.0.2.4/600"},

		// RFC 4592: a wildcard stands for what does not exist, at any depth, but not below what does.
		{"x.dyn.example.com", resolve.A, "zone:db.example.com:15 A=192.0.2.99/600"},
		{"y.x.dyn.example.com", resolve.A, "zone:db.example.com:15 A=192.0.2.99/600"},
		{"x.dyn.example.com", resolve.AAAA, "zone:db.example.com nothing, example.com 300"},
		{"own.dyn.example.com", resolve.A, "zone:db.example.com nothing, example.com 300"},
		{"x.own.dyn.example.com", resolve.A, "zone:db.example.com NXDOMAIN, example.com 300"},
		{`\042.dyn.example.com`, resolve.A, "zone:db.example.com:15 A=192.0.2.99/600"},

		// RFC 6672: a DNAME renames what is below it, not its owner.
		{"web.old.example.com", resolve.A, "zone:db.example.com:8 CNAME=web.example.com/600 A=192.0.2.1/300 A=192.0.2.2/600"},
		{"x.old.example.com", resolve.A, "zone:db.example.com CNAME=x.example.com/600 NXDOMAIN, example.com 300"},
		{"old.example.com", resolve.A, "zone:db.example.com nothing, example.com 300"},

		// What others answer for is asked elsewhere.
		{"sub.example.com", resolve.A, "unknown"},
		{"ns.sub.example.com", resolve.A, "unknown"},
		{"example.org", resolve.A, "unknown"},
		{"com", resolve.SOA, "unknown"},

		{"1.2.0.192.in-addr.arpa", resolve.PTR, "zone:db.2.0.192:3 PTR=web.example.com/600"},
		{"2.2.0.192.in-addr.arpa", resolve.PTR, "zone:db.2.0.192:4 PTR=web.example.com/600 PTR=www.example.com/600"},
		{"11.2.0.192.in-addr.arpa", resolve.PTR, "zone:db.2.0.192:6 PTR=host-11.dyn.example.com/600"},
		{"130.2.0.192.in-addr.arpa", resolve.PTR, "zone:db.2.0.192:8 CNAME=130.128-191.2.0.192.in-addr.arpa/600 PTR=web.example.com/600"},
		{"200.2.0.192.in-addr.arpa", resolve.PTR, "zone:db.2.0.192 NXDOMAIN, 2.0.192.in-addr.arpa 300"},
	}
	for _, tt := range tests {
		t.Run(tt.name+" "+tt.t.String(), func(t *testing.T) {
			got := "unknown"
			if r, known := s.Answer(resolve.Question{Name: resolve.Name(tt.name), Type: tt.t}); known {
				got = showReply(r)
			}
			if got != tt.want {
				t.Errorf("%s\nwant %s", got, tt.want)
			}
		})
	}
	if r, known := s.Answer(resolve.Question{Name: "loop.example.com", Type: resolve.A}); !known || len(r.Answer) != maxChain+1 {
		t.Errorf("a loop: %v, %v", r, known)
	}
}

func showReply(r resolve.Reply) string {
	words := []string{r.Source.String()}
	for _, a := range r.Answer {
		data := string(a.Target)
		switch {
		case a.Addr.IsValid():
			data = a.Addr.String()
		case a.Zone != nil:
			words = append(words, "SOA="+string(a.Zone.Apex), a.Zone.Mailbox.String())
			continue
		}
		words = append(words, fmt.Sprintf("%v=%s/%d", a.Type, data, a.TTL))
	}
	for _, a := range r.Authority {
		what := "nothing"
		if r.Rcode == dns.RcodeNameError {
			what = "NXDOMAIN"
		}
		words = append(words, fmt.Sprintf("%s, %s %d", what, a.Name, a.MinTTL))
	}
	return strings.Join(words, " ")
}

func TestTargets(t *testing.T) {
	files(t, map[string]string{"db.example.com": forward, "db.2.0.192": reverse,
		"db.six": "$ORIGIN 8.b.d.0.1.0.0.2.ip6.arpa.\n@ SOA a. b. 1 2 3 4 5\n" +
			"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 PTR web.example.com.\n0.0 PTR short.example.com.\n"})
	s := load(t, "db.example.com", "2.0.192.in-addr.arpa=db.2.0.192", "db.six")
	var got []string
	for target := range s.Targets() {
		got = append(got, target.Text+" "+target.Where)
	}
	want := []string{
		"ns.example.com. db.example.com:7", "web.example.com. db.example.com:8", "host.own.dyn.example.com. db.example.com:17",
		"deep.a.b.example.com. db.example.com:18", "last.example.com. db.example.com:24",
		"192.0.2.1 db.2.0.192:3", "192.0.2.2 db.2.0.192:4", "192.0.2.10 db.2.0.192:6", "192.0.2.11 db.2.0.192:6",
		"192.0.2.12 db.2.0.192:6", "192.0.2.130 db.2.0.192:8",
		"2001:db8::1 db.six:3",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s\nwant %s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	notices := []string{"zone example.com has 1 record of names outside it, which is ignored: db.example.com:25",
		"zone example.com has 1 wildcard name: what they stand for is not checked"}
	if !slices.Equal(s.Notices(), notices) {
		t.Errorf("notices %q", s.Notices())
	}
}

// TestChildZone: the closest zone answers, also for names that its parent has glue for.
func TestChildZone(t *testing.T) {
	files(t, map[string]string{"parent": forward,
		"child": "$ORIGIN sub.example.com.\n@ SOA ns h 1 2 3 4 5\nns A 192.0.2.55\n"})
	s := load(t, "parent", "child")
	r, known := s.Answer(resolve.Question{Name: "ns.sub.example.com", Type: resolve.A})
	if got := showReply(r); !known || got != "zone:child:3 A=192.0.2.55/3600" {
		t.Errorf("%s, %v", got, known)
	}
}

func TestIncludes(t *testing.T) {
	files(t, map[string]string{
		"zones/main":               "$ORIGIN example.com.\n@ SOA ns h 1 2 3 4 5\n$INCLUDE parts/one\nafter A 192.0.2.9\n$INCLUDE parts/two sub\nend A 192.0.2.10\n",
		"zones/parts/one":          "\none A 192.0.2.1\n$INCLUDE deeper/three\nmore A 192.0.2.2\n",
		"zones/parts/two":          "two A 192.0.2.3",
		"zones/parts/deeper/three": "; nothing\n\nthree A 192.0.2.4\n",
	})
	var got []string
	for target := range load(t, "zones/main").Targets() {
		got = append(got, target.Text+" "+filepath.ToSlash(target.Where))
	}
	want := []string{
		"one.example.com. zones/parts/one:2", "three.example.com. zones/parts/deeper/three:3", "more.example.com. zones/parts/one:4",
		"after.example.com. zones/main:4", "two.sub.example.com. zones/parts/two:1", "end.example.com. zones/main:6",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s\nwant %s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestOrigins: what names without a final dot are relative to.
func TestOrigins(t *testing.T) {
	const tail = "web A 192.0.2.1\n"
	tests := []struct{ name, file, text, want string }{
		{"given", "example.com=db", "@ SOA ns h 1 2 3 4 5\n" + tail, "web.example.com. db:2"},
		{"given with its dot", "Example.COM.=db", "@ SOA ns h 1 2 3 4 5\n" + tail, "web.example.com. db:2"},
		{"of the SOA record", "db", "example.com. SOA ns.example.com. h.example.com. 1 2 3 4 5\n" + tail, "web.example.com. db:2"},
		{"of $ORIGIN", "db", "$ORIGIN com.\nexample SOA ns h 1 2 3 4 5\nweb.example A 192.0.2.1\n", "web.example.com. db:3"},
		{"no SOA record", "example.com=db", tail, "web.example.com. db:1"},
		{"from Windows", "db", "\xef\xbb\xbf$ORIGIN example.com.\r\n@ SOA ns h 1 2 3 4 5\r\n" + tail, "web.example.com. db:3"},
		{"before the SOA record", "db", "$ORIGIN example.com.\n" + tail + "@ SOA ns h 1 2 3 4 5\n", "web.example.com. db:2"},
		{"another class", "db", "$ORIGIN example.com.\n@ SOA ns h 1 2 3 4 5\nversion CH TXT x\n" + tail, "web.example.com. db:4"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			files(t, map[string]string{"db": tt.text})
			var got []string
			for target := range load(t, tt.file).Targets() {
				got = append(got, target.Text+" "+target.Where)
			}
			if strings.Join(got, ",") != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	const soa = "$ORIGIN example.com.\n@ SOA ns h 1 2 3 4 5\n"
	tests := []struct{ name, file, text, want string }{
		{"syntax", "db", soa + "web A 192.0.2\n", `db:3: A record: expected an IPv4 address, not "192.0.2"`},
		{"syntax, in the middle", "db", soa + "web WHAT 192.0.2.1\nx A 192.0.2.1\n", `db:3: expected a type, TTL or class, not "WHAT"`},
		{"the data is missing", "db", soa + "web A\n", "db:3: expected data after the type, but the line ends"},
		{"the data is missing at the end", "db", soa + "web A", "db:3: expected data after the type, but the line ends"},
		{"only a name", "db", soa + "web\n", `db:3: expected a type, TTL or class, not "web"`},
		{"a short SOA record", "db", "$ORIGIN example.com.\n@ SOA ns h x 2 3\n", `db:2: SOA record: expected a number or a time (serial, refresh, retry, expire and minimum), not "x"`},
		{"IPv6", "db", soa + "web AAAA 192.0.2.1\n", `db:3: AAAA record: expected an IPv6 address, not "192.0.2.1"`},
		{"a bad name", "db", soa + "web CNAME a..b\n", `db:3: CNAME record: expected a domain name, not "a..b"`},
		{"a bad number", "db", soa + "@ MX mail 10\n", `db:3: MX record: expected a number (pref), not "mail"`},
		{"too much", "db", soa + "web A 192.0.2.1 192.0.2.2\n", `db:3: expected the end of the line, not "192.0.2.2"`},
		{"a bad $TTL", "db", "$TTL long\n" + soa, `db:1: $TTL: expected a time such as 3600 or 1h, not "long"`},
		{"a parenthesis too many", "db", soa + "web A 192.0.2.1 )\n", "db:3: a parenthesis is closed that was not opened"},
		{"only a name and a class", "db", soa + "web IN\n", "db:3: expected a type after the class, but the line ends"},
		{"only a directive", "db", soa + "$INCLUDE\n", `db:3: "$INCLUDE": expected a value after it, but the line ends`},
		{"an open quote", "db", soa + "web TXT \"x", "db:3: TXT record: expected a text with its quotes closed"},
		{"hostile", "db", soa + "web A \x1b[2J\n", `db:3: A record: expected an IPv4 address, not "\027[2J"`},
		{"CNAME beside A", "db", soa + "www A 192.0.2.1\nwww CNAME mail\n",
			"db:4: www.example.com has a CNAME record beside others (A in db:3), which RFC 1034 forbids"},
		{"A beside CNAME", "db", soa + "www CNAME mail\nwww A 192.0.2.1\n",
			"db:4: www.example.com has a CNAME record beside others (CNAME in db:3), which RFC 1034 forbids"},
		{"CNAME beside a type that is not kept", "db", soa + "www TXT x\nwww CNAME mail\n",
			"db:4: www.example.com has a CNAME record beside others (a record of another type), which RFC 1034 forbids"},
		{"CNAME at the apex", "db", soa + "@ CNAME mail\n",
			"db:3: example.com has a CNAME record beside others (SOA in db:2), which RFC 1034 forbids"},
		{"two CNAME records", "db", soa + "www CNAME a\nwww CNAME a\nwww CNAME b\n",
			"db:5: www.example.com has a CNAME record in db:3 already, and may have only one"},
		{"relative names", "db", "@ SOA ns h 1 2 3 4 5\n", `db:1: expected a domain name, not "@"`},
		{"no SOA record", "db", "web.example.com. A 192.0.2.1\n", "db: there is no SOA record"},
		{"empty", "db", "", "db: there is no SOA record"},
		{"no owner", "example.com=db", " SOA ns h 1 2 3 4 5\n", "db:1: the record has no owner, and none before it has one"},
		{"two zones", "db", soa + "example.net. SOA ns h 1 2 3 4 5\n", "db:3: a second SOA record, of example.net.: a file holds one zone"},
		{"no file", "nosuch", "", "nosuch: " + notThere(t)},
		{"a bad name", "a..b=db", soa, `"a..b=db": "a..b" is not the name of a zone`},
		{"a directory", ".", "", ".: is a directory"},
		{"UTF-16", "db", "\xff\xfe@\x00", "db: the file is in UTF-16, not UTF-8"},
		{"included by itself", "db", soa + "$INCLUDE db\n", `db:3: $INCLUDE: "db" is more than 7 deep: does it include itself?`},
		{"included, not there", "db", soa + "\n$INCLUDE nosuch\n", "db:4: $INCLUDE: nosuch: " + notThere(t)},
		{"included, a syntax error", "db", soa + "$INCLUDE part\n", `part:2: expected a type, TTL or class, not "bad"`},
		{"generated without end", "db", soa + "$GENERATE 0-4294967295 $ A 192.0.2.1\n", `db:3: $GENERATE: expected a range such as 1-100, of at most 65536 steps, not "0-4294967295"`},
		{"generated, a syntax error", "db", soa + "$GENERATE 1-2 $ WHAT x\n", `db:3: expected a type, TTL or class, not "WHAT"`},
		{"a line of 1 GiB", "db", soa + "web TXT " + strings.Repeat("x", 100_000), "db:3: the record is too long"},
		{"a record of 1 GiB", "db", soa + "web TXT (\n" + strings.Repeat("x\n", 50_000), "db:32766: the record is too long"},
		{"NUL bytes", "db", "\x00\x00\x00\x00 \x00", `db:1: expected a domain name, not "\000\000\000\000"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			files(t, map[string]string{"db": tt.text, "part": "\nweb bad line\n"})
			err := new(Set).File(tt.file, nil)
			var r *console.Refusal
			if !errors.As(err, &r) || r.Text != tt.want || strings.HasPrefix(r.Text, tt.file+":") != strings.HasPrefix(r.Text, tt.file+": ") && r.Hint == zoneHint {
				t.Errorf("%v\nwant %s", err, tt.want)
			}
		})
	}
	files(t, map[string]string{"db": soa})
	if err := load(t, "db").File("db", nil); err == nil || err.Error() != "db: zone example.com is there already" {
		t.Errorf("%v", err)
	}
}

// TestIncludedFromOutside: a zone shows nothing of what is not below its directory, not even
// whether it is there.
func TestIncludedFromOutside(t *testing.T) {
	const soa = "$ORIGIN example.com.\n@ SOA ns h 1 2 3 4 5\n"
	files(t, map[string]string{
		"secret": "password\n", "zones/up": soa + "$INCLUDE ../secret\n", "zones/none": soa + "$INCLUDE ../nosuch\n",
		"zones/deep/part": "\n$INCLUDE ../above\n", "zones/above": "web A 192.0.2.1\n", "zones/within": soa + "$INCLUDE deep/part\n",
	})
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{
		"absolute": filepath.Join(here, "secret"), "slashes": filepath.ToSlash(filepath.Join(here, "secret")), "good": filepath.Join(here, "zones", "above"),
		"rooted": strings.TrimPrefix(filepath.Join(here, "secret"), filepath.VolumeName(here)),
	} {
		if err := os.WriteFile("zones/"+name, []byte(soa+"$INCLUDE "+path+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for file, included := range map[string]string{
		"up": "secret", "none": "nosuch", "absolute": "secret", "slashes": "secret", "rooted": "secret",
	} {
		err := new(Set).File("zones/"+file, nil)
		want := "zones/" + file + ":3: $INCLUDE: " + included + ": it is outside the directory of the zone file"
		if err == nil || err.Error() != want {
			t.Errorf("%v, not %s", err, want)
		}
	}
	load(t, "zones/within")
	load(t, "zones/good")
	if err := new(Set).File("-", strings.NewReader(soa+"$INCLUDE zones/above\n")); err != nil {
		t.Error(err)
	}
}

// TestCNAMEWithDNSSEC: what signs a zone may stand beside a CNAME record (RFC 4035, section 2.5).
func TestCNAMEWithDNSSEC(t *testing.T) {
	files(t, map[string]string{"db": "$ORIGIN example.com.\n@ SOA ns h 1 2 3 4 5\nwww CNAME mail\nwww CNAME mail\n" +
		"www NSEC example.com. CNAME RRSIG NSEC\nmail A 192.0.2.1\n"})
	load(t, "db")
}

// TestGenerateTTL: records that are generated have the TTL of $TTL, unless they have one.
func TestGenerateTTL(t *testing.T) {
	const soa = "$ORIGIN example.com.\n@ SOA ns h 1 2 3 4 5\n"
	for _, tt := range []struct {
		name, text string
		want       uint32
	}{
		{"of $TTL", "$TTL 600\n" + soa + "$GENERATE 1-2 h$ A 192.0.2.$\n", 600},
		{"of the last $TTL, with units", "$TTL 1\n" + soa + "$ttl\t1h30m ; hours\n$generate\t1-2  h$\tA\t192.0.2.$", 5400},
		{"with a class", "$TTL 600\n" + soa + "$GENERATE 1-2 h$ IN A 192.0.2.$\n", 600},
		{"its own", "$TTL 600\n" + soa + "$GENERATE 1-2 h$ 300 A 192.0.2.$\n", 300},
		{"its own, after the class", "$TTL 600\n" + soa + "$GENERATE 1-2 h$ IN 300 A 192.0.2.$\n", 300},
		{"its own, before the class", "$TTL 600\n" + soa + "$GENERATE 1-2 h$ 300 IN A 192.0.2.$\n", 300},
		{"no $TTL", soa + "$GENERATE 1-2 h$ A 192.0.2.$\n", 3600},
		{"in a file that is included", "$TTL 600\n" + soa + "$INCLUDE part\n", 600},
	} {
		t.Run(tt.name, func(t *testing.T) {
			files(t, map[string]string{"db": tt.text, "part": "$GENERATE 1-2 h$ A 192.0.2.$\n"})
			r, _ := load(t, "db").Answer(resolve.Question{Name: "h1.example.com", Type: resolve.A})
			if len(r.Answer) != 1 || r.Answer[0].TTL != tt.want {
				t.Errorf("%+v, want TTL %d", r.Answer, tt.want)
			}
		})
	}
}
