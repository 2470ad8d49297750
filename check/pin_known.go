package check

import (
	"slices"

	"rdnsproxy/resolve"
)

// pins returns the lines written by rdnsproxy that gave the addresses in use.
func (f *judgement) pins() []resolve.Pin {
	var pins []resolve.Pin
	for _, a := range f.Forward {
		pins = append(pins, a.Pins...)
	}
	return pins
}

// pinFindings says which of these lines are stale, as far as DNS shows. Their addresses
// are used all the same.
func pinFindings(f *judgement) []Finding {
	var fs []Finding
	for i, pin := range f.pins() {
		line := pinnedLine{
			at: place(pin.Source.String()), path: f.HostsPath, host: f.host.shown, plain: f.host.plain,
			addr: pin.Addr, note: pin.Note, now: f.Taken, given: addressSet(f.Forward), dns: f.inDNS(),
		}
		// All lines together hide other addresses, so that is said once.
		if found, ok := line.judge(); ok && (found.Code != PinPartial || i == 0) {
			fs = append(fs, found)
		}
	}
	return fs
}

// inDNS returns what DNS alone says about a target whose addresses are from another source.
func (f *judgement) inDNS() dnsAnswer {
	i := slices.IndexFunc(f.Views, func(v View) bool { return !v.Compare })
	if i < 0 {
		return dnsAnswer{}
	}
	view := f.Views[i].Forward
	d := dnsAnswer{known: true, addrs: addressSet(view), absent: view[0].Status.Words()}
	for _, a := range view {
		switch {
		case a.Source.Kind == resolve.KindBuiltin:
			return dnsAnswer{} // DNS is never asked about such a name
		case a.Status.Temporary():
			d.failed = f.host.shown + " could not be looked up in DNS (" + a.Status.Words() + ")"
		}
	}
	return d
}

// ofDNS reports whether a view is from DNS, and complete: some names are answered without
// DNS, and if the lookup of a family failed, nothing can be concluded.
func (v View) ofDNS() bool {
	return !slices.ContainsFunc(v.Forward, func(a resolve.Answer) bool {
		return a.Source.Kind == resolve.KindBuiltin || a.Status.Temporary()
	})
}
