package resolve

import (
	"bytes"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/miekg/dns"

	"rdnsproxy/internal/lab"
	"rdnsproxy/safetext"
)

func TestQuery(t *testing.T) {
	for _, edns := range []bool{true, false} {
		b, err := packQuery(Question{`a\032b.example.com`, PTR}, edns)
		if err != nil {
			t.Fatal(err)
		}
		var m dns.Msg
		if err := m.Unpack(b); err != nil {
			t.Fatal(err)
		}
		opt := m.IsEdns0()
		if !m.RecursionDesired || m.Response || m.Question[0].Qtype != dns.TypePTR ||
			m.Question[0].Name != `a\ b.example.com.` ||
			(opt != nil) != edns || edns && opt.UDPSize() != 1232 {
			t.Errorf("edns %v: %v", edns, m)
		}
	}
	if _, err := packQuery(Question{Name(strings.Repeat("x", 64)), A}, true); err == nil {
		t.Error("a label of 64 bytes is packed")
	}
}

// Hostile names come out printable, and go back as they were.
func TestNamesFromTheWire(t *testing.T) {
	for owner, want := range map[string]Name{
		`a\027[2Jb`:     `a\027\0912jb`,
		`a\010b`:        `a\010b`,
		`a\000b`:        `a\000b`,
		`a\"b\"`:        `a\034b\034`,
		`a\200\255`:     `a\200\255`,
		`a\.b`:          `a\046b`,
		`a\\b`:          `a\092b`,
		`root@host's\ `: `root\064host\039s\032`,
		`UPPER_case-`:   `upper_case-`,
	} {
		s := startDNS(t, lab.Zone("in-addr.arpa", "1 PTR "+owner+".example."),
			lab.Zone("example", owner+" A 192.0.2.1"))
		m := muxed(t, patience)
		r, err := m.Exchange(within(t), at(s), Question{"1.in-addr.arpa", PTR}, false)
		if err != nil || len(r.Answer) != 1 || r.Answer[0].Target != want+".example" {
			t.Errorf("%s: %+v, %v", owner, r, err)
			continue
		}
		if r, err = m.Exchange(within(t), at(s), Question{want + ".example", A}, false); err != nil ||
			len(r.Answer) != 1 {
			t.Errorf("%s: back: %+v, %v", owner, r, err)
		}
	}
}

func TestMailbox(t *testing.T) {
	for rname, want := range map[string]string{
		"hostmaster.example.com.": "hostmaster@example.com",
		`first\.last.example.`:    "first.last@example",
		`a\027b.example.`:         "a\x1bb@example",
		".":                       "",
		"example.":                "",
		"":                        "",
	} {
		if got := mailbox(rname).Raw(); got != want {
			t.Errorf("%q: %q, want %q", rname, got, want)
		}
	}
}

