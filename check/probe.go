package check

import (
	"context"
	"net/netip"
	"time"

	"rdnsproxy/safetext"
)

// Prober looks behind an address: it connects, reads the identification and
// fetches the host keys, without logging in. internal/sshprobe is the one.
type Prober interface {
	Probe(ctx context.Context, t Target, a netip.AddrPort) Probe
}

// Probe is what was found behind an address.
type Probe struct {
	Connect  ConnectStatus
	Identity Identity      // what spoke, once it was connected
	Version  safetext.Text // the identification, SSH-2.0-…; of what is not SSH its first line
	Keys     []Key         // the one that ssh would be shown, and what else was asked for
	Differ   string        // why ssh and the server cannot negotiate, in ssh's words; safe to print
	Broken   string        // why the key exchange fails, for ssh as well; safe to print
	Keyless  string        // why there are no keys, or not all of them, although ssh would get one; safe to print
	Error    string        // of the phase that failed; safe to print
	Hindered *Probe        // a further connection, for a key that was wanted, that was held back or turned away; nil: none was
	Cut      Phase         // the phase in which the time for the target was over; if "", none
	Strict   bool          // ssh refuses a key that is unknown to it instead of asking (StrictHostKeyChecking yes)
	Client   string        // where the lists are from that ssh would send; safe to print

	// HostKnown says that known_hosts has a key for the host, or an authority:
	// whoever answers in its place has to show one.
	HostKnown bool

	Connecting, Identifying, KeyFetching time.Duration
}

// ConnectStatus says how a connection came out. The set is closed.
type ConnectStatus string

// The ways, in the words that stand in JSON.
const (
	ConnectOK          ConnectStatus = "ok"
	ConnectRefused     ConnectStatus = "refused"     // the peer answered that nobody listens there
	ConnectTimeout     ConnectStatus = "timeout"     // no answer in time
	ConnectUnreachable ConnectStatus = "unreachable" // the network answered that there is no way
	ConnectSkipped     ConnectStatus = "skipped"     // this machine has no route for the family
	ConnectExhausted   ConnectStatus = "exhausted"   // this machine had no descriptor, memory or port left for it
	ConnectFailed      ConnectStatus = "failed"      // anything else
	ConnectHeldBack    ConnectStatus = "held-back"   // not tried: one more connection could lock this machine out
	ConnectCutShort    ConnectStatus = "cut-short"   // the time for the target was over first
)

// ConnectStatuses lists the closed set.
func ConnectStatuses() []ConnectStatus {
	return []ConnectStatus{ConnectOK, ConnectRefused, ConnectTimeout, ConnectUnreachable, ConnectSkipped, ConnectExhausted, ConnectFailed, ConnectHeldBack, ConnectCutShort}
}

// Identity says what answered on a connection (RFC 4253, section 4.2).
type Identity string

// The identities.
const (
	IdentitySSH    Identity = "ssh"
	IdentityOld    Identity = "ssh1"        // SSH 1 alone, which no ssh speaks since OpenSSH 7.6
	IdentitySilent Identity = "silent"      // it connected, and said nothing in time
	IdentityClosed Identity = "closed"      // it closed the connection without sending anything
	IdentityAway   Identity = "turned-away" // an sshd that takes no connection of this machine now
	IdentityOther  Identity = "other"       // it spoke, and not SSH
)

// Phase is a part of the work on a target, for the finding that says where its
// time was over.
type Phase string

// The phases of a probe.
const (
	PhaseAsk      Phase = "asking ssh for its settings"
	PhaseQueue    Phase = "waiting for another target's connection"
	PhaseHeld     Phase = "waiting so as not to be locked out"
	PhaseConnect  Phase = "connecting"
	PhaseIdentify Phase = "waiting for the identification"
	PhaseKeys     Phase = "exchanging keys"
)

// Key is one host key of a server, with ssh's own verdict on it: what a Result has of
// it, and what else judging needs. Its Line is set whether or not something vouches for
// the key.
type Key struct {
	HostKey
	Blob      []byte // the plain key (RFC 4253, section 6.6); what SSHFP hashes
	Known     string // of a changed key: the fingerprint and type of the one that known_hosts has; safe to print
	Unchecked bool   // ssh takes the key without looking it up
	Final     bool   // ssh decides before it looks at SSHFP records
	Voided    string // why the certificate does not count, where ssh says so; safe to print
	Doubts    []Doubt
}

// Doubt is something in ssh's configuration that could not be evaluated.
type Doubt struct {
	Text string // a clause that is safe to print
	Open bool   // it may change the verdict; if not, ssh passes it over too
}

// DNSTrust is what ssh makes of SSHFP records (ssh_config(5), VerifyHostKeyDNS).
type DNSTrust int

// What it can be.
const (
	DNSUnasked DNSTrust = iota // no, the default: ssh does not look
	DNSInforms                 // ask: ssh tells whether they match, and decides without them
	DNSDecides                 // yes: a match in a validated zone comes before known_hosts
)

// KeyStatus is what ssh would say of a host key. The set is closed.
type KeyStatus string

// The statuses.
const (
	KeyKnown     KeyStatus = "known"     // it stands in known_hosts
	KeyCertified KeyStatus = "certified" // an authority in known_hosts vouches for it
	KeyExpected  KeyStatus = "expected"  // not known, but its fingerprint was given by --expect-hostkey
	KeyVerified  KeyStatus = "verified"  // SSHFP records from a validated zone vouch for it, and VerifyHostKeyDNS is yes
	KeyUnknown   KeyStatus = "unknown"   // nothing is known of the host
	KeyChanged   KeyStatus = "changed"   // another key is known of the host
	KeyRevoked   KeyStatus = "revoked"   // known_hosts or RevokedHostKeys revokes it
)

// KeyStatuses lists the closed set.
func KeyStatuses() []KeyStatus {
	return []KeyStatus{KeyKnown, KeyCertified, KeyExpected, KeyVerified, KeyUnknown, KeyChanged, KeyRevoked}
}

// Proven reports whether there is a ground to take the key for the host's: none
// of them is that it was seen before by this program.
func (s KeyStatus) Proven() bool {
	return s == KeyKnown || s == KeyCertified || s == KeyExpected || s == KeyVerified
}
