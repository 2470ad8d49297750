package check

import (
	"slices"
	"strings"
	"sync"
)

// Code names what a finding is about. The set is closed: it stands in the table
// below, and docs/json.md is generated from it.
type Code string

// AgainstHost reports whether a finding says that a host key is not the host's.
func (f Finding) AgainstHost() bool {
	return f.Severity >= Error && slices.Contains([]Code{HostKeyChanged, HostKeyRevoked, HostKeyUnexpected, HostKeyUnseen}, f.Code)
}

// reach reports whether a code says why no host key was seen at an address.
func (c Code) reach() bool {
	return strings.HasPrefix(string(c), "connect.") || strings.HasPrefix(string(c), "ssh.")
}

// Pin reports whether a code is about a hosts line that rdnsproxy has written.
func (c Code) Pin() bool { return strings.HasPrefix(string(c), "pin.") }

// The codes beside those of the verdicts.
const (
	ForwardPartial Code = "forward.partial"
	ForwardMany    Code = "forward.many"
	PTRPartial     Code = "ptr.partial"
	PTRTruncated   Code = "ptr.truncated"
	PTRSearch      Code = "ptr.search"
	ReverseRefused Code = "reverse.refused"
	ManyQuestions  Code = "questions.many"

	TargetCutShort  Code = "target.cut-short"
	MappingAccepted Code = "mapping.accepted"
	AcceptedChanged Code = "accepted.changed"
	ViaJump         Code = "via.jump"
	ViaCommand      Code = "via.command"
	HostsDiffer     Code = "hosts.differs"
	HostsOnly       Code = "hosts.only"
	CompareDiffers  Code = "compare.differs"
	CompareSame     Code = "compare.same"
	Interrupted     Code = "interrupted"

	SSHSilent          Code = "ssh.silent"
	SSHClosed          Code = "ssh.closed"
	SSHOther           Code = "ssh.other"
	SSHKeyless         Code = "ssh.keyless"
	SSHStalled         Code = "ssh.stalled"
	SSHNegotiate       Code = "ssh.negotiate"
	SSHTurnedAway      Code = "ssh.turned-away"
	SSHSkipped         Code = "ssh.skipped"
	SSHOld             Code = "ssh.version1"
	HostKeyUnknown     Code = "hostkey.unknown"
	HostKeyChanged     Code = "hostkey.changed"
	HostKeyRevoked     Code = "hostkey.revoked"
	HostKeyRefused     Code = "hostkey.refused"
	HostKeyUnchecked   Code = "hostkey.unchecked"
	HostKeyVoided      Code = "hostkey.certificate"
	HostKeyUnevaluated Code = "hostkey.unevaluated"
	HostKeyUnexpected  Code = "hostkey.unexpected"
	HostKeyUnseen      Code = "hostkey.unseen"
	HostKeyWithheld    Code = "hostkey.withheld"
	SSHFPMatch         Code = "sshfp.match"
	SSHFPUntrusted     Code = "sshfp.untrusted"
	SSHFPMismatch      Code = "sshfp.mismatch"
	ConfigRefused      Code = "config.refused"
	SlowResolve        Code = "slow.resolve"
	SlowReverse        Code = "slow.reverse"
	SlowConnect        Code = "slow.connect"
	SlowIdentify       Code = "slow.identify"
	SlowHostKeys       Code = "slow.hostkeys"
)

// Machine is where a piece of advice is to be carried out: a hosts line changes
// nothing but the machine whose hosts file it is in.
type Machine string

// The machines.
const (
	ThisMachine Machine = "this machine"
	Server      Machine = "server"       // the sshd that logs, or the host that is connected to
	ReverseZone Machine = "reverse zone" // whoever keeps the address's reverse zone
	ForwardZone Machine = "forward zone" // whoever keeps the zone of the PTR's name
	Resolver    Machine = "resolver"     // the DNS server that was asked
)

// AdviceCode names a piece of advice; the set is closed.
type AdviceCode string

// The advice.
const (
	AdviseHostsLine     AdviceCode = "hosts-line"
	AdviseHostsLineKey  AdviceCode = "hosts-line-after-key"
	AdvisePTRRecord     AdviceCode = "ptr-record"
	AdviseForwardRecord AdviceCode = "forward-record"
	AdviseUseDNS        AdviceCode = "sshd-usedns"
	AdviseResolver      AdviceCode = "resolver"
	AdviseName          AdviceCode = "name"
	AdviseHostKey       AdviceCode = "host-key"
	AdviseForget        AdviceCode = "forget-key"
	AdviseConnect       AdviceCode = "connect"
	AdviseCommand       AdviceCode = "command"
)

