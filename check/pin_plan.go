package check

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"rdnsproxy/hostsfile"
	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
)

// PinOptions is what the user wants of a hosts line.
type PinOptions struct {
	Address netip.Addr             // of several, this one alone; if not valid, all of them
	Replace bool                   // take the name away from lines that give it another address
	Force   bool                   // write a line although none is needed
	Keyed   bool                   // the host is known by its key, or one is expected: each address has to show a proven one
	Unsure  string                 // why the host may be known by a key that could not be looked up; empty: it is not
	Own     func(name string) bool // as in Policy
	Now     time.Time
	Expires time.Time // if zero, never, or when the line expired that stands there
}

// Errors of PlanPin, to be told apart by errors.Is; their texts say what stands
// against a line.
var (
	ErrNoLineNeeded = errors.New("the mapping is fine, and no line is needed")
	ErrUndetermined = errors.New("it could not be found out now")
	ErrTaken        = errors.New("another line gives the name another address")
	ErrUnpinnable   = errors.New("an address that may stand in no hosts line")
	ErrUnproven     = errors.New("an address that does not show the host key")
	ErrUnevaluated  = errors.New("whether the host key is known could not be told")
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
	names, err := lineNames(r.Host, r.Name, o.Own)
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
	_, incomplete := r.Incomplete()
	alone := o.Address.IsValid() && (incomplete || len(besides(r, o.Address)) > 0)
	for _, a := range addresses {
		note := hostsfile.Note{
			Written: o.Now, Verdict: string(a.Verdict), Fingerprint: provenKey(a), Port: r.Port, Expires: o.Expires,
			Alone: alone,
		}
		if err := planLine(edit, f, a, names, note); err != nil {
			return nil, err
		}
	}
	return edit, nil
}

// planLine adds the line of one address, or what is missing of it. A line of ours
// that no longer says what is known is renewed, with the names that somebody has
// added to it, and never without the host key that it had.
func planLine(edit *hostsfile.Edit, f *hostsfile.File, a Address, names []string, note hostsfile.Note) error {
	var stays, goes []*hostsfile.Line
	for _, l := range f.Forward(names[0]) {
		if l.Addr.Unmap() != a.Address.Unmap() {
			continue
		}
		old, ours := l.Note()
		if ours && note.Fingerprint == "" && old.Fingerprint != "" {
			if old.Port == portNoted(note.Port) && a.keyed() && !a.shows(old.Fingerprint) {
				return fmt.Errorf("the host key at %s is another than when %s:%d was written: it was %s, and is %s",
					show(a.Address), safetext.Line(f.Path), l.N, old.Fingerprint, a.SSH.HostKeys[0].Fingerprint)
			}
			note.Fingerprint, note.Port = old.Fingerprint, old.Port
		}
		if !ours || !stale(old, note) && bears(l, names[len(names)-1]) {
			stays = append(stays, l)
			continue
		}
		if note.Expires.IsZero() && !old.Expired(note.Written) {
			note.Expires = old.Expires
		}
		goes = append(goes, l)
	}
	wanted := slices.Clone(names)
	for _, l := range goes {
		if err := edit.Remove(l.N); err != nil {
			return err
		}
		for _, name := range l.Names {
			if !slices.ContainsFunc(wanted, func(w string) bool { return strings.EqualFold(w, name) }) {
				wanted = append(wanted, name)
			}
		}
	}
	wanted = slices.DeleteFunc(wanted, func(name string) bool {
		return slices.ContainsFunc(stays, func(l *hostsfile.Line) bool { return bears(l, name) })
	})
	if len(wanted) == 0 {
		return nil
	}
	return edit.Add(a.Address.Unmap(), note, wanted...)
}

// bears reports whether a line gives a name its address.
func bears(l *hostsfile.Line, name string) bool {
	return slices.ContainsFunc(l.Names, func(n string) bool { return strings.EqualFold(n, name) })
}

// portNoted is a port as a Note has it, in which 22 is not said.
func portNoted(port uint16) uint16 {
	if port == 22 {
		return 0
	}
	return port
}

// stale reports whether an old note says what no longer holds, or less than the
// fresh one does.
func stale(old, fresh hostsfile.Note) bool {
	return old.Expired(fresh.Written) ||
		!fresh.Expires.IsZero() && day(old.Expires) != day(fresh.Expires) ||
		fresh.Fingerprint != "" && old.Fingerprint != fresh.Fingerprint && (old.Fingerprint == "" || old.Port == portNoted(fresh.Port)) ||
		old.Alone != fresh.Alone
}

