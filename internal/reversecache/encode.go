package reversecache

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"net/netip"
	"time"

	"rdnsproxy/limits"
	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
)

// A record is the magic with the format's version; the configuration and the address, 16
// bytes each; the body; and the first bytes of the SHA-256 of all that, since a file may be
// torn after a crash. In the body, numbers and lengths are varints of encoding/binary, and
// times are milliseconds since 1970, 0 if zero.
const (
	magic   = "rdnsR\x01"
	sumSize = 8
)

var errDamaged = errors.New("damaged record")

// encode writes a record. It is an error if that is longer than limits.CacheRecord.
func encode(r *Record) ([]byte, error) {
	b := encodeBody(r)
	sum := sha256.Sum256(b)
	if b = append(b, sum[:sumSize]...); len(b) > limits.CacheRecord {
		return nil, errors.New("more than is kept of an address")
	}
	return b, nil
}

// encodeBody writes a record without the sum.
func encodeBody(r *Record) []byte {
	e := encoder{make([]byte, 0, 512)}
	e.b = append(append(e.b, magic...), r.Config[:]...)
	addr := r.Addr.As16()
	e.b = append(e.b, addr[:]...)
	e.number(uint64(r.Failed.Status))
	e.time(r.Failed.At)
	e.time(r.Silent)
	e.number(uint64(len(r.judged)))
	if len(r.judged) > 0 {
		e.b = append(e.b, r.key[:]...)
	}
	for _, h := range r.judged {
		e.b = append(e.b, h[:]...)
	}
	e.number(uint64(len(r.Answers)))
	for i := range r.Answers {
		e.answer(&r.Answers[i])
	}
	return e.b
}

type encoder struct{ b []byte }

func (e *encoder) number(n uint64) { e.b = binary.AppendUvarint(e.b, n) }

func (e *encoder) text(s string) {
	e.number(uint64(len(s)))
	e.b = append(e.b, s...)
}

func (e *encoder) time(t time.Time) {
	if t.IsZero() {
		e.number(0)
		return
	}
	e.number(uint64(t.UnixMilli()))
}

// Bits of an answer.
const (
	hasAD = 1 << iota
	hasClaimedAD
	hasZone
	isStrict
)

func (e *encoder) answer(a *Answer) {
	e.number(uint64(a.Question.Type))
	e.text(string(a.Question.Name))
	e.number(uint64(a.Status))
	e.text(a.Source.Where)
	e.time(a.Asked)
	e.time(a.Until)
	bits := uint64(0)
	if a.Authentic {
		bits |= hasAD
	}
	if a.ClaimedAD {
		bits |= hasClaimedAD
	}
	if a.Zone != nil {
		bits |= hasZone
	}
	if a.Strict {
		bits |= isStrict
	}
	e.number(bits)
	e.names(a.Chain)
	e.names(a.Names)
	e.number(uint64(len(a.Addrs)))
	for _, x := range a.Addrs {
		e.text(string(x.AsSlice()))
	}
	if a.Zone != nil {
		e.text(string(a.Zone.Apex))
		e.text(string(a.Zone.Primary))
		e.text(a.Zone.Mailbox.Raw())
	}
	e.text(a.Extended.Raw())
}

func (e *encoder) names(names []resolve.Name) {
	e.number(uint64(len(names)))
	for _, n := range names {
		e.text(string(n))
	}
}

// decode accepts what encode writes and nothing else, whatever the bytes are.
func decode(b []byte) (*Record, error) {
	body := len(b) - sumSize
	if len(b) > limits.CacheRecord || body < len(magic)+32 || string(b[:len(magic)]) != magic {
		return nil, errDamaged
	}
	if sum := sha256.Sum256(b[:body]); string(sum[:sumSize]) != string(b[body:]) {
		return nil, errDamaged
	}
	d := decoder{b: b[len(magic):body]}
	r := &Record{Config: resolve.ConfigID(d.sixteen()), Addr: netip.AddrFrom16(d.sixteen()).Unmap()}
	r.Failed = Failure{resolve.Status(d.small(255)), d.time()}
	d.check(Fails(r.Failed.Status) && (r.Failed.Status == CutShort || !r.Failed.At.IsZero()))
	r.Silent = d.time()
	if n := d.small(limits.CacheHosts); n > 0 {
		r.key = d.sixteen()
		for range n {
			r.judged = append(r.judged, d.sixteen())
		}
	}
	for range d.count() {
		r.Answers = append(r.Answers, d.answer())
	}
	d.check(len(d.b) == 0)
	if d.bad || string(encodeBody(r)) != string(b[:body]) { // such as a number with zeros before it
		return nil, errDamaged
	}
	return r, nil
}

// decoder reads a body. After the first damage it returns zeros.
type decoder struct {
	b   []byte
	bad bool
}

func (d *decoder) check(ok bool) { d.bad = d.bad || !ok }

func (d *decoder) take(n uint64) []byte {
	if d.check(n <= uint64(len(d.b))); d.bad {
		return nil
	}
	b := d.b[:n]
	d.b = d.b[n:]
	return b
}

func (d *decoder) sixteen() (x [16]byte) {
	copy(x[:], d.take(16))
	return x
}

func (d *decoder) number() uint64 {
	n, size := binary.Uvarint(d.b)
	if d.check(size > 0); d.bad {
		return 0
	}
	d.b = d.b[size:]
	return n
}

func (d *decoder) small(most uint64) uint64 {
	n := d.number()
	if d.check(n <= most); d.bad {
		return 0
	}
	return n
}

// count reads how many things follow, each of which takes at least one byte.
func (d *decoder) count() uint64 { return d.small(uint64(len(d.b))) }

func (d *decoder) text() string { return string(d.take(d.number())) }

func (d *decoder) time() time.Time {
	ms := d.small(1 << 60)
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(ms))
}

// name reads a name in its canonical form: a Name is printed as it is.
func (d *decoder) name() resolve.Name {
	s := d.text()
	d.check(resolve.Name(s).Canonical())
	return resolve.Name(s)
}

func (d *decoder) names() (names []resolve.Name) {
	for range d.count() {
		names = append(names, d.name())
	}
	return names
}

func (d *decoder) answer() Answer {
	var a Answer
	a.Question.Type = resolve.Type(d.small(1<<16 - 1))
	a.Question.Name = d.name()
	a.Status = resolve.Status(d.small(255))
	server := d.text()
	_, err := resolve.ParseServer(server)
	d.check(err == nil)
	a.Source = resolve.Source{Kind: resolve.KindDNS, Where: server}
	a.Asked, a.Until = d.time(), d.time()
	bits := d.small(hasAD | hasClaimedAD | hasZone | isStrict)
	a.Authentic, a.ClaimedAD = bits&hasAD != 0, bits&hasClaimedAD != 0
	a.Strict = bits&isStrict != 0
	a.Chain, a.Names = d.names(), d.names()
	for range d.count() {
		x, ok := netip.AddrFromSlice([]byte(d.text()))
		d.check(ok)
		a.Addrs = append(a.Addrs, x)
	}
	if bits&hasZone != 0 {
		a.Zone = &resolve.Zone{Apex: d.name(), Primary: d.name(), Mailbox: safetext.Of(d.text())}
	}
	a.Extended = safetext.Of(d.text())
	a.Canonical = a.Question.Name
	if n := len(a.Chain); n > 0 {
		a.Canonical = a.Chain[n-1]
	}
	a.TTL = a.Until.Sub(a.Asked)
	d.check(Keeps(&a.Answer) && a.TTL <= lifetime(&a.Answer))
	return a
}