// CodeDoc is one row of the table of findings.
type CodeDoc struct {
	Code     Code
	Severity Severity
	Meaning  string
	Except   []Exception // the other severities that the code can have
}

// Severities is the row's severity with its exceptions, in words.
func (d CodeDoc) Severities() string {
	text := d.Severity.String()
	for _, e := range d.Except {
		text += "; " + e.Severity.String() + " " + string(e.When)
	}
	return text
}

// row is a row of the table of findings.
func row(c Code, s Severity, meaning string, except ...Exception) CodeDoc {
	return CodeDoc{c, s, meaning, except}
}

// rowOf is the row of a code, which every finding asks for.
func rowOf(c Code) (CodeDoc, bool) {
	d, ok := rows()[c]
	return d, ok
}

var rows = sync.OnceValue(func() map[Code]CodeDoc {
	byCode := map[Code]CodeDoc{}
	for _, d := range Codes() {
		byCode[d.Code] = d
	}
	return byCode
})

// Codes is the table of findings: every code that a result may hold, with its
// severity. Findings take theirs from here.
func Codes() []CodeDoc {
	// A dead address beside one that serves is worth a notice.
	beside := Exception{Notice, WhenOtherServes}
	return slices.Concat(verdictCodes(), []CodeDoc{
		row(ForwardPartial, Notice, "one address family could not be looked up; the other is judged and used"),
		row(ForwardFiltered, Warning, "0.0.0.0 or :: alone was answered, as filtering resolvers do for names that they block"),
		row(ForwardMany, Notice, "the name has more addresses than are looked at and dialled"),
		row(PTRPartial, Notice, "beside a name that leads back stand others that do not; libc sees one of them, in rotating order"),
		row(PTRTruncated, Notice, "the address has more PTR names than are looked at"),
		row(ReverseRefused, Notice, "the resolver refuses to look up the reverse zone of a private address (SERVFAIL, REFUSED)"),
		row(ManyQuestions, Notice, "the target would take more DNS questions than are asked for one; the rest was not asked"),
		row(PTRSearch, Notice, "libc's search list makes another name of the PTR's, so sshd's message differs from the verdict"),
		row(TargetCutShort, Unknown, "the time for the target (--target-timeout) was over; the text says in which phase"),
		row(MappingAccepted, Pass, "the user has accepted the mapping: the relay says nothing about it until it changes"),
		row(AcceptedChanged, Notice, "the user has accepted another mapping of this host: the relay says what changed"),
		row(ViaJump, Pass, "the target is behind a jump host: that is what this machine looks at, the rest it resolves itself"),
		row(ViaCommand, Pass, "a ProxyCommand of the user's connects: nobody looked behind the addresses"),
		row(HostsDiffer, Notice, "the hosts file, or another source before DNS, says otherwise than DNS"),
		row(HostsOnly, Pass, "DNS does not know the host; the hosts file, or another source before it, does"),
		row(CompareDiffers, Notice, "the DNS server of --compare says otherwise"),
		row(CompareSame, Pass, "the DNS server of --compare says the same"),
		row(Interrupted, Unknown, "the check was interrupted before this target had been looked at"),
		row(ConnectCode(ConnectRefused), Error, "nobody listens on the port", beside),
		row(ConnectCode(ConnectTimeout), Error, "connecting timed out", beside),
		row(ConnectCode(ConnectUnreachable), Error, "the network says that there is no way", beside),
		row(ConnectCode(ConnectFailed), Error, "connecting failed otherwise", beside),
		row(ConnectCode(ConnectSkipped), Pass, "this machine has no route for the address's family", Exception{Error, WhenAllSkipped}),
		row(ConnectCode(ConnectExhausted), Unknown, "this machine had no descriptor, memory or port left to connect with: nothing is known of the host", beside),
		row(SSHSilent, Error, "it connects and says nothing", beside),
		row(SSHClosed, Error, "it connects and hangs up", beside),
		row(SSHOther, Error, "what answers is not SSH", beside),
		row(SSHOld, Error, "the server speaks SSH 1 alone, which no ssh of today does", beside),
		row(SSHStalled, Error, "it identifies itself as SSH, and then falls silent, hangs up or breaks the protocol: ssh fails there too", beside),
		row(SSHNegotiate, Error, "ssh and the server have no algorithm in common: ssh fails with the same words", beside),
		row(SSHTurnedAway, Unknown, "an sshd turns this machine away (MaxStartups, PerSourcePenalties): checks can be the cause; it is not asked again in this run", beside),
		row(SSHSkipped, Unknown, "not connected to: one more connection without a login could make an sshd lock this machine out (PerSourcePenalties)", beside),
		row(SSHKeyless, Notice, "this program could not fetch the host key, or not all that were asked for, although ssh would get one", Exception{Unknown, WhenKeyMissing}),
		row(HostKeyUnknown, Notice, "no host key is known yet", Exception{Error, WhenStrict}),
		row(HostKeyChanged, Error, "a host key is another than the one in known_hosts"),
		row(HostKeyRevoked, Error, "a host key is revoked, in known_hosts or by RevokedHostKeys", Exception{Notice, WhenNotChosen}),
		row(HostKeyRefused, Error, "ssh refuses the host key whatever known_hosts says: RequiredRSASize, a file of RevokedHostKeys that it cannot use, a KnownHostsCommand that fails", Exception{Notice, WhenNotChosen}),
		row(HostKeyUnchecked, Notice, "ssh takes any host key of a loopback address: NoHostAuthenticationForLocalhost is yes"),
		row(HostKeyVoided, Notice, "the server shows a certificate that does not count, and ssh falls back on its plain key"),
		row(HostKeyUnevaluated, Unknown, "something that has a say in ssh's verdict on the host key could not be evaluated", Exception{Notice, WhenPassedOver}),
		row(HostKeyUnexpected, Error, "none of the host keys is one of --expect-hostkey"),
		row(HostKeyUnseen, Error, "no host key could be seen, and so none of --expect-hostkey"),
		row(HostKeyWithheld, Error, "an address shows no host key, although known_hosts has one for the host, or --expect-hostkey names one and another address shows it"),
		row(SSHFPMatch, Pass, "SSHFP records of a validated zone vouch for a host key"),
		row(SSHFPUntrusted, Notice, "SSHFP records match a host key, but nobody has validated them"),
		row(SSHFPMismatch, Warning, "SSHFP records do not match a host key; with VerifyHostKeyDNS, also that none is for a key of its type"),
		row(ConfigRefused, Error, "a RefuseConnection in ssh's configuration holds for the host: ssh prints its message and ends"),
		row(SlowResolve, Notice, "looking up the name took a second or more"),
		row(SlowHostKeys, Notice, "fetching the host keys took a second or more"),
		row(SlowReverse, Notice, "the reverse look-up took a second or more"),
		row(SlowConnect, Notice, "connecting took a second or more"),
		row(SlowIdentify, Notice, "the server took a second or more to identify itself"),
	}, causeCodes(), affectedCodes(), selfCodes(), pinCodes())
}

