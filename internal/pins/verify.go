package pins

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/hostsfile"
	"rdnsproxy/internal/report"
	"rdnsproxy/internal/survey"
	"rdnsproxy/internal/target"
	"rdnsproxy/ordered"
	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
)

// Verify checks every line written by rdnsproxy against current DNS and host keys,
// reports the findings, and returns the exit status.
func (p *Pins) Verify(ctx context.Context) (int, error) {
	file, err := p.read()
	if err != nil {
		return 0, err
	}
	o := p.o.Options
	o.Brief, o.Empty = true, safetext.Line(p.path())+" has no lines written by rdnsproxy"
	hosts := check.ByHost(file.Pinned())
	for _, lines := range hosts {
		o.TargetWidth = max(o.TargetWidth, len(safetext.Name(lines[0].Canonical())))
	}
	s, err := p.survey(ctx, o)
	if err != nil {
		return 0, err
	}
	defer s.Close()
	if format, err := report.FormatOf(o.Format); err == nil && len(file.Pinned()) == 0 && !format.SaysEmpty {
		p.voice.Notice(o.Empty)
	}
	var found []check.PinFinding
	severities, err := s.Report(func(yield func(*check.Result) bool) {
		verify := func(ctx context.Context, lines []*hostsfile.Line) verified { return p.verifyHost(ctx, s, file, lines) }
		each := ordered.Few[[]*hostsfile.Line](len(hosts), o.Jobs)
		for h := range ordered.Map(ctx, each, slices.Values(hosts), verify) {
			found = append(found, h.lines...)
			if !yield(h.result) {
				return
			}
		}
	})
	switch {
	case err != nil:
		return s.Fail(severities, err), nil
	case !p.o.Fix:
		return s.Status(severities), nil
	}
	edit, stay, kept := check.FixPins(found, file, time.Now())
	for _, l := range kept {
		p.voice.Notice(fmt.Sprintf("%s:%d stays: without it, another line of %s would hide its address",
			safetext.Line(file.Path), l.N, safetext.Name(l.Canonical())))
	}
	if edit.Empty() {
		return s.Status(severities), nil
	}
	err = p.change(edit, "hosts verify", func(*hostsfile.File) (*hostsfile.Edit, error) {
		// The lines that are there now have not been verified.
		return nil, p.explain(fmt.Errorf("hosts file %s: %w", safetext.Line(p.path()), hostsfile.ErrChanged))
	})
	if err != nil {
		return 0, err
	}
	after := []check.Severity{check.Pass} // removed lines no longer count
	for _, line := range stay {
		after = append(after, line.Finding.Severity)
	}
	return s.Status(after), nil
}

// verified is the result for the lines of one host.
type verified struct {
	result *check.Result // for the host, with the findings about its lines
	lines  []check.PinFinding
}

// verifyHost checks the host of some lines. The result has a finding for each line
// instead of check's findings about the mapping, which ignore the lines.
func (p *Pins) verifyHost(
	ctx context.Context, s *survey.Survey, file *hostsfile.File, lines []*hostsfile.Line,
) verified {
	host := lines[0].Canonical()
	var h verified
	t, err := p.pinnedTarget(ctx, s, host)
	if err != nil {
		h.result = check.Unjudged(host)
		for _, l := range lines {
			h.lines = append(h.lines, check.PinFinding{Line: l, Finding: check.NewFinding(check.PinUnknown, l.Addr,
				fmt.Sprintf("%s:%d: %v", safetext.Line(file.Path), l.N, err))})
		}
	} else {
		note, _ := lines[0].Note()
		t.Port = 22
		if note.Port != 0 {
			t.Port = note.Port
		}
		t.Seek = notedFingerprints(lines...)
		if h.result = s.Check(ctx, t); h.result.Interrupted() {
			return h
		}
		h.lines = check.VerifyPins(h.result, lines, file, time.Now())
	}
	h.result.Findings = nil
	for _, p := range h.lines {
		h.result.Findings = append(h.result.Findings, p.Finding)
	}
	h.result.Severity = check.Worst(h.result.Findings)
	for i := range h.result.Addresses {
		h.result.Addresses[i].Severity = check.Pass
		for _, finding := range h.result.Findings {
			if a := &h.result.Addresses[i]; finding.Address.Unmap() == a.Address.Unmap() {
				a.Severity = max(a.Severity, finding.Severity)
			}
		}
	}
	return h
}

// pinnedTarget returns the host of a line with all its addresses. ssh's configuration
// applies only if it does not rename the host or put it behind a jump host.
func (p *Pins) pinnedTarget(ctx context.Context, s *survey.Survey, host string) (target.Target, error) {
	t, err := s.Target(ctx, host)
	if err != nil || t.Via != "" || !strings.EqualFold(t.Host, host) {
		if t, err = s.PlainTarget(ctx, host); err != nil {
			return target.Target{}, err
		}
	}
	t.Settings.Family = resolve.AnyFamily
	t.KnownHosts = append(t.KnownHosts, sudoersKnownHosts(p.w)...)
	return t, nil
}

// notedFingerprints returns the host keys that the lines were written with. To compare
// a line with the current host key, that type of key has to be fetched, even if ssh
// would negotiate another.
func notedFingerprints(lines ...*hostsfile.Line) []string {
	var fingerprints []string
	for _, l := range lines {
		if note, ok := l.Note(); ok && note.Fingerprint != "" {
			fingerprints = append(fingerprints, note.Fingerprint)
		}
	}
	return fingerprints
}
