package check

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"rdnsproxy/resolve"
)

// Whoever suggests a hosts line, plans one or writes one goes by the rules of this
// file, so that nothing is suggested that would be refused.

// maxLines is how many lines are suggested at most: who has more addresses moves
// them about, and needs DNS.
const maxLines = 10

// hostsLines are the hosts lines that make the target's names and addresses
// agree on this machine: one for each address, in the article's form, or none.
// A line for some of the addresses would hide the others, for a hosts file that
// answers one family ends the look-up.
func hostsLines(f *judgement) []string {
	if f.HostsPath == "" || f.Pending || len(f.Addresses) == 0 || len(f.Addresses) > maxLines || f.Dropped > 0 {
		return nil
	}
	for _, ans := range f.Forward {
		if ans.Status.Temporary() {
			return nil // not all addresses are known
		}
	}
	names, err := lineNames(f.host.plain, string(f.name), f.Own)
	if err != nil {
		return nil
	}
	var lines []string
	for _, a := range f.Addresses {
		if unpinnable(a.Addr) != "" {
			return nil
		}
		lines = append(lines, a.Addr.Unmap().String()+"  "+strings.Join(names, " "))
	}
	return lines
}

// lineNames are the names of a line for a host: the full one, by which it was
// looked up, and the one that was typed if that is a single label: then the line
// does the search list's work. Another name that was typed may be another host's
// wherever the search list is another. own is as in Policy.
func lineNames(host, full string, own func(string) bool) ([]string, error) {
	name, err := resolve.ParseName(full)
	switch {
	case full == "" || err != nil:
		return nil, fmt.Errorf("%s is an address, which needs no line", host)
	case !name.LDH():
		return nil, fmt.Errorf("%s is not made of letters, digits, hyphens and dots", host)
	case name.Under("localhost"), own != nil && (own(full) || own(host)):
		return nil, &refusal{ErrOwn, host + " is this machine"}
	}
	names := []string{full}
	if short, err := resolve.ParseName(host); err == nil && short != name && short.LDH() && short.Labels() == 1 {
		names = append(names, string(short))
	}
	return names, nil
}

// ErrOwn says that a name is one of this machine's own, for which the system keeps
// its lines itself.
var ErrOwn = errors.New("a name of this machine's own")

// unpinnable says why an address may not stand in a hosts line.
func unpinnable(a netip.Addr) string {
	switch {
	case synthesised(a):
		return a.String() + " is synthesised by NAT64"
	case a.Zone() != "" || a.IsLinkLocalUnicast():
		return show(a) + " is valid on one link only"
	case a.Unmap().IsMulticast(), a.Unmap().IsUnspecified(), isReserved(a.Unmap()):
		return a.String() + " is no host's own address"
	}
	return ""
}

// ours reports whether an address leads nowhere beyond the networks at hand: RFC
// 1918's and fc00::/7. So does loopback, of which DNS is asked only where the user
// has named the server.
func ours(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsPrivate() || a.IsLoopback()
}
