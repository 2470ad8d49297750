package check

import (
	"context"
	"net/netip"
	"time"

	"rdnsproxy/safetext"
)

// Prober connects to an address, reads the identification and fetches the host keys,
// without logging in. internal/sshprobe implements it.
type Prober interface {
	// Probe returns what it found by the end of ctx: Probe.Cut says where that was.
	Probe(ctx context.Context, t Target, a netip.AddrPort) Probe
}

// Probe is what a Prober found at an address. All strings are safe to print.
type Probe struct {
	Connect  ConnectStatus
	Identity Identity      // what answered; empty if there is no connection
	Version  safetext.Text // the identification, SSH-2.0-…; if it is not SSH, its first line
	Keys     []Key         // the key that ssh would be shown, and the others that were wanted
	Differ   string        // why ssh and the server cannot negotiate, in ssh's words
	Broken   string        // why the key exchange fails, for ssh too
	Keyless  string        // why keys are missing although ssh would get one
	Error    string        // of the phase that failed
	Cut      Phase         // the phase in which the time for the target ended; empty if it did not
	Strict   bool          // ssh refuses an unknown key instead of asking (StrictHostKeyChecking yes)
	Client   string        // the origin of the lists that ssh would send

	// Hindered is a further connection, for a wanted key, that was held back or turned
	// away; nil if there was none.
	Hindered *Probe

	// HostKnown reports whether known_hosts has a key or an authority for the host: then
	// the server has to show a key.
	HostKnown bool

	Connecting, Identifying, KeyFetching time.Duration

	Via string // the proxies that it connected through, as in Connect
}

// ConnectStatus is the outcome of a connection attempt. The set is closed.
type ConnectStatus string

// The outcomes, in the words of the JSON.
const (
	ConnectOK          ConnectStatus = "ok"
	ConnectRefused     ConnectStatus = "refused"     // the peer answered that nothing listens there
	ConnectTimeout     ConnectStatus = "timeout"     // no answer in time
	ConnectUnreachable ConnectStatus = "unreachable" // the network answered that there is no route
	ConnectSkipped     ConnectStatus = "skipped"     // this machine has no route for the family
	ConnectExhausted   ConnectStatus = "exhausted"   // this machine had no descriptor, memory or port left for it
	ConnectFailed      ConnectStatus = "failed"      // anything else
	ConnectHeldBack    ConnectStatus = "held-back"   // not tried: one more connection could lock this machine out
	ConnectCutShort    ConnectStatus = "cut-short"   // the time for the target ended first
)

// ConnectStatuses lists the closed set.
func ConnectStatuses() []ConnectStatus {
	return []ConnectStatus{
		ConnectOK, ConnectRefused, ConnectTimeout, ConnectUnreachable, ConnectSkipped,
		ConnectExhausted, ConnectFailed, ConnectHeldBack, ConnectCutShort,
	}
}

// Identity is what answered on a connection (RFC 4253, section 4.2).
type Identity string

// The identities.
const (
	IdentitySSH    Identity = "ssh"
	IdentityOld    Identity = "ssh1"        // SSH 1 alone, which no ssh speaks since OpenSSH 7.6
	IdentitySilent Identity = "silent"      // it sent no identification in time
	IdentityClosed Identity = "closed"      // it closed the connection before it sent anything
	IdentityAway   Identity = "turned-away" // an sshd that accepts no connection from this machine now
	IdentityOther  Identity = "other"       // it does not speak SSH
)

// Phase is a part of the work on a target, for the finding that says where its time
// ended.
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

// Key is one host key of a server and ssh's verdict on it: the HostKey of a Result, and
// what else Judge needs. Line is set even if nothing vouches for the key.
type Key struct {
	HostKey
	Blob      []byte // the plain key (RFC 4253, section 6.6); what SSHFP hashes
	Known     string // of a changed key: type and fingerprint of the key in known_hosts; safe to print
	Unchecked bool   // ssh accepts the key without looking it up
	Final     bool   // ssh decides before it looks at SSHFP records
	Voided    string // why the certificate does not count, in ssh's words; safe to print
	Doubts    []Doubt
}

// Doubt is something in ssh's configuration that could not be evaluated.
type Doubt struct {
	Text string // a clause that is safe to print
	Open bool   // it may change the verdict; if false, ssh ignores it too
}

// DNSTrust is what ssh does with SSHFP records (ssh_config(5), VerifyHostKeyDNS).
type DNSTrust int

// The values of VerifyHostKeyDNS.
const (
	DNSUnasked DNSTrust = iota // no, the default: ssh does not look them up
	DNSInforms                 // ask: ssh says whether they match, and decides without them
	DNSDecides                 // yes: a match in a validated zone takes precedence over known_hosts
)

// KeyStatus is what ssh makes of a host key. The set is closed.
type KeyStatus string

// The statuses.
const (
	KeyKnown     KeyStatus = "known"     // known_hosts has it
	KeyCertified KeyStatus = "certified" // an authority in known_hosts vouches for it
	KeyExpected  KeyStatus = "expected"  // not known, but its fingerprint was given by --expect-hostkey
	// SSHFP records from a validated zone vouch for it, and VerifyHostKeyDNS is yes
	KeyVerified KeyStatus = "verified"
	KeyUnknown  KeyStatus = "unknown" // nothing is known of the host
	KeyChanged  KeyStatus = "changed" // another key is known of the host
	KeyRevoked  KeyStatus = "revoked" // known_hosts or RevokedHostKeys revokes it
)

// KeyStatuses lists the closed set.
func KeyStatuses() []KeyStatus {
	return []KeyStatus{KeyKnown, KeyCertified, KeyExpected, KeyVerified, KeyUnknown, KeyChanged, KeyRevoked}
}

// Proven reports whether something vouches for the key. That this program has seen it
// before does not.
func (s KeyStatus) Proven() bool {
	return s == KeyKnown || s == KeyCertified || s == KeyExpected || s == KeyVerified
}
