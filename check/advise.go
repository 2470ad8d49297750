package check

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
)

// advise adds to each finding what can be done about it, if anything.
func advise(f *judgement, r *Result) {
	for i := range r.Findings {
		fd := &r.Findings[i]
		if fd.Code.Pin() {
			continue // pinnedLine.judge has given it its advice
		}
		if !fd.Address.IsValid() {
			fd.Advice = append(fd.Advice, adviseTarget(f, fd.Code)...)
			continue
		}
		a := f.at(fd.Address)
		if v := r.Of(fd.Address); v != nil && fd.Code == MappingCode(v.Verdict) {
			if advise := v.Verdict.row().advise; advise != nil {
				fd.Advice = advise(f, a, r, *fd)
			}
			continue
		}
		switch fd.Code {
		case HostKeyWithheld:
			fd.Advice = []Advice{newAdvice(AdviseHostKey,
				"do not add a hosts line for it: ask the host's administrator whether this address is theirs, and "+
					"why its sshd presents no key")}
		case HostKeyChanged, HostKeyRevoked, HostKeyUnexpected:
			fd.Advice = []Advice{newAdvice(AdviseHostKey,
				"do not log in, and do not add a hosts line: verify the fingerprint with the host's "+
					"administrator out of band")}
			if fd.Code == HostKeyChanged {
				fd.Advice = append(fd.Advice, adviseForgetting(f, a)...)
			}
		case HostKeyUnknown:
			fd.Advice = []Advice{newAdvice(AdviseHostKey,
				"ask the host's administrator for the fingerprint and compare it, or pass the one you were given as "+
					"--expect-hostkey; --print-known-hosts then prints the line for known_hosts")}
		case ConnectCode(ConnectRefused):
			fd.Advice = []Advice{newAdvice(AdviseConnect, "check that sshd is running there, and on this port")}
		case ConnectCode(ConnectTimeout), ConnectCode(ConnectUnreachable):
			fd.Advice = []Advice{newAdvice(AdviseConnect,
				"check that the host is up, and that no firewall on the way blocks the port")}
		case ConnectCode(ConnectExhausted):
			fd.Advice = []Advice{newAdvice(AdviseConnect,
				"raise 'ulimit -n' or check fewer targets at once (--jobs), and try again").on(ThisMachine)}
		case SSHSilent, SSHClosed, SSHStalled:
			fd.Advice = []Advice{newAdvice(AdviseConnect,
				"look at sshd's log: MaxStartups, PerSourcePenalties and slow lookups of this machine's name can "+
					"look like this from here")}
		case SSHNegotiate:
			fd.Advice = []Advice{newAdvice(AdviseConnect,
				"update the server, or allow what it offers for this host only: HostKeyAlgorithms, KexAlgorithms, "+
					"Ciphers or MACs with a + in ssh's configuration").on(ThisMachine)}
		case SSHTurnedAway:
			fd.Advice = []Advice{newAdvice(AdviseConnect,
				"wait before the next check or login; sshd's log says why: MaxStartups, "+
					"PerSourcePenalties").on(ThisMachine)}
		case SSHSkipped:
			fd.Advice = []Advice{newAdvice(AdviseConnect,
				"check less often, or give it more time: --target-timeout").on(ThisMachine)}
		case SSHOld:
			fd.Advice = []Advice{newAdvice(AdviseConnect,
				"update the server; until then only a client that still speaks SSH 1 can connect")}
		case SSHOther:
			fd.Advice = []Advice{newAdvice(AdviseConnect, "check which program listens on this port")}
		}
	}
}

// adviseMapping is for a mapping that does not resolve back. The records fix it for
// everybody, the hosts line for this machine only.
func adviseMapping(f *judgement, a *judgedAddress, r *Result, fd Finding) []Advice {
	return slices.Concat(
		advisePTR(f, a), adviseForward(a), adviseHostsLines(f, fd.Code, r), adviseSSHD(r.Of(a.Addr)))
}

func adviseMissing(f *judgement, a *judgedAddress, _ *Result, _ Finding) []Advice {
	return advisePTR(f, a)
}

// adviseOtherName is for a PTR name that is not the host's own, if it has to be
// (Policy.RequireName).
func adviseOtherName(f *judgement, a *judgedAddress, _ *Result, fd Finding) []Advice {
	if fd.Severity < Warning {
		return nil
	}
	return advisePTR(f, a)
}

func adviseUndetermined(_ *judgement, a *judgedAddress, r *Result, _ Finding) []Advice {
	if outsideZones(a) {
		return nil
	}
	return append(adviseResolver(undecided(a)), adviseSSHD(r.Of(a.Addr))...)
}

func adviseTarget(f *judgement, c Code) []Advice {
	switch c {
	case TargetCutShort:
		if slices.ContainsFunc(f.Addresses, waitsForSSH) {
			return []Advice{newAdvice(AdviseConnect,
				"see what 'ssh -G "+f.host.shown+"' waits for, such as a Match exec").on(ThisMachine)}
		}
		return []Advice{newAdvice(AdviseConnect, "give it more time: --target-timeout").on(ThisMachine)}
	case HostKeyUnseen:
		return []Advice{newAdvice(AdviseHostKey, "run the check where the host can be reached directly")}
	case MappingCode(NoAddress):
		return adviseSpelling(f)
	case MappingCode(Undetermined), ForwardPartial:
		for _, ans := range f.Forward {
			if ans.Status.Temporary() {
				return adviseResolver(ans)
			}
		}
	}
	return nil
}

