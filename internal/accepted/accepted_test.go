package accepted_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rdnsproxy/internal/accepted"
	"rdnsproxy/safetext"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

var sameAddr = cmp.Comparer(func(a, b netip.Addr) bool { return a == b })

// mapping is an accepted one; ptr are its reverse names.
func mapping(name, addr, verdict string, ptr ...string) accepted.Mapping {
	return accepted.Mapping{Name: name, Addr: netip.MustParseAddr(addr), Verdict: verdict, PTR: ptr, Since: noon}
}

// The file that the package comment shows.
const documented = `# name         address       verdict      reverse names             accepted
my.example.com 192.168.1.243 unresolvable 192-168-1-243.foo.bar.net 2026-03-01T12:00:00Z
nas.home.arpa  10.0.0.7      missing      -                         2026-03-01T12:00:00Z
`

func TestParse(t *testing.T) {
	long, longest := strings.Repeat("a", 63), strings.Repeat("a.", 126)+"a"
	for _, c := range []struct {
		line string
		want accepted.Mapping
	}{
		{"my.example.com 192.168.1.243 unresolvable 192-168-1-243.foo.bar.net 2026-03-01T12:00:00Z",
			mapping("my.example.com", "192.168.1.243", "unresolvable", "192-168-1-243.foo.bar.net")},
		{"h 2001:DB8::1 missing - 2026-03-01T12:00:00Z", mapping("h", "2001:db8::1", "missing")},
		{"\th  10.0.0.1\tno-address - 2026-03-01T13:00:00+01:00 \r", mapping("h", "10.0.0.1", "no-address")},
		{"My.Example.COM. ::ffff:10.0.0.1 mismatch B.net.,a.net,b.NET 2026-03-01T12:00:00.9Z",
			mapping("my.example.com", "10.0.0.1", "mismatch", "a.net", "b.net")},
		{`h 10.0.0.1 malformed a\042b.net,. 2026-03-01T12:00:00Z`, mapping("h", "10.0.0.1", "malformed", ".", `a\042b.net`)},
		{"h 10.0.0.1 malformed -. 2026-03-01T12:00:00Z", mapping("h", "10.0.0.1", "malformed", "-")},
		{"2001:DB8:0::1 2001:db8::1 missing - 2026-03-01T12:00:00Z", mapping("2001:db8::1", "2001:db8::1", "missing")},
		{long + ".x 10.0.0.1 ok - 2026-03-01T12:00:00Z", mapping(long+".x", "10.0.0.1", "ok")},
		{longest + " 10.0.0.1 ok - 2026-03-01T12:00:00Z", mapping(longest, "10.0.0.1", "ok")},
	} {
		f := accepted.Parse(c.line)
		if diff := cmp.Diff([]accepted.Mapping{c.want}, f.All(), sameAddr); diff != "" || f.Ignored() != nil {
			t.Errorf("%q: %v\n%s", c.line, f.Ignored(), diff)
		}
	}
	if ms := accepted.Parse(documented).All(); len(ms) != 2 {
		t.Errorf("the documented file: %v", ms)
	}
}

// Each damaged line is ignored alone, and the user can be told which it is.
func TestIgnored(t *testing.T) {
	damaged := []string{
		"h", "h 10.0.0.1 ok -", "h 10.0.0.1 ok - 2026-03-01T12:00:00Z # mine", "10.0.0.1 h ok - 2026-03-01T12:00:00Z",
		"h 10.0.0 ok - 2026-03-01T12:00:00Z", "h fe80::1%eth0 ok - 2026-03-01T12:00:00Z",
		"h 10.0.0.1 OK! - 2026-03-01T12:00:00Z", "h 10.0.0.1 " + strings.Repeat("o", 33) + " - 2026-03-01T12:00:00Z",
		"h 10.0.0.1 ok - 2026-03-01", "h 10.0.0.1 ok - 9999-12-31T23:59:59-23:00",
		"h 10.0.0.1 ok a,,b 2026-03-01T12:00:00Z", "h 10.0.0.1 ok a..b 2026-03-01T12:00:00Z",
		"h 10.0.0.1 ok \x1b[2J 2026-03-01T12:00:00Z", `h 10.0.0.1 ok a\256 2026-03-01T12:00:00Z`,
		`h 10.0.0.1 ok a\04 2026-03-01T12:00:00Z`, ".h 10.0.0.1 ok - 2026-03-01T12:00:00Z",
		"h\u212a 10.0.0.1 ok - 2026-03-01T12:00:00Z", strings.Repeat("a", 64) + " 10.0.0.1 ok - 2026-03-01T12:00:00Z",
		strings.Repeat("a.", 126) + "aa 10.0.0.1 ok - 2026-03-01T12:00:00Z",
		"h 10.0.0.1 ok " + strings.Repeat("a.net,", accepted.MaxLine/6) + "a.net 2026-03-01T12:00:00Z",
		"\x00\xff\x1b]0;owned\a",
	}
	good := "good 10.0.0.1 ok - 2026-03-01T12:00:00Z"
	for _, d := range damaged {
		f := accepted.Parse("\n# comment\n" + d + "\n" + good + "\n")
		if ms := f.All(); len(ms) != 1 || ms[0].Name != "good" {
			t.Errorf("%q: %v", d, ms)
		}
		ignored := f.Ignored()
		if len(ignored) != 1 || ignored[0].Line != 3 {
			t.Errorf("%q: %v", d, ignored)
			continue
		}
		if text := ignored[0].Err.Error(); text != safetext.Line(text) || len(text) > 200 {
			t.Errorf("%q is unsafe to print", text)
		}
	}
}

