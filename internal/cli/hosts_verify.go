package cli

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/hostsfile"
	"rdnsproxy/internal/safetext"
	"rdnsproxy/resolve"
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
	s, err := f.survey(w, v)
	if err != nil {
		return statusUsage, err
	}
	s.brief, s.empty = true, safetext.Line(f.path())+" has no line that rdnsproxy has written"
	pinned := file.Pinned()
	var removable []*hostsfile.Line
	var kept []check.Severity
	status = s.finish(ctx, func(yield func(*check.Result) bool) {
		hosts := byHost(pinned)
		i := 0
		for r := range inOrder(f.jobs, hosts, func(lines []*hostsfile.Line) *check.Result { return f.verifyHost(ctx, w, s, file, lines) }) {
			for n, finding := range r.Findings {
				if n < len(hosts[i]) && (finding.Code == check.PinExpired || finding.Code == check.PinUnneeded) {
					removable = append(removable, hosts[i][n])
				} else {
					kept = append(kept, finding.Severity)
				}
			}
			i++
			if !yield(r) {
				return
			}
		}
	})
	edit, err := withoutSiblings(file, pinned, removable)
	if err != nil {
		return statusUsage, err
	}
	if !f.fix || edit.Empty() {
		return status, nil
	}
	if fixed, err := f.apply(w, v, edit, "hosts verify"); err != nil || fixed != statusPass {
		return fixed, err
	}
	sum := tally{failOn: f.failOn.severity} // what was removed no longer counts
	for _, severity := range kept {
		sum.add(severity)
	}
	return sum.status(), nil
}

// withoutSiblings removes the lines that may go: of a name with several lines all
// or none, for those that stay would hide the addresses of those that went.
func withoutSiblings(file *hostsfile.File, pinned, removable []*hostsfile.Line) (*hostsfile.Edit, error) {
	edit := file.Edit()
	for _, l := range removable {
		needed := slices.ContainsFunc(pinned, func(other *hostsfile.Line) bool {
			return other.Canonical() == l.Canonical() && !slices.Contains(removable, other)
		})
		if needed {
			continue
		}
		if err := edit.Remove(l.N); err != nil {
			return nil, err
		}
	}
	return edit, nil
}

// byHost puts the lines together that are about one host, in file order: its name
// at one port.
func byHost(pinned []*hostsfile.Line) [][]*hostsfile.Line {
	var hosts [][]*hostsfile.Line
	for _, l := range pinned {
		i := slices.IndexFunc(hosts, func(lines []*hostsfile.Line) bool {
			return strings.EqualFold(lines[0].Canonical(), l.Canonical()) && portOf(lines[0]) == portOf(l)
		})
		if i < 0 {
			hosts, i = append(hosts, nil), len(hosts)
		}
		hosts[i] = append(hosts[i], l)
	}
	return hosts
}

// portOf is the port at which the host of a line was looked at.
func portOf(l *hostsfile.Line) uint16 {
	note, _ := l.Note()
	return cmp.Or(note.Port, 22)
}

// verifyHost is the result for the host of some lines: a finding for each of them,
// and then what speaks against its host key. What a mapping that is off would mean
// without the lines is not said again.
func (f *hostsFlags) verifyHost(ctx context.Context, w World, s *survey, file *hostsfile.File, lines []*hostsfile.Line) *check.Result {
	host := lines[0].Canonical()
	t, err := f.pinnedTarget(ctx, w, s.voice, host)
	if err != nil {
		r := &check.Result{Schema: check.Schema, Target: host, Host: check.PlainHost(host), Severity: check.Unknown}
		for _, l := range lines {
			r.Findings = append(r.Findings, check.Finding{Code: check.PinUnknown, Severity: check.Unknown, Address: l.Addr, Text: err.Error()})
		}
		return r
	}
	t.Port = portOf(lines[0])
	r := s.one(ctx, t)
	var findings []check.Finding
	for _, l := range lines {
		findings = append(findings, check.VerifyPin(r, l, file, time.Now()))
	}
	for _, f := range r.Findings {
		if f.Code == check.HostKeyChanged || f.Code == check.HostKeyRevoked || f.Code == check.HostKeyUnexpected {
			findings = append(findings, f)
		}
	}
	r.Findings, r.Severity = findings, check.Worst(findings)
	return r
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
	return t, nil
}