// adviseHostsLines suggests lines for the hosts file. A line outlives the answer it was
// made from, and a forged answer looks like a mismatch, or like whatever else the forger
// puts into the reverse zone of an address of their own. So the host key has to be
// verified first, except where nobody outside can own an address: all are local, and each
// passes or has a reverse name that does not exist.
func adviseHostsLines(f *judgement, c Code, r *Result) []Advice {
	lines := suggestedLines(f, r)
	keys, ground := f.evidence()
	if len(lines) == 0 || keys == keysAgainst || slices.ContainsFunc(r.Findings,
		func(f Finding) bool { return f.AgainstHost() || f.Code == HostKeyWithheld }) {
		return nil // a line would send people to a machine with another key, or with none
	}
	code, text := AdviseHostsLine, "if you trust this host, "
	doubtful := func(a Address) bool {
		return a.Verdict != Unresolvable && a.Verdict.severity() > Notice || !isLocal(a.Address)
	}
	if c != MappingCode(Unresolvable) || slices.ContainsFunc(r.Addresses, doubtful) {
		code, text = AdviseHostsLineKey, "once you have verified the host key, "
		if prints := f.fingerprints(); prints != "" {
			text = "once you have verified the host key (" + prints + "), "
		}
	}
	if keys == keysProven {
		code, text = AdviseHostsLine, ground+": "
	}
	these := "this line"
	if len(lines) > 1 {
		these = "these lines"
	}
	text += "add " + these + " to " + safetext.Line(f.HostsPath) + ", for this machine only ('rdnsproxy hosts add " +
		f.host.plain + "' does it)"
	var as []Advice
	for _, l := range lines {
		as = append(as, newAdvice(code, text).With(f.HostsPath, l))
	}
	return as
}

// adviseSSHD says what an sshd with UseDNS yes logs about a client with this address.
func adviseSSHD(a *Address) []Advice {
	if a == nil || a.SSHD == "" {
		return nil
	}
	return []Advice{newAdvice(AdviseUseDNS,
		"for a client from this address, an sshd with UseDNS yes logs this and uses the address "+
			"instead of the name").With("", a.SSHD)}
}

// adviseWalk is what to do about a branch of the reverse tree that could not be read. One
// that is refused is refused the next time too.
func adviseWalk(ans resolve.Answer) []Advice {
	if ans.Status != resolve.Refused {
		return adviseResolver(ans)
	}
	text := "this machine may not ask the server about the zone: ask a server of the zone, or a resolver, with --resolver"
	if w := sourceWord(ans); w != "" {
		text = w + " refuses: " + text
	}
	return []Advice{newAdvice(AdviseResolver, text)}
}

// adviseResolver names the source that did not answer.
func adviseResolver(ans resolve.Answer) []Advice {
	if ans.Status == resolve.Skipped || ans.Status == resolve.OK {
		return nil
	}
	text := "try again, or ask another DNS server with --resolver"
	switch w := sourceWord(ans); {
	case w == "":
	case ans.Status == resolve.Timeout:
		text = "no answer from " + w + "; " + text
	default:
		text = "the answer came from " + w + "; " + text
	}
	if e := ans.Extended; !e.IsZero() {
		text += "; the server says: " + extendedWords(e)
	}
	return []Advice{newAdvice(AdviseResolver, text)}
}

// extendedWords formats the extended errors of a server (RFC 8914), such as
// "22 (No Reachable Authority): text". Anybody on the path can choose the text, and the
// relay shows it before a login, so it is made safe and cut as a name is.
func extendedWords(e safetext.Text) string {
	head, text, _ := strings.Cut(e.Raw(), ": ")
	if text = strings.TrimSuffix(strings.TrimPrefix(text, "("), ")"); text == "" {
		return safetext.Line(head)
	}
	return safetext.Line(head) + ": " + safetext.Cut(safetext.Name(text), maxName)
}

// undecided returns the lookup that left an address undetermined.
func undecided(a *judgedAddress) resolve.Answer {
	for _, p := range a.PTRs {
		if lookedUp(p) && p.Forward.Status.Temporary() {
			return p.Forward
		}
	}
	return a.Reverse
}

// at returns the target's address a, which must be one of f.addresses.
func (f *judgement) at(a netip.Addr) *judgedAddress {
	return &f.addresses[slices.IndexFunc(f.addresses, func(j judgedAddress) bool { return j.Addr == a })]
}

// adviseForgetting gives the command that removes the known key of an address that
// presents another.
func adviseForgetting(f *judgement, a *judgedAddress) []Advice {
	i := slices.IndexFunc(a.Probe.Keys, func(k Key) bool { return k.Status == KeyChanged })
	if i < 0 {
		return nil
	}
	file, _, found := cutLast(a.Probe.Keys[i].Evidence, ":")
	if !found || strings.HasPrefix(file, "KnownHostsCommand-") {
		return nil
	}
	name := f.Target.KeyName
	switch {
	case name != "":
	case f.Target.Port == 0 || f.Target.Port == 22:
		name = f.Target.Host
	default:
		name = fmt.Sprintf("[%s]:%d", f.Target.Host, f.Target.Port)
	}
	command := "ssh-keygen -f " + shellWord(file) + " -R " + shellWord(name)
	text := "if the new key is right, remove the known one from " + file
	return []Advice{newAdvice(AdviseForget, text).With(file, command)}
}

// shellWord quotes a word for a shell if it needs quotes.
func shellWord(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' ||
			strings.ContainsRune("/._-:%@+,=", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
