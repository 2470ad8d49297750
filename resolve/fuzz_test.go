package resolve

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/miekg/dns"
)

// printable reports whether a terminal shows s as it is.
func printable(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool {
		return r < ' ' || r >= 0x7f && r < 0xa0 ||
			r == utf8.RuneError
	}) < 0
}

// What parses as an address has a spelling that parses as the same address.
func FuzzParseLiteral(f *testing.F) {
	for _, s := range []string{"", "127.1", "0x7f.1", "0177.0.0.1", "2130706433", "4294967296", "1.2.3.4.", "08", "0x",
		"1..2", "::1", "::ffff:192.0.2.1", "fe80::1%eth0", "fe80::1%", "[::1]", "::%\x1b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, ok := ParseLiteral(s)
		if !ok {
			if b, err := netip.ParseAddr(s); err == nil {
				t.Fatalf("%q is %s, and is not taken for it", s, b)
			}
			return
		}
		if again, ok := ParseLiteral(a.String()); !ok || again != a {
			t.Fatalf("%q is %s, which is %s, %t", s, a, again, ok)
		}
		if b, err := netip.ParseAddr(s); err == nil && a != b {
			t.Fatalf("%q is %s, and not %s", s, b, a)
		}
		if a.Is4() && (strings.Trim(s, "0123456789abcdefxABCDEFX.") != "" || s[0] < '0' || s[0] > '9') {
			t.Fatalf("%q is no address, and reads as %s", s, a)
		}
	})
}

