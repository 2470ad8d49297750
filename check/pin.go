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

// Errors of PlanPin; others say what stands against a line.
var (
	ErrNoLineNeeded = errors.New("the mapping is fine, and no line is needed")
	ErrUndetermined = errors.New("it could not be found out now")
)

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
		if i := slices.IndexFunc(f.Forward(names[0]), func(l *hostsfile.Line) bool { return l.Addr.Unmap() == a.Address.Unmap() }); i >= 0 {
			l := f.Forward(names[0])[i]
			old, ours := l.Note()
			if !ours || !old.Expired(o.Now) && o.Expires.IsZero() && (provenKey(a) == "" || old.Fingerprint == provenKey(a)) {
				continue // already so
			}
			if err := edit.Remove(l.N); err != nil { // renewed
				return nil, err
			}
		}
		note := hostsfile.Note{Written: o.Now, Verdict: string(a.Verdict), Fingerprint: provenKey(a), Expires: o.Expires}
		if err := edit.Add(a.Address.Unmap(), note, names...); err != nil {
			return nil, err
		}
	}
	return edit, nil
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
			return nil, errors.New(why)
		}
		if a.Verdict == Undetermined {
			return nil, fmt.Errorf("%s: %w", show(a.Address), ErrUndetermined)
		}
		if k := keyAgainst(a); k != nil {
			return nil, fmt.Errorf("the %s host key of %s is %s (%s)", k.Type, show(a.Address), k.Status, k.Evidence)
		}
		chosen = append(chosen, a)
		fine = fine && a.Verdict.severity() <= Notice
	}
	switch {
	case len(r.Addresses) == 0 && r.Verdict == Undetermined:
		return nil, fmt.Errorf("%s: %w", r.Host, ErrUndetermined)
	case len(r.Addresses) == 0:
		return nil, fmt.Errorf("%s has no address in DNS", r.Host)
	case !o.Address.IsValid() && (lost(r.Forward.A) || lost(r.Forward.AAAA)):
		return nil, fmt.Errorf("not all addresses of %s are known, and a line would hide the others: %w", r.Host, ErrUndetermined)
	case len(chosen) == 0:
		return nil, fmt.Errorf("%s is no address of %s in DNS", show(o.Address), r.Host)
	case fine && !o.Force:
		return nil, ErrNoLineNeeded
	}
	return chosen, nil
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
				return fmt.Errorf("%s:%d gives %s the address %s already", safetext.Line(f.Path), l.N, name, l.Addr)
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

// The codes about lines that rdnsproxy has written.
const (
	PinGood     Code = "pin.good"
	PinUnneeded Code = "pin.unneeded"
	PinExpired  Code = "pin.expired"
	PinPartial  Code = "pin.partial"
	PinMoved    Code = "pin.moved"
	PinKey      Code = "pin.key"
	PinUnknown  Code = "pin.unknown"
)

func pinCodes() []CodeDoc {
	return []CodeDoc{
		{PinGood, Pass, "a hosts line of rdnsproxy's is still right"},
		{PinUnneeded, Notice, "a hosts line of rdnsproxy's is no longer needed: DNS agrees with itself"},
		{PinExpired, Warning, "a hosts line of rdnsproxy's has expired"},
		{PinPartial, Warning, "hosts lines of rdnsproxy's give some of the host's addresses and hide the others"},
		{PinMoved, Error, "a hosts line of rdnsproxy's gives another address than DNS does: the host has moved"},
		{PinKey, Error, "the host key at the address of a hosts line of rdnsproxy's is another than when it was written"},
		{PinUnknown, Unknown, "whether a hosts line of rdnsproxy's is still right could not be found out"},
	}
}

// VerifyPin holds a line that rdnsproxy has written against r, what DNS alone
// and the host say today. The finding is about the line's address.
func VerifyPin(r *Result, l *hostsfile.Line, f *hostsfile.File, now time.Time) Finding {
	note, _ := l.Note()
	at := fmt.Sprintf("%s:%d", safetext.Line(f.Path), l.N)
	found := func(c Code, s Severity, format string, args ...any) Finding {
		return Finding{Code: c, Severity: s, Address: l.Addr, Text: at + ": " + fmt.Sprintf(format, args...)}
	}
	today := r.Of(l.Addr)
	switch {
	case len(r.Addresses) == 0 && r.Verdict == Undetermined:
		return found(PinUnknown, Unknown, "%s could not be looked up", r.Host)
	case len(r.Addresses) == 0:
		return found(PinMoved, Error, "DNS has no address for %s any more", r.Host)
	case today == nil:
		return found(PinMoved, Error, "the line gives %s the address %s, and DNS says %s", r.Host, l.Addr, addressesOf(r))
	case note.Fingerprint != "" && today.SSH != nil && len(today.SSH.HostKeys) > 0 && !today.shows(note.Fingerprint):
		return found(PinKey, Error, "the host key at %s is another than the one that was proven when the line was written", l.Addr)
	case note.Expired(now):
		return found(PinExpired, Warning, "the line for %s has expired on %s", r.Host, note.Expires.Format(time.DateOnly))
	case hidden(r, f.Forward(l.Canonical())) != "":
		return found(PinPartial, Warning, "the lines for %s hide its address %s", r.Host, hidden(r, f.Forward(l.Canonical())))
	case today.Verdict == Undetermined:
		return found(PinUnknown, Unknown, "the reverse name of %s could not be found out", l.Addr)
	case today.Verdict.severity() <= Notice:
		return found(PinUnneeded, Notice, "the line for %s is no longer needed: the mapping is %s", r.Host, today.Verdict)
	}
	if note.Fingerprint != "" && (today.SSH == nil || len(today.SSH.HostKeys) == 0) {
		return found(PinGood, Pass, "the line for %s is still right and needed; its host key was not looked at", r.Host)
	}
	return found(PinGood, Pass, "the line for %s is still right and needed", r.Host)
}

// hidden is an address of the host that no line gives; empty if there is none.
func hidden(r *Result, lines []*hostsfile.Line) string {
	for _, a := range r.Addresses {
		if !slices.ContainsFunc(lines, func(l *hostsfile.Line) bool { return l.Addr.Unmap() == a.Address.Unmap() }) {
			return show(a.Address)
		}
	}
	return ""
}

func (a *Address) shows(fingerprint string) bool {
	return slices.ContainsFunc(a.SSH.HostKeys, func(k HostKey) bool { return k.Fingerprint == fingerprint })
}

func addressesOf(r *Result) string {
	var as []netip.Addr
	for _, a := range r.Addresses {
		as = append(as, a.Address)
	}
	return listAddrs(as)
}
