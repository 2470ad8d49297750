package session

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"rdnsproxy/check"
)

// warnBefore is warn for a command. It waits a short while for the verdicts on all of the
// host's addresses, since the command may use any of them, and reports the worst one.
// Nobody is left to report what comes in later.
func (s *session) warnBefore(ctx context.Context) {
	began, until := time.Now(), s.checkUntil()
	waiting, cancel := context.WithDeadline(ctx, until)
	defer cancel()
	r, resolved := s.inquiry.Wait(waiting, check.Addresses)
	switch {
	case s.abandoned.Load():
		return
	case !resolved && len(r.Addresses) == 0:
		text := fmt.Sprintf("%s: the lookup of its addresses took longer than %s; running %s without a check",
			s.host(), rounded(until.Sub(began)), s.command())
		s.voice.Unknown(text)
		s.log.line("-", string(check.Undetermined), text)
		return
	case len(r.Addresses) == 0:
		s.reportNoAddress(r.Findings)
		return
	}
	var judged []netip.Addr
	var unknown []string
	for _, a := range r.Addrs() {
		text, complete := s.awaitVerdict(ctx, waiting, a, until.Sub(began))
		if complete {
			judged = append(judged, a)
		} else {
			unknown = append(unknown, text)
		}
	}
	if r, _ = s.inquiry.Wait(ctx, check.Now); s.abandoned.Load() {
		return
	}
	for _, a := range r.Addrs() {
		s.log.verdict(r, a)
	}
	s.reportWorst(r, judged)
	switch len(unknown) {
	case 0:
	case 1:
		s.voice.Unknown(unknown[0])
	default:
		s.voice.Unknown(fmt.Sprintf("%s (and %d more of its addresses)", unknown[0], len(unknown)-1))
	}
	s.reportPinned(ctx, r, r.Addresses[0].Address, until)
	s.reportChecked()
}

// awaitVerdict waits for the verdict on an address, unless its lookup has failed lately. If
// it does not come in time, text says so. limit is how long waiting lasted in all.
func (s *session) awaitVerdict(
	ctx, waiting context.Context, a netip.Addr, limit time.Duration,
) (text string, complete bool) {
	failure := s.memory.of(a).Failed
	remembered := !failure.At.IsZero()
	if remembered {
		var cancel context.CancelFunc
		waiting, cancel = context.WithCancel(waiting)
		cancel()
	}
	r, complete := s.inquiry.Wait(waiting, check.ReverseOf(a))
	switch {
	case complete:
		s.reportKept(r, a)
	case remembered:
		text = fmt.Sprintf("%s: the reverse lookup failed %s ago (%s); not waiting for it this time",
			subject(s.o.Host, a), ago(failure.At), failureWords(failure.Status))
	default:
		text = fmt.Sprintf("%s: the reverse lookup took longer than %s; running %s without its result",
			subject(s.o.Host, a), rounded(limit), s.command())
		s.keepCutShort(ctx, a)
	}
	return text, complete
}

// reportWorst reports the findings about the worst of the judged addresses that has not
// been accepted, and how many others are bad.
func (s *session) reportWorst(r *check.Result, judged []netip.Addr) {
	if len(judged) == 0 {
		return
	}
	worst, highest, bad := judged[0], check.Pass, 0
	for _, a := range judged {
		severity := r.Of(a).Severity
		if severity >= check.Warning {
			if _, known := s.acceptedAs(r, a); known {
				severity = check.Notice
			} else {
				bad++
			}
		}
		if severity > highest {
			worst, highest = a, severity
		}
	}
	s.reportFindings(r, worst)
	switch {
	case bad == 2:
		s.voice.Warning("another address of " + s.host() + " has a bad mapping too")
	case bad > 2:
		s.voice.Warning(fmt.Sprintf("%d more addresses of %s have a bad mapping too", bad-1, s.host()))
	}
}

// reportNoAddress says that the name has no address here. The command may still know one: a
// proxy can resolve names that this machine does not.
func (s *session) reportNoAddress(findings []check.Finding) {
	text := s.noAddress(findings).Error() + "; running " + s.command() + " without a check"
	s.log.line("-", "no-address", text)
	if len(findings) > 0 && findings[0].Severity == check.Unknown {
		s.voice.Unknown(text)
		return
	}
	s.voice.WarningWithHint(text, "if only "+s.command()+" can resolve the name, use --policy off")
}

// judgeAll is strict, or ask, for a command. It demands that all of the name's addresses are known
// and that strict would use each of them, since the command may use any: the error is a
// Refusal otherwise. Which address the command uses, and whether it uses the name at all,
// is not known.
func (s *session) judgeAll(ctx context.Context) error {
	waiting, cancel := context.WithTimeout(ctx, s.verdictWait())
	defer cancel()
	r, _ := s.inquiry.Wait(waiting, check.AllReverse)
	_, resolved := s.inquiry.Wait(waiting, check.Addresses)
	switch {
	case s.abandoned.Load():
		return nil
	case resolved && len(r.Addresses) == 0:
		return s.noAddress(r.Findings)
	}
	why := s.unjudged(r, resolved)
	for _, a := range r.Addrs() {
		s.log.verdict(r, a)
		if _, complete := s.inquiry.Wait(waiting, check.ReverseOf(a)); complete {
			s.reportKept(r, a)
		} else {
			s.keepCutShort(ctx, a)
		}
		if text, usable := s.usable(r, a); !usable {
			why = append(why, text)
		}
	}
	for _, a := range r.Addrs() {
		s.keep(r, a, len(why) == 0)
	}
	switch {
	case len(why) > 0 && s.o.Policy == Ask:
		if err := s.ask(ctx, r, why); err != nil {
			return err
		}
	case len(why) > 0:
		return s.refusal(why)
	default:
		for _, a := range r.Addrs() {
			s.reportAcceptedChange(r, a)
		}
	}
	s.reportPinned(ctx, r, r.Addresses[0].Address, s.checkUntil())
	s.reportChecked()
	return nil
}

// unjudged says which addresses the command may use without anybody having judged them.
func (s *session) unjudged(r *check.Result, resolved bool) (why []string) {
	if !resolved {
		return []string{"the addresses of " + s.host() + " were not known in time"}
	}
	for _, f := range r.Findings {
		if f.Code == check.ForwardPartial || f.Code == check.ForwardMany {
			text, _, _ := strings.Cut(f.Text, ";") // without what the relay does then
			why = append(why, text)
		}
	}
	return why
}

// reportChecked says, with -v, what the check was about.
func (s *session) reportChecked() {
	if s.o.Verbose {
		s.voice.Notice("the mapping of " + s.host() + " was checked" + s.caveat())
	}
}

// rounded is a duration for messages.
func rounded(d time.Duration) time.Duration { return d.Round(10 * time.Millisecond) }
