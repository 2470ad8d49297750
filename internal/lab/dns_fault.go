package lab

import (
	"fmt"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// DNSExchange is a question and the reply to it that is being built.
type DNSExchange struct {
	TCP   bool
	Query *dns.Msg
	Reply *dns.Msg // what will be sent; nil: nothing

	delay  time.Duration
	first  [][]byte // sent before the reply, or instead of it
	hangUp bool     // TCP: close without an answer
}

// DNSFault changes an exchange: one of those below, or any function.
type DNSFault func(*DNSExchange)

// Drop does not answer.
func Drop(x *DNSExchange) { x.Reply = nil }

// DropUDP answers over TCP only, without setting TC over UDP.
func DropUDP(x *DNSExchange) {
	if !x.TCP {
		x.Reply = nil
	}
}

// Delay answers late.
func Delay(d time.Duration) DNSFault { return func(x *DNSExchange) { x.delay += d } }

// Truncate sets TC in datagrams and removes the records.
func Truncate(x *DNSExchange) {
	if !x.TCP && x.Reply != nil {
		x.Reply.Truncated = true
		x.Reply.Answer, x.Reply.Ns = nil, nil
	}
}

// HangUp closes TCP connections without an answer.
func HangUp(x *DNSExchange) { x.hangUp = x.TCP }

// WrongID answers with a wrong ID.
func WrongID(x *DNSExchange) { x.Reply.Id++ }

// WrongQuestion answers with the right ID and a question that was not asked.
func WrongQuestion(x *DNSExchange) { x.Reply.Question[0].Name = "other." + x.Reply.Question[0].Name }

// NoQuestion answers with an empty question section.
func NoQuestion(x *DNSExchange) { x.Reply.Question = nil }

// NotReply leaves QR unset.
func NotReply(x *DNSExchange) { x.Reply.Response = false }

// GarbageFirst sends invalid datagrams before the answer: noise, the right ID followed
// by noise, and a truncated copy.
func GarbageFirst(x *DNSExchange) {
	whole, err := x.Reply.Pack()
	if err != nil {
		return
	}
	noise := append([]byte{whole[0], whole[1], 0x81, 0x80, 0, 1, 0xff, 0xff}, "\xc0\x0c\xc0\x0c garbage \x00\xff"...)
	x.first = append(x.first, []byte("\x00"), noise, whole[:len(whole)-len(whole)/4], nil)
}

// ForgedFirst sends an answer with a wrong ID and another address before the real one.
func ForgedFirst(x *DNSExchange) {
	forged := x.Reply.Copy()
	forged.Id ^= 0x5555
	header := dns.RR_Header{Name: x.Query.Question[0].Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 60}
	forged.Answer = []dns.RR{&dns.A{Hdr: header, A: []byte{6, 6, 6, 6}}}
	if b, err := forged.Pack(); err == nil {
		x.first = append(x.first, b)
	}
}

// Twice answers twice.
func Twice(x *DNSExchange) {
	if b, err := x.Reply.Pack(); err == nil {
		x.first = append(x.first, b)
	}
}

// Rcode answers with nothing but a response code.
func Rcode(rcode int) DNSFault {
	return func(x *DNSExchange) {
		x.Reply.Rcode = rcode
		x.Reply.Answer, x.Reply.Ns = nil, nil
	}
}

// ServFail and Refused answer with that response code.
func ServFail(x *DNSExchange) { Rcode(dns.RcodeServerFailure)(x) }
func Refused(x *DNSExchange)  { Rcode(dns.RcodeRefused)(x) }

// NoEDNS acts as a server without EDNS: FORMERR if the query has it.
func NoEDNS(x *DNSExchange) {
	if x.Query.IsEdns0() != nil {
		Rcode(dns.RcodeFormatError)(x)
		x.Reply.Extra = nil
	}
}

// ShortChain leaves out what follows the first CNAME, as a non-recursive server does.
func ShortChain(x *DNSExchange) {
	if len(x.Reply.Answer) > 0 && x.Reply.Answer[0].Header().Rrtype == dns.TypeCNAME {
		x.Reply.Answer, x.Reply.Ns, x.Reply.Rcode = x.Reply.Answer[:1], nil, dns.RcodeSuccess
	}
}

// CNAMELoop answers with two CNAMEs that point to each other.
func CNAMELoop(x *DNSExchange) {
	name := x.Query.Question[0].Name
	x.Reply.Rcode, x.Reply.Ns = dns.RcodeSuccess, nil
	x.Reply.Answer = []dns.RR{cname(name, "loop."+name), cname("loop."+name, name)}
}

// LongChain answers with more CNAMEs than anyone follows.
func LongChain(x *DNSExchange) {
	name := x.Query.Question[0].Name
	x.Reply.Rcode, x.Reply.Ns, x.Reply.Answer = dns.RcodeSuccess, nil, nil
	for i := range 100 {
		next := fmt.Sprintf("%d.chain.invalid.", i)
		x.Reply.Answer = append(x.Reply.Answer, cname(name, next))
		name = next
	}
}

// OtherOwner answers about a name that was not asked for.
func OtherOwner(x *DNSExchange) {
	for _, rr := range x.Reply.Answer {
		rr.Header().Name = "other." + rr.Header().Name
	}
}

// OtherType answers with records of a type that was not asked for.
func OtherType(x *DNSExchange) {
	q := x.Query.Question[0]
	header := dns.RR_Header{Name: q.Name, Rrtype: dns.TypeTXT, Class: dns.ClassINET, Ttl: 60}
	x.Reply.Rcode, x.Reply.Ns = dns.RcodeSuccess, nil
	x.Reply.Answer = []dns.RR{&dns.TXT{Hdr: header, Txt: []string{q.Name}}}
}

// OtherClass answers with records of another class.
func OtherClass(x *DNSExchange) {
	for _, rr := range x.Reply.Answer {
		rr.Header().Class = dns.ClassCHAOS
	}
}

// Lame answers as a server that does not serve the zone and refers to the root.
func Lame(x *DNSExchange) {
	header := dns.RR_Header{Name: ".", Rrtype: dns.TypeNS, Class: dns.ClassINET, Ttl: 60}
	x.Reply.Rcode, x.Reply.Answer = dns.RcodeSuccess, nil
	x.Reply.Authoritative, x.Reply.RecursionAvailable = false, false
	x.Reply.Ns = []dns.RR{&dns.NS{Hdr: header, Ns: "a.root-servers.net."}}
}

// TTL answers with this TTL in all records.
func TTL(seconds uint32) DNSFault {
	return func(x *DNSExchange) {
		for _, section := range [][]dns.RR{x.Reply.Answer, x.Reply.Ns} {
			for _, rr := range section {
				rr.Header().Ttl = seconds
			}
		}
	}
}

// DropEDNS does not answer queries with EDNS, as some firewalls do.
func DropEDNS(x *DNSExchange) {
	if x.Query.IsEdns0() != nil {
		x.Reply = nil
	}
}

// OtherCase answers with names in capital letters.
func OtherCase(x *DNSExchange) {
	for _, rr := range x.Reply.Answer {
		rr.Header().Name = strings.ToUpper(rr.Header().Name)
	}
}

// TruncatedPart sets TC and keeps the records that say something else: whoever does not
// ask again over TCP believes them.
func TruncatedPart(x *DNSExchange) {
	if !x.TCP {
		x.Reply.Truncated = true
		for _, rr := range x.Reply.Answer {
			switch rr := rr.(type) {
			case *dns.A:
				rr.A = []byte{6, 6, 6, 6}
			case *dns.PTR:
				rr.Ptr = "part.invalid."
			}
		}
	}
}

// Authentic sets AD.
func Authentic(x *DNSExchange) { x.Reply.AuthenticatedData = true }

// Extended adds an Extended DNS Error (RFC 8914).
func Extended(code uint16, text string) DNSFault {
	return func(x *DNSExchange) {
		if opt := x.Reply.IsEdns0(); opt != nil {
			opt.Option = append(opt.Option, &dns.EDNS0_EDE{InfoCode: code, ExtraText: text})
		}
	}
}

func cname(owner, target string) dns.RR {
	header := dns.RR_Header{Name: owner, Rrtype: dns.TypeCNAME, Class: dns.ClassINET, Ttl: 60}
	return &dns.CNAME{Hdr: header, Target: target}
}

// send writes the reply.
func (x *DNSExchange) send(w dns.ResponseWriter) {
	if x.hangUp {
		w.Close()
		return
	}
	for _, b := range x.first {
		w.Write(b)
	}
	if x.Reply == nil {
		if x.TCP {
			w.Close()
		}
		return
	}
	x.Reply.Compress = true
	if !x.TCP {
		size := dns.MinMsgSize
		if opt := x.Query.IsEdns0(); opt != nil {
			size = int(opt.UDPSize())
		}
		if x.Reply.Len() > size { // Len packs nothing, so a small answer costs nothing more
			x.Reply.Truncate(size)
		}
	}
	if b, err := x.Reply.Pack(); err == nil {
		w.Write(b)
	}
}
