package resolve

import (
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"strings"

	"github.com/miekg/dns"

	"rdnsproxy/safetext"
)

// decode reads only what lookups need from a message: package dns allocates for all
// of it, and a bulk check reads hundreds of thousands of messages.
func decode(b []byte) (*Reply, error) { return new(decoder).decode(b) }

// decoder decodes messages, one after the other, into the same memory. The zero decoder is
// ready to use.
type decoder struct {
	reply Reply
	asked Name        // the name of the question, if the caller has compared it already
	zones *knownZones // if nil, each Zone is made anew
}

// decode decodes a message. The reply is valid until the next call, but for what its
// records point to.
func (d *decoder) decode(b []byte) (*Reply, error) {
	if len(b) < headerSize {
		return nil, ErrUnusable
	}
	count := func(section int) int { return int(binary.BigEndian.Uint16(b[4+2*section:])) }
	r := &d.reply
	*r = Reply{Rcode: int(b[3] & 15), Authentic: b[3]&0x20 != 0, filled: count(1) > 0, Answer: r.Answer[:0], Authority: r.Authority[:0]}
	at, err := questions(b, count(0))
	answers := at
	if err == nil {
		r.Answer, at, err = d.records(r.Answer, b, at, count(1))
	}
	if err == nil && len(r.Answer) == 0 && count(1) > 0 {
		r.stray = d.holdsOPT(b, answers, count(1))
	}
	if err == nil {
		r.Authority, at, err = d.records(r.Authority, b, at, count(2))
	}
	if err == nil {
		err = d.additional(b, at, count(3))
	}
	if err != nil {
		return nil, ErrUnusable
	}
	const aa, ra = 4, 0x80
	r.Lame = r.Rcode == dns.RcodeSuccess && b[2]&aa == 0 && b[3]&ra == 0 &&
		count(1) == 0 && (count(3) == 0 || r.opt && count(3) == 1)
	return r, nil
}

// holdsOPT reports whether an OPT record is among n records of a section where none
// belongs.
func (d *decoder) holdsOPT(b []byte, at, n int) bool {
	for ; n > 0 && at < len(b); n-- {
		_, next, err := d.record(b, at)
		if err != nil {
			return false
		}
		if isOPT(b, at) {
			return true
		}
		at = next
	}
	return false
}

// isOPT reports whether the record at an offset is an OPT record; its owner is
// the root.
func isOPT(b []byte, at int) bool {
	return b[at] == 0 && binary.BigEndian.Uint16(b[at+1:]) == dns.TypeOPT
}

// questions gives the offset where n questions end.
func questions(b []byte, n int) (at int, err error) {
	for at = headerSize; n > 0 && at < len(b) && err == nil; n-- {
		at, err = nameEnd(b, at)
		at += 4
	}
	return at, err
}

// nameEnd gives the offset behind a name (RFC 1035, section 4.1.4).
func nameEnd(b []byte, at int) (int, error) {
	for at < len(b) {
		switch length := b[at]; {
		case length == 0:
			return at + 1, nil
		case length&0xc0 == 0xc0:
			return at + 2, nil
		case length&0xc0 != 0:
			return 0, ErrUnusable
		default:
			at += 1 + int(length)
		}
	}
	return 0, ErrUnusable
}

// records appends at most n records to a list and returns the offset behind them. A count that is
// too high does no harm.
func (d *decoder) records(list []Record, b []byte, at, n int) (_ []Record, next int, err error) {
	for ; n > 0 && at < len(b); n-- {
		var r Record
		if r, at, err = d.record(b, at); err != nil {
			return list[:0], at, err
		}
		if r.Type != 0 {
			list = append(list, r)
		}
	}
	return list, at, nil
}

// recordHeader is the length of the fields between a record's owner and its data (RFC
// 1035, section 4.1.3).
const recordHeader = 10

// record reads the record at an offset and returns the offset of the next one. A
// record that lookups do not need is returned without a type.
func (d *decoder) record(b []byte, at int) (r Record, next int, err error) {
	data, err := nameEnd(b, at)
	if err != nil || data+recordHeader > len(b) {
		return Record{}, 0, ErrUnusable
	}
	r.Type, r.TTL = Type(binary.BigEndian.Uint16(b[data:])), binary.BigEndian.Uint32(b[data+4:])
	if r.TTL > 1<<31-1 { // RFC 2181, section 8
		r.TTL = 0
	}
	class := binary.BigEndian.Uint16(b[data+2:])
	data += recordHeader
	next = data + int(binary.BigEndian.Uint16(b[data-2:]))
	switch size := next - data; {
	case next > len(b):
		return Record{}, 0, ErrUnusable
	case class != dns.ClassINET, size == 0: // no data: nothing to read
		return Record{}, next, nil
	case r.Type == A && size == 4, r.Type == AAAA && size == 16:
		r.Addr, _ = netip.AddrFromSlice(b[data:next])
	case r.Type == PTR, r.Type == CNAME:
		target, end, err := unpackName(b[:next], data)
		if err != nil || end != next {
			return Record{}, 0, ErrUnusable
		}
		r.Target = target
	case r.Type == SOA && d.soa(&r, b, at, data, next):
	case r.Type == SOA, r.Type == SSHFP:
		rr, _, err := dns.UnpackRR(b, at)
		if err != nil {
			return Record{}, 0, ErrUnusable
		}
		r.take(rr)
	case r.Type == A, r.Type == AAAA:
		return Record{}, 0, ErrUnusable
	default:
		return Record{}, next, nil
	}
	if r.Name, err = d.owner(b, at); err != nil {
		return Record{}, 0, ErrUnusable
	}
	return r, next, nil
}

// take reads the data of a SOA or SSHFP record.
func (r *Record) take(rr dns.RR) {
	switch rr := rr.(type) {
	case *dns.SOA:
		r.Zone = &Zone{Apex: fromPresentation(rr.Hdr.Name), Primary: fromPresentation(rr.Ns), Mailbox: mailbox(rr.Mbox)}
		r.MinTTL = rr.Minttl
	case *dns.SSHFP:
		sum, _ := hex.DecodeString(rr.FingerPrint) // package dns has just encoded it
		r.Print = Fingerprint{Algorithm: rr.Algorithm, Digest: rr.Type, Sum: string(sum)}
	}
}

// additional reads the OPT record of the last section (RFC 6891, section 6.1): the
// upper bits of the rcode, and extended errors.
func (d *decoder) additional(b []byte, at, n int) error {
	r := &d.reply
	for ; n > 0 && at < len(b); n-- {
		start := at
		_, next, err := d.record(b, at)
		if err != nil {
			return err
		}
		at = next
		if !isOPT(b, start) {
			continue
		}
		r.opt = true
		r.Rcode = r.Rcode&15 | int(b[start+5])<<4
		if next == start+1+recordHeader {
			continue // no options
		}
		rr, _, err := dns.UnpackRR(b, start)
		if err != nil {
			return err
		}
		r.Extended = extended(rr.(*dns.OPT))
	}
	return nil
}

// extended joins the extended errors (RFC 8914) on one line: "22 (No Reachable
// Authority): text". The text is untrusted.
func extended(opt *dns.OPT) safetext.Text {
	var b strings.Builder
	for _, o := range opt.Option {
		e, ok := o.(*dns.EDNS0_EDE)
		if !ok {
			continue
		}
		if b.Len() > 0 {
			b.WriteString("; ")
		}
		b.WriteString(strings.TrimPrefix(e.String(), "EDE: "))
	}
	return safetext.Of(b.String())
}
