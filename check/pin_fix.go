package check

import (
	"slices"
	"time"

	"rdnsproxy/hostsfile"
)

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