func TestCompare(t *testing.T) {
	f := accepted.Parse(`
two.example 192.0.2.1   missing  -     2026-03-01T12:00:00Z
two.example 2001:db8::1 mismatch a.net 2026-03-01T12:00:00Z
two.example 192.0.2.2   missing  -     2026-03-01T12:00:00Z
10.0.0.1    10.0.0.1    missing  -     2026-03-01T12:00:00Z
`)
	for _, c := range []struct{ name, addr, want string }{
		{"two.example", "192.0.2.2", "192.0.2.2"},
		{"TWO.Example.", "::ffff:192.0.2.2", "192.0.2.2"},
		{"two.example", "2001:db8::1%eth0", "2001:db8::1"},
		{"two.example", "192.0.2.9", "192.0.2.1"}, // moved: the old one
		{"two.example", "2001:db8::9", "2001:db8::1"},
		{"10.0.0.1", "10.0.0.1", "10.0.0.1"},
		{"::ffff:10.0.0.1", "10.0.0.1", "10.0.0.1"},
		{"other.example", "192.0.2.1", ""},
		{"two.example\x1b", "192.0.2.1", ""},
		{"", "192.0.2.1", ""},
	} {
		now := accepted.Mapping{Name: c.name, Addr: netip.MustParseAddr(c.addr), Verdict: "missing"}
		m, _, ok := f.Compare(now, []netip.Addr{now.Addr})
		if got := m.Addr.String(); ok != (c.want != "") || ok && got != c.want {
			t.Errorf("%s %s: %s, %t", c.name, c.addr, got, ok)
		}
	}
	if n := len(f.Of("two.example")); n != 3 {
		t.Errorf("%d mappings of the name", n)
	}
	if ms := accepted.Parse("four 192.0.2.1 ok - 2026-03-01T12:00:00Z").Of("four"); len(ms) != 1 {
		t.Errorf("%v", ms)
	}
	four := accepted.Parse("four 192.0.2.1 ok - 2026-03-01T12:00:00Z")
	six := mapping("four", "2001:db8::1", "ok")
	if m, _, ok := four.Compare(six, []netip.Addr{six.Addr}); !ok || !m.Addr.Is4() {
		t.Errorf("a new family: %v, %t", m, ok)
	}
}

// TestChanges: an address that comes beside the others took nobody's place.
func TestChanges(t *testing.T) {
	one, two, three := mapping("h", "192.0.2.1", "missing"), mapping("h", "192.0.2.2", "missing"), mapping("h", "192.0.2.3", "missing")
	worse := mapping("h", "192.0.2.2", "mismatch")
	file := accepted.Parse(one.String() + "\n" + two.String() + "\n")
	for _, c := range []struct {
		now  []accepted.Mapping
		want string
	}{
		{[]accepted.Mapping{two, one}, ""},
		{[]accepted.Mapping{one, two, three}, "192.0.2.3 is new beside the accepted 192.0.2.1, 192.0.2.2"},
		{[]accepted.Mapping{three, two}, "the address changed from 192.0.2.1 to 192.0.2.3"},
		{[]accepted.Mapping{two}, "it no longer has the accepted 192.0.2.1"},
		{[]accepted.Mapping{one, worse}, "the verdict changed from missing to mismatch"},
	} {
		if got := strings.Join(file.Changes("H.", c.now), "; "); got != c.want {
			t.Errorf("%v: %q, want %q", c.now, got, c.want)
		}
	}
	if changes := file.Changes("other", []accepted.Mapping{one}); changes != nil {
		t.Errorf("never accepted: %q", changes)
	}
}

