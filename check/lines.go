package check

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"rdnsproxy/resolve"
)

// This file decides which names and addresses get hosts lines. Suggesting a line
// (advise.go, for check and the relay) and writing one (PlanPin) both use it, so that no
// line is suggested that 'hosts add' would refuse.

// maxLines is the limit of lines for a host. One with more addresses changes them often,
// and needs DNS.
const maxLines = 10

// Errors of PlanPin about a name or an address, for errors.Is. The text of an error that
// wraps one says why there can be no line.
var (
	ErrOwn          = errors.New("a name of this machine's own") // the system manages the lines for these itself
	ErrUndetermined = errors.New("could not be determined (temporary failure)")
	ErrUnpinnable   = errors.New("an address that cannot be in a hosts line")
)

// refusal wraps one of these errors, with a text of its own.
type refusal struct {
	kind error
	text string
}

func (r *refusal) Error() string { return r.text }
func (r *refusal) Unwrap() error { return r.kind }

// suggestedLines returns the hosts lines that make a target's names and addresses agree on
// this machine, "ADDRESS  NAME...": one for each address, or none if 'hosts add' would
// refuse to write them.
func suggestedLines(f *judgement, r *Result) []string {
	if f.HostsPath == "" || f.Pending || f.Dropped > 0 || f.Target.Address.IsValid() {
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

// lineNames returns the names of a line for a target: the full name that was looked up,
// and the name that was typed if that is a single label, because the line then replaces
// the search list. Any other typed name may belong to another host under another search
// list. own is as in Policy.
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

// lineAddresses returns the addresses of a target's lines: the chosen one, or all if it is
// not valid. A line for some of them would hide the others, because a lookup ends with a
// hosts file that answers one family. against, if not nil, is one more condition: it
// returns why there can be no line for an address.
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

// chosen returns the chosen address, or all if it is not valid, each once. An IPv4-mapped
// address equals its IPv4 address.
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

// undeterminedWords says why the verdict on an address is open, or that on the target if a
// is not valid.
func undeterminedWords(r *Result, a netip.Addr) string {
	if f, ok := r.Mapping(a); ok {
		return f.Text
	}
	return r.Host + ": " + ErrUndetermined.Error()
}

// Incomplete reports whether the lookup of an address family failed. words is a clause
// that says which family, and why.
func (r *Result) Incomplete() (words string, incomplete bool) {
	kind, status := "IPv4", r.Forward.A
	if !failed(status) {
		kind, status = "IPv6", r.Forward.AAAA
	}
	if !failed(status) {
		return "", false
	}
	return fmt.Sprintf("the %s addresses of %s could not be looked up (%s)", kind, r.Host, status.Words()), true
}

// failed reports whether the lookup of a family was made and failed.
func failed(s resolve.Status) bool { return s.Temporary() && s != resolve.Skipped }

// unpinnable says why an address cannot be in a hosts line; empty if it can.
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

// isLocal reports whether an address is reachable only in the networks around this
// machine: RFC 1918, fc00::/7 and loopback, which is looked up in DNS only if the user has
// named the server.
func isLocal(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsPrivate() || a.IsLoopback()
}
