package check

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"rdnsproxy/internal/safetext"
	"rdnsproxy/resolve"
)

// advise gives the findings what can be done about them, where something can.
func advise(f *Facts, r *Result) {
	lines, _ := HostsLines(f)
	for i := range r.Findings {
		fd := &r.Findings[i]
		if fd.Code.Pin() {
			continue // which has its own
		}
		if !fd.Address.IsValid() {
			fd.Advice = adviseTarget(f, fd.Code)
			continue
		}
		a := f.at(fd.Address)
		switch fd.Code {
		case MappingCode(Unresolvable), MappingCode(Mismatch), MappingCode(Numeric), MappingCode(Malformed):
			fd.Advice = append(fd.Advice, adviseHostsLines(f, fd.Code, r, lines)...)
			fd.Advice = append(fd.Advice, advisePTR(f, a)...)
			fd.Advice = append(fd.Advice, adviseForward(a)...)
			fd.Advice = append(fd.Advice, adviseSSHD(r.Of(a.Addr))...)
		case MappingCode(Missing):
			fd.Advice = advisePTR(f, a)
		case MappingCode(Confirmed):
			if fd.Severity >= Warning {
				fd.Advice = advisePTR(f, a)
			}
		case HostKeyWithheld:
			fd.Advice = []Advice{{Code: AdviseHostKey, Machine: ThisMachine,
				Text: "add no hosts line for it: ask who runs the host whether this address is theirs, and why its sshd shows no key"}}
		case HostKeyChanged, HostKeyRevoked, HostKeyUnexpected:
			fd.Advice = []Advice{{Code: AdviseHostKey, Machine: ThisMachine,
				Text: "do not log in, and add no hosts line: ask who runs the host, by another way than this network, which key is right"}}
		case HostKeyUnknown:
			fd.Advice = []Advice{{Code: AdviseHostKey, Machine: ThisMachine,
				Text: "compare the fingerprint with one from who runs the host, or give it by --expect-hostkey; --print-known-hosts then prints the line"}}
		case ConnectCode(ConnectRefused):
			fd.Advice = []Advice{{Code: AdviseConnect, Machine: Server, Text: "see whether sshd runs there, and on this port"}}
		case ConnectCode(ConnectTimeout), ConnectCode(ConnectUnreachable):
			fd.Advice = []Advice{{Code: AdviseConnect, Machine: Server, Text: "see whether the host is up, and what a firewall on the way lets through"}}
		case ConnectCode(ConnectExhausted):
			fd.Advice = []Advice{{Code: AdviseConnect, Machine: ThisMachine, Text: "raise 'ulimit -n' or look at fewer targets at once (--jobs), and try again"}}
		case SSHSilent, SSHClosed, SSHStalled:
			fd.Advice = []Advice{{Code: AdviseConnect, Machine: Server, Text: "look at sshd's log: MaxStartups, PerSourcePenalties and slow look-ups of this machine's name look like that from here"}}
		case SSHOther:
			fd.Advice = []Advice{{Code: AdviseConnect, Machine: Server, Text: "see which program listens on this port"}}
		case MappingCode(Undetermined):
			fd.Advice = append(adviseResolver(undecided(a)), adviseSSHD(r.Of(a.Addr))...)
		}
	}
}

func adviseTarget(f *Facts, c Code) []Advice {
	switch c {
	case HostKeyUnseen:
		return []Advice{{Code: AdviseHostKey, Machine: ThisMachine, Text: "run it where the host can be reached directly"}}
	case MappingCode(NoAddress):
		return []Advice{{Code: AdviseName, Machine: ThisMachine,
			Text: "look at the spelling, at HostName in ssh's configuration, and at the search list in resolv.conf"}}
	case MappingCode(Undetermined), ForwardPartial:
		for _, ans := range f.Forward {
			if ans.Status.Temporary() {
				return adviseResolver(ans)
			}
		}
	}
	return nil
}

