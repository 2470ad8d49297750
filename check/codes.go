package check

import (
	"slices"
	"strings"
)

// Code names what a finding is about. The set is closed: Codes lists it, and docs/json.md
// is generated from that.
type Code string

// AgainstHost reports whether a finding is evidence that a host key is not the host's, or
// that no expected one was presented.
func (f Finding) AgainstHost() bool {
	return f.Severity >= Error &&
		slices.Contains([]Code{HostKeyChanged, HostKeyRevoked, HostKeyUnexpected, HostKeyUnseen}, f.Code)
}

// reach reports whether a code can say why no host key was seen at an address.
func (c Code) reach() bool {
	return strings.HasPrefix(string(c), "connect.") || strings.HasPrefix(string(c), "ssh.")
}

// Pin reports whether a code is about a hosts line that rdnsproxy has written.
func (c Code) Pin() bool { return strings.HasPrefix(string(c), "pin.") }

// The codes beside those of the verdicts.
const (
	ForwardPartial Code = "forward.partial"
	ForwardMany    Code = "forward.many"
	PairDiffers    Code = "pair.differs"
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
	CompareUnknown  Code = "compare.unknown"
	WalkIncomplete  Code = "walk.incomplete"
	WalkEmpty       Code = "walk.empty"
	Interrupted     Code = "interrupted"
	InputInvalid    Code = "input.invalid"

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

// Machine is where advice has to be carried out: a hosts line, for example, changes only
// the machine whose hosts file it is in.
type Machine string

// The machines.
const (
	ThisMachine Machine = "this machine"
	Server      Machine = "server"       // the sshd that logs, or the host to connect to
	ReverseZone Machine = "reverse zone" // the operator of the address's reverse zone
	ForwardZone Machine = "forward zone" // the operator of the zone of the PTR's name
	Resolver    Machine = "resolver"     // the DNS server that was asked
)

// AdviceCode names a kind of advice. The set is closed: AdviceCodes lists it.
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

// Severities returns the row's severity and its exceptions in words:
// "error; notice if another address speaks SSH".
func (d CodeDoc) Severities() string {
	text := d.Severity.String()
	for _, e := range d.Except {
		text += "; " + e.Severity.String() + " " + string(e.When)
	}
	return text
}

// Row makes a row of a table of findings.
func Row(c Code, s Severity, meaning string, except ...Exception) CodeDoc {
	return CodeDoc{c, s, meaning, except}
}

// Codes returns the table of findings: every code that a Result can contain, with its
// severity. NewFinding takes severities from it.
func Codes() []CodeDoc {
	// ssh goes on to the next address, so a dead one beside one that works is only a notice.
	beside := Exception{Notice, WhenOtherServes}
	return slices.Concat(verdictCodes(), []CodeDoc{
		Row(ForwardPartial, Notice, "one address family could not be looked up; the other is checked and used"),
		Row(ForwardFiltered, Warning,
			"the answer is only 0.0.0.0 or ::, which filtering resolvers give for names that they block"),
		Row(ForwardMany, Notice, "the name has more addresses than are checked and used"),
		Row(PairDiffers, Warning, "the name does not have the address that the input pairs it with"),
		Row(PTRPartial, Notice, "one reverse name resolves back, others do not; libc returns any one of them"),
		Row(PTRTruncated, Notice, "the address has more PTR records than are checked"),
		Row(ReverseRefused, Notice,
			"the resolver refuses to look up the reverse zone of a private address (SERVFAIL, REFUSED)"),
		Row(ManyQuestions, Notice, "the target would take more DNS queries than the limit; the rest was not asked"),
		Row(PTRSearch, Notice, "libc's search list turns the PTR target into another name, so an sshd here sees "+
			"another mapping than the verdict"),
		Row(TargetCutShort, Unknown,
			"the time for the target (--target-timeout) ran out; the text says in which phase"),
		Row(MappingAccepted, Pass,
			"the user has accepted the mapping: the relay says nothing about it until it changes"),
		Row(AcceptedChanged, Notice, "the user has accepted another mapping of this host: the relay says what changed"),
		Row(ViaJump, Pass,
			"the target is behind a jump host: this machine checks the jump host, which resolves the rest"),
		Row(ViaCommand, Pass, "ssh connects through a ProxyCommand: only DNS was checked"),
		Row(HostsDiffer, Notice, "the hosts file, or another source before DNS, disagrees with DNS"),
		Row(HostsOnly, Pass, "DNS does not know the host; the hosts file, or another source before it, does"),
		Row(CompareDiffers, Notice, "the DNS server of --compare gives another answer", Exception{Warning, WhenZones}),
		Row(CompareSame, Pass, "the DNS server of --compare gives the same answer"),
		Row(CompareUnknown, Unknown, "the DNS server of --compare did not answer, or refused"),
		Row(Interrupted, Unknown, "the check was interrupted before this target was checked"),
		Row(InputInvalid, Error, "a line of the input is not a target; the others are checked, and the exit status is 2"),
		Row(WalkIncomplete, Unknown, "the reverse tree of a range, or of a part of it, could not be walked: what has "+
			"names there is not known", Exception{Notice, WhenPartInvented}),
		Row(WalkEmpty, Notice, "nothing in a range has a name: its reverse tree does not exist"),
		Row(ConnectCode(ConnectRefused), Error, "connection refused: nothing listens on the port", beside),
		Row(ConnectCode(ConnectTimeout), Error, "connecting timed out", beside),
		Row(ConnectCode(ConnectUnreachable), Error, "network or host unreachable", beside),
		Row(ConnectCode(ConnectFailed), Error, "connecting failed for another reason", beside),
		Row(ConnectCode(ConnectSkipped), Pass, "this machine has no route for the address's family",
			Exception{Error, WhenAllSkipped}),
		Row(ConnectCode(ConnectExhausted), Unknown,
			"this machine had no descriptor, memory or port left to connect with: nothing is known about the host",
			beside),
		Row(SSHSilent, Error, "the server accepts connections but sends no SSH banner", beside),
		Row(SSHClosed, Error, "the server accepts connections and closes them before an SSH banner", beside),
		Row(SSHOther, Error, "the server does not speak SSH", beside),
		Row(SSHOld, Error, "the server speaks only SSH 1, which current ssh no longer supports", beside),
		Row(SSHStalled, Error, "the server identifies itself as SSH, then stalls, disconnects or breaks the "+
			"protocol: ssh fails there too", beside),
		Row(SSHNegotiate, Error, "ssh and the server have no algorithm in common: ssh fails with the same message",
			beside),
		Row(SSHTurnedAway, Unknown, "sshd is refusing connections from this machine (MaxStartups, "+
			"PerSourcePenalties), possibly because of checks; it is not asked again in this run", beside),
		Row(SSHSkipped, Unknown, "not connected: one more connection without a login could make sshd lock this "+
			"machine out (PerSourcePenalties)", beside),
		Row(SSHKeyless, Notice, "rdnsproxy could not fetch the host key, or not all that were asked for, "+
			"although ssh would get one", Exception{Unknown, WhenKeyMissing}),
		Row(HostKeyUnknown, Notice, "no host key of the server is known yet", Exception{Error, WhenStrict}),
		Row(HostKeyChanged, Error, "a host key differs from the one in known_hosts"),
		Row(HostKeyRevoked, Error, "a host key is revoked, in known_hosts or by RevokedHostKeys",
			Exception{Notice, WhenNotChosen}),
		Row(HostKeyRefused, Error, "ssh refuses the host key whatever known_hosts says: RequiredRSASize, an "+
			"unusable RevokedHostKeys file, a failing KnownHostsCommand", Exception{Notice, WhenNotChosen}),
		Row(HostKeyUnchecked, Notice,
			"ssh accepts any host key of a loopback address: NoHostAuthenticationForLocalhost is yes"),
		Row(HostKeyVoided, Notice,
			"the server presents a certificate that is not valid here, and ssh checks its plain key instead"),
		Row(HostKeyUnevaluated, Unknown, "ssh's verdict on the host key depends on something that could "+
			"not be evaluated", Exception{Notice, WhenPassedOver}),
		Row(HostKeyUnexpected, Error, "the server presents none of the host keys that --expect-hostkey names"),
		Row(HostKeyUnseen, Error, "no host key was seen, although --expect-hostkey names one"),
		Row(HostKeyWithheld, Error, "an address presents no host key, although known_hosts has one for the host, or "+
			"--expect-hostkey names one and another address presents it"),
		Row(SSHFPMatch, Pass, "SSHFP records of a validated zone vouch for a host key"),
		Row(SSHFPUntrusted, Notice, "SSHFP records match a host key, but the answer was not validated"),
		Row(SSHFPMismatch, Warning,
			"SSHFP records do not match a host key; with VerifyHostKeyDNS, also if none is for its type"),
		Row(ConfigRefused, Error,
			"a RefuseConnection in ssh's configuration matches the host: ssh prints its message and exits"),
		Row(SlowResolve, Notice, "looking up the name took a second or more"),
		Row(SlowHostKeys, Notice, "fetching the host keys took a second or more"),
		Row(SlowReverse, Notice, "the reverse lookup took a second or more"),
		Row(SlowConnect, Notice, "connecting took a second or more"),
		Row(SlowIdentify, Notice, "the server took a second or more to identify itself"),
	}, causeCodes(), affectedCodes(), selfCodes(), pinCodes())
}

// AdviceDoc is one row of the table of advice.
type AdviceDoc struct {
	Code    AdviceCode
	Machine Machine
	Or      Machine // the other machine where it may have to be carried out; empty if there is none
	Meaning string
}

// Where returns the row's machines in words: "server or this machine".
func (d AdviceDoc) Where() string {
	if d.Or == "" {
		return string(d.Machine)
	}
	return string(d.Machine) + " or " + string(d.Or)
}

// AdviceCodes returns the table of advice: every code that advice can have.
func AdviceCodes() []AdviceDoc {
	return append([]AdviceDoc{
		{AdviseHostsLine, ThisMachine, "", "a line for this machine's hosts file; file and line are set"},
		{AdviseHostsLineKey, ThisMachine, "",
			"the same, once the host key has been verified: a forged answer looks like this finding"},
		{AdvisePTRRecord, ReverseZone, "",
			"the PTR record to ask the operator of the reverse zone for; line is the record"},
		{AdviseForwardRecord, ForwardZone, "", "the address record that the PTR target lacks; line is the record"},
		{AdviseUseDNS, Server, "", "what an sshd with UseDNS yes does with the mapping; line is what it logs"},
		{AdviseResolver, Resolver, "", "the DNS server to check, because it did not answer"},
		{AdviseName, ThisMachine, "", "the name to check, because it has no address"},
		{AdviseHostKey, ThisMachine, "", "what to verify about a host key before anything else"},
		{AdviseForget, ThisMachine, "",
			"how to remove the known key, once the new one is verified; file has the key, line is the command"},
		{AdviseCommand, ThisMachine, "", "what to do about a hosts line that rdnsproxy wrote; line is the command"},
		{AdviseConnect, Server, ThisMachine,
			"what to check on the host, or to do here, if it does not answer as it should"},
	}, affectedAdvice()...)
}
