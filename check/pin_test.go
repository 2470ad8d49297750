package check

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"rdnsproxy/hostsfile"
	"rdnsproxy/resolve"
)

// planned returns a hosts file after PlanPin, or the text of its error.
func planned(t *testing.T, hosts string, f Facts, p Policy, o PinOptions) (string, error) {
	t.Helper()
	file, err := hostsfile.Parse(strings.NewReader(hosts))
	if err != nil {
		t.Fatal(err)
	}
	edit, err := PlanPin(judge(f, p), file, p, o)
	if err != nil {
		return err.Error(), err
	}
	return string(edit.Bytes()), nil
}

// TestPlanPin has a row for each reason to refuse a hosts line, and for the lines that are
// written.
func TestPlanPin(t *testing.T) {
	off := func(addr string) Facts { return facts(addr, resolve.OK, dead("x.example.net", resolve.NXDomain)) }
	with := func(k Key) Facts {
		f := off("203.0.113.7")
		p := serving(k)
		f.Addresses[0].Probe = &p
		return f
	}
	keyed := func(s KeyStatus) Facts { return with(key("ssh-ed25519", s)) }
	refused, doubtful, proven := key("ssh-ed25519", KeyUnknown), key("ssh-ed25519", KeyUnknown),
		key("ssh-ed25519", KeyKnown)
	refused.Refused = "KnownHostsCommand failed (exit status 1)"
	doubtful.Doubts = []Doubt{{Text: "a line is too long", Open: true}}
	proven.Doubts, proven.Fingerprint = doubtful.Doubts, "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"
	passedOver := key("ssh-ed25519", KeyUnknown)
	passedOver.Doubts = []Doubt{{Text: "ssh goes on without it"}}
	partial := off("203.0.113.7")
	partial.Forward[1].Status = resolve.ServFail
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		name  string
		facts Facts
		o     PinOptions
		want  string // of the line, or of the error
		kind  error
	}{
		{"the article's case", off("203.0.113.7"), PinOptions{},
			"203.0.113.7  my.example.com  # rdnsproxy 2026-11-22 unresolvable", nil},
		{"a changed key", keyed(KeyChanged), PinOptions{Force: true},
			"presents host key ssh-ed25519 SHA256:ssh-ed25519, which does not match the known one", nil},
		{"a revoked key", keyed(KeyRevoked), PinOptions{Force: true},
			"presents a revoked host key: ssh-ed25519 SHA256:ssh-ed25519", nil},
		{"an unproven key, and one is known", keyed(KeyUnknown), PinOptions{Keyed: true, Force: true},
			"does not present a known host key of my.example.com (it presents SHA256:ssh-ed25519)", ErrUnproven},
		{"nobody looked at keys, and one is known", off("203.0.113.7"), PinOptions{Keyed: true},
			"203.0.113.7 does not present a known host key", ErrUnproven},
		{"a key that ssh refuses", with(refused), PinOptions{Force: true},
			"ssh refuses the ssh-ed25519 host key of 203.0.113.7: KnownHostsCommand failed", nil},
		{"a key of which it is open whether it is known", with(doubtful), PinOptions{Force: true},
			"could not be determined: the ssh-ed25519 host key of 203.0.113.7: a line is too long", ErrUnevaluated},
		{"a known key, whatever else is open", with(proven), PinOptions{Unsure: "a line is too long"},
			"203.0.113.7  my.example.com  # rdnsproxy 2026-11-22 unresolvable SHA256:47DEQpj8HBSa+", nil},
		{"what ssh passes over too", with(passedOver), PinOptions{},
			"203.0.113.7  my.example.com  # rdnsproxy 2026-11-22 unresolvable", nil},
		{"no key is shown, and one may be known", off("203.0.113.7"), PinOptions{Unsure: "a line is too long"},
			"could not be determined: a line is too long", ErrUnevaluated},
		{"NAT64", off("64:ff9b::203.0.113.7"), PinOptions{}, "is synthesised by NAT64", ErrUnpinnable},
		{"a zone", off("fe80::1%eth0"), PinOptions{}, "is valid on one link only", ErrUnpinnable},
		{"undetermined", facts("203.0.113.7", resolve.Timeout), PinOptions{Force: true},
			"could not be looked up", ErrUndetermined},
		{"half an answer", partial, PinOptions{}, "could not be looked up", ErrUndetermined},
		{"no line is needed", facts("203.0.113.7", resolve.OK, ptr(host, "203.0.113.7")), PinOptions{},
			"no line is needed: the mapping is exact", ErrNoLineNeeded},
		{"broadcast", off("255.255.255.255"), PinOptions{}, "is not the address of one host", ErrUnpinnable},
		{"multicast", off("::ffff:224.0.0.5"), PinOptions{}, "is not the address of one host", ErrUnpinnable},
		{"an address that it has not", off("203.0.113.7"), PinOptions{Address: netip.MustParseAddr("203.0.113.8")},
			"203.0.113.8 is not an address of my.example.com", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.o.Now = now
			got, err := planned(t, "127.0.0.1 localhost\n", tt.facts, Policy{}, tt.o)
			if !strings.Contains(got, tt.want) {
				t.Errorf("%q does not hold %q", got, tt.want)
			}
			if tt.kind != nil && !errors.Is(err, tt.kind) {
				t.Errorf("%v is another error", err)
			}
		})
	}
}