func TestDiffers(t *testing.T) {
	was := mapping("h", "192.0.2.1", "unresolvable", "a.net")
	many := mapping("h", "192.0.2.1", "unresolvable", "a.net", "b.net", "c.net", "d.net", "e.net")
	for _, c := range []struct {
		was, now accepted.Mapping
		want     string
	}{
		{was, was, ""},
		{was, mapping("H.", "::ffff:192.0.2.1", "unresolvable", "A.net.", "a.NET"), ""},
		{was, accepted.Mapping{Addr: was.Addr, Verdict: was.Verdict, PTR: was.PTR}, ""},
		{was, mapping("h", "192.0.2.9", "unresolvable", "a.net"), "the address changed from 192.0.2.1 to 192.0.2.9"},
		{was, mapping("h", "192.0.2.1", "unresolvable", "b.net"), "the reverse name changed from a.net to b.net"},
		{was, mapping("h", "192.0.2.1", "unresolvable", "b.net", "B.net."), "the reverse name changed from a.net to b.net"},
		{was, mapping("h", "192.0.2.1", "mismatch", "a.net"), "the verdict changed from unresolvable to mismatch"},
		{was, mapping("h", "192.0.2.9", "missing"),
			"the address changed from 192.0.2.1 to 192.0.2.9; the reverse name a.net is gone; the verdict changed from unresolvable to missing"},
		{mapping("h", "192.0.2.1", "missing"), mapping("h", "192.0.2.1", "missing", "a.net"), "there was no reverse name and now is a.net"},
		{was, many, "the reverse names gained b.net, c.net, d.net and 1 more"},
		{many, was, "the reverse names lost b.net, c.net, d.net and 1 more"},
		{was, mapping("h", "192.0.2.1", "unresolvable", "b.net", "c.net"), "the reverse names lost a.net and gained b.net, c.net"},
		{was, mapping("h", "192.0.2.1", "\x1b[2J", "root@host's password: "),
			`the reverse name changed from a.net to root\064host\039s\032password\058\032; the verdict changed from unresolvable to \027\0912J`},
	} {
		if what, differs := c.was.Differs(c.now); what != c.want || differs != (c.want != "") {
			t.Errorf("%q, %t; want %q", what, differs, c.want)
		}
	}
	long := mapping("h", "192.0.2.1", "unresolvable", strings.Repeat("a.", 120)+"net")
	if what, _ := was.Differs(long); len(what) > 120 {
		t.Errorf("too long for a warning: %q", what)
	}
}

// Whatever a file holds stays byte for byte when another name comes and goes,
// and what is found in it is safe to print and parses again to the same.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		documented, "", "\n", "\r\n", "#", " # x\n\n", "h 10.0.0.1 ok - 2026-03-01T12:00:00Z", "\ufeffh 10.0.0.1 ok - 2026-03-01T12:00:00Z\r\n",
		"h 10.0.0.1 ok -,-. 2026-03-01T12:00:00Z\n", `\000 ::1 ok \255.\046,. 0000-01-01T00:00:00Z`, "h fe80::1%\x1b ok - 2026-03-01T12:00:00Z",
		"::1%x ::1 a-b - 2026-03-01T12:00:00.999999999+23:59\n\x00", "h 10.0.0.1 ok A,a. 2026-03-01T12:00:00Z\nh 10.0.0.1 ok - 2026-03-01T12:00:00Z",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file := accepted.Parse(text)
		whole := text
		if text != "" && !strings.HasSuffix(text, "\n") {
			whole += "\n"
		}
		if visitor := mapping("visitor", "10.0.0.9", "missing"); file.Of(visitor.Name) == nil {
			with := accepted.With(file, visitor)
			if with != whole+visitor.String()+"\n" {
				t.Errorf("%q became %q", text, with)
			}
			if left := accepted.Without(accepted.Parse(with), visitor.Name); file.Text() != text || left != whole {
				t.Errorf("%q is %q, and %q after a visit", text, file.Text(), left)
			}
		}
		for _, i := range file.Ignored() {
			if s := i.Err.Error(); s != safetext.Line(s) {
				t.Errorf("%q is unsafe", s)
			}
		}
		for _, m := range file.All() {
			line := m.String()
			if safetext.Line(line) != line || strings.Count(line, " ") != 4 {
				t.Errorf("%q is unsafe", line)
			}
			again := accepted.Parse(line).All()
			if diff := cmp.Diff([]accepted.Mapping{m}, again, sameAddr); diff != "" {
				t.Errorf("%q\n%s", line, diff)
			}
			if what, differs := m.Differs(m); differs {
				t.Errorf("differs from itself: %s", what)
			}
			if rest := accepted.Parse(accepted.Without(file, m.Name)); len(rest.All())+len(file.Of(m.Name)) != len(file.All()) ||
				rest.Of(m.Name) != nil || len(rest.Ignored()) != len(file.Ignored()) {
				t.Errorf("%q without %s is %q", text, m.Name, rest.Text())
			}
			if !slices.ContainsFunc(file.Of(m.Name), func(o accepted.Mapping) bool { return o.String() == line }) {
				t.Errorf("%q is not found by its name", line)
			}
		}
	})
}