// A name is printable, fits a message, and is one whatever the case of its
// letters and whether or not a dot ends it.
func FuzzParseName(f *testing.F) {
	for _, s := range []string{"", ".", "..", "a.", "Example.COM", "a..b", "_srv.x", "a b", "\x00.\xff", `a\046b`,
		"bücher.example", "xn--bcher-kva.example", "。", "a。b",
		"ß.de", strings.Repeat("a", 64), strings.Repeat("a.", 127) + "a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := ParseName(s)
		if err != nil {
			return
		}
		if _, err := packQuery(Question{n, A}, true); err != nil {
			t.Fatalf("%q is %q, which no question can hold: %v", s, n, err)
		}
		for i := range len(n) {
			if c := n[i]; c <= ' ' || c >= 0x7f || c >= 'A' && c <= 'Z' {
				t.Fatalf("%q is %q", s, n)
			}
		}
		if n.wireLen() > 255 || n != "." && n.Labels() != strings.Count(string(n), ".")+1 {
			t.Fatalf("%q is %q, of %d bytes and %d labels", s, n, n.wireLen(), n.Labels())
		}
		if ascii(s) && !strings.HasSuffix(s, ".") {
			for _, same := range []string{strings.ToUpper(s), s + "."} {
				if got, err := ParseName(same); err != nil || got != n {
					t.Fatalf("%q is %q, and %q is %q, %v", s, n, same, got, err)
				}
			}
		}
		if again, err := ParseName(string(n)); !strings.Contains(string(n), `\`) && (err != nil || again != n) {
			t.Fatalf("%q is %q, which is %q, %v", s, n, again, err)
		}
	})
}

// What parses as a server can be asked, and its own spelling parses as the same server. For
// anything else the error is one short line.
func FuzzParseServer(f *testing.F) {
	for _, s := range []string{"", "192.0.2.53", "192.0.2.53:5353", "192.0.2.53:0", "[192.0.2.53]", "2001:db8::53",
		"[2001:db8::53]", "[fe80::53%eth0]:5353", "[::1", "::1]:53", "host:53", "[]:53", "\x1b[2J"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		server, err := ParseServer(s)
		if err != nil {
			if text := err.Error(); !printable(text) || len(text) > 300 {
				t.Fatalf("%q: %q", s, text)
			}
			return
		}
		if !server.Addr.IsValid() || server.Addr.Port() == 0 {
			t.Fatalf("%q is %s", s, server)
		}
		if again, err := ParseServer(server.String()); err != nil || again != server {
			t.Fatalf("%q is %s, which is %s, %v", s, server, again, err)
		}
	})
}

// Whatever getent prints, or a program in its place, only addresses and words result.
func FuzzGetent(f *testing.F) {
	for _, s := range []string{"", "192.0.2.1       STREAM db.example.com\n192.0.2.1       DGRAM\n",
		"2001:db8::1     db.example.com alias\n", "fe80::1%eth0 x", "no address here\n", "::1", "\x1b[2J ::1\n"} {
		f.Add(s, "hosts")
		f.Add(s, "ahosts")
	}
	f.Fuzz(func(t *testing.T, text, database string) {
		lines := parseGetent(text, database)
		if most := strings.Count(text, "\n") + 1; len(lines) > most {
			t.Fatalf("%d of %d lines", len(lines), most)
		}
		for _, l := range lines {
			if !l.addr.IsValid() || strings.ContainsAny(l.name, " \t\n") || !strings.Contains(text, l.name) {
				t.Fatalf("%q: %+v", text, l)
			}
			if n, err := ParseName(l.name); err == nil && !printable(string(n)) {
				t.Fatalf("%q: %q", text, n)
			}
		}
	})
}

// A stream over TCP says the same however it is cut into pieces, and an answer is
// to the question. Two bytes before each message are the length that it claims,
// and the ID of all of them is the question's.
func FuzzStream(f *testing.F) {
	question := Question{"host.example.com", A}
	var m dns.Msg
	m.SetQuestion("host.example.com.", dns.TypeA)
	m.Response = true
	rr, err := dns.NewRR("host.example.com. 60 IN A 192.0.2.1")
	if err != nil {
		f.Fatal(err)
	}
	m.Answer = []dns.RR{rr}
	good, err := m.Pack()
	if err != nil {
		f.Fatal(err)
	}
	framed := binary.BigEndian.AppendUint16(nil, uint16(len(good)))
	framed = append(framed, good...)
	other := bytes.Replace(framed, []byte("\x04host"), []byte("\x04most"), 1)
	for _, b := range [][]byte{nil, {0}, {0, 0}, {0xff, 0xff}, framed, framed[:len(framed)-1], append(other, framed...),
		bytes.Repeat(other, streamMessages), append(bytes.Repeat(other, streamMessages), framed...),
		append(framed, 0, 1)} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		whole, wholeErr := overStream(t, question, stream, len(stream))
		for _, piece := range []int{1, 3} {
			got, err := overStream(t, question, stream, piece)
			if (got == nil) != (whole == nil) || errors.Is(err, ErrUnusable) != errors.Is(wholeErr, ErrUnusable) {
				t.Fatalf("%x in pieces of %d: %+v, %v; whole: %+v, %v", stream, piece, got, err, whole, wholeErr)
			}
		}
		if whole == nil && !errors.Is(wholeErr, ErrUnusable) {
			t.Fatalf("%x: %v", stream, wholeErr)
		}
		if whole != nil && !bytes.Contains(bytes.ToLower(stream),
			[]byte("\x04host\x07example\x03com\x00\x00\x01\x00\x01")) {
			t.Fatalf("%x does not answer the question: %+v", stream, whole)
		}
	})
}

// overStream asks a server that answers with this stream, cut into pieces, and
// then hangs up.
func overStream(t *testing.T, q Question, stream []byte, piece int) (*Reply, error) {
	t.Helper()
	query, err := packQuery(q, true)
	if err != nil {
		t.Fatal(err)
	}
	client, server := net.Pipe()
	defer client.Close()
	client.SetDeadline(time.Now().Add(30 * time.Second))
	go func() {
		defer server.Close()
		asked := make([]byte, 2+len(query))
		if _, err := io.ReadFull(server, asked); err != nil {
			return
		}
		answer := bytes.Clone(stream)
		for at := 0; at+4 <= len(answer); {
			size := int(binary.BigEndian.Uint16(answer[at:]))
			if size >= 2 {
				copy(answer[at+2:], asked[2:4])
			}
			at += 2 + size
		}
		for len(answer) > 0 {
			n := min(max(piece, 1), len(answer))
			if _, err := server.Write(answer[:n]); err != nil {
				return
			}
			answer = answer[n:]
		}
	}()
	return converse(client, query)
}

// A name is read as package dns reads it, or not at all.
func FuzzUnpackName(f *testing.F) {
	for _, s := range []string{"\x00", "\x01a\x00", "\x03FOO\x03bar\x00", "\x01a\xc0\x00", "\xc0\x00", "\x01.\x00", "\x02a", "\x40a\x00",
		"\x01a\x00\x01b\xc0\x00", strings.Repeat("\x3f"+strings.Repeat("a", 63), 4) + "\x00"} {
		f.Add([]byte(s), 0)
		f.Add([]byte("\x01x"+s), 2)
	}
	f.Fuzz(func(t *testing.T, b []byte, at int) {
		if at < 0 || at > len(b) || len(b) > 1<<14 {
			return
		}
		n, end, err := unpackName(b, at)
		s, want, failed := dns.UnpackDomainName(b, at)
		switch {
		case (err == nil) != (failed == nil):
			t.Fatalf("%v, and package dns says %v", err, failed)
		case err == nil && (n != fromPresentation(s) || end != want):
			t.Fatalf("%q to %d, and package dns says %q to %d", n, end, s, want)
		}
	})
}

// Whatever datagrams come, a lane keeps its books, and takes only an answer to its question.
func FuzzLane(f *testing.F) {
	query, err := packQuery(hostQuestion, true)
	if err != nil {
		f.Fatal(err)
	}
	reply := func(change func(*dns.Msg)) []byte {
		m := new(dns.Msg)
		if m.Unpack(query) != nil {
			f.Fatal("our own query")
		}
		r := new(dns.Msg).SetReply(m)
		r.RecursionAvailable = true
		change(r)
		b, err := r.Pack()
		if err != nil {
			f.Fatal(err)
		}
		return b
	}
	for _, text := range []string{"host.example.com. 60 IN A 192.0.2.1", "other.example.com. 60 IN A 192.0.2.1",
		"host.example.com. 60 IN CNAME host.example.com.", "host.example.com. 60 IN CNAME x.test."} {
		rr, err := dns.NewRR(text)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(reply(func(m *dns.Msg) { m.Answer = []dns.RR{rr} }), true)
	}
	f.Add(reply(func(m *dns.Msg) { m.Truncated = true }), true)
	f.Add(reply(func(m *dns.Msg) { m.Rcode = dns.RcodeRefused }), true)
	f.Add(reply(func(m *dns.Msg) { m.Rcode = dns.RcodeFormatError; m.Question = nil }), true)
	f.Add(query, false)
	f.Add([]byte{}, false)
	r := asking(f)
	r.Config.Servers = []Server{{netip.MustParseAddrPort("127.0.0.1:9")}}
	r.init()
	f.Fuzz(func(t *testing.T, b []byte, ours bool) {
		r.stub.shared.calls = nil
		l := newLane(r, LaneOptions{}) // its goroutine does not run: this one is in its place
		s := l.servers[0]
		k := &laneSocket{server: s, pending: map[uint16]*shot{}}
		s.sockets = append(s.sockets, k)
		job := &askJob{list: []Question{hostQuestion}}
		l.jobs = []Job{job}
		l.pump()
		f := s.fresh.pop()
		f.queued = false
		sent := bytes.Clone(k.shoot(f).query())
		if b = bytes.Clone(b); ours && len(b) > 1 {
			copy(b, sent[:2])
		}
		k.got(b)
		l.deliver()
		a, told := job.answers[hostQuestion]
		if told == (len(k.pending) == 1) || told == (s.inAir == 1) || told == (l.active == 1) {
			t.Fatalf("told %v, and %d pending, %d in the air, %d active", told, len(k.pending), s.inAir, l.active)
		}
		if told && !answers(sent, b) && !bareHeader(sent, b) {
			t.Fatalf("%x is taken for an answer: %+v", b, a)
		}
		if a != nil && (a.Question != hostQuestion || a.Status != OK && !a.Status.Absent()) {
			t.Fatalf("%+v", a)
		}
		k.got(b) // once more
		l.deliver()
	})
}