// Whatever a server sends is refused, or becomes an Answer whose names are canonical and
// safe to print.
func FuzzReply(f *testing.F) {
	query, _ := packQuery(Question{"host.example.com", PTR}, true)
	for _, records := range [][]string{
		{"host.example.com. 60 IN PTR a\\027b.example."},
		{"host.example.com. 60 IN CNAME a.example.", "a.example. 5 IN CNAME host.example.com."},
		{"host.example.com. 60 IN CNAME a.example.", "a.example. 5 IN PTR ."},
		{"host.example.com. 60 IN A 192.0.2.1", "example.com. 60 IN SOA a. b.c. 1 2 3 4 5"},
	} {
		var m dns.Msg
		m.SetQuestion("host.example.com.", dns.TypePTR)
		m.Response = true
		m.SetEdns0(1232, false)
		m.IsEdns0().Option = append(m.IsEdns0().Option, &dns.EDNS0_EDE{InfoCode: 22, ExtraText: "\x1b[2J"})
		for _, r := range records {
			rr, err := dns.NewRR(r)
			if err != nil {
				f.Fatal(err)
			}
			m.Answer, m.Ns = append(m.Answer, rr), append(m.Ns, rr)
		}
		b, err := m.Pack()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
		f.Add(b[:len(b)-3])
		f.Add(b[:headerSize])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) >= 2 {
			copy(query, b[:2])
		}
		r, err := readReply(bytes.Clone(query), b)
		decoded, cannot := decode(b)
		readAlike(t, b, decoded, cannot)
		used := decoder{zones: new(knownZones)} // as a lane's
		for range 2 {
			again, failed := used.decode(b)
			if diff := cmp.Diff(decoded, again, cmp.AllowUnexported(Reply{}), cmpopts.EquateEmpty(),
				cmpopts.EquateComparable(netip.Addr{}, safetext.Text{})); diff != "" || (failed == nil) != (cannot == nil) {
				t.Fatalf("memory that was used makes a difference: %v, %v\n%s", cannot, failed, diff)
			}
		}
		if err != nil {
			if r, err = decoded, cannot; err != nil {
				return
			}
		}
		for _, qtype := range []Type{A, AAAA, SOA} {
			q := Question{"host.example.com", qtype}
			tr := trail{end: q.Name, ad: true}
			if a, _ := tr.read(q, r); a.Status == OK && len(a.Addrs) == 0 && a.Zone == nil {
				t.Fatalf("%+v", a)
			}
		}
		q := Question{"host.example.com", PTR}
		tr := trail{end: q.Name, ad: true}
		a, _ := tr.read(q, r)
		if a.Status == OK && len(a.Names) == 0 || len(a.Chain) > maxChain {
			t.Fatalf("%+v", a)
		}
		for _, n := range append(append(a.Names, a.Chain...), a.Canonical) {
			checkCanonical(t, n)
		}
		if a.Zone != nil {
			checkCanonical(t, a.Zone.Apex)
			checkCanonical(t, a.Zone.Primary)
		}
		if s := a.Extended.String(); strings.ContainsAny(s, "\x1b\n\x00") {
			t.Fatalf("%q", s)
		}
	})
}

// readAlike compares what decode made of a message with what package dns makes
// of it, where that reads it.
func readAlike(t *testing.T, b []byte, r *Reply, err error) {
	t.Helper()
	var m dns.Msg
	if m.Unpack(b) != nil {
		return
	}
	if err != nil {
		t.Fatalf("package dns reads what decode does not:\n%v", &m)
	}
	var want []Record
	for _, rr := range slices.Concat(m.Answer, m.Ns) {
		h := rr.Header()
		record := Record{Name: fromPresentation(h.Name), Type: Type(h.Rrtype)}
		switch rr := rr.(type) {
		case *dns.A:
			record.Addr, _ = netip.AddrFromSlice(rr.A.To4())
		case *dns.AAAA:
			record.Addr, _ = netip.AddrFromSlice(rr.AAAA.To16())
		case *dns.PTR:
			record.Target = fromPresentation(rr.Ptr)
		case *dns.CNAME:
			record.Target = fromPresentation(rr.Target)
		case *dns.SOA:
		case *dns.SSHFP:
		default:
			continue
		}
		if h.Class == dns.ClassINET && h.Rdlength > 0 {
			want = append(want, record)
		}
	}
	got := slices.Concat(r.Answer, r.Authority)
	for i := range got {
		g := &got[i]
		got[i] = Record{Name: g.Name, Type: g.Type, Addr: g.Addr, Target: g.Target}
	}
	if !slices.Equal(got, want) || r.Rcode != m.Rcode || r.Authentic != m.AuthenticatedData {
		t.Fatalf("%+v, package dns reads\n%v", r, &m)
	}
}

func checkCanonical(t *testing.T, n Name) {
	t.Helper()
	if n == "" {
		return
	}
	b, err := packQuery(Question{n, A}, false)
	if err != nil {
		t.Fatalf("%q does not pack: %v", n, err)
	}
	back, _, err := dns.UnpackDomainName(b, headerSize)
	if err != nil || fromPresentation(back) != n {
		t.Fatalf("%q comes back as %q, %v", n, fromPresentation(back), err)
	}
	for i := range len(n) {
		c := n[i]
		if !(c >= 'a' && c <= 'z' || digit(c) || strings.IndexByte(`-_.\`, c) >= 0) {
			t.Fatalf("%q is not canonical", n)
		}
	}
}
