package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/hostsfile"
	"rdnsproxy/resolve"
)

// survey looks at hosts as DNS alone knows them: a line that stands already must
// not vouch for itself.
func (f *hostsFlags) survey(w World, v *voice) (*survey, error) {
	if err := f.validate(); err != nil {
		return nil, err
	}
	checker, err := f.checker(v)
	if err != nil {
		return nil, err
	}
	checker.Scope = resolve.DNSOnly
	return &survey{w: w, f: &f.checkFlags, voice: v, checker: checker}, nil
}

func (f *hostsFlags) add(ctx context.Context, w World, args []string) (int, error) {
	if len(args) != 1 {
		return statusUsage, refuse("usage: rdnsproxy hosts add HOST", "add takes one host")
	}
	now := time.Now()
	expires, err := f.expiry(now)
	if err != nil {
		return statusUsage, err
	}
	address, err := f.chosen()
	if err != nil {
		return statusUsage, err
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
	targets, err := f.targets(ctx, w, v, typed(args))
	if err != nil {
		return statusUsage, err
	}
	targets[0].settings.family = resolve.AnyFamily // the line is for every program on this machine
	r := s.one(ctx, targets[0])
	own, _ := os.Hostname()
	short, _, _ := strings.Cut(own, ".")
	edit, err := check.PlanPin(r, file, check.PinOptions{
		Address: address, Replace: f.replace, Force: f.force, Own: []string{own, short}, Now: now, Expires: expires,
	})
	switch {
	case errors.Is(err, check.ErrUndetermined):
		return statusUnknown, refuse("nothing was written; try again later", "%v", err)
	case errors.Is(err, check.ErrNoLineNeeded):
		fmt.Fprintf(w.Out, "%s: %v; --force writes one all the same\n", check.PlainHost(r.Host), err)
		return statusPass, nil
	case err != nil:
		return statusFound, refuse("nothing was written; 'rdnsproxy check "+check.PlainHost(r.Host)+"' tells more", "%v", err)
	case edit.Empty():
		fmt.Fprintf(w.Out, "%s: the line stands there already\n", check.PlainHost(r.Host))
		return statusPass, nil
	}
	fmt.Fprintln(w.Out, strings.Join(grounds(r), "\n"))
	return f.apply(w, v, edit, "hosts add "+check.PlainHost(r.Host))
}

// grounds are what speaks for and against a line, in the words of the findings.
func grounds(r *check.Result) []string {
	var lines []string
	proven := false
	for _, finding := range r.Findings {
		if finding.Severity >= check.Notice {
			lines = append(lines, finding.Severity.String()+": "+finding.Text)
		}
	}
	for _, a := range r.Addresses {
		if a.SSH == nil {
			continue
		}
		for _, k := range a.SSH.HostKeys {
			if k.Line != "" && !proven {
				proven = true
				lines = append(lines, fmt.Sprintf("the host key %s is %s (%s)", k.Fingerprint, k.Status, k.Evidence))
			}
		}
	}
	if !proven {
		lines = append(lines, "no host key vouches for it: make sure that this is the host")
	}
	return lines
}

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
	t, err := f.resolveTarget(ctx, w, s.voice, l.Canonical())
	if err != nil { // then as an ssh without configuration
		plain := f.checkFlags
		plain.sshConfig = "none"
		t, err = plain.resolveTarget(ctx, w, s.voice, l.Canonical())
	}
	if err != nil {
		return &check.Result{Schema: check.Schema, Target: l.Canonical(), Host: l.Canonical(), Severity: check.Unknown,
			Findings: []check.Finding{{Code: check.PinUnknown, Severity: check.Unknown, Address: l.Addr, Text: err.Error()}}}
	}
	t.Host = l.Canonical()
	r := s.one(ctx, t)
	pin := check.VerifyPin(r, l, file, time.Now())
	r.Findings = append([]check.Finding{pin}, slices.DeleteFunc(r.Findings, func(f check.Finding) bool {
		return f.Code != check.HostKeyChanged && f.Code != check.HostKeyRevoked
	})...)
	r.Severity = check.Worst(r.Findings)
	return r
}