// day is a time as a Note says it.
func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// pinAddresses are the addresses of the lines, if nothing stands against them.
func pinAddresses(r *Result, o PinOptions) ([]Address, error) {
	addresses := r.chosen(o.Address)
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
		if o.Keyed && provenKey(a) == "" {
			return nil, &refusal{ErrUnproven, unprovenWords(r, a)}
		}
		if why := cmp.Or(unevaluated(r, a.Address), o.Unsure); why != "" && provenKey(a) == "" {
			return nil, &refusal{ErrUnevaluated, ErrUnevaluated.Error() + ": " + why}
		}
	}
	family, incomplete := r.Incomplete()
	switch {
	case len(r.Addresses) == 0 && r.Verdict == Undetermined:
		return nil, &refusal{ErrUndetermined, undeterminedWords(r, netip.Addr{})}
	case len(r.Addresses) == 0:
		return nil, fmt.Errorf("%s has no address in DNS", r.Host)
	case len(addresses) > maxLines:
		return nil, fmt.Errorf("%s has more than %d addresses: no hosts line can keep up with that", r.Host, maxLines)
	case incomplete && !o.Address.IsValid():
		return nil, &refusal{ErrUndetermined, family + ", and a line would hide them"}
	case len(addresses) == 0:
		return nil, fmt.Errorf("%s is no address of %s in DNS", show(o.Address), r.Host)
	case !o.Force && !slices.ContainsFunc(addresses, func(a Address) bool { return a.Verdict.severity() > Notice }):
		return nil, &refusal{ErrNoLineNeeded, "no line is needed: the mapping is " + string(r.Verdict)}
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

// clearConflicts refuses a name that other lines give another address, or takes
// it away from them; a line of ours goes with the name that it is about.
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
			take := func() error { return edit.Drop(l.N, name) }
			if _, ours := l.Note(); ours && l.About(name) {
				take = func() error { return edit.Unpin(l.N) }
			}
			if err := take(); err != nil {
				return err
			}
		}
	}
	return nil
}

// keyAgainst is what a host key says against an address, or "".
func keyAgainst(r *Result, a netip.Addr) string {
	for _, f := range r.About(a) {
		switch {
		case f.Code == HostKeyChanged:
			return "host key changed: " + f.Text
		case f.AgainstHost(), f.Code == HostKeyRefused && f.Severity >= Error:
			return f.Text
		}
	}
	return ""
}

// unevaluated is what left ssh's verdict on the host key of an address open, or "".
func unevaluated(r *Result, a netip.Addr) string {
	for _, f := range r.About(a) {
		if f.Code == HostKeyUnevaluated && f.Severity >= Unknown {
			return f.Text
		}
	}
	return ""
}

// unprovenWords say that an address does not show the key by which its host is
// known, and what it does instead.
func unprovenWords(r *Result, a Address) string {
	text := fmt.Sprintf("%s does not show the host key by which %s is known", show(a.Address), r.Host)
	for _, f := range r.About(a.Address) {
		if f.Address.IsValid() && f.Code.reach() && f.Severity > Pass {
			return text + " (" + strings.TrimPrefix(f.Text, show(a.Address)+" ") + ")"
		}
	}
	if a.keyed() {
		return text + " (it shows " + a.SSH.HostKeys[0].Fingerprint + ")"
	}
	return text
}

// provenKey is the fingerprint of a proven host key; empty if there is none.
func provenKey(a Address) string {
	if a.SSH != nil {
		for _, k := range a.SSH.HostKeys {
			if k.vouched() {
				return k.Fingerprint
			}
		}
	}
	return ""
}

// ProvenKeys are the fingerprints of proven host keys, one an address that a line
// is for; nil if some address shows none. chosen is as in PinOptions.
func ProvenKeys(r *Result, chosen netip.Addr) []string {
	var keys []string
	for _, a := range r.chosen(chosen) {
		key := provenKey(a)
		if key == "" {
			return nil
		}
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// Grounds are what speaks for and against lines for r, in words: the findings,
// what a line for the chosen address alone would hide, and which host key vouches
// for the host.
func Grounds(r *Result, chosen netip.Addr) []string {
	var lines []string
	for _, f := range r.Findings {
		if f.Severity >= Notice {
			lines = append(lines, f.Severity.String()+"  "+f.Text)
		}
	}
	if others := besides(r, chosen); len(others) > 0 {
		lines = append(lines, fmt.Sprintf("warning  the line hides the other addresses of %s from this machine (%s)", r.Host, listAddrs(others)))
	}
	var proven, without []netip.Addr
	for _, a := range r.chosen(chosen) {
		if provenKey(a) == "" {
			without = append(without, a.Address)
			continue
		}
		proven = append(proven, a.Address)
		i := slices.IndexFunc(a.SSH.HostKeys, HostKey.vouched)
		k := a.SSH.HostKeys[i]
		words := fmt.Sprintf("the host key of %s, %s, is %s", show(a.Address), k.Fingerprint, k.Status)
		if k.Evidence != "" {
			words += " (" + k.Evidence + ")"
		}
		lines = append(lines, words)
	}
	switch {
	case len(proven) == 0:
		lines = append(lines, "no host key vouches for it: make sure that this is the host")
	case len(without) > 0:
		lines = append(lines, "no host key vouches for "+listAddrs(without)+": make sure that this is the host")
	}
	return lines
}
