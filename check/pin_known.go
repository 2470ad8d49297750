package check

import (
	"slices"

	"rdnsproxy/resolve"
)

// pins are the lines of rdnsproxy's that the addresses in use are from.
func (f *judgement) pins() []resolve.Pin {
	var pins []resolve.Pin
	for _, a := range f.Forward {
		pins = append(pins, a.Pins...)
	}
	return pins
}

// pinFindings say which of the lines that the target's addresses are from have gone
// stale, as far as DNS shows. They are used all the same.
func pinFindings(f *judgement) []Finding {
	var fs []Finding
	for i, pin := range f.pins() {
		line := pinnedLine{
			at: place(pin.Source.String()), path: f.HostsPath, host: f.host.shown, plain: f.host.plain,
			addr: pin.Addr, note: pin.Note, now: f.Taken, given: addressSet(f.Forward), dns: f.inDNS(),
		}
		// That others are hidden is so of all lines together, and said once.
		if found, ok := line.judge(); ok && (found.Code != PinPartial || i == 0) {
			fs = append(fs, found)
		}
	}
	return fs
}

// inDNS is what DNS alone says of a target whose addresses are from elsewhere.
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

// ofDNS reports whether a view is DNS's own, and whole: some names are answered
// without it, and a family that could not be looked up leaves everything open.
func (v View) ofDNS() bool {
	return !slices.ContainsFunc(v.Forward, func(a resolve.Answer) bool {
		return a.Source.Kind == resolve.KindBuiltin || a.Status.Temporary()
	})
}
