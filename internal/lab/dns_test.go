package lab_test

import (
	"errors"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"

	"rdnsproxy/internal/lab"
)

func startDNS(t *testing.T, zones ...lab.DNSZone) *lab.DNSServer {
	t.Helper()
	s, err := lab.StartDNS(zones...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// ask sends one question as any other program would.
func ask(t *testing.T, s *lab.DNSServer, network, name string, qtype uint16) *dns.Msg {
	t.Helper()
	m := new(dns.Msg).SetQuestion(name, qtype)
	r, _, err := (&dns.Client{Net: network, Timeout: patience}).Exchange(m, s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestDNSAnswers(t *testing.T) {
	s := startDNS(t,
		lab.Zone("example.com", "my 60 A 192.168.1.243", "@ A 192.0.2.1", "www CNAME my", "out CNAME host.example.net.",
			"a.b.c A 192.0.2.2", "dangling CNAME gone", "*\\027.odd A 192.0.2.3", "loop CNAME loop"),
		lab.Zone("example.net", "host AAAA 2001:db8::1", "@ 99 SOA a.example. b.example. 1 2 3 4 5"),
	)
	for _, tt := range []struct {
		name   string
		qtype  uint16
		rcode  int
		answer string // the data of the answers
		soa    bool
	}{
		{"my.example.com.", dns.TypeA, dns.RcodeSuccess, "192.168.1.243", false},
		{"MY.Example.Com.", dns.TypeA, dns.RcodeSuccess, "192.168.1.243", false},
		{"example.com.", dns.TypeA, dns.RcodeSuccess, "192.0.2.1", false},
		{"my.example.com.", dns.TypeAAAA, dns.RcodeSuccess, "", true},
		{"none.example.com.", dns.TypeA, dns.RcodeNameError, "", true},
		{"c.example.com.", dns.TypeA, dns.RcodeSuccess, "", true}, // there are names below it
		{"www.example.com.", dns.TypeA, dns.RcodeSuccess, "my.example.com. 192.168.1.243", false},
		{"out.example.com.", dns.TypeAAAA, dns.RcodeSuccess, "host.example.net. 2001:db8::1", false},
		{"dangling.example.com.", dns.TypeA, dns.RcodeNameError, "gone.example.com.", true},
		{"www.example.com.", dns.TypeCNAME, dns.RcodeSuccess, "my.example.com.", false},
		{`*\027.odd.example.com.`, dns.TypeA, dns.RcodeSuccess, "192.0.2.3", false},
		{"example.net.", dns.TypeSOA, dns.RcodeSuccess, "a.example. b.example. 1 2 3 4 5", false},
		{"example.org.", dns.TypeA, dns.RcodeRefused, "", false},
	} {
		for _, network := range []string{"udp", "tcp"} {
			r := ask(t, s, network, tt.name, tt.qtype)
			var data []string
			for _, rr := range r.Answer {
				data = append(data, strings.TrimPrefix(rr.String(), rr.Header().String()))
			}
			if r.Rcode != tt.rcode || strings.Join(data, " ") != tt.answer || (len(r.Ns) == 1) != tt.soa {
				t.Errorf("%s %s over %s:\n%v", tt.name, dns.TypeToString[tt.qtype], network, r)
			}
		}
	}
	if s.Asked("my.example.com", dns.TypeA) != 4 || s.Asked("MY.example.com.", 0) != 6 || s.Streams()*2 != s.Questions() {
		t.Errorf("%d, %d, %d of %d", s.Asked("my.example.com", dns.TypeA), s.Asked("MY.example.com.", 0),
			s.Streams(), s.Questions())
	}
	if r := ask(t, s, "udp", "loop.example.com.", dns.TypeA); len(r.Answer) == 0 {
		t.Error("a CNAME of itself is not an answer")
	}
}

func TestDNSAdd(t *testing.T) {
	s := startDNS(t, lab.Zone("example.com"))
	if err := s.Add("new.example.com. 60 IN A 192.0.2.1"); err != nil {
		t.Fatal(err)
	}
	if r := ask(t, s, "udp", "new.example.com.", dns.TypeA); len(r.Answer) != 1 {
		t.Error(r)
	}
	for _, bad := range []string{"", "; comment", "new.example.com. 60 IN A none", "new.example.org. 60 IN A 192.0.2.1"} {
		if s.Add(bad) == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	for _, bad := range []string{"", "my A", "my.example.org. A 192.0.2.1"} {
		if s, err := lab.StartDNS(lab.Zone("example.com", bad)); err == nil {
			s.Close()
			t.Errorf("%q is taken", bad)
		}
	}
}

// An answer that is too long for a datagram sets TC, and is complete over TCP.
func TestDNSTruncates(t *testing.T) {
	var records []string
	for range 100 {
		records = append(records, "big TXT "+strings.Repeat("x", 100))
	}
	s := startDNS(t, lab.Zone("example.com", records...))
	if r := ask(t, s, "udp", "big.example.com.", dns.TypeTXT); !r.Truncated || len(r.Answer) > 4 {
		t.Errorf("truncated %v, %d records", r.Truncated, len(r.Answer))
	}
	if r := ask(t, s, "tcp", "big.example.com.", dns.TypeTXT); r.Truncated || len(r.Answer) != 100 {
		t.Errorf("truncated %v, %d records", r.Truncated, len(r.Answer))
	}
}

// Each fault does on the wire what its name says.
func TestDNSFaults(t *testing.T) {
	s := startDNS(t, lab.Zone("example.com", "host A 192.0.2.1", "alias CNAME host"))
	query := new(dns.Msg).SetQuestion("host.example.com.", dns.TypeA)
	query.SetEdns0(1232, false)
	packed, err := query.Pack()
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		fault lab.DNSFault
		want  func(first *dns.Msg, raw []byte) bool
	}{
		"wrong ID": {lab.WrongID, func(r *dns.Msg, _ []byte) bool { return r.Id != query.Id }},
		"wrong question": {lab.WrongQuestion, func(r *dns.Msg, _ []byte) bool {
			return r.Question[0].Name != "host.example.com."
		}},
		"no question": {lab.NoQuestion, func(r *dns.Msg, _ []byte) bool { return len(r.Question) == 0 }},
		"not a reply": {lab.NotReply, func(r *dns.Msg, _ []byte) bool { return !r.Response }},
		"truncate":    {lab.Truncate, func(r *dns.Msg, _ []byte) bool { return r.Truncated && len(r.Answer) == 0 }},
		"SERVFAIL":    {lab.ServFail, func(r *dns.Msg, _ []byte) bool { return r.Rcode == dns.RcodeServerFailure }},
		"REFUSED":     {lab.Refused, func(r *dns.Msg, _ []byte) bool { return r.Rcode == dns.RcodeRefused }},
		"no EDNS": {lab.NoEDNS, func(r *dns.Msg, _ []byte) bool {
			return r.Rcode == dns.RcodeFormatError && r.IsEdns0() == nil
		}},
		"garbage": {lab.GarbageFirst, func(r *dns.Msg, raw []byte) bool { return r == nil && len(raw) == 1 }},
		"forged": {lab.ForgedFirst, func(r *dns.Msg, _ []byte) bool {
			return r.Id != query.Id && len(r.Answer) == 1
		}},
		"other owner": {lab.OtherOwner, func(r *dns.Msg, _ []byte) bool { return r.Answer[0].Header().Name == "other.host.example.com." }},
		"other type":  {lab.OtherType, func(r *dns.Msg, _ []byte) bool { return r.Answer[0].Header().Rrtype == dns.TypeTXT }},
		"other class": {lab.OtherClass, func(r *dns.Msg, _ []byte) bool { return r.Answer[0].Header().Class == dns.ClassCHAOS }},
		"other case":  {lab.OtherCase, func(r *dns.Msg, _ []byte) bool { return r.Answer[0].Header().Name == "HOST.EXAMPLE.COM." }},
		"lame": {lab.Lame, func(r *dns.Msg, _ []byte) bool {
			return len(r.Answer) == 0 && len(r.Ns) == 1 && !r.RecursionAvailable && r.Rcode == dns.RcodeSuccess
		}},
		"part":       {lab.TruncatedPart, func(r *dns.Msg, _ []byte) bool { return r.Truncated && r.Answer[0].(*dns.A).A.String() == "6.6.6.6" }},
		"TTL":        {lab.TTL(7), func(r *dns.Msg, _ []byte) bool { return r.Answer[0].Header().Ttl == 7 }},
		"long chain": {lab.LongChain, func(r *dns.Msg, _ []byte) bool { return r.Truncated || len(r.Answer) > 16 }},
		"loop":       {lab.CNAMELoop, func(r *dns.Msg, _ []byte) bool { return len(r.Answer) == 2 }},
		"authentic":  {lab.Authentic, func(r *dns.Msg, _ []byte) bool { return r.AuthenticatedData }},
		"extended":   {lab.Extended(22, "x"), func(r *dns.Msg, _ []byte) bool { return len(r.IsEdns0().Option) == 1 }},
		"late":       {lab.Delay(time.Millisecond), func(r *dns.Msg, _ []byte) bool { return len(r.Answer) == 1 }},
	} {
		s.Fault("host.example.com", tt.fault)
		raw := exchangeRaw(t, s, packed)
		first := new(dns.Msg)
		if first.Unpack(raw) != nil {
			first = nil
		}
		if !tt.want(first, raw) {
			t.Errorf("%s: %v", name, first)
		}
	}
	s.Fault("host.example.com")
	if r := ask(t, s, "udp", "host.example.com.", dns.TypeA); len(r.Answer) != 1 || r.Answer[0].Header().Name != "host.example.com." || r.Answer[0].Header().Ttl != 60 {
		t.Errorf("healed: %v", r)
	}
	s.Fault("", lab.ShortChain)
	if r := ask(t, s, "udp", "alias.example.com.", dns.TypeA); len(r.Answer) != 1 {
		t.Errorf("short chain: %v", r)
	}
}

func TestDNSSilence(t *testing.T) {
	s := startDNS(t, lab.Zone("example.com", "host A 192.0.2.1"))
	query := new(dns.Msg).SetQuestion("host.example.com.", dns.TypeA)
	for network, fault := range map[string]lab.DNSFault{"udp": lab.DropUDP, "tcp": lab.HangUp} {
		s.Fault("", fault)
		before := s.Questions()
		_, _, err := (&dns.Client{Net: network, Timeout: 100 * time.Millisecond}).Exchange(query, s.Addr().String())
		var e net.Error
		if err == nil || network == "udp" && !(errors.As(err, &e) && e.Timeout()) || s.Questions() == before {
			t.Errorf("%s: %v", network, err)
		}
	}
}

// Close ends delayed answers.
func TestDNSClose(t *testing.T) {
	s := startDNS(t, lab.Zone("example.com"))
	heard := make(chan struct{})
	s.Fault("", func(*lab.DNSExchange) { close(heard) }, lab.Delay(100*patience))
	var wg sync.WaitGroup
	wg.Go(func() {
		(&dns.Client{Timeout: time.Second}).Exchange(new(dns.Msg).SetQuestion("a.example.com.", dns.TypeA), s.Addr().String())
	})
	<-heard
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	wg.Wait()
	if err := s.Close(); err != nil {
		t.Errorf("again: %v", err)
	}
}

// exchangeRaw returns the first datagram that comes back.
func exchangeRaw(t *testing.T, s *lab.DNSServer, query []byte) []byte {
	t.Helper()
	c, err := net.Dial("udp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	if _, err := c.Write(query); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 4096)
	n, err := c.Read(b)
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal(err)
	}
	return b[:n]
}
