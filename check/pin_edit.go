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

// planLine adds the line of one address, or the names that existing lines for it lack. A
// line of ours with an outdated note is replaced, but keeps the names that somebody has
// added to it and the host key that it records.
func planLine(edit *hostsfile.Edit, f *hostsfile.File, a Address, names []string, note hostsfile.Note) error {
	var stays, goes []*hostsfile.Line
	for _, l := range f.Forward(names[0]) {
		if l.Addr.Unmap() != a.Address.Unmap() {
			continue
		}
		old, ours := l.Note()
		if ours && note.Fingerprint == "" && old.Fingerprint != "" {
			if old.Port == notePort(note.Port) && a.keyed() && !a.shows(old.Fingerprint) {
				return fmt.Errorf("the host key at %s is not the one that %s:%d records: that was %s, it is %s",
					show(a.Address), safetext.Line(f.Path), l.N, old.Fingerprint, a.SSH.HostKeys[0].Fingerprint)
			}
			note.Fingerprint, note.Port = old.Fingerprint, old.Port
		}
		if !ours || !stale(old, note) && hasName(l, names[len(names)-1]) {
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
		return slices.ContainsFunc(stays, func(l *hostsfile.Line) bool { return hasName(l, name) })
	})
	if len(wanted) == 0 {
		return nil
	}
	return edit.Add(a.Address.Unmap(), note, wanted...)
}

// hasName reports whether a line has the name, in any case.
func hasName(l *hostsfile.Line, name string) bool {
	return slices.ContainsFunc(l.Names, func(n string) bool { return strings.EqualFold(n, name) })
}

// notePort returns a port as a Note has it: 0 stands for 22.
func notePort(port uint16) uint16 {
	if port == 22 {
		return 0
	}
	return port
}

// stale reports whether an old note is out of date, or says less than the fresh one.
func stale(old, fresh hostsfile.Note) bool {
	return old.Expired(fresh.Written) ||
		!fresh.Expires.IsZero() && day(old.Expires) != day(fresh.Expires) ||
		fresh.Fingerprint != "" && old.Fingerprint != fresh.Fingerprint &&
			(old.Fingerprint == "" || old.Port == notePort(fresh.Port)) ||
		old.Single != fresh.Single
}

// day returns a time as a Note has it.
func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// clearConflicts fails with ErrTaken if other lines give a name another address, or with
// Replace removes the name from them. A line of ours about that name is removed as a whole.
func clearConflicts(edit *hostsfile.Edit, f *hostsfile.File, names []string, addresses []Address, o PinOptions) error {
	var addrs []netip.Addr
	for _, a := range addresses {
		addrs = append(addrs, a.Address)
	}
	for _, name := range names {
		for _, l := range f.Conflicts(name, addrs...) {
			if !o.Replace {
				return &refusal{ErrTaken, fmt.Sprintf("%s:%d already maps %s to %s", safetext.Line(f.Path), l.N,
					name, l.Addr)}
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
