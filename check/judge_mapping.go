package check

import (
	"fmt"
	"net/netip"
	"strings"

	"rdnsproxy/limits"
	"rdnsproxy/resolve"
	"rdnsproxy/safetext"

	"golang.org/x/net/idna"
)

// maxName is how many characters of a name a finding's text shows, because the relay
// prints it to a terminal before a login. PTR has the whole name.
const maxName = 63

// mappingFindings returns the findings about the mapping of one address, the verdict first.
func mappingFindings(f *judgement, a *judgedAddress) []Finding {
	verdict := NewFinding(MappingCode(a.verdict), a.Addr, mappingText(f, a))
	if a.verdict == Confirmed {
		verdict = verdict.When(f.RequireName && !f.literal(), WhenNameRequired)
	}
	if a.verdict == Undetermined {
		verdict = verdict.When(outsideZones(a), WhenOffline)
	}
	fs := []Finding{verdict}
	if names := a.unconfirmed(); len(names) > 0 && a.verdict.Confirms() {
		fs = append(fs, NewFinding(PTRPartial, a.Addr, fmt.Sprintf(
			"%s has further reverse names that are not known to resolve back to it (%s): sshd gets one of them at "+
				"random, so the check fails intermittently",
			show(a.Addr), list(names))))
	}
	if a.truncated() {
		fs = append(fs, NewFinding(PTRTruncated, a.Addr, fmt.Sprintf("%s has %d reverse names; only %d were checked",
			show(a.Addr), len(a.Reverse.Names), limits.PTRNames)))
	}
	if a.refused(a.lookup) {
		fs = append(fs, NewFinding(ReverseRefused, a.Addr,
			fmt.Sprintf("the resolver refuses the reverse zone of %s (%s%s): for a private address this counts as "+
				"no PTR record",
				show(a.Addr), a.Reverse.Status.Words(), from(a.Reverse))))
	}
	if text, ok := searchText(a); ok {
		fs = append(fs, NewFinding(PTRSearch, a.Addr, text))
	}
	return fs
}

// mappingText says in one line what the verdict is based on. The relay prints it.
func mappingText(f *judgement, a *judgedAddress) string {
	name := ""
	if a.deciding >= 0 {
		name = displayName(a.PTRs[a.deciding].Name)
	}
	clause := a.verdict.row().clause(f, a, name)
	if f.literal() {
		return show(a.Addr) + ": its " + clause
	}
	return f.subject() + " is " + show(a.Addr) + ", whose " + clause
}

// subject returns the host as it was typed, and the name that was looked up if the search
// list made another one of it.
func (f *judgement) subject() string {
	host := f.host.shown
	if name := displayName(f.name); name != "" && name != safetext.Cut(f.host.plain, maxName) {
		return host + " (looked up as " + name + ")"
	}
	return host
}

// notAsked reports whether the verdict is open because a lookup was not made.
func notAsked(a *judgedAddress) bool {
	return a.Reverse.Status == resolve.Skipped ||
		a.deciding >= 0 && a.PTRs[a.deciding].Forward.Status == resolve.Skipped
}

// from names the source of an answer; empty if it has none.
func from(a resolve.Answer) string {
	if w := sourceWord(a); w != "" {
		return " from " + w
	}
	return ""
}

func unresolvableText(a netip.Addr, p PTRFacts) string {
	s := p.Forward.Status
	switch {
	case p.Name == ".":
		return "is the root of DNS, which has no address"
	case s == resolve.NXDomain:
		return "does not exist (NXDOMAIN)"
	}
	return fmt.Sprintf("has no %s address (%s)", resolve.FamilyOf(a), s.Words())
}

func undeterminedText(a *judgedAddress, name string) string {
	switch {
	case outsideZones(a) && a.deciding >= 0:
		return fmt.Sprintf("reverse name %s is in none of the zones given, and no server was asked", name)
	case outsideZones(a):
		return "reverse name is in none of the zones given, and no server was asked"
	case a.deciding >= 0 && a.PTRs[a.deciding].Forward.Status == resolve.Skipped, a.Reverse.Status == resolve.Skipped,
		a.CutShort && a.deciding < 0:
		return "reverse name was not known in time"
	case a.deciding >= 0:
		return fmt.Sprintf("reverse name %s could not be looked up (%s)",
			name, a.PTRs[a.deciding].Forward.Status.Words())
	case a.Reverse.Status == resolve.OK:
		return fmt.Sprintf("reverse names are too many to check: none of the first %d of %d resolves back to it",
			limits.PTRNames, len(a.Reverse.Names))
	}
	return fmt.Sprintf("reverse name could not be looked up (%s)", a.Reverse.Status.Words())
}

// unconfirmed returns the names that are not known to resolve back to the address.
func (a *judgedAddress) unconfirmed() []string {
	var names []string
	for i, p := range a.PTRs {
		if !a.resolvesBack(i) {
			names = append(names, displayName(p.Name))
		}
	}
	return names
}

