package resolve

import "rdnsproxy/safetext"

// Zones answers questions from zones that are at hand, before any server is asked.
type Zones interface {
	// Answer returns the reply of an authoritative server, whose Source says where the
	// records are from. A reply may end with an alias to a name that has to be asked
	// elsewhere. known is false if the zones do not hold the name.
	Answer(q Question) (r Reply, known bool)
}

// NameOf is a name as package github.com/miekg/dns presents it, in a zone file or from
// the wire.
func NameOf(s string) Name { return fromPresentation(s) }

// Mailbox is the RNAME of a SOA record in the same form, as a mail address (RFC 1035,
// section 8). It is empty if there is none.
func Mailbox(s string) safetext.Text { return mailbox(s) }

// fromZones answers from the zones at hand. known is false if a server has to be asked.
// If that is not wanted (Offline), the status is Skipped.
func (s *stub) fromZones(q Question) (r Reply, status Status, known bool) {
	if s.zones == nil {
		return r, OK, false
	}
	if r, known = s.zones.Answer(q); known || !s.offline {
		return r, OK, known
	}
	return Reply{Source: Source{Kind: KindZone}}, Skipped, true
}
