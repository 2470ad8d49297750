package zones

import (
	"encoding/hex"
	"fmt"
	"net/netip"

	"github.com/miekg/dns"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/limits"
	"rdnsproxy/resolve"
)

// Set is zones, each with the records that the files, or a server, have for it. A zero
// Set is empty. It is read only after the last zone is in it; then it is safe for
// concurrent use.
type Set struct {
	zones   map[resolve.Name]*zone
	order   []*zone
	files   []string // where records are from; a record has the index
	records int
}

// zone is one zone.
type zone struct {
	apex   resolve.Name
	nodes  map[resolve.Name]*node
	owners []resolve.Name // of A, AAAA and PTR records, each once, in their order
	soa    *resolve.Zone
	minTTL uint32 // SOA's MINIMUM

	prints  []resolve.Fingerprint // of SSHFP records; a record has the index
	foreign int                   // records that belong to another zone
	first   string                // the place of the first of them
}

// node is a name in a zone. One without records is between others, or has records only
// of types that nobody here asks for.
type node struct {
	records []record
	listed  bool // in owners
	alias   bool // it has a CNAME record
	data    bool // it has records of other types, whether they are kept or not
}

// record is a resource record, packed: there may be millions.
type record struct {
	addr   netip.Addr   // A, AAAA
	target resolve.Name // PTR, CNAME, DNAME
	ttl    uint32
	line   uint32 // in the file; 0 if it is from a server
	print  uint32 // SSHFP
	rtype  resolve.Type
	file   uint16
}

// Types that are kept beside those of package resolve.
const (
	typeNS    = resolve.Type(dns.TypeNS)
	typeDNAME = resolve.Type(dns.TypeDNAME)
)

// errTooMany is the refusal of zones that are too large.
func errTooMany() error {
	return console.Refuse(exit.Usage, "check the zones in several runs",
		"the zones have more than %d records", limits.ZoneRecords)
}

// add adds a record to its zone, and the names between it and the apex.
func (s *Set) add(z *zone, rr dns.RR, file uint16, line int) error {
	h := rr.Header()
	owner := resolve.NameOf(h.Name)
	if h.Class != dns.ClassINET {
		return nil
	}
	if !owner.Under(z.apex) {
		if z.foreign++; z.foreign == 1 {
			z.first = s.at(file, line)
		}
		return nil
	}
	if s.records++; s.records > limits.ZoneRecords {
		return errTooMany()
	}
	n := z.node(owner)
	if err := s.alone(n, rr, file, line); err != nil {
		return err
	}
	r := record{rtype: resolve.Type(h.Rrtype), ttl: h.Ttl, file: file, line: uint32(line)}
	if r.rtype == resolve.SOA && owner != z.apex || !r.read(rr, z) {
		return nil
	}
	n.records = append(n.records, r)
	if !n.listed && (r.addr.IsValid() || r.rtype == resolve.PTR) {
		n.listed = true
		z.owners = append(z.owners, owner)
	}
	return nil
}

// read takes the data of a record. It returns false for types that nobody asks for.
func (r *record) read(rr dns.RR, z *zone) bool {
	switch rr := rr.(type) {
	case *dns.A:
		r.addr, _ = netip.AddrFromSlice(rr.A.To4())
		return r.addr.IsValid()
	case *dns.AAAA:
		r.addr, _ = netip.AddrFromSlice(rr.AAAA.To16())
		return r.addr.IsValid()
	case *dns.PTR:
		r.target = resolve.NameOf(rr.Ptr)
	case *dns.CNAME:
		r.target = resolve.NameOf(rr.Target)
	case *dns.DNAME:
		r.target = resolve.NameOf(rr.Target)
	case *dns.NS:
	case *dns.SSHFP:
		sum, err := hex.DecodeString(rr.FingerPrint)
		r.print = uint32(len(z.prints))
		z.prints = append(z.prints, resolve.Fingerprint{Algorithm: rr.Algorithm, Digest: rr.Type, Sum: string(sum)})
		return err == nil
	case *dns.SOA:
		z.soa = &resolve.Zone{Apex: z.apex, Primary: resolve.NameOf(rr.Ns), Mailbox: resolve.Mailbox(rr.Mbox)}
		z.minTTL = rr.Minttl
	default:
		return false
	}
	return true
}

// node returns the node of a name below the apex, or of the apex. Names between the two
// exist too (RFC 4592, section 2.2.2).
func (z *zone) node(name resolve.Name) *node {
	n := z.nodes[name]
	if n != nil {
		return n
	}
	n = new(node)
	z.nodes[name] = n
	for name != z.apex {
		name = name.Parent()
		if z.nodes[name] != nil {
			break
		}
		z.nodes[name] = new(node)
	}
	return n
}

// holds returns the first record of a type; nil if there is none.
func (n *node) holds(t resolve.Type) *record {
	for i := range n.records {
		if n.records[i].rtype == t {
			return &n.records[i]
		}
	}
	return nil
}

// begin starts a zone. The error is a Refusal: there is one already.
func (s *Set) begin(apex resolve.Name, from string) (*zone, error) {
	if s.zones[apex] != nil {
		return nil, console.Refuse(exit.Usage, "name each zone once", "%s: zone %s is there already", from, apex)
	}
	z := &zone{apex: apex, nodes: map[resolve.Name]*node{}}
	z.node(apex)
	if s.zones == nil {
		s.zones = map[resolve.Name]*zone{}
	}
	s.zones[apex], s.order = z, append(s.order, z)
	return z, nil
}

// file returns the index of where records are from.
func (s *Set) file(name string) (uint16, error) {
	if len(s.files) == limits.ZoneFiles {
		return 0, console.Refuse(exit.Usage, "check the zones in several runs",
			"the zones are in more than %d files", limits.ZoneFiles)
	}
	s.files = append(s.files, name)
	return uint16(len(s.files) - 1), nil
}

// place is where a record is from, as a source of answers.
func (s *Set) place(r *record) resolve.Source {
	return resolve.Source{Kind: resolve.KindZone, Where: s.called(r.file), Line: int(r.line), File: s.isFile(r)}
}

// called is what a file or server is called in answers and messages.
func (s *Set) called(file uint16) string {
	if s.files[file] == "-" {
		return console.InputName("-")
	}
	return s.files[file]
}

// isFile reports whether a record is from a file that has a name, not from stdin or a server.
func (s *Set) isFile(r *record) bool { return r.line > 0 && s.files[r.file] != "-" }

// Notices says what of the zones is not checked, a line each.
func (s *Set) Notices() (lines []string) {
	for _, z := range s.order {
		if z.foreign > 0 {
			lines = append(lines, fmt.Sprintf("zone %s has %d %s of names outside it, which %s ignored: %s",
				z.apex, z.foreign, plural(z.foreign, "record"), map[bool]string{true: "is", false: "are"}[z.foreign == 1], z.first))
		}
		if n := z.wildcards(); n > 0 {
			lines = append(lines, fmt.Sprintf("zone %s has %d wildcard %s: what they stand for is not checked",
				z.apex, n, plural(n, "name")))
		}
	}
	return lines
}

func plural(n int, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

// recordMemory is about what a record takes with its name, in bytes, as measured.
const recordMemory = 350

// Memory is about how many bytes the zones take.
func (s *Set) Memory() int64 { return int64(s.records) * recordMemory }
