package check

import (
	"fmt"
	"net/netip"
	"slices"

	"rdnsproxy/resolve"
)

// The codes about names that a resolver or a hosts file filters.
const (
	ForwardFiltered Code = "forward.filtered"
	CauseFiltered   Code = "cause.filtered"
)

// filtered reports whether an answer contains only 0.0.0.0 or ::, which filtering
// resolvers (Pi-hole, AdGuard Home, dnsmasq) and hosts files give for names that they
// block.
func filtered(ans resolve.Answer) bool {
	given := func(a netip.Addr) bool { return !a.Unmap().IsUnspecified() }
	return ans.Status == resolve.OK && len(ans.Addrs) > 0 && !slices.ContainsFunc(ans.Addrs, given)
}

// filterFindings says that the target's name is filtered. The system takes such an
// address for the machine itself, so ssh would talk to this machine's own sshd.
func filterFindings(f *judgement) []Finding {
	i := slices.IndexFunc(f.Forward, filtered)
	if i < 0 || f.literal() {
		return nil
	}
	ans := f.Forward[i]
	found := aboutTarget(ForwardFiltered, fmt.Sprintf(
		"%s answers %s for %s, which is not a host's address: it filters the name, and ssh would connect to this "+
			"machine itself",
		sourceWord(ans), listAddrs(ans.Addrs), f.host.shown))
	found.Advice = adviseFilter(ans)
	return []Finding{found}
}

// adviseFilter says what to do about a filtered answer.
func adviseFilter(ans resolve.Answer) []Advice {
	if ans.Source.Kind == resolve.KindHosts {
		return []Advice{newAdvice(AdviseName, "remove the name from the line that blocks it, "+sourceWord(ans))}
	}
	return []Advice{newAdvice(AdviseResolver, "allow "+displayName(ans.Question.Name)+" at "+sourceWord(ans)+
		", which filters it, or ask another DNS server with --resolver")}
}
