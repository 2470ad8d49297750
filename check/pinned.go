package check

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"rdnsproxy/hostsfile"
	"rdnsproxy/internal/safetext"
	"rdnsproxy/resolve"
)

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
		{PinPartial, Warning, "hosts lines of rdnsproxy's give some of the host's addresses and hide the others; a notice if the user has chosen that"},
		{PinMoved, Error, "a hosts line of rdnsproxy's gives another address than DNS does: the host has moved"},
		{PinKey, Error, "the host key at the address of a hosts line of rdnsproxy's is another than when it was written"},
		{PinUnknown, Unknown, "whether a hosts line of rdnsproxy's is still right could not be found out"},
	}
}

// pin is the note of the line that the addresses in use are from; nil if they
// are from elsewhere, or from a line of somebody else's.
func (f Facts) pin() *hostsfile.Note {
	for _, a := range f.Forward {
		if a.Pin != nil {
			return a.Pin
		}
	}
	return nil
}

// pinFindings say of a target whose addresses are from a line of rdnsproxy's
// that the line has gone stale. It is used all the same.
func pinFindings(f Facts) []Finding {
	pin := f.pin()
	if pin == nil {
		return nil
	}
	host, line, mine := displayHost(f.Target.Host), usedSource(f.Forward), addressSet(f.Forward)
	theirs, said, known := f.inDNS()
	found := func(c Code, s Severity, format string, args ...any) []Finding {
		return []Finding{{Code: c, Severity: s, Text: line + " " + fmt.Sprintf(format, args...), Advice: pinAdvice(c, host, *pin)}}
	}
	switch {
	case known && !subset(mine, theirs):
		return found(PinMoved, Error, "no longer agrees with DNS: it says %s for %s, and DNS says %s; 'rdnsproxy hosts verify' tells more", listAddrs(mine), host, said)
	case pin.Expired(f.Taken):
		return found(PinExpired, Warning, "has expired on %s: 'rdnsproxy hosts verify' tells whether %s still needs it", pin.Expires.Format(time.DateOnly), host)
	case known && len(mine) < len(theirs):
		return found(PinPartial, partial(*pin), "gives %s the address %s alone, and hides others that DNS knows (%s)", host, listAddrs(mine), said)
	}
	return nil
}

// inDNS is what DNS alone says of a target whose addresses are from elsewhere;
// known is false if that was not asked or not found out.
func (f Facts) inDNS() (addrs []netip.Addr, said string, known bool) {
	i := slices.IndexFunc(f.Views, func(v View) bool { return !v.Second })
	if i < 0 || !f.Views[i].ofDNS() {
		return nil, "", false
	}
	addrs = addressSet(f.Views[i].Forward)
	if len(addrs) == 0 {
		return nil, f.Views[i].Forward[0].Status.Words(), true
	}
	return addrs, listAddrs(addrs), true
}

// ofDNS reports whether a view is DNS's own, and whole: some names are answered
// without it, and a family that could not be looked up leaves everything open.
func (v View) ofDNS() bool {
	return !slices.ContainsFunc(v.Forward, func(a resolve.Answer) bool {
		return a.Source.Kind == resolve.KindBuiltin || a.Status.Temporary()
	})
}

// partial is how bad it is that a line hides other addresses of its host.
func partial(note hostsfile.Note) Severity {
	if note.Alone {
		return Notice
	}
	return Warning
}

// pinAdvice is the command that puts a line right, where there is one.
func pinAdvice(c Code, host string, note hostsfile.Note) []Advice {
	again := host
	if note.Port != 0 {
		again = net.JoinHostPort(host, strconv.Itoa(int(note.Port)))
	}
	text, command := "", ""
	switch {
	case c == PinMoved:
		text, command = "unless DNS is wrong, take the line out", "hosts remove "+host
	case c == PinKey:
		text, command = "find out whether the key was changed on purpose; until then, take the line out", "hosts remove "+host
	case c == PinExpired:
		text, command = "renew it, unless 'rdnsproxy hosts verify --fix' may take it out", "hosts add --expires 90d "+again
	case c == PinPartial && !note.Alone:
		text, command = "add lines for the other addresses", "hosts add "+again
	case c == PinUnneeded:
		text, command = "take it out", "hosts verify --fix"
	default:
		return nil
	}
	return []Advice{{Code: AdviseCommand, Machine: ThisMachine, Text: text, Line: "rdnsproxy " + command}}
}

// VerifyPin holds a line that rdnsproxy has written against r, what DNS alone
// and the host say today at the port of the line's note. The finding is about
// the line's address.
func VerifyPin(r *Result, l *hostsfile.Line, f *hostsfile.File, now time.Time) Finding {
	note, _ := l.Note()
	at := fmt.Sprintf("%s:%d", safetext.Line(f.Path), l.N)
	found := func(c Code, s Severity, format string, args ...any) Finding {
		return Finding{Code: c, Severity: s, Address: l.Addr, Text: at + ": " + fmt.Sprintf(format, args...), Advice: pinAdvice(c, r.Host, note)}
	}
	today := r.Of(l.Addr)
	others := hidden(r, f.Forward(l.Canonical()))
	switch {
	case len(r.Addresses) == 0 && r.Verdict == Undetermined:
		return found(PinUnknown, Unknown, "%s could not be looked up", r.Host)
	case len(r.Addresses) == 0:
		return found(PinMoved, Error, "DNS has no address for %s any more", r.Host)
	case today == nil && (lost(r.Forward.A) || lost(r.Forward.AAAA)):
		return found(PinUnknown, Unknown, "not all addresses of %s could be looked up", r.Host)
	case today == nil:
		return found(PinMoved, Error, "the line gives %s the address %s, and DNS says %s", r.Host, l.Addr, addressesOf(r))
	case note.Fingerprint != "" && today.keyed() && !today.shows(note.Fingerprint):
		return found(PinKey, Error, "the host key at %s is another than the one that was proven when the line was written", l.Addr)
	case note.Expired(now):
		return found(PinExpired, Warning, "the line for %s has expired on %s", r.Host, note.Expires.Format(time.DateOnly))
	case len(others) > 0 && !note.Alone:
		return found(PinPartial, partial(note), "the lines for %s hide its address %s", r.Host, listAddrs(others))
	case today.Verdict == Undetermined:
		return found(PinUnknown, Unknown, "the reverse name of %s could not be found out", l.Addr)
	case today.Verdict.severity() <= Notice && Verdict(note.Verdict).severity() <= Notice:
		return found(PinGood, Pass, "the line for %s is still right; the mapping was %s when it was written, and is %s", r.Host, note.Verdict, today.Verdict)
	case today.Verdict.severity() <= Notice:
		return found(PinUnneeded, Notice, "the line for %s is no longer needed: the mapping is %s", r.Host, today.Verdict)
	case len(others) > 0:
		return found(PinPartial, partial(note), "the line for %s is still right, and hides its address %s, as it was chosen to", r.Host, listAddrs(others))
	case note.Fingerprint != "" && !today.keyed():
		return found(PinGood, Pass, "the line for %s is still right and needed; its host key was not looked at", r.Host)
	}
	return found(PinGood, Pass, "the line for %s is still right and needed", r.Host)
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