// A line of ours that is replaced keeps what it records.
func TestRenewal(t *testing.T) {
	const a = "203.0.113.7"
	const known, other = "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU",
		"SHA256:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg"
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	off := facts(a, resolve.OK, dead("x.example.net", resolve.NXDomain))
	shows := func(fingerprint string, s KeyStatus) Facts {
		f := facts(a, resolve.OK, dead("x.example.net", resolve.NXDomain))
		p := serving(key("ssh-ed25519", s))
		p.Keys[0].Fingerprint = fingerprint
		f.Addresses[0].Probe = &p
		return f
	}
	expires := PinOptions{Now: now, Expires: now.AddDate(0, 0, 90)}
	for _, tt := range []struct {
		name, line string
		facts      Facts
		o          PinOptions
		want       string // the file after, or the error
	}{
		{"as it is", " # rdnsproxy 2026-01-01 unresolvable", off, PinOptions{Now: now},
			"203.0.113.7  my.example.com # rdnsproxy 2026-01-01 unresolvable\n"},
		{"a later end", " # rdnsproxy 2026-01-01 unresolvable", off, expires,
			"203.0.113.7  my.example.com  # rdnsproxy 2026-11-22 unresolvable expires=2027-02-20\n"},
		{"names of others stay", " nas # rdnsproxy 2026-01-01 unresolvable", off, expires,
			"203.0.113.7  my.example.com nas  # rdnsproxy 2026-11-22 unresolvable expires=2027-02-20\n"},
		{"the key stays", " # rdnsproxy 2026-01-01 unresolvable " + known, off, expires,
			"203.0.113.7  my.example.com  # rdnsproxy 2026-11-22 unresolvable " + known + " expires=2027-02-20\n"},
		{"another key", " # rdnsproxy 2026-01-01 unresolvable " + known, shows(other, KeyUnknown), expires,
			"that was " + known + ", it is " + other},
		{"another key, proven", " # rdnsproxy 2026-01-01 unresolvable " + known, shows(other, KeyKnown),
			PinOptions{Now: now}, "203.0.113.7  my.example.com  # rdnsproxy 2026-11-22 unresolvable " + other + "\n"},
		{"the end stays", " # rdnsproxy 2026-01-01 unresolvable expires=2027-01-01 alone", off, PinOptions{Now: now},
			"203.0.113.7  my.example.com  # rdnsproxy 2026-11-22 unresolvable expires=2027-01-01\n"},
		{"the same end", " # rdnsproxy 2026-01-01 unresolvable expires=2027-02-20", off, expires,
			"203.0.113.7  my.example.com # rdnsproxy 2026-01-01 unresolvable expires=2027-02-20\n"},
		{"a key of another port stays", " # rdnsproxy 2026-01-01 unresolvable " + known + " port=2222", off, expires,
			"203.0.113.7  my.example.com  # rdnsproxy 2026-11-22 unresolvable " + known +
				" port=2222 expires=2027-02-20\n"},
		{"not ours", "", off, expires, "203.0.113.7  my.example.com\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, _ := planned(t, a+"  "+host+tt.line+"\n", tt.facts, Policy{}, tt.o)
			if !strings.HasSuffix(got, tt.want) {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// FixPins removes all lines of a host, or none.
func TestFixPins(t *testing.T) {
	file, err := hostsfile.Parse(strings.NewReader(
		`203.0.113.7  my.example.com  # rdnsproxy 2026-01-01 unresolvable expires=2026-02-01
203.0.113.8  MY.example.com
203.0.113.9  other.example.com  # rdnsproxy 2026-01-01 unresolvable
`))
	if err != nil {
		t.Fatal(err)
	}
	lines := file.Pinned()
	edit, stay, kept := FixPins([]PinFinding{{lines[0], Finding{Code: PinExpired}},
		{lines[1], Finding{Code: PinUnneeded}}}, file, time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
	if len(kept) != 1 || kept[0].N != 1 || len(stay) != 1 || strings.Contains(string(edit.Bytes()),
		"other.example.com") {
		t.Errorf("%v\n%s", kept, edit.Bytes())
	}
}

// A line is compared with the current state, and with what was known when it was written.
func TestVerifyPin(t *testing.T) {
	const a, b = "203.0.113.7", "203.0.113.8"
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	off := dead("x.example.net", resolve.NXDomain)
	today := func(a string) Facts { return facts(a, resolve.OK, off) }
	both := today(a)
	both.Addresses = append(both.Addresses, today(b).Addresses...)
	both.Forward[0].Addrs = append(both.Forward[0].Addrs, netip.MustParseAddr(b))
	keyed := today(a)
	p := serving(key("ssh-ed25519", KeyKnown))
	keyed.Addresses[0].Probe = &p
	const known, other = "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU",
		"SHA256:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg"
	p.Keys[0].Fingerprint = known
	changed := today(a)
	q := serving(key("ssh-ed25519", KeyChanged))
	changed.Addresses[0].Probe = &q
	dark := today(a)
	dark.Addresses[0].Probe = &Probe{Connect: ConnectRefused}
	half := today(b)
	half.Forward[1].Status = resolve.ServFail
	gone := facts(a, resolve.OK)
	gone.Addresses, gone.Forward[0].Addrs, gone.Forward[0].Status = nil, nil, resolve.NXDomain
	tests := []struct {
		name  string
		facts Facts
		note  string
		want  Code
		sev   Severity
	}{
		{"as it was", today(a), "unresolvable", PinGood, Pass},
		{"moved", today(b), "unresolvable", PinMoved, Error},
		{"gone", gone, "unresolvable", PinGone, Warning},
		{"half an answer, without the address", half, "unresolvable", PinUnknown, Unknown},
		{"mended", facts(a, resolve.OK, ptr(host, a)), "unresolvable", PinUnneeded, Notice},
		{"forced", facts(a, resolve.OK, ptr(host, a)), "exact", PinGood, Pass},
		{"expired", today(a), "unresolvable expires=2026-11-22", PinExpired, Warning},
		{"not yet expired", today(a), "unresolvable expires=2026-11-23", PinGood, Pass},
		{"one of two", both, "unresolvable", PinPartial, Warning},
		{"one of two, chosen", both, "unresolvable alone", PinPartial, Notice},
		{"its key", keyed, "unresolvable " + known, PinGood, Pass},
		{"another key", keyed, "unresolvable " + other, PinKey, Error},
		{"a changed key", changed, "unresolvable", PinKey, Error},
		{"a key that cannot be seen", dark, "unresolvable " + other, PinUnknown, Unknown},
		{"no key, and none looked for", dark, "unresolvable", PinGood, Pass},
		{"nobody looked at the key", today(a), "unresolvable " + other, PinGood, Pass},
		{"reverse lookup fails", facts(a, resolve.Timeout), "unresolvable", PinUnknown, Unknown},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file, err := hostsfile.Parse(strings.NewReader(a + "  " + host + "  # rdnsproxy 2026-01-01 " + tt.note +
				"\n"))
			if err != nil {
				t.Fatal(err)
			}
			lines := file.Pinned()
			if len(lines) != 1 {
				t.Fatalf("not a note: %s", tt.note)
			}
			if got := VerifyPins(judge(tt.facts, Policy{}), lines, file, now)[0].Finding; got.Code != tt.want ||
				got.Severity != tt.sev {
				t.Errorf("%s %v: %s, want %s %v", got.Code, got.Severity, got.Text, tt.want, tt.sev)
			}
		})
	}
}

// check and the relay, which know what DNS says, and hosts verify, which has also checked
// the host, say the same about a stale line.
func TestStaleLineIsOneStory(t *testing.T) {
	const a, b = "203.0.113.7", "203.0.113.8"
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	in := func(addrs ...string) Facts {
		f := facts(addrs[0], resolve.OK, dead("x.example.net", resolve.NXDomain))
		for _, other := range addrs[1:] {
			f.Addresses = append(f.Addresses,
				facts(other, resolve.OK, dead("x.example.net", resolve.NXDomain)).Addresses...)
			f.Forward[0].Addrs = append(f.Forward[0].Addrs, netip.MustParseAddr(other))
		}
		return f
	}
	none := func(s resolve.Status) Facts {
		f := in(a)
		f.Addresses, f.Forward[0].Addrs, f.Forward[0].Status, f.Forward[1].Status = nil, nil, s, s
		return f
	}
	half := in(b)
	half.Forward[1].Status = resolve.ServFail
	for _, tt := range []struct {
		name, note string
		dns        Facts
		want       Code // empty if the line is right: check and the relay say nothing then
		severity   Severity
		text       string
	}{
		{"still right", "unresolvable", in(a), "", 0, ""},
		{"moved", "unresolvable", in(b), PinMoved, Error,
			"/etc/hosts:1 is stale: it maps my.example.com to 203.0.113.7, DNS says 203.0.113.8"},
		{"moved and expired", "unresolvable expires=2026-02-01", in(b), PinMoved, Error,
			"DNS says 203.0.113.8; it expired on 2026-02-01"},
		{"gone", "unresolvable", none(resolve.NXDomain), PinGone, Warning,
			"/etc/hosts:1 is stale: it maps my.example.com to 203.0.113.7, DNS has no address for it (NXDOMAIN)"},
		{"expired", "unresolvable expires=2026-02-01", in(a), PinExpired, Warning,
			"/etc/hosts:1 expired on 2026-02-01"},
		{"not answered", "unresolvable", none(resolve.ServFail), PinUnknown, Unknown, "(SERVFAIL)"},
		{"expired, and not answered", "unresolvable expires=2026-02-01", none(resolve.ServFail), PinExpired, Warning,
			"/etc/hosts:1 expired on 2026-02-01"},
		{"half an answer, without the address", "unresolvable", half, PinUnknown, Unknown, "could not be looked up"},
		{"one of two", "unresolvable", in(a, b), PinPartial, Warning,
			"/etc/hosts:1 hides 203.0.113.8, which DNS also has for my.example.com"},
		{"one of two, chosen", "unresolvable alone", in(a, b), PinPartial, Notice,
			"/etc/hosts:1 hides 203.0.113.8, which DNS also has for my.example.com"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file, err := hostsfile.Parse(strings.NewReader(a + "  " + host + "  # rdnsproxy 2026-01-01 " + tt.note +
				"\n"))
			if err != nil {
				t.Fatal(err)
			}
			file.Path = "/etc/hosts"
			line := file.Pinned()[0]
			note, _ := line.Note()
			verified := VerifyPins(judge(tt.dns, Policy{}), file.Pinned(), file, now)[0].Finding

			used := in(a)
			source := resolve.Source{Kind: resolve.KindHosts, Where: "/etc/hosts", Line: 1}
			used.Forward[0].Source, used.Forward[0].Pins = source,
				[]resolve.Pin{{Addr: line.Addr, Note: note, Source: source}}
			used.Views, used.Taken = []View{{Forward: tt.dns.Forward}}, now
			var seen Finding
			for _, f := range judge(used, Policy{}).Findings {
				if f.Code.Pin() {
					seen = f
				}
			}
			if seen.Code != tt.want || seen.Severity != tt.severity || !strings.Contains(seen.Text, tt.text) {
				t.Errorf("check: %s %s: %s", seen.Code, seen.Severity, seen.Text)
			}
			if tt.want == "" {
				tt.want = PinGood
			}
			if verified.Code != tt.want || verified.Severity != tt.severity ||
				!strings.Contains(verified.Text, tt.text) {
				t.Errorf("hosts verify: %s %s: %s", verified.Code, verified.Severity, verified.Text)
			}
		})
	}
}
