package check

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"rdnsproxy/hostsfile"
	"rdnsproxy/safetext"
)

// PinFinding is what became of a line that rdnsproxy has written.
type PinFinding struct {
	Line    *hostsfile.Line
	Finding Finding // about the line's address
}

// VerifyPins holds lines that rdnsproxy has written for one host, in the file f,
// against r, what DNS alone and the host say today at the port of the lines' notes.
// There is a finding for each line, in their order.
func VerifyPins(r *Result, lines []*hostsfile.Line, f *hostsfile.File, now time.Time) []PinFinding {
	v := verification{r: r, file: f, now: now, forced: true}
	for _, l := range lines {
		note, _ := l.Note()
		v.forced = v.forced && Verdict(note.Verdict).severity() <= Notice
		if today := v.today(l); today != nil && today.Verdict.severity() > Notice {
			v.needed = true
		}
	}
	found := make([]PinFinding, len(lines))
	for i, l := range lines {
		found[i] = PinFinding{l, v.line(l)}
	}
	return found
}

// verification is what holds for all lines of a host.
type verification struct {
	r      *Result
	file   *hostsfile.File
	now    time.Time
	forced bool // no line was needed when they were written
	needed bool // a mapping is off today, and its line needs the others beside it
}

// today is the line's address as DNS gives it today; nil if it does not.
func (v *verification) today(l *hostsfile.Line) *Address {
	i := slices.IndexFunc(v.r.Addresses, func(a Address) bool { return a.Address.Unmap() == l.Addr.Unmap() })
	if i < 0 {
		return nil
	}
	return &v.r.Addresses[i]
}

// line is the worst that there is to say of a line.
func (v *verification) line(l *hostsfile.Line) Finding {
	note, _ := l.Note()
	for _, state := range []func(*hostsfile.Line, hostsfile.Note) (Code, string){v.moved, v.rekeyed, v.expired, v.unknown} {
		if c, text := state(l, note); c != "" {
			if c != PinExpired && note.Expired(v.now) {
				text += "; it expired on " + note.Expires.Format(time.DateOnly)
			}
			return v.finding(c, l, note, text)
		}
	}
	c, text := v.standing(l, note)
	return v.finding(c, l, note, text)
}

func (v *verification) finding(c Code, l *hostsfile.Line, note hostsfile.Note, text string) Finding {
	advice := pinAdvice(c, v.file.Path, v.r.Host, note)
	if c == PinExpired && v.needed {
		advice = v.renewal(l, note)
	}
	found := NewFinding(c, l.Addr, fmt.Sprintf("%s:%d: %s", safetext.Line(v.file.Path), l.N, text))
	if c == PinPartial {
		found = found.When(note.Alone, WhenSingleAddress)
	}
	found.Advice = advice
	return found
}

// renewal is the command that writes an expired line anew.
func (v *verification) renewal(l *hostsfile.Line, note hostsfile.Note) []Advice {
	command := "add --expires 90d "
	if note.Alone {
		command += "--address " + l.Addr.String() + " "
	}
	return pinCommand("renew it", command+pinTarget(v.r.Host, note), v.file.Path)
}

// moved: DNS gives the host another address.
func (v *verification) moved(l *hostsfile.Line, _ hostsfile.Note) (Code, string) {
	incomplete, partly := v.r.Incomplete()
	switch {
	case v.today(l) != nil:
		return "", ""
	case len(v.r.Addresses) == 0 && v.r.Verdict == Undetermined:
		return PinUnknown, undeterminedWords(v.r, netip.Addr{})
	case partly:
		return PinUnknown, incomplete
	case len(v.r.Addresses) == 0:
		return PinGone, fmt.Sprintf("the line gives %s the address %s, and DNS knows none", v.r.Host, l.Addr)
	}
	return PinMoved, fmt.Sprintf("the line gives %s the address %s, and DNS says %s", v.r.Host, l.Addr, addressesOf(v.r))
}

// rekeyed: the host key there is another, or speaks against the host.
func (v *verification) rekeyed(l *hostsfile.Line, note hostsfile.Note) (Code, string) {
	today := v.today(l)
	if why := keyAgainst(v.r, today.Address); why != "" {
		return PinKey, why
	}
	if note.Fingerprint == "" || !today.keyed() || today.shows(note.Fingerprint) {
		return "", ""
	}
	if v.r.found(SSHKeyless, today.Address) {
		return PinUnknown, fmt.Sprintf("the host key %s could not be fetched from %s", note.Fingerprint, l.Addr)
	}
	return PinKey, fmt.Sprintf("the host key at %s is another than when the line was written: it was %s, and is %s",
		l.Addr, note.Fingerprint, today.SSH.HostKeys[0].Fingerprint)
}

