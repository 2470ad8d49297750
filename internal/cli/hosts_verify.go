package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/hostsfile"
	"rdnsproxy/resolve"
)

// verify holds every line of ours against today's DNS and host key.
func (f *hostsFlags) verify(ctx context.Context, w World, args []string) (int, error) {
	if len(args) > 0 {
		return statusUsage, refuse("usage: rdnsproxy hosts verify", "verify takes no host")
	}
	v := newVoice(w.Err, f.quiet, f.verbose)
	file, err := f.read(v)
	if err != nil {
		return statusUsage, err
	}
	s, err := f.survey(w, v)
	if err != nil {
		return statusUsage, err
	}
	pinned := file.Pinned()
	var removable []*hostsfile.Line
	var kept []check.Severity
	status := s.finish(ctx, func(yield func(*check.Result) bool) {
		i := 0
		for r := range inOrder(f.jobs, pinned, func(l *hostsfile.Line) *check.Result { return f.verifyLine(ctx, w, s, file, l) }) {
			if pin := r.Findings[0].Code; pin == check.PinExpired || pin == check.PinUnneeded {
				removable = append(removable, pinned[i])
			} else {
				kept = append(kept, r.Severity)
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
	if len(pinned) == 0 && f.format == "text" {
		fmt.Fprintf(w.Out, "%s has no line that rdnsproxy has written\n", check.PlainHost(f.path()))
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

// verifyLine is the result for the host of one line; what a mapping that is off
// would mean without the line is not said again.
func (f *hostsFlags) verifyLine(ctx context.Context, w World, s *survey, file *hostsfile.File, l *hostsfile.Line) *check.Result {
	t, err := f.pinnedTarget(ctx, w, s.voice, l)
	if err != nil {
		return &check.Result{Schema: check.Schema, Target: l.Canonical(), Host: l.Canonical(), Severity: check.Unknown,
			Findings: []check.Finding{{Code: check.PinUnknown, Severity: check.Unknown, Address: l.Addr, Text: err.Error()}}}
	}
	r := s.one(ctx, t)
	pin := check.VerifyPin(r, l, file, time.Now())
	r.Findings = append([]check.Finding{pin}, slices.DeleteFunc(r.Findings, func(f check.Finding) bool {
		return !slices.Contains([]check.Code{check.HostKeyChanged, check.HostKeyRevoked, check.HostKeyUnexpected}, f.Code)
	})...)
	r.Severity = check.Worst(r.Findings)
	return r
}

// pinnedTarget is the host of a line as it was looked at when the line was
// written: all its addresses, at the port of the note. What ssh's configuration
// says counts where it is about this host itself.
func (f *hostsFlags) pinnedTarget(ctx context.Context, w World, v *voice, l *hostsfile.Line) (target, error) {
	t, err := f.resolveTarget(ctx, w, v, l.Canonical())
	if err != nil || t.Via != "" || !strings.EqualFold(t.Host, l.Canonical()) {
		plain := f.checkFlags
		plain.sshConfig = "none"
		if t, err = plain.resolveTarget(ctx, w, v, l.Canonical()); err != nil {
			return target{}, err
		}
	}
	note, _ := l.Note()
	t.Port = cmp.Or(note.Port, 22)
	t.settings.family = resolve.AnyFamily
	return t, nil
}
