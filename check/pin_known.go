package check

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"rdnsproxy/hostsfile"
	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
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
		row(PinGood, Pass, "a hosts line of rdnsproxy's is still right"),
		row(PinUnneeded, Notice, "a hosts line of rdnsproxy's is no longer needed: DNS agrees with itself"),
		row(PinExpired, Warning, "a hosts line of rdnsproxy's has expired"),
		row(PinPartial, Warning, "hosts lines of rdnsproxy's give some of the host's addresses and hide the others", Exception{Notice, WhenSingleAddress}),
		row(PinMoved, Error, "a hosts line of rdnsproxy's gives another address than DNS does: the host has moved"),
		row(PinGone, Warning, "a hosts line of rdnsproxy's is for a name that DNS, as this machine sees it, does not know"),
		row(PinKey, Error, "the host key at the address of a hosts line of rdnsproxy's is another than when it was written"),
		row(PinUnknown, Unknown, "whether a hosts line of rdnsproxy's is still right could not be found out"),
	}
}

// pins are the lines of rdnsproxy's that the addresses in use are from.
func (f *judgement) pins() []resolve.Pin {
	var pins []resolve.Pin
	for _, a := range f.Forward {
		pins = append(pins, a.Pins...)
	}
	return pins
}

// pinFindings say of the lines of rdnsproxy's that the target's addresses are from
// which have gone stale. They are used all the same.
func pinFindings(f *judgement) []Finding {
	host, mine := f.host.shown, addressSet(f.Forward)
	theirs, said, known := f.inDNS()
	failed := f.dnsFailed()
	var fs []Finding
	for i, pin := range f.pins() {
		found := func(c Code, format string, args ...any) {
			fd := aboutTarget(c, place(pin.Source.String())+" "+fmt.Sprintf(format, args...))
			if c == PinPartial {
				fd = fd.When(pin.Note.Alone, WhenSingleAddress)
			}
			fd.Advice = pinAdvice(c, f.HostsPath, f.host.plain, pin.Note)
			fs = append(fs, fd)
		}
		switch {
		case known && len(theirs) == 0:
			found(PinGone, "gives %s an address, and DNS knows none (%s)", host, said)
		case known && !slices.Contains(theirs, pin.Addr.Unmap()):
			found(PinMoved, "no longer agrees with DNS: it says %s for %s, and DNS says %s", show(pin.Addr), host, said)
		case pin.Note.Expired(f.Taken):
			found(PinExpired, "expired on %s", pin.Note.Expires.Format(time.DateOnly))
		case failed != "":
			found(PinUnknown, "could not be held against DNS (%s)", failed)
		case known && i == 0 && len(without(theirs, mine)) > 0:
			found(PinPartial, "gives %s the address %s alone, and hides what DNS knows besides (%s)", host, listAddrs(mine), listAddrs(without(theirs, mine)))
		}
	}
	return fs
}

// inDNS is what DNS alone says of a target whose addresses are from elsewhere;
// known is false if that was not asked or not found out.
func (f *judgement) inDNS() (addrs []netip.Addr, said string, known bool) {
	i := slices.IndexFunc(f.Views, func(v View) bool { return !v.Compare })
	if i < 0 || !f.Views[i].ofDNS() {
		return nil, "", false
	}
	addrs = addressSet(f.Views[i].Forward)
	if len(addrs) == 0 {
		return nil, f.Views[i].Forward[0].Status.Words(), true
	}
	return addrs, listAddrs(addrs), true
}

// dnsFailed is why DNS could not say what it says of a target whose addresses are
// from elsewhere; empty if it did, or was not asked.
func (f *judgement) dnsFailed() string {
	for _, v := range f.Views {
		for _, a := range v.Forward {
			if !v.Compare && a.Status.Temporary() {
				return a.Status.Words()
			}
		}
	}
	return ""
}

// ofDNS reports whether a view is DNS's own, and whole: some names are answered
// without it, and a family that could not be looked up leaves everything open.
func (v View) ofDNS() bool {
	return !slices.ContainsFunc(v.Forward, func(a resolve.Answer) bool {
		return a.Source.Kind == resolve.KindBuiltin || a.Status.Temporary()
	})
}

// without are the addresses of all that are not among some.
func without(all, some []netip.Addr) []netip.Addr {
	return slices.DeleteFunc(slices.Clone(all), func(a netip.Addr) bool { return slices.Contains(some, a) })
}

// pinAdvice is the command that puts a line for the host in the file at path right,
// where there is one.
func pinAdvice(c Code, path, host string, note hostsfile.Note) []Advice {
	text, command := "", ""
	switch c {
	case PinMoved, PinGone:
		text, command = "unless DNS is wrong, take the line out", "remove "+host
	case PinKey:
		text, command = "find out whether the key was changed on purpose; until then, take the line out", "remove "+host
	case PinPartial:
		if note.Alone {
			return nil
		}
		text, command = "add lines for the other addresses", "add "+pinTarget(host, note)
	case PinUnneeded, PinExpired:
		text, command = "take it out", "remove "+host
	default:
		return nil
	}
	return pinCommand(text, command, path)
}

// pinCommand is advice to give a hosts command about the file at path.
func pinCommand(text, command, path string) []Advice {
	if path != "" && path != hostsfile.SystemPath() {
		command += " --hosts-file " + safetext.Shell(path)
	}
	return []Advice{{Code: AdviseCommand, Machine: ThisMachine, Text: text, Line: "rdnsproxy hosts " + command}}
}

// pinTarget names the host of a line without ssh's configuration.
func pinTarget(host string, note hostsfile.Note) string {
	if note.Port == 0 {
		return host
	}
	return net.JoinHostPort(host, strconv.Itoa(int(note.Port)))
}