func (v *verification) expired(_ *hostsfile.Line, note hostsfile.Note) (Code, string) {
	if !note.Expired(v.now) {
		return "", ""
	}
	text := fmt.Sprintf("the line for %s expired on %s", v.r.Host, note.Expires.Format(time.DateOnly))
	if !v.needed {
		text += " and is no longer needed"
	}
	return PinExpired, text
}

// unknown: it could not be found out whether the line is needed, or whose it is.
func (v *verification) unknown(l *hostsfile.Line, note hostsfile.Note) (Code, string) {
	today := v.today(l)
	switch {
	case today.Verdict == Undetermined:
		return PinUnknown, undeterminedWords(v.r, today.Address)
	case today.Connect != nil && !today.keyed() && (note.Fingerprint != "" || v.r.found(HostKeyWithheld, today.Address)):
		return PinUnknown, fmt.Sprintf("the host key at %s could not be seen", l.Addr)
	}
	return "", ""
}

// standing is what there is to say of a line that is right.
func (v *verification) standing(l *hostsfile.Line, note hostsfile.Note) (Code, string) {
	host, today := v.r.Host, v.today(l)
	others := hidden(v.r, v.file.Forward(l.Canonical()))
	unseen := ""
	if note.Fingerprint != "" && !today.keyed() {
		unseen = "; its host key was not looked at"
	}
	switch {
	case len(others) > 0 && !note.Alone:
		return PinPartial, fmt.Sprintf("the lines for %s hide its address %s", host, listAddrs(others))
	case v.forced && today.Verdict.severity() <= Notice:
		return PinGood, fmt.Sprintf("the line for %s is still right; the mapping was %s when it was written, and is %s%s", host, note.Verdict, today.Verdict, unseen)
	case !v.needed:
		return PinUnneeded, fmt.Sprintf("the line for %s is no longer needed: the mapping is %s", host, today.Verdict)
	case len(others) > 0:
		return PinPartial, fmt.Sprintf("the line for %s is still right, and hides its address %s, as it was chosen to", host, listAddrs(others))
	}
	return PinGood, fmt.Sprintf("the line for %s is still right and needed%s", host, unseen)
}

// FixPins takes out the lines that are no longer needed or have expired, and gives
// those that stay. Of a name with several lines all go or none, for those that stay
// would hide the addresses of those that went: kept are the lines that stay for
// that.
func FixPins(found []PinFinding, f *hostsfile.File, now time.Time) (edit *hostsfile.Edit, stay []PinFinding, kept []*hostsfile.Line) {
	goes := func(l *hostsfile.Line) bool {
		return slices.ContainsFunc(found, func(p PinFinding) bool {
			note, _ := p.Line.Note()
			return p.Line.N == l.N && (note.Expired(now) || p.Finding.Code == PinUnneeded)
		})
	}
	edit = f.Edit()
	for _, p := range found {
		needed := slices.ContainsFunc(f.Forward(p.Line.Canonical()), func(l *hostsfile.Line) bool {
			return !goes(l) && l.Addr.Unmap() != p.Line.Addr.Unmap()
		})
		if goes(p.Line) && needed {
			kept = append(kept, p.Line)
		}
		if !goes(p.Line) || needed {
			stay = append(stay, p)
			continue
		}
		edit.Unpin(p.Line.N) // which is there: f has given it
	}
	return edit, stay, kept
}

// ByHost puts lines together that are about one host, in their order: its name at
// one port.
func ByHost(lines []*hostsfile.Line) [][]*hostsfile.Line {
	var hosts [][]*hostsfile.Line
	for _, l := range lines {
		note, _ := l.Note()
		i := slices.IndexFunc(hosts, func(of []*hostsfile.Line) bool {
			first, _ := of[0].Note()
			return strings.EqualFold(of[0].Canonical(), l.Canonical()) && first.Port == note.Port
		})
		if i < 0 {
			hosts, i = append(hosts, nil), len(hosts)
		}
		hosts[i] = append(hosts[i], l)
	}
	return hosts
}

// hidden are the addresses of the host that none of the lines gives.
func hidden(r *Result, lines []*hostsfile.Line) []netip.Addr {
	var others []netip.Addr
	for _, a := range r.Addresses {
		if !slices.ContainsFunc(lines, func(l *hostsfile.Line) bool { return l.Addr.Unmap() == a.Address.Unmap() }) {
			others = append(others, a.Address)
		}
	}
	return others
}

// keyed reports whether a host key was seen.
func (a *Address) keyed() bool { return a.SSH != nil && len(a.SSH.HostKeys) > 0 }

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
