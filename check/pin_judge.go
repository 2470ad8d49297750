package check

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"rdnsproxy/hostsfile"
)

// The codes about lines that rdnsproxy has written.
const (
	PinGood     Code = "pin.good"
	PinUnneeded Code = "pin.unneeded"
	PinExpired  Code = "pin.expired"
	PinPartial  Code = "pin.partial"
	PinMoved    Code = "pin.moved"
	PinGone     Code = "pin.gone"
	PinKey      Code = "pin.key"
	PinUnknown  Code = "pin.unknown"
)

func pinCodes() []CodeDoc {
	return []CodeDoc{
		Row(PinGood, Pass, "a hosts line that rdnsproxy wrote is still right"),
		Row(PinUnneeded, Notice,
			"a hosts line that rdnsproxy wrote is no longer needed: forward and reverse DNS agree"),
		Row(PinExpired, Warning, "a hosts line that rdnsproxy wrote has expired"),
		Row(PinPartial, Warning, "hosts lines that rdnsproxy wrote give some of the host's addresses and "+
			"hide the others", Exception{Notice, WhenSingleAddress}),
		Row(PinMoved, Error,
			"a hosts line that rdnsproxy wrote maps the name to another address than DNS does: the host has moved"),
		Row(PinGone, Warning,
			"a hosts line that rdnsproxy wrote is for a name that has no address in DNS, as this machine sees it"),
		Row(PinKey, Error, "the host key at the address of a hosts line is not the one that the line records, or is "+
			"evidence against the host"),
		Row(PinUnknown, Unknown, "whether a hosts line that rdnsproxy wrote is still right could not be determined"),
	}
}

// pinnedLine is a line that rdnsproxy has written, and what is known about it now. check
// and the relay know what DNS says; hosts verify has checked the mapping and the host key
// too. The rules are the same for all three.
type pinnedLine struct {
	at    string // FILE:LINE; safe to print
	path  string // of its file
	host  string // as texts show it
	plain string // for commands
	addr  netip.Addr
	note  hostsfile.Note
	now   time.Time
	given []netip.Addr // the addresses that the file's lines give the host
	dns   dnsAnswer
	visit *visit // nil if the host was not checked
}

// dnsAnswer is what DNS alone says about a line's host now.
type dnsAnswer struct {
	known  bool         // DNS has answered; a family may still be missing
	addrs  []netip.Addr // unmapped
	absent string       // why there are none: NXDOMAIN
	failed string       // why there may be more, as a clause; empty if these are all
}

// visit is the result of checking a line's host.
type visit struct {
	r      *Result
	today  *Address // the line's address; nil if DNS does not give it
	forced bool     // no line was needed when the host's lines were written
	needed bool     // a mapping of the host does not resolve back, so all its lines are needed
}

// judge returns the worst finding about a line: what is known to be wrong comes before
// what is not known, and that before what is right. ok is false if there is none.
func (l *pinnedLine) judge() (f Finding, ok bool) {
	for _, rule := range []func() (Code, string){l.moved, l.keyChanged, l.expired, l.unknown, l.inForce} {
		code, text := rule()
		if code == "" {
			continue
		}
		if code != PinExpired && l.note.Expired(l.now) {
			text += "; it expired on " + l.note.Expires.Format(time.DateOnly)
		}
		f := aboutTarget(code, l.at+text)
		if code == PinPartial {
			f = f.When(l.note.Single, WhenSingleAddress)
		}
		f.Advice = l.advice(code)
		return f, true
	}
	return Finding{}, false
}

// moved applies if DNS gives the host other addresses, or none.
func (l *pinnedLine) moved() (Code, string) {
	switch {
	case !l.dns.known || l.dns.failed != "" || slices.Contains(l.dns.addrs, l.plainAddr()):
		return "", ""
	case len(l.dns.addrs) == 0:
		return PinGone, fmt.Sprintf(" is stale: it maps %s to %s, DNS has no address for it (%s)", l.host, show(l.addr),
			l.dns.absent)
	}
	return PinMoved, fmt.Sprintf(" is stale: it maps %s to %s, DNS says %s", l.host, show(l.addr),
		listAddrs(l.dns.addrs))
}

