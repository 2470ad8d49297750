package session

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/mapping"
	"rdnsproxy/internal/target"
	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
)

// warn waits for the verdict on the address that has won, a short while, and says
// what the user should know before ssh has the terminal. late is what is left to
// find out, beside the session.
func (s *session) warn(ctx context.Context, won netip.Addr) (late func()) {
	began, until := time.Now(), s.checkUntil()
	wait := until
	failure, remembered := s.reverseFailures.Recall(won)
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
		s.reportFindings(r, won)
		s.learn(r, won, remembered)
	case remembered:
		s.voice.Unknown(fmt.Sprintf("%s: the reverse lookup failed %s ago (%s); not waiting for it this time",
			subject(s.o.Host, won), ago(failure.At), failureWords(failure.Status)))
	default:
		s.voice.Unknown(fmt.Sprintf("%s: the reverse lookup took longer than %s; connecting without its result",
			subject(s.o.Host, won), until.Sub(began).Round(10*time.Millisecond)))
		s.rememberCutShort(ctx, won)
	}
	s.log.verdict(r, won)
	told := s.reportPinned(ctx, r, won, until)
	if complete && told || s.o.FDPass { // under which this process ends now
		return func() {}
	}
	return func() { s.follow(ctx, won, complete, told) }
}

// checkUntil is when a connection that stands stops waiting for what is found of
// it: after --check-wait, and before half the time is over that is left to connect.
func (s *session) checkUntil() time.Time {
	wait := s.o.CheckWait
	if left, limited := s.connectLeft(); limited {
		wait = min(wait, left/2)
	}
	return time.Now().Add(max(wait, 0))
}

// reportStrict says of an address that strict has found good what else there is to
// know: that it is from a line that has gone stale, or not what was accepted.
func (s *session) reportStrict(ctx context.Context, won netip.Addr) {
	r, _ := s.inquiry.Wait(ctx, check.Now)
	s.reportAcceptedChange(r, won)
	s.reportPinned(ctx, r, won, s.checkUntil())
}

// follow sees through what the connection did not wait for: the outcome goes to the
// log and to the memory, never to the terminal, which is ssh's now.
func (s *session) follow(ctx context.Context, won netip.Addr, judged, told bool) {
	ctx, cancel := context.WithTimeout(ctx, s.o.CheckTimeout)
	defer cancel()
	if !judged {
		if r, complete := s.inquiry.Wait(ctx, check.ReverseOf(won)); complete {
			s.learn(r, won, true) // that it was cut short is in memory by now
			s.log.verdict(r, won)
		}
	}
	if told {
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
		s.pinFailures.Forget(won)
	}
}

// reportFindings says what is warning or worse, one line of what is unknown, and notices
// with -v. What the user has accepted is a notice too, until it changes.
func (s *session) reportFindings(r *check.Result, won netip.Addr) {
	known, changed := s.reportAcceptedChange(r, won)
	for _, f := range r.About(won) {
		switch {
		case f.Code.Pin(): // reportPinned's
		case f.Severity >= check.Warning && known && f.Address.IsValid():
			if s.o.Verbose {
				s.voice.Notice(f.Text + " (accepted)")
			}
		case f.Severity >= check.Warning && changed && !s.voice.ToPerson() && f.Code.Mapping(): // told with the change
		case f.Severity >= check.Warning:
			s.tellWarning(f, changed)
		case f.Severity == check.Unknown:
			s.voice.Unknown(f.Text)
		case s.o.Verbose:
			s.voice.Notice(f.Text)
		}
	}
}

// reportAcceptedChange says how a mapping that the user has accepted has changed, be it for
// the better: who has accepted one address was not asked about another. known
// reports that the mapping is the one that was accepted, changed that it is not.
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
			text += "; " + f.Text // one line, where lines are not for people
		}
		s.voice.Warning(text)
		s.voice.Hint("to accept it as it is now, run: rdnsproxy accept " + host + "; to drop it, run: rdnsproxy accept forget " + host)
	}
	return known, change != ""
}

// acceptedAs compares what is found with what the user has accepted of the host:
// known, if it is that, else what changed since; neither, if nothing was accepted.
// Of an address of which nothing could be found out it can tell only that it is
// another.
func (s *session) acceptedAs(r *check.Result, a netip.Addr) (change string, known bool) {
	of := r.Of(a)
	if of == nil {
		return "", false
	}
	file, err := s.acceptedFile.Read(s.w)
	if err != nil {
		if of.Severity >= check.Warning || s.o.Verbose { // else it is no matter now
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

// tellWarning gives the article's remedy where check holds it for safe without a
// look at the host key, and what is found is not other than what was accepted.
func (s *session) tellWarning(f check.Finding, changed bool) {
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
	if _, literal := resolve.ParseLiteral(s.o.Host); len(lines) == 0 && !literal && !target.OwnName()(host) {
		s.voice.Hint("'rdnsproxy hosts add " + host + "' verifies the host key, then adds the line")
	}
	if !changed { // else the hint at accept is there already
		s.voice.Hint("to accept this mapping and silence the warning (no root needed), run: rdnsproxy accept " + host)
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

// subject is how a line about an address begins.
func subject(host string, a netip.Addr) string {
	if host == a.String() {
		return host
	}
	return safetext.Cut(check.PlainHost(host), 63) + " (" + safetext.Line(a.String()) + ")"
}

// host is the host that is connected to as it can be copied, but for one that no
// DNS name is as long as.
func (s *session) host() string { return safetext.Cut(check.PlainHost(s.o.Host), 255) }
