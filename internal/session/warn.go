package session

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/mapping"
	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
)

// warn waits a short while for the verdict on the connected address and reports what
// the user should know before ssh takes over the terminal. late does what is left
// while the session runs.
func (s *session) warn(ctx context.Context, won netip.Addr) (late func()) {
	began, until := time.Now(), s.checkUntil()
	wait := until
	failure := s.memory.of(won).Failed
	remembered := !failure.At.IsZero()
	if remembered {
		wait = began
	}
	waiting, cancel := context.WithDeadline(ctx, wait)
	defer cancel()
	r, complete := s.inquiry.Wait(waiting, check.ReverseOf(won))
	if complete && r.Of(won).Severity > check.Notice {
		r, _ = s.inquiry.Wait(waiting, check.AllReverse) // advice is about all addresses
	}
	switch {
	case complete:
		s.reportKept(r, won)
		s.reportFindings(r, won)
		s.keep(r, won, false)
	case remembered:
		s.voice.Unknown(fmt.Sprintf("%s: the reverse lookup failed %s ago (%s); not waiting for it this time",
			subject(s.o.Host, won), ago(failure.At), failureWords(failure.Status)))
	default:
		s.voice.Unknown(fmt.Sprintf("%s: the reverse lookup took longer than %s; connecting without its result",
			subject(s.o.Host, won), until.Sub(began).Round(10*time.Millisecond)))
		s.keepCutShort(ctx, won)
	}
	s.log.verdict(r, won)
	reported := s.reportPinned(ctx, r, won, until)
	if complete && reported || s.o.FDPass { // with fdpass this process exits now
		return func() {}
	}
	return func() { s.finishLate(ctx, won, complete, reported) }
}

// reportStrict reports what else there is to know about an address that strict, or ask, has
// accepted: that it is from a stale line, or differs from the accepted mapping, unless the
// question has said so.
func (s *session) reportStrict(ctx context.Context, won netip.Addr) {
	r, _ := s.inquiry.Wait(ctx, check.Now)
	if !s.asking.answered {
		s.reportAcceptedChange(r, won)
	}
	s.reportPinned(ctx, r, won, s.checkUntil())
}

// finishLate completes the checks that the connection did not wait for. The outcome
// goes to the log and to the cache, never to the terminal, which is ssh's now.
func (s *session) finishLate(ctx context.Context, won netip.Addr, judged, reported bool) {
	ctx, cancel := context.WithTimeout(ctx, s.o.CheckTimeout)
	defer cancel()
	if !judged {
		if r, complete := s.inquiry.Wait(ctx, check.ReverseOf(won)); complete {
			s.keep(r, won, false)
			s.log.verdict(r, won)
		}
	}
	if reported {
		return
	}
	r, known := s.inquiry.Wait(ctx, check.Pins)
	if !known {
		return
	}
	answered := true
	for _, f := range r.Findings {
		if f.Code.Pin() {
			answered = answered && f.Code != check.PinUnknown
			s.log.finding(f, won)
		}
	}
	if answered {
		s.keepLine(won, time.Time{})
	}
}

// reportFindings prints warnings and worse, what is unknown in one line, and notices
// with -v. A finding that the user has accepted counts as a notice until it changes.
func (s *session) reportFindings(r *check.Result, won netip.Addr) {
	known, changed := s.reportAcceptedChange(r, won)
	for _, f := range r.About(won) {
		switch {
		case f.Code.Pin(): // reportPinned's
		case f.Severity >= check.Warning && known && f.Address.IsValid():
			if s.o.Verbose {
				s.voice.Notice(f.Text + " (accepted)")
			}
		case f.Severity >= check.Warning && changed && !s.voice.ToPerson() && f.Code.Mapping():
			// reportAcceptedChange has printed it with the change.
		case f.Severity >= check.Warning:
			s.reportWarning(f, changed)
		case f.Severity == check.Unknown:
			s.voice.Unknown(f.Text)
		case s.o.Verbose:
			s.voice.Notice(f.Text)
		}
	}
}

