package sshdlog

import "net/netip"

// Event is what one message says about a client. The slices point into the message; all in
// them may be a stranger's, and unsafe to print.
type Event struct {
	Kind Kind

	// Sure says that Addr and Port are the server's own words. If it is false, only the
	// connection's other lines can tell who the client is.
	Sure bool
	Addr netip.Addr // unmapped, without zone; zero if not Sure
	Port uint16     // 0: not in the line

	// Suspect says that text which a stranger chose reads like the server's own words, or
	// that the server's words at the end of the message may be cut off. A message that is
	// neither Sure nor Suspect just has no address. Claims yields the addresses in it.
	Suspect bool

	// Listener says that the process that listens wrote the message, so that its pid is
	// not the connection's.
	Listener bool

	HasUser bool   // User is set, and may be empty: an empty name can be asked for
	Invalid bool   // the server said that it knows no such user: the name may be a password
	User    []byte // as the server escaped it; root where an old server calls it ROOT

	// Unchecked says that a PAM module named the user, and there may be no such user: the name
	// may be a password. It is false for root, whom all systems have.
	Unchecked bool

	Name   []byte // the PTR name, or the name by which the server knows the client
	Method []byte // of authentication: publickey, keyboard-interactive/pam
	Rest   []byte // what else there is: see Kind
	At     []byte // of FromKey and FromCert: FILE:LINE of the key, as sshd names it (since 7.7); see Place

	Preauth bool   // the message ended in [preauth]
	Repeat  uint32 // attempts that this message stands for; at least 1
	Text    []byte // the whole message; Masked has it without names that may be passwords

	hidden []byte // the part of Text that may be a password
}

// Kind is what an event is about.
type Kind uint8

// The kinds. Of those about a mapping, sshd before 4.4 did not always give the address.
const (
	Other       Kind = iota // nothing about a client, or nothing that is counted
	MapFailed               // the PTR name does not resolve
	MapMismatch             // the PTR name does not resolve back to the address
	MapNumeric              // the PTR name is an address
	MapMissing              // no PTR record (up to 3.6.1)
	Accepted                // logged in; Rest: the key, or the client's user, with hostbased
	Failed                  // an attempt to authenticate failed; Rest as in Accepted
	Invalid                 // an unknown user was asked for
	Partial                 // one of several methods succeeded, or the server asks on
	TooMany                 // too many attempts
	NotAllowed              // the user may not log in, or not from there; Rest: the reason
	FromKey                 // an authorized key, from a place that from= does not allow; Rest: required=
	Hostbased               // the client host's name, Name, is not the one that it claims, Rest
	PAMFailed               // PAM refused; the same attempt mostly has a Failed of its own
	Start                   // Connection from
	End                     // ended before authentication; Rest: why, if the message says it
	Gone                    // ended after authentication, or it is not known when; Rest as in End
	Scan                    // no SSH client: no identification, a bad banner, nothing in common
	Dropped                 // refused before a word was said: MaxStartups, a penalty, libwrap; Rest: why
	Timeout                 // LoginGraceTime ran out; Rest: the connection's pid, if Listener
	Penalty                 // PerSourcePenalties; Rest: the net; Sure if its address is the client's
	Limited                 // Repeat connections were dropped without a line of their own
	FromCert                // a valid certificate, from a place that its own source-address does not allow
	Throttled               // MaxStartups dropped Repeat connections in all, some with a line of their own
	kinds
)

// Kinds is the number of kinds, for tables that are indexed by one.
const Kinds = int(kinds)

var kindWords = [...]string{
	"other", "map.failed", "map.mismatch", "map.numeric", "map.missing", "accepted", "failed", "invalid",
	"partial", "too-many", "not-allowed", "from-key", "hostbased", "pam-failed", "start", "end", "gone", "scan",
	"dropped", "timeout", "penalty", "limited", "from-cert", "throttled",
}

// String returns the word that --format events uses.
func (k Kind) String() string { return kindWords[k] }

// Mapping reports whether the kind is a complaint about the client's reverse mapping.
func (k Kind) Mapping() bool { return k >= MapFailed && k <= MapMissing }