// AdviceDoc is one row of the table of advice.
type AdviceDoc struct {
	Code    AdviceCode
	Machine Machine
	Meaning string
}

// AdviceCodes is the table of advice: every code that a finding may carry.
func AdviceCodes() []AdviceDoc {
	return append([]AdviceDoc{
		{AdviseHostsLine, ThisMachine, "a line for this machine's hosts file; file and line are set"},
		{AdviseHostsLineKey, ThisMachine, "the same, once the host key has been verified: a forged answer looks like this finding"},
		{AdvisePTRRecord, ReverseZone, "the PTR record to ask the keeper of the reverse zone for; line is the record"},
		{AdviseForwardRecord, ForwardZone, "the address record that the PTR's name lacks; line is the record"},
		{AdviseUseDNS, Server, "what an sshd with UseDNS yes makes of it; line is what it logs"},
		{AdviseResolver, Resolver, "the DNS server to look at, because it did not answer"},
		{AdviseName, ThisMachine, "the name to look at, because it has no address"},
		{AdviseHostKey, ThisMachine, "what to find out about a host key before anything else"},
		{AdviseForget, ThisMachine, "how the known key goes, once the new one is found to be right; file is where it stands, line is the command"},
		{AdviseCommand, ThisMachine, "what to do about a hosts line that rdnsproxy has written; line is the command"},
		{AdviseConnect, Server, "what to look at on the host, because nothing answers there as it should"},
	}, affectedAdvice()...)
}
