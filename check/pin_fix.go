package check

import (
	"slices"
	"time"

	"rdnsproxy/hostsfile"
)

// FixPins removes the lines that are no longer needed or have expired. stay are the
// findings about the lines that remain. If a name has several lines, all of them go or
// none, because the remaining lines would hide the addresses of the others: kept are the
// lines that should go, and remain for that reason.
func FixPins(found []PinFinding, f *hostsfile.File, now time.Time) (
	edit *hostsfile.Edit, stay []PinFinding, kept []*hostsfile.Line,
) {
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
		edit.Unpin(p.Line.N) // cannot fail: the line is from f
	}
	return edit, stay, kept
}
