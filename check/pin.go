package check

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"rdnsproxy/hostsfile"
	"rdnsproxy/internal/safetext"
	"rdnsproxy/resolve"
)

// PinOptions is what the user wants of a hosts line.
type PinOptions struct {
	Address netip.Addr // of several, this one alone; if not valid, all of them
	Replace bool       // take the name away from lines that give it another address
	Force   bool       // write a line although none is needed
	Own     []string   // this machine's own names, which are never pinned
	Now     time.Time
	Expires time.Time // if zero, never
}

// Errors of PlanPin, to be told apart by errors.Is; their texts say what stands
// against a line.
var (
	ErrNoLineNeeded = errors.New("the mapping is fine, and no line is needed")
	ErrUndetermined = errors.New("it could not be found out now")
	ErrTaken        = errors.New("another line gives the name another address")
	ErrUnpinnable   = errors.New("an address that may stand in no hosts line")
)

// refusal is one of those errors in words.
type refusal struct {
	kind error
	text string
}

func (r *refusal) Error() string { return r.text }
func (r *refusal) Unwrap() error { return r.kind }

// PlanPin says which hosts lines settle r, a result of DNS alone, or why none
// may be written. An Edit that is Empty says that they stand there already.
func PlanPin(r *Result, f *hostsfile.File, o PinOptions) (*hostsfile.Edit, error) {
	names, err := pinNames(r, o)
	if err != nil {
		return nil, err
	}
	addresses, err := pinAddresses(r, o)
	if err != nil {
		return nil, err
	}
	edit := f.Edit()
	if err := clearConflicts(edit, f, names, addresses, o); err != nil {
		return nil, err
	}
	for _, a := range addresses {
		note := hostsfile.Note{
			Written: o.Now, Verdict: string(a.Verdict), Fingerprint: provenKey(a), Port: r.Port, Expires: o.Expires,
			Alone: len(besides(r, o.Address)) > 0,
		}
		lines := f.Forward(names[0])
		if i := slices.IndexFunc(lines, func(l *hostsfile.Line) bool { return l.Addr.Unmap() == a.Address.Unmap() }); i >= 0 {
			if old, ours := lines[i].Note(); !ours || !stale(old, note, o.Now) {
				continue // already so
			}
			if err := edit.Remove(lines[i].N); err != nil { // renewed
				return nil, err
			}
		}
		if err := edit.Add(a.Address.Unmap(), note, names...); err != nil {
			return nil, err
		}
	}
	return edit, nil
}

// stale reports whether an old note says what no longer holds, or less than fresh,
// that of today, would.
func stale(old, fresh hostsfile.Note, now time.Time) bool {
	return old.Expired(now) || !fresh.Expires.IsZero() ||
		fresh.Fingerprint != "" && old.Fingerprint != fresh.Fingerprint ||
		old.Alone && !fresh.Alone
}

// pinNames are the names of the line: the full one, and the one that was typed.
func pinNames(r *Result, o PinOptions) ([]string, error) {
	name, err := resolve.ParseName(r.Name)
	switch {
	case r.Name == "" || err != nil:
		return nil, fmt.Errorf("%s is an address, which needs no line", r.Host)
	case !name.LDH():
		return nil, fmt.Errorf("%s is not made of letters, digits, hyphens and dots", r.Host)
	case name.Under("localhost"), slices.ContainsFunc(o.Own, func(own string) bool {
		return own != "" && (strings.EqualFold(own, r.Name) || strings.EqualFold(own, r.Host))
	}):
		return nil, fmt.Errorf("%s is this machine", r.Host)
	}
	names := []string{r.Name}
	if short, err := resolve.ParseName(r.Host); err == nil && short != name && short.LDH() {
		names = append(names, string(short))
	}
	return names, nil
}