// keyChanged applies if the host key there is not the one that the line records, or is
// evidence against the host.
func (l *pinnedLine) keyChanged() (Code, string) {
	if l.visit == nil || l.visit.today == nil {
		return "", ""
	}
	r, today := l.visit.r, l.visit.today
	if why := keyAgainst(r, today.Address); why != "" {
		return PinKey, ": " + why
	}
	if l.note.Fingerprint == "" || !today.keyed() || today.shows(l.note.Fingerprint) ||
		r.found(SSHKeyless, today.Address) {
		return "", ""
	}
	return PinKey, fmt.Sprintf(": the host key at %s is not the one that the line records: that was %s, it is %s",
		show(l.addr), l.note.Fingerprint, today.SSH.HostKeys[0].Fingerprint)
}

// expired applies if the line's expiry date has passed.
func (l *pinnedLine) expired() (Code, string) {
	if !l.note.Expired(l.now) {
		return "", ""
	}
	text := " expired on " + l.note.Expires.Format(time.DateOnly)
	if l.visit != nil && l.visit.today != nil && l.visit.today.Verdict != Undetermined && !l.visit.needed {
		text += " and is no longer needed"
	}
	return PinExpired, text
}

// unknown applies if it could not be determined whether the line is right, or needed.
func (l *pinnedLine) unknown() (Code, string) {
	if l.dns.failed != "" && !slices.Contains(l.dns.addrs, l.plainAddr()) {
		return PinUnknown, ": " + l.dns.failed
	}
	if l.visit == nil || l.visit.today == nil {
		return "", ""
	}
	r, today := l.visit.r, l.visit.today
	seen := today.keyed()
	switch {
	// r has SSHKeyless here; otherwise keyChanged would have applied.
	case l.note.Fingerprint != "" && seen && !today.shows(l.note.Fingerprint):
		return PinUnknown, fmt.Sprintf(": the host key %s could not be fetched from %s", l.note.Fingerprint,
			show(l.addr))
	case today.Verdict == Undetermined:
		return PinUnknown, ": " + undeterminedWords(r, today.Address)
	case today.Connect != nil && !seen && (l.note.Fingerprint != "" || r.found(HostKeyWithheld, today.Address)):
		return PinUnknown, fmt.Sprintf(": the host key at %s could not be seen", show(l.addr))
	}
	return "", ""
}

// inForce applies to a line that is right.
func (l *pinnedLine) inForce() (Code, string) {
	others := without(l.dns.addrs, l.given)
	hides := fmt.Sprintf(" hides %s, which DNS also has for %s", listAddrs(others), l.host)
	if l.visit == nil {
		if len(others) == 0 {
			return "", ""
		}
		return PinPartial, hides
	}
	v, unseen := l.visit, ""
	if l.note.Fingerprint != "" && !v.today.keyed() {
		unseen = "; its host key was not looked at"
	}
	switch {
	case len(others) > 0 && !l.note.Single:
		return PinPartial, hides
	case v.forced && v.today.Verdict.severity() <= Notice:
		return PinGood,
			fmt.Sprintf(": the line for %s is still right: the mapping was %s when the line was written, and is %s now%s",
				l.host, l.note.Verdict, v.today.Verdict, unseen)
	case !v.needed:
		return PinUnneeded, fmt.Sprintf(": the line for %s is no longer needed: the mapping is %s", l.host,
			v.today.Verdict)
	case len(others) > 0:
		return PinPartial, hides + ", as chosen with --address"
	}
	return PinGood, fmt.Sprintf(": the line for %s is still right and needed%s", l.host, unseen)
}

// plainAddr returns the line's address as dns.addrs has it.
func (l *pinnedLine) plainAddr() netip.Addr { return l.addr.WithZone("").Unmap() }

// without returns the addresses of all that are not in some.
func without(all, some []netip.Addr) []netip.Addr {
	return slices.DeleteFunc(slices.Clone(all), func(a netip.Addr) bool { return slices.Contains(some, a) })
}