// reportAcceptedChange reports how an accepted mapping has changed, even if for the
// better: a user who accepted one address has not accepted another. known means that
// the mapping is the accepted one, changed that it no longer is.
func (s *session) reportAcceptedChange(r *check.Result, won netip.Addr) (known, changed bool) {
	change, known := s.acceptedAs(r, won)
	switch {
	case known:
		s.log.line(won.String(), "accepted", "as it is")
	case change != "":
		host := s.host()
		text := host + " no longer matches the mapping you accepted: " + change
		s.log.line(won.String(), "accepted.changed", text)
		if f, ok := r.Mapping(won); ok && !s.voice.ToPerson() && f.Severity >= check.Warning {
			text += "; " + f.Text // a single line for programs
		}
		s.voice.Warning(text)
		s.voice.Hint("to accept it as it is now, run: rdnsproxy accept " + host +
			"; to drop it, run: rdnsproxy accept forget " + host)
	}
	return known, change != ""
}

// acceptedAs compares what was found with what the user has accepted for the host.
// known means that they agree; otherwise change says what changed, "" if nothing was
// accepted. For an address without a verdict only a changed address can be reported.
func (s *session) acceptedAs(r *check.Result, a netip.Addr) (change string, known bool) {
	of := r.Of(a)
	if of == nil {
		return "", false
	}
	file, err := s.acceptedFile.Read(s.w)
	if err != nil {
		if of.Severity >= check.Warning || s.o.Verbose { // otherwise it does not matter now
			s.voice.Notice(err.Error())
		}
		return "", false
	}
	now := mapping.Of(check.PlainHost(s.o.Host), *of)
	was, change, found := file.Compare(now, r.Addrs())
	if mapping.HasVerdict(*of) {
		return change, found && change == ""
	}
	if found && was.Addr != now.Addr.Unmap() {
		return fmt.Sprintf("the address changed from %v to %v", was.Addr, now.Addr.Unmap()), false
	}
	return "", false
}

// reportWarning prints a finding and its remedies. A hosts line is suggested only if
// check considers it safe without looking at the host key and the mapping does not
// differ from an accepted one.
func (s *session) reportWarning(f check.Finding, changed bool) {
	f.Text += s.caveat()
	var lines []string
	file := ""
	for _, a := range f.Advice {
		if a.Code == check.AdviseHostsLine && !changed {
			lines, file = append(lines, a.Line), a.File
		}
	}
	if !s.voice.ToPerson() {
		text := f.Text
		if len(lines) > 0 {
			text += " (" + hostsLines(lines) + ": " + strings.Join(lines, "; ") + ")"
		}
		s.voice.Warning(text)
		return
	}
	s.voice.Warning(f.Text)
	if len(lines) > 0 {
		s.voice.Hint("if you trust this host, add " + these(lines) + " to " + file + ":")
		for _, l := range lines {
			s.voice.Hint("  " + l)
		}
	}
	host := s.host()
	s.voice.Hint("for details, run: rdnsproxy check " + host)
	if !f.Address.IsValid() {
		return
	}
	if _, literal := resolve.ParseLiteral(s.o.Host); len(lines) == 0 && !literal && !s.isOwn(host) {
		s.voice.Hint("'rdnsproxy hosts add " + host + "' verifies the host key, then adds the line")
	}
	if !changed { // otherwise reportAcceptedChange has printed this hint
		s.voice.Hint("to accept this mapping and silence the warning (no root needed), run: rdnsproxy accept " +
			host)
	}
}

func these(lines []string) string {
	if len(lines) == 1 {
		return "this line"
	}
	return "these lines"
}

func hostsLines(lines []string) string {
	if len(lines) == 1 {
		return "hosts line"
	}
	return "hosts lines"
}

// subject returns how a message about an address begins: "HOST (ADDRESS)".
func subject(host string, a netip.Addr) string {
	if host == a.String() {
		return host
	}
	return safetext.Cut(check.PlainHost(host), 63) + " (" + safetext.Line(a.String()) + ")"
}

// host returns the host in a form that can be copied into a command, cut if it is
// longer than any DNS name.
func (s *session) host() string { return safetext.Cut(check.PlainHost(s.o.Host), 255) }
