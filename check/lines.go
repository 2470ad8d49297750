package check

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"rdnsproxy/resolve"
)

// This file decides which names and addresses hosts lines are for. Whoever suggests
// a line (advise.go, and so check and the relay) and whoever writes one (PlanPin)
// goes by it, so that nothing is suggested that would be refused.

// maxLines is how many lines there are for a host at most: who has more addresses
// moves them about, and needs DNS.
const maxLines = 10

// Errors of every line, to be told apart by errors.Is; their texts say what stands
// against it.
var (
	ErrOwn          = errors.New("a name of this machine's own") // the system keeps the lines for these itself
	ErrUndetermined = errors.New("could not be determined (temporary failure)")
	ErrUnpinnable   = errors.New("an address that cannot be in a hosts line")
)

// refusal is one of those errors in words.
type refusal struct {
	kind error
	text string
}

func (r *refusal) Error() string { return r.text }
func (r *refusal) Unwrap() error { return r.kind }

// suggestedLines are the hosts lines that make a target's names and addresses agree
// on this machine: one for each address, in the article's form, or none where
// 'hosts add' would write none.
func suggestedLines(f *judgement, r *Result) []string {
	if f.HostsPath == "" || f.Pending || f.Dropped > 0 {
		return nil // not all addresses are known
	}
	names, err := lineNames(r, f.Own)
	if err != nil {
		return nil
	}
	addresses, err := lineAddresses(r, netip.Addr{}, nil)
	if err != nil {
		return nil
	}
	var lines []string
	for _, a := range addresses {
		lines = append(lines, a.Address.Unmap().String()+"  "+strings.Join(names, " "))
	}
	return lines
}

// lineNames are the names of a line for a target: the full one, by which it was
// looked up, and the one that was typed if that is a single label: then the line
// does the search list's work. Another name that was typed may be another host's
// wherever the search list is another. own is as in Policy.
func lineNames(r *Result, own func(string) bool) ([]string, error) {
	name, err := resolve.ParseName(r.Name)
	switch {
	case r.Name == "" || err != nil:
		return nil, fmt.Errorf("%s is an address, which needs no line", r.Host)
	case !name.LDH():
		return nil, fmt.Errorf("%s is not made of letters, digits, hyphens and dots", r.Host)
	case name.Under("localhost"), own != nil && (own(r.Name) || own(r.Host)):
		return nil, &refusal{ErrOwn, r.Host + " is this machine"}
	}
	names := []string{r.Name}
	if short, err := resolve.ParseName(r.Host); err == nil && short != name && short.LDH() && short.Labels() == 1 {
		names = append(names, string(short))
	}
	return names, nil
}

// lineAddresses are the addresses of a target's lines: the chosen one, or all if it
// is not valid. A line for some of them would hide the others, for a hosts file
// that answers one family ends the lookup. against, if not nil, says what else
// stands against a line for one.
func lineAddresses(r *Result, chosen netip.Addr, against func(*Result, Address) error) ([]Address, error) {
	addresses := r.chosen(chosen)
	for _, a := range addresses {
		if why := unpinnable(a.Address); why != "" {
			return nil, &refusal{ErrUnpinnable, why}
		}
		if a.Verdict == Undetermined {
			return nil, &refusal{ErrUndetermined, undeterminedWords(r, a.Address)}
		}
		if why := keyAgainst(r, a.Address); why != "" {
			return nil, errors.New(why)
		}
		if against != nil {
			if err := against(r, a); err != nil {
				return nil, err
			}
		}
	}
	family, incomplete := r.Incomplete()
	switch {
	case len(r.Addresses) == 0 && r.Verdict == Undetermined:
		return nil, &refusal{ErrUndetermined, undeterminedWords(r, netip.Addr{})}
	case len(r.Addresses) == 0:
		return nil, fmt.Errorf("%s has no address in DNS", r.Host)
	case len(addresses) > maxLines:
		return nil, fmt.Errorf("%s has more than %d addresses: too many for a hosts file", r.Host, maxLines)
	case incomplete && !chosen.IsValid():
		return nil, &refusal{ErrUndetermined, family + ", and a line would hide them"}
	case len(addresses) == 0:
		return nil, fmt.Errorf("%s is not an address of %s in DNS", show(chosen), r.Host)
	}
	return addresses, nil
}

// chosen are the addresses that lines are for, each once: that which was chosen, or
// all if it is not valid. IPv4-mapped ones are their IPv4 ones.
func (r *Result) chosen(only netip.Addr) []Address {
	var as []Address
	for _, a := range r.Addresses {
		again := slices.ContainsFunc(as, func(b Address) bool { return b.Address.Unmap() == a.Address.Unmap() })
		if !again && (!only.IsValid() || a.Address.Unmap() == only.Unmap()) {
			as = append(as, a)
		}
	}
	return as
}

// undeterminedWords is the finding that says why nothing is known of an address,
// or of the target where it has none.
func undeterminedWords(r *Result, a netip.Addr) string {
	if f, ok := r.Mapping(a); ok {
		return f.Text
	}
	return r.Host + ": " + ErrUndetermined.Error()
}

// Incomplete reports whether a family of addresses could not be looked up beside
// the other, and which and why in words.
func (r *Result) Incomplete() (words string, incomplete bool) {
	kind, status := "IPv4", r.Forward.A
	if !lost(status) {
		kind, status = "IPv6", r.Forward.AAAA
	}
	if !lost(status) {
		return "", false
	}
	return fmt.Sprintf("the %s addresses of %s could not be looked up (%s)", kind, r.Host, status.Words()), true
}

// lost reports whether a family was asked for and could not be looked up.
func lost(s resolve.Status) bool { return s.Temporary() && s != resolve.Skipped }

// unpinnable says why an address may not stand in a hosts line.
func unpinnable(a netip.Addr) string {
	switch {
	case synthesised(a):
		return a.String() + " is synthesised by NAT64"
	case a.Zone() != "" || a.IsLinkLocalUnicast():
		return show(a) + " is valid on one link only"
	case a.Unmap().IsMulticast(), a.Unmap().IsUnspecified(), isReserved(a.Unmap()):
		return a.String() + " is not the address of one host"
	}
	return ""
}

// isLocal reports whether an address leads nowhere beyond the networks at hand: RFC
// 1918's and fc00::/7. So does loopback, of which DNS is asked only where the user
// has named the server.
func isLocal(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsPrivate() || a.IsLoopback()
}
