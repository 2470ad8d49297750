package check

import (
	"strconv"
	"strings"

	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
)

// Whoever checks a zone file is who can correct it, and wants to know on which line.

// place says in which zone file, and on which line, what findings about mappings are about
// is written: the PTR record, or the address record of a host that has none.
func (f *judgement) place(findings []Finding) {
	for i := range findings {
		fd := &findings[i]
		family, _, _ := strings.Cut(string(fd.Code), ".")
		if !fd.Address.IsValid() || family != "mapping" && family != "cause" && family != "pair" {
			continue
		}
		a := f.at(fd.Address)
		s := a.Reverse.Source
		if fd.Code == PairDiffers || !s.File || s.Line == 0 {
			s = a.Source
		}
		if !s.File || s.Line == 0 {
			continue
		}
		fd.File, fd.Line = safetext.Line(s.Where), s.Line
		if fd.Severity > Pass {
			fd.Text = fileOf(s) + ": " + fd.Text
		}
	}
}

// fileOf is the zone file of an answer, with the line of its record if it has one: FILE or
// FILE:LINE. It is empty if the answer is from elsewhere.
func fileOf(s resolve.Source) string {
	switch {
	case !s.File:
		return ""
	case s.Line > 0:
		return safetext.Line(s.Where) + ":" + strconv.Itoa(s.Line)
	}
	return safetext.Line(s.Where)
}

// whoCorrects says who can add the PTR record of an address, or correct the one that is
// there. wish is the change, "to add this record".
func whoCorrects(a *judgedAddress, wish string) string {
	if file := fileOf(a.Reverse.Source); file != "" {
		return file + ": " + strings.TrimPrefix(wish, "to ")
	}
	return askOperator(a.lookup, a.ReverseZone, wish)
}

// withFinalDot is the name that was meant where a final dot is missing in a zone file, so
// that the PTR record's name ends in the name of the zone. It is empty if that is not so.
func withFinalDot(a *judgedAddress) resolve.Name {
	p, ok := decisive(a)
	zone := a.ReverseZone
	if zone == nil {
		zone = a.Reverse.Zone
	}
	if !ok || zone == nil {
		return ""
	}
	meant, cut := strings.CutSuffix(string(p.Name), "."+string(zone.Apex))
	if name := resolve.Name(meant); cut && recordable(name) {
		return name
	}
	return ""
}