// adviseHostsLines suggests the article's remedy. A line outlives the answer it
// was made from, and a forged answer looks like a mismatch, or like whatever else
// its forger puts into the reverse zone of his own address: so the host key comes
// first in all but the article's own case, where every address is one that nobody
// out there can own, and passes or has a reverse name that does not exist.
func adviseHostsLines(f *Facts, c Code, r *Result, lines []string) []Advice {
	keys, ground := f.evidence()
	if keys == keysAgainst || slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Code.AgainstHost() || f.Code == HostKeyWithheld }) {
		return nil // a line would send people to whoever has that key, or shows none
	}
	code, text := AdviseHostsLine, "if you know this host, "
	doubtful := func(a Address) bool {
		return a.Verdict != Unresolvable && a.Verdict.severity() > Notice || !ours(a.Address)
	}
	if c != MappingCode(Unresolvable) || slices.ContainsFunc(r.Addresses, doubtful) {
		code, text = AdviseHostsLineKey, "once you have verified the host key, "
		if prints := f.fingerprints(); prints != "" {
			text = "once you have verified the host key (" + prints + "), "
		}
	}
	if keys == keysProven {
		code, text = AdviseHostsLine, "the host key is proven ("+ground+"): "
	}
	if len(lines) == 1 {
		text += "this line in " + safetext.Line(f.HostsPath) + " settles it, which 'rdnsproxy hosts add " + PlainHost(f.Target.Host) + "' writes"
	} else {
		text += "these lines in " + safetext.Line(f.HostsPath) + " settle it, which 'rdnsproxy hosts add " + PlainHost(f.Target.Host) + "' writes"
	}
	var as []Advice
	for _, l := range lines {
		as = append(as, Advice{Code: code, Machine: ThisMachine, Text: text, File: f.HostsPath, Line: l})
	}
	return as
}

// advisePTR is the record that would make the mapping exact, and who can set it.
// A target that is an address has no name to ask for: then it is the record that
// should go or be corrected.
func advisePTR(f *Facts, a *AddressFacts) []Advice {
	if synthesised(a.Addr) || a.Reverse.Source.Kind != resolve.KindDNS {
		return nil
	}
	at := a.RecordAt
	if at == "" {
		at = resolve.ReverseName(judged(a.Addr))
	}
	name, wish := fullName(f), "ask "+keeper(a.Keeper)+" for this record"
	if f.literal() {
		p, ok := decisive(a)
		if !ok {
			return nil
		}
		name, wish = p.Name, "ask "+keeper(a.Keeper)+" to correct or remove this record"
	}
	if !name.LDH() {
		return nil
	}
	return []Advice{{Code: AdvisePTRRecord, Machine: ReverseZone, Text: wish, Line: string(at) + ". PTR " + string(name) + "."}}
}

// keeper names who keeps a zone, as its SOA does.
func keeper(z *resolve.Zone) string {
	switch {
	case z == nil:
		return "its keeper"
	case !z.Mailbox.IsZero():
		return z.Mailbox.String() + ", keeper of " + string(z.Apex) + ","
	}
	return "the keeper of " + string(z.Apex) + " (primary server " + string(z.Primary) + ")"
}

// decisive is the PTR that the verdict on an address rests on, if one does.
func decisive(a *AddressFacts) (PTRFacts, bool) {
	m := weigh(nil, a)
	if m.decides < 0 {
		return PTRFacts{}, false
	}
	return a.PTRs[m.decides], true
}

// adviseForward is the other way to make ends meet: the PTR's name gets the address.
func adviseForward(a *AddressFacts) []Advice {
	p, ok := decisive(a)
	if !ok || !p.Name.LDH() || !lookedUp(p.Name) || p.Forward.Status == resolve.Skipped || synthesised(a.Addr) {
		return nil
	}
	kind := " AAAA "
	if judged(a.Addr).Is4() {
		kind = " A "
	}
	return []Advice{{Code: AdviseForwardRecord, Machine: ForwardZone,
		Text: "if the name is meant for this address, the keeper of its zone adds this record",
		Line: string(p.Name) + "." + kind + judged(a.Addr).String()}}
}

