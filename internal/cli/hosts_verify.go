package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/hostsfile"
	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
)

// verify holds every line of ours against today's DNS and host key.
func (f *hostsFlags) verify(ctx context.Context, w World, args []string) (int, error) {
	if len(args) > 0 {
		return statusUsage, refuse("usage: rdnsproxy hosts verify", "verify takes no host")
	}
	v := newVoice(w.Err, f.quiet, f.verbose)
	file, status, err := f.read(v)
	if err != nil {
		return status, err
	}
	s, err := f.survey(ctx, w, v)
	if err != nil {
		return statusUsage, err
	}
	defer s.visits.Wait()
	s.brief, s.empty = true, safetext.Line(f.path())+" has no line that rdnsproxy has written"
	if len(file.Pinned()) == 0 && f.format != "nagios" { // which says so itself
		v.notice(s.empty)
	}
	var found []check.PinFinding
	severities, err := s.results(ctx, func(yield func(*check.Result) bool) {
		hosts := check.ByHost(file.Pinned())
		for h := range inOrder(f.jobs, hosts, func(lines []*hostsfile.Line) verified { return f.verifyHost(ctx, w, s, file, lines) }) {
			found = append(found, h.lines...)
			if !yield(h.result) {
				return
			}
		}
	})
	if err != nil {
		return s.failed(severities, err), nil
	}
	edit, stay, kept := check.FixPins(found, file, time.Now())
	if !f.fix {
		return s.status(severities), nil
	}
	for _, l := range kept {
		v.notice(fmt.Sprintf("%s:%d stays: without it, another line of %s would hide its address", safetext.Line(file.Path), l.N, safetext.Name(l.Canonical())))
	}
	if edit.Empty() {
		return s.status(severities), nil
	}
	fixed, err := f.apply(w, v, file, "hosts verify", func(now *hostsfile.File) (*hostsfile.Edit, int, error) {
		if now != file { // of which nothing was verified
			return nil, statusFound, f.explain(fmt.Errorf("hosts file %s: %w", safetext.Line(f.path()), hostsfile.ErrChanged))
		}
		return edit, statusPass, nil
	})
	if err != nil || fixed != statusPass {
		return fixed, err
	}
	after := []check.Severity{check.Pass} // what was taken out no longer counts
	for _, p := range stay {
		after = append(after, p.Finding.Severity)
	}
	return s.status(after), nil
}

// verified is what became of the lines of one host.
type verified struct {
	result *check.Result // of the host, with the lines' findings
	lines  []check.PinFinding
}

// verifyHost looks at the host of some lines. The result says of each of them how
// it stands, and not again what a mapping that is off would mean without it.
func (f *hostsFlags) verifyHost(ctx context.Context, w World, s *survey, file *hostsfile.File, lines []*hostsfile.Line) verified {
	host := lines[0].Canonical()
	var h verified
	t, err := f.pinnedTarget(ctx, w, s.voice, host)
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
		t.Seek = noted(lines...)
		if h.result = s.one(ctx, t); h.result.Interrupted() {
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

// pinnedTarget is the host of a line with all its addresses. What ssh's
// configuration says counts where it is about this host itself.
func (f *hostsFlags) pinnedTarget(ctx context.Context, w World, v *voice, host string) (target, error) {
	t, err := f.resolveTarget(ctx, w, v, host)
	if err != nil || t.Via != "" || !strings.EqualFold(t.Host, host) {
		plain := f.checkFlags
		plain.sshConfig = "none"
		if t, err = plain.resolveTarget(ctx, w, v, host); err != nil {
			return target{}, err
		}
	}
	t.settings.family = resolve.AnyFamily
	t.knownHosts = append(t.knownHosts, sudoersKnownHosts(w)...)
	return t, nil
}

// noted are the fingerprints that lines were written with: whoever holds a line
// against today's host key has to see that one, whichever ssh would be shown.
func noted(lines ...*hostsfile.Line) []string {
	var fingerprints []string
	for _, l := range lines {
		if note, ok := l.Note(); ok && note.Fingerprint != "" {
			fingerprints = append(fingerprints, note.Fingerprint)
		}
	}
	return fingerprints
}