// pinAddresses are the addresses of the lines, if nothing stands against them.
func pinAddresses(r *Result, o PinOptions) ([]Address, error) {
	var chosen []Address
	fine := true
	for _, a := range r.Addresses {
		if o.Address.IsValid() && a.Address.Unmap() != o.Address.Unmap() {
			continue
		}
		if why := unpinnable(a.Address); why != "" {
			return nil, &refusal{ErrUnpinnable, why}
		}
		if a.Verdict == Undetermined {
			return nil, &refusal{ErrUndetermined, undeterminedWords(r, a.Address)}
		}
		if k := keyAgainst(a); k != nil {
			return nil, fmt.Errorf("the %s host key of %s is %s: %s (%s)", k.Type, show(a.Address), k.Status, k.Fingerprint, k.Evidence)
		}
		chosen = append(chosen, a)
		fine = fine && a.Verdict.severity() <= Notice
	}
	switch {
	case len(r.Addresses) == 0 && r.Verdict == Undetermined:
		return nil, &refusal{ErrUndetermined, undeterminedWords(r, netip.Addr{})}
	case len(r.Addresses) == 0:
		return nil, fmt.Errorf("%s has no address in DNS", r.Host)
	case !o.Address.IsValid() && (lost(r.Forward.A) || lost(r.Forward.AAAA)):
		kind, status := "IPv4", r.Forward.A
		if !lost(status) {
			kind, status = "IPv6", r.Forward.AAAA
		}
		return nil, &refusal{ErrUndetermined, fmt.Sprintf("the %s addresses of %s could not be looked up (%s), and a line would hide them", kind, r.Host, status.Words())}
	case len(chosen) == 0:
		return nil, fmt.Errorf("%s is no address of %s in DNS", show(o.Address), r.Host)
	case fine && !o.Force:
		return nil, ErrNoLineNeeded
	}
	return chosen, nil
}

// undeterminedWords is the finding that says why nothing is known of an address,
// or of the target where it has none.
func undeterminedWords(r *Result, a netip.Addr) string {
	for _, f := range r.Findings {
		if f.Code == MappingCode(Undetermined) && f.Address == a {
			return f.Text
		}
	}
	return r.Host + ": " + ErrUndetermined.Error()
}

// lost reports whether a family was asked for and could not be looked up.
func lost(s resolve.Status) bool { return s.Temporary() && s != resolve.Skipped }

// clearConflicts refuses a name that other lines give another address, or takes
// it away from them.
func clearConflicts(edit *hostsfile.Edit, f *hostsfile.File, names []string, addresses []Address, o PinOptions) error {
	var addrs []netip.Addr
	for _, a := range addresses {
		addrs = append(addrs, a.Address)
	}
	for _, name := range names {
		for _, l := range f.Conflicts(name, addrs...) {
			if !o.Replace {
				return &refusal{ErrTaken, fmt.Sprintf("%s:%d gives %s the address %s already", safetext.Line(f.Path), l.N, name, l.Addr)}
			}
			if err := edit.Drop(l.N, name); err != nil {
				return err
			}
		}
	}
	return nil
}

// keyAgainst is a host key that speaks against the address.
func keyAgainst(a Address) *HostKey {
	if a.SSH == nil {
		return nil
	}
	for i, k := range a.SSH.HostKeys {
		if k.Status == KeyChanged || k.Status == KeyRevoked {
			return &a.SSH.HostKeys[i]
		}
	}
	return nil
}

// provenKey is the fingerprint of a proven host key; empty if there is none.
func provenKey(a Address) string {
	if a.SSH != nil {
		for _, k := range a.SSH.HostKeys {
			if k.Status.Proven() {
				return k.Fingerprint
			}
		}
	}
	return ""
}

// ProvenKeys are the fingerprints of proven host keys, one an address that a line
// is for; nil if some address shows none. chosen as in PinOptions.
func ProvenKeys(r *Result, chosen netip.Addr) []string {
	var keys []string
	for _, a := range r.Addresses {
		if chosen.IsValid() && a.Address.Unmap() != chosen.Unmap() {
			continue
		}
		key := provenKey(a)
		if key == "" {
			return nil
		}
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// besides are the addresses that a line for the chosen one alone would hide.
func besides(r *Result, chosen netip.Addr) []netip.Addr {
	var others []netip.Addr
	for _, a := range r.Addresses {
		if chosen.IsValid() && a.Address.Unmap() != chosen.Unmap() {
			others = append(others, a.Address)
		}
	}
	return others
}

// Grounds are what speaks for and against lines for r, in words: the findings,
// what a line for the chosen address alone would hide, and which host key vouches
// for the host.
func Grounds(r *Result, chosen netip.Addr) []string {
	var lines []string
	for _, f := range r.Findings {
		if f.Severity >= Notice {
			lines = append(lines, f.Severity.String()+": "+f.Text)
		}
	}
	if others := besides(r, chosen); len(others) > 0 {
		lines = append(lines, fmt.Sprintf("warning: the line hides the other addresses of %s from this machine (%s)", r.Host, listAddrs(others)))
	}
	proven := 0
	for _, a := range r.Addresses {
		if a.SSH == nil {
			continue
		}
		for _, k := range a.SSH.HostKeys {
			if k.Status.Proven() {
				proven++
				if proven == 1 {
					lines = append(lines, fmt.Sprintf("the host key %s is %s (%s)", k.Fingerprint, k.Status, k.Evidence))
				}
			}
		}
	}
	if proven == 0 {
		lines = append(lines, "no host key vouches for it: make sure that this is the host")
	}
	return lines
}
