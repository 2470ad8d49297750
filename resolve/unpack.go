package resolve

import (
	"encoding/binary"

	"github.com/miekg/dns"
)

// owner is the name at an offset, which is mostly a pointer to the question's.
func (d *decoder) owner(b []byte, at int) (Name, error) {
	const pointer = 0xc0
	if d.asked != "" && at+1 < len(b) && b[at] == pointer && b[at+1] == headerSize {
		return d.asked, nil
	}
	n, _, err := unpackName(b, at)
	return n, err
}

// unpackName reads the name at an offset and returns where it ends. Nearly all names are of
// letters, digits, hyphens and underscores, and have few pointers; package dns reads the
// others.
func unpackName(b []byte, at int) (n Name, end int, err error) {
	var room [253]byte
	text, end, ok := appendPlain(room[:0], b, at, true)
	if ok {
		return Name(text), end, nil
	}
	s, end, err := dns.UnpackDomainName(b, at)
	if err != nil {
		return "", 0, err
	}
	return fromPresentation(s), end, nil
}

// plainPointers is how many compression pointers a plain name has at most.
const plainPointers = 10

// appendPlain appends a plain name to text, in lower case if fold is set. It returns false
// if the name is not plain or is the root.
func appendPlain(text, b []byte, at int, fold bool) (_ []byte, end int, ok bool) {
	start, pointers := len(text), 0
	for at < len(b) {
		length := int(b[at])
		switch {
		case length == 0:
			if pointers == 0 {
				end = at + 1
			}
			return text, end, len(text) > start
		case length&0xc0 == 0xc0:
			if at+1 >= len(b) || pointers == plainPointers {
				return text, 0, false
			}
			if pointers == 0 {
				end = at + 2
			}
			pointers++
			at = (length&0x3f)<<8 | int(b[at+1])
			continue
		case length > 63 || at+1+length > len(b) || len(text)+1+length > cap(text):
			return text, 0, false
		}
		if len(text) > start {
			text = append(text, '.')
		}
		for _, c := range b[at+1 : at+1+length] {
			switch {
			case c >= 'a' && c <= 'z', digit(c), c == '-', c == '_':
			case c >= 'A' && c <= 'Z':
				if fold {
					c += 'a' - 'A'
				}
			default:
				return text, 0, false
			}
			text = append(text, c)
		}
		at += 1 + length
	}
	return text, 0, false
}

// knownZones are the zones that were met last. The zones of many answers are few.
type knownZones [64]struct {
	names string // what the zone was made of
	zone  *Zone
}

// soa reads the data of a SOA record of plain names, between two offsets; at is the owner's.
// It returns false for any other.
func (d *decoder) soa(r *Record, b []byte, at, data, end int) bool {
	const numbers = 5 * 4
	if d.zones == nil {
		return false
	}
	var room [3*253 + 2]byte
	names, _, ok := appendPlain(room[:0:253], b, at, true)
	apex := len(names)
	if !ok {
		return false
	}
	names = append(names, ' ')
	names, data, ok = appendPlain(room[:len(names):len(names)+253], b, data, true)
	primary := len(names)
	if !ok {
		return false
	}
	names = append(names, ' ')
	names, data, ok = appendPlain(room[:len(names):len(names)+253], b[:end], data, false)
	if !ok || data+numbers != end {
		return false
	}
	r.MinTTL = binary.BigEndian.Uint32(b[end-4:])
	known := &d.zones[(int(names[0])+31*apex+131*primary+17*len(names))%len(d.zones)]
	if known.zone == nil || known.names != string(names) {
		known.names = string(names)
		known.zone = &Zone{
			Apex: Name(known.names[:apex]), Primary: Name(known.names[apex+1 : primary]),
			Mailbox: mailbox(known.names[primary+1:] + "."),
		}
	}
	r.Zone = known.zone
	return true
}