// adviseSSHD says what a server would make of a client with this address.
func adviseSSHD(a *Address) []Advice {
	if a == nil || a.SSHD == "" {
		return nil
	}
	return []Advice{{Code: AdviseUseDNS, Machine: Server,
		Text: "an sshd with UseDNS yes would log this about a client from this address, and use the address instead of the name",
		Line: a.SSHD}}
}

// adviseResolver names the source that did not answer.
func adviseResolver(ans resolve.Answer) []Advice {
	if ans.Status == resolve.Skipped || ans.Status == resolve.OK {
		return nil
	}
	text := "try again, or ask another DNS server with --resolver"
	if w := sourceWord(ans); w != "" {
		text = "that is from " + w + ": " + text
	}
	if e := ans.Extended; !e.IsZero() {
		text += "; it says: " + safetext.Cut(e.String(), 200)
	}
	return []Advice{{Code: AdviseResolver, Machine: Resolver, Text: text}}
}

// undecided is the look-up that left an address undetermined.
func undecided(a *AddressFacts) resolve.Answer {
	for _, p := range a.PTRs {
		if lookedUp(p.Name) && p.Forward.Status.Temporary() {
			return p.Forward
		}
	}
	return a.Reverse
}

// maxLines is how many lines are suggested at most: who has more addresses moves
// them about, and needs DNS.
const maxLines = 10

// HostsLines are the hosts lines that make the target's names and addresses
// agree on this machine: one for each address, in the article's form, or none
// and the reason. A line for some of the addresses would hide the others, for a
// hosts file that answers one family ends the look-up.
func HostsLines(f *Facts) (lines []string, why string) {
	name := fullName(f)
	switch {
	case f.HostsPath == "":
		return nil, "there is no hosts file"
	case f.literal():
		return nil, "the target is an address, which needs no line"
	case !name.LDH():
		return nil, "the name is not made of letters, digits, hyphens and dots"
	case name == "localhost" || name.Under("localhost"):
		return nil, "localhost needs no line"
	case f.Pending || len(f.Addresses) == 0:
		return nil, "not all addresses are known"
	case len(f.Addresses) > maxLines || f.Dropped > 0:
		return nil, fmt.Sprintf("it has more than %d addresses", maxLines)
	}
	names := string(name)
	if host, err := resolve.ParseName(f.Target.Host); err == nil && host != name && host.LDH() {
		names += " " + string(host) // the search list's work is done by the line
	}
	for _, ans := range f.Forward {
		if ans.Status.Temporary() {
			return nil, "not all addresses are known"
		}
	}
	for _, a := range f.Addresses {
		if why := unpinnable(a.Addr); why != "" {
			return nil, why
		}
		lines = append(lines, a.Addr.Unmap().String()+"  "+names)
	}
	return lines, ""
}

// ours reports whether an address leads nowhere beyond the networks at hand: RFC
// 1918's and fc00::/7. So does loopback, of which DNS is asked only where the user
// has named the server.
func ours(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsPrivate() || a.IsLoopback()
}

// unpinnable says why an address may not stand in a hosts line.
func unpinnable(a netip.Addr) string {
	switch {
	case synthesised(a):
		return a.String() + " is synthesised by NAT64"
	case a.Zone() != "" || a.IsLinkLocalUnicast():
		return show(a) + " is valid on one link only"
	case a.Unmap().IsMulticast(), a.Unmap().IsUnspecified(), nobodys(a.Unmap()):
		return a.String() + " is no host's own address"
	}
	return ""
}

// fullName is the target's name after the search list, or the name as asked.
func fullName(f *Facts) resolve.Name {
	for _, ans := range f.Forward {
		if ans.Status == resolve.OK && ans.Source.Kind != resolve.KindLiteral && strings.Contains(string(ans.Question.Name), ".") {
			return ans.Question.Name
		}
	}
	n, err := resolve.ParseName(f.Target.Host)
	if err != nil {
		return ""
	}
	return n
}

func (f *Facts) at(a netip.Addr) *AddressFacts {
	for i := range f.Addresses {
		if f.Addresses[i].Addr == a {
			return &f.Addresses[i]
		}
	}
	return &AddressFacts{Addr: a}
}