// searchText says that an sshd on this machine sees another mapping than DNS has, because
// libc's search list turns the PTR's name into another. ok is false if it does not.
func searchText(a *judgedAddress) (string, bool) {
	if a.deciding < 0 {
		return "", false
	}
	p := a.PTRs[a.deciding]
	addr := a.lookup
	if p.Search == nil {
		return "", false
	}
	finds := func(ans *resolve.Answer) bool { return containsAddr(ans.Addrs, addr) }
	if p.Search.Status == p.Forward.Status && finds(p.Search) == finds(&p.Forward) {
		return "", false
	}
	return fmt.Sprintf("this machine's search list turns the reverse name %s into %s: an sshd here looks that up, "+
		"another may not",
		displayName(p.Name), displayName(p.Search.Question.Name)), true
}

// forwardFindings says what the list of addresses lacks: a family that could not be looked
// up, lookups beyond the budget, addresses beyond the limit.
func forwardFindings(f *judgement) []Finding {
	fs := filterFindings(f)
	if text, ok := pairText(f); ok {
		fs = append(fs, aboutTarget(PairDiffers, text))
	}
	for _, ans := range f.Forward {
		if ans.Status.Temporary() {
			fs = append(fs, aboutTarget(ForwardPartial, fmt.Sprintf(
				"the %s addresses of %s could not be looked up (%s); the others are used",
				ans.Question.Type.Family(), f.host.shown, ans.Status.Words())))
		}
	}
	if f.Exhausted {
		fs = append(fs, aboutTarget(ManyQuestions, fmt.Sprintf(
			"%s would take more than %d DNS queries: the rest was not asked", f.host.shown, limits.Questions)))
	}
	if f.Dropped > 0 {
		fs = append(fs, aboutTarget(ForwardMany, fmt.Sprintf(
			"%s has %d addresses; only %d are used", f.host.shown, len(f.Addresses)+f.Dropped, len(f.Addresses))))
	}
	return fs
}

// pathFindings says what is between this machine and the target.
func pathFindings(f *judgement) []Finding {
	var fs []Finding
	if f.Target.Via != "" {
		via := displayHost(f.Target.Via)
		fs = append(fs, aboutTarget(ViaJump, fmt.Sprintf(
			"%s is behind the jump host %s: this machine connects to the jump host only, which looks up %s itself",
			via, f.host.shown, via)))
	}
	if f.Target.Proxied {
		fs = append(fs, aboutTarget(ViaCommand,
			fmt.Sprintf("ssh connects to %s through a ProxyCommand: no connection was tried", f.host.shown)))
	}
	return fs
}

func noAddressFinding(f *judgement, v Verdict) Finding {
	host := f.host.shown
	why, answered := "not answered in time", len(f.Forward) > 0 && !f.Pending
	for _, ans := range f.Forward {
		if ans.Status.Temporary() {
			why, answered = ans.Status.Words(), false
		}
	}
	if answered {
		text := host + " has no address"
		if s := f.Forward[0].Status; s == resolve.NXDomain {
			text = host + " does not exist (NXDOMAIN)"
		} else if len(f.Forward) == 1 {
			text = fmt.Sprintf("%s has no %s address (%s)", host, f.Forward[0].Question.Type.Family(), s.Words())
		}
		if f.Target.Far {
			text += " for this machine; the proxy that ssh connects through looks it up itself"
		}
		return aboutTarget(MappingCode(v), text)
	}
	return aboutTarget(MappingCode(v), fmt.Sprintf("%s could not be looked up (%s)", host, why))
}

// displayName returns a name as texts show it: cut. A Name is always safe to print.
func displayName(n resolve.Name) string { return safetext.Cut(string(n), maxName) }

// PlainHost returns a host for machines, and for people to copy: an address as it is
// written, a name as it is sent to DNS. It is safe to print.
func PlainHost(host string) string {
	if _, literal := resolve.ParseLiteral(host); literal {
		if a, err := netip.ParseAddr(host); err == nil {
			return show(a)
		}
	}
	if n, err := resolve.ParseName(host); err == nil {
		return string(n)
	}
	return safetext.Name(host)
}

// displayHost returns the target's host as texts show it. An internationalised name is
// shown after its A-labels, never alone, because it can look like another name.
func displayHost(host string) string {
	plain := PlainHost(host)
	shown := safetext.Cut(plain, maxName)
	if !strings.Contains(plain, "xn--") {
		return shown
	}
	if u, err := idna.Display.ToUnicode(plain); err == nil && u != plain {
		return shown + " (" + safetext.Line(u) + ")"
	}
	return shown
}

// show returns an address as text. Its zone is made safe: only there can a stranger put
// arbitrary bytes.
func show(a netip.Addr) string {
	if z := a.Zone(); z != "" {
		return a.WithZone("").String() + "%" + safetext.Name(z)
	}
	return a.String()
}

// list returns at most three names, and how many more there are.
func list(names []string) string {
	if len(names) > 3 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:3], ", "), len(names)-3)
	}
	return strings.Join(names, ", ")
}

func listAddrs(as []netip.Addr) string {
	var names []string
	for _, a := range as {
		names = append(names, show(a))
	}
	return list(names)
}
