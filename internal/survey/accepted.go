package survey

import (
	"net/netip"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/mapping"
)

// withAccepted adds findings about the mappings that the user has accepted.
func (s *Survey) withAccepted(r *check.Result) {
	file, err := s.accepted.Read(s.w)
	if err != nil {
		s.acceptedNotice.Do(func() { s.voice.Notice(err.Error()) })
		return
	}
	for _, a := range r.Addresses {
		was, change, ok := file.Compare(mapping.Of(r.Host, a), r.Addrs())
		if !ok {
			continue
		}
		since := was.Since.Local().Format(time.DateOnly)
		finding := check.NewFinding(check.MappingAccepted, a.Address,
			a.Address.String()+": you accepted this mapping on "+since)
		switch {
		case !mapping.HasVerdict(a):
			finding.Text += "; what it is now could not be determined"
		case change != "":
			finding = check.NewFinding(check.AcceptedChanged, a.Address,
				a.Address.String()+": what was accepted on "+since+" has changed: "+change)
		}
		r.Findings = append(r.Findings, finding)
		if s.o.AcceptedPass && finding.Code == check.MappingAccepted && mapping.HasVerdict(a) {
			passMapping(r, a.Address)
		}
	}
	r.Severity = check.Worst(r.Findings)
}

// passMapping makes the verdict on an address pass. Other findings about it, above
// all about its host keys, count as before.
func passMapping(r *check.Result, a netip.Addr) {
	of := r.Of(a)
	of.Severity = check.Pass
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Address != a {
			continue
		}
		if f.Code.Mapping() && f.Severity > check.Pass {
			*f = f.When(true, check.WhenAccepted)
		}
		of.Severity = max(of.Severity, f.Severity)
	}
}
