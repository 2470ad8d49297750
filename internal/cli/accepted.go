package cli

import (
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/accepted"
)

// acceptedPath is the user's file of accepted mappings; empty where there is no
// home of the user's own, as under sudo.
func acceptedPath(w World) string { return configDir(w.getenv, "accepted") }

// mappingOf is what is found now, in the form in which it is accepted.
func mappingOf(host string, a check.Address) accepted.Mapping {
	m := accepted.Mapping{Name: host, Addr: a.Address.WithZone(""), Verdict: string(a.Verdict)}
	for _, p := range a.PTR {
		m.PTR = append(m.PTR, p.Name)
	}
	return m
}

// judgedNow reports whether an address has a verdict that can be accepted.
func judgedNow(a check.Address) bool { return a.Verdict != check.Undetermined }

func openAccepted(path string) (*accepted.File, error) {
	file, err := accepted.Open(path)
	if err != nil {
		return nil, refuse("it holds what 'rdnsproxy accept' has kept; mend or move it", "%v", err)
	}
	return file, nil
}

// acceptedFile is the user's file, read once a run, when somebody asks.
type acceptedFile struct {
	once sync.Once
	file *accepted.File
	err  error
}

// read gives the file, or why there is none that may be trusted.
func (f *acceptedFile) read(w World) (*accepted.File, error) {
	f.once.Do(func() { f.file, f.err = accepted.Open(acceptedPath(w)) })
	return f.file, f.err
}

// withAccepted adds to a result what of it the user has accepted, and since when.
func (s *survey) withAccepted(r *check.Result) {
	file, err := s.accepted.read(s.w)
	if err != nil {
		s.complain.Do(func() { s.voice.notice(err.Error()) })
		return
	}
	for _, a := range r.Addresses {
		was, change, ok := file.Compare(mappingOf(r.Host, a), addressesOf(r))
		if !ok {
			continue
		}
		since := was.Since.Local().Format(time.DateOnly)
		finding := check.NewFinding(check.MappingAccepted, a.Address, a.Address.String()+": this mapping is accepted since "+since)
		switch {
		case !judgedNow(a):
			finding.Text += "; what it is now could not be found out"
		case change != "":
			finding = check.NewFinding(check.AcceptedChanged, a.Address,
				a.Address.String()+": what was accepted on "+since+" has changed: "+change)
		}
		r.Findings = append(r.Findings, finding)
		if s.f.acceptedPass && finding.Code == check.MappingAccepted && judgedNow(a) {
			passMapping(r, a.Address)
		}
	}
	r.Severity = check.Worst(r.Findings)
}

// passMapping lets the verdict on an address pass. What else was found of it, its
// host keys above all, counts as before.
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

func addressesOf(r *check.Result) []netip.Addr {
	var all []netip.Addr
	for _, a := range r.Addresses {
		all = append(all, a.Address)
	}
	return all
}

// describe is a mapping in one line.
func describe(m accepted.Mapping) string {
	names := "no reverse name"
	switch len(m.PTR) {
	case 0:
	case 1:
		names = "reverse name " + m.PTR[0]
	default:
		names = "reverse names " + strings.Join(m.PTR, ", ")
	}
	return fmt.Sprintf("%s is %s, %s (%s)", check.PlainHost(m.Name), m.Addr, names, m.Verdict)
}
