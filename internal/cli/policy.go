package cli

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/accepted"
	"rdnsproxy/internal/memory"
	"rdnsproxy/internal/safetext"
	"rdnsproxy/proxy/dial"
	"rdnsproxy/resolve"
)

// policy says what a bad mapping means for the connection.
type policy string

const (
	policyWarn   policy = "warn"   // say so and connect
	policyStrict policy = "strict" // use only addresses that are ok or a notice
	policyOff    policy = "off"    // check nothing
)

func (p *policy) Type() string   { return "POLICY" }
func (p *policy) String() string { return string(*p) }

func (p *policy) Set(s string) error {
	switch policy(s) {
	case policyWarn, policyStrict, policyOff:
		*p = policy(s)
		return nil
	}
	return fmt.Errorf("%q is no policy (warn, strict, off)", s)
}

// strictReserve is what strict leaves of ConnectTimeout for saying why it refuses.
const strictReserve = 500 * time.Millisecond

// accept is strict's judgement of an address that has connected: what is bad, or
// not known in time, fails like an address that does not answer.
func (s *session) accept(ctx context.Context, a netip.AddrPort) error {
	wait := s.flags.checkTimeout.d
	if left, limited := s.connectLeft(); limited {
		wait = min(wait, left-strictReserve)
	}
	ctx, cancel := context.WithTimeout(ctx, max(wait, 0))
	defer cancel()
	r, complete := s.inquiry.Judge(ctx, a.Addr())
	s.log.verdict(r, a.Addr())
	if complete {
		s.learn(r, a.Addr(), true)
	} else {
		s.memory.Remember(a.Addr(), memory.Failure{Status: memory.CutShort})
	}
	text := mappingText(r, a.Addr())
	if _, known := s.acceptedAs(r, a.Addr()); s.flags.accepted && known {
		return nil
	}
	if of := r.Of(a.Addr()); of == nil || of.Severity > check.Notice {
		if s.flags.verbose {
			s.voice.notice("not used: " + text)
		}
		return errors.New(text)
	}
	if s.flags.verbose {
		s.voice.notice(text)
	}
	return nil
}

// rejected reports whether the policy was what kept the race from being won.
func rejected(e *dial.Error) bool {
	for _, f := range e.Failures {
		if f.Reason == dial.Rejected {
			return true
		}
	}
	return false
}

// refused says why strict used no address.
func (s *session) refused(e *dial.Error) error {
	var why []string
	for _, f := range e.Failures {
		if f.Reason == dial.Rejected {
			why = append(why, f.Err.Error())
		} else {
			why = append(why, f.Error())
		}
	}
	return refuse("'rdnsproxy check "+check.PlainHost(s.operands.host)+"' tells more; with --policy warn it connects all the same",
		"refused by --policy strict: %s", strings.Join(why, "; "))
}

// warn waits for the verdict on the address that has won, a short while, and says
// what the user should know before ssh has the terminal.
func (s *session) warn(ctx context.Context, won netip.Addr) {
	wait := s.flags.checkWait.d
	if left, limited := s.connectLeft(); limited {
		wait = min(wait, left/2)
	}
	failure, remembered := s.memory.Recall(won)
	if remembered {
		wait = 0
	}
	waiting, cancel := context.WithTimeout(ctx, max(wait, 0))
	defer cancel()
	r, complete := s.inquiry.Judge(waiting, won)
	of := r.Of(won)
	if complete && of != nil && of.Severity > check.Notice {
		r, _ = s.inquiry.All(waiting) // advice is about all addresses
	}
	switch {
	case complete:
		s.tell(r, won)
		s.learn(r, won, remembered)
	case remembered:
		s.voice.unknown(fmt.Sprintf("the reverse name of %s could not be found out %s ago (%s): not waiting for it",
			subject(s.operands.host, won), ago(failure.At), failureWords(failure.Status)))
	default:
		s.voice.unknown(fmt.Sprintf("the reverse name of %s was not known after %s: the check was cut short",
			subject(s.operands.host, won), wait.Round(10*time.Millisecond)))
		s.memory.Remember(won, memory.Failure{Status: memory.CutShort})
	}
	if !complete && !s.flags.fdpass {
		go s.follow(ctx, won)
	}
	s.log.verdict(r, won)
}

// follow sees a check through that the connection did not wait for: its outcome
// goes to the log and to the memory, never to the terminal, which is ssh's now.
func (s *session) follow(ctx context.Context, won netip.Addr) {
	ctx, cancel := context.WithTimeout(ctx, s.flags.checkTimeout.d)
	defer cancel()
	// A check that the session's end has ended has found out nothing.
	if r, complete := s.inquiry.Judge(ctx, won); complete && ctx.Err() == nil {
		s.learn(r, won, true) // that it was cut short is in memory by now
		s.log.verdict(r, won)
	}
}

// worthRemembering is how long a check has to take before its failure is
// remembered: a zone that refuses at once stalls nobody, and may be asked again.
const worthRemembering = 100 * time.Millisecond

// tellOfUsed says of an address that strict has found good what else there is to
// know: that it is from a line that has gone stale, or not what was accepted.
func (s *session) tellOfUsed(won netip.Addr) {
	r := s.inquiry.Now()
	s.tellChange(r, won)
	for _, f := range r.Findings {
		if f.Severity >= check.Warning && !f.Address.IsValid() {
			s.tellWarning(f)
		}
	}
}

// learn keeps in memory how the check of an address failed, and drops what was
// kept when it did not.
func (s *session) learn(r *check.Result, won netip.Addr, remembered bool) {
	of := r.Of(won)
	f, failed := failureOf(of)
	switch {
	case failed && r.Timings.Reverse >= worthRemembering.Seconds():
		s.memory.Remember(won, f)
	case remembered && of != nil && of.Verdict != check.Undetermined:
		s.memory.Forget(won)
	}
}

// failureOf is the look-up that left an address undetermined, as a fact to
// remember; a set of too many names is none, for it costs no wait.
func failureOf(a *check.Address) (memory.Failure, bool) {
	if a == nil || a.Verdict != check.Undetermined {
		return memory.Failure{}, false
	}
	status := a.Reverse.Status
	for _, p := range a.PTR {
		if status == resolve.OK && p.Status.Temporary() {
			status = p.Status
		}
	}
	f := memory.Failure{Status: memory.Status(status.String())}
	return f, f.Status.Valid()
}

// tell says what is warning or worse, one line of what is unknown, and notices
// with -v. What the user has accepted is a notice too, until it changes.
func (s *session) tell(r *check.Result, won netip.Addr) {
	known := s.tellChange(r, won)
	for _, f := range r.About(won) {
		switch {
		case f.Severity >= check.Warning && known && f.Address.IsValid():
			if s.flags.verbose {
				s.voice.notice(f.Text + " (accepted)")
			}
		case f.Severity >= check.Warning:
			s.tellWarning(f)
		case f.Severity == check.Unknown:
			s.voice.unknown(f.Text)
		case s.flags.verbose:
			s.voice.notice(f.Text)
		}
	}
}

// tellChange says how a mapping that the user has accepted has changed, be it for
// the better: who has accepted one address was not asked about another. It
// reports whether the mapping is the one that was accepted.
func (s *session) tellChange(r *check.Result, won netip.Addr) (known bool) {
	change, known := s.acceptedAs(r, won)
	if change != "" {
		host := check.PlainHost(s.operands.host)
		s.voice.warning("what was accepted of " + host + " has CHANGED: " + change)
		s.voice.hint("'rdnsproxy accept " + host + "' accepts it as it is now, 'rdnsproxy accept forget " + host + "' drops it")
	}
	return known
}

// acceptedAs compares what is found with what the user has accepted of the host:
// known, if it is that, else what changed since; neither, if nothing was accepted.
func (s *session) acceptedAs(r *check.Result, a netip.Addr) (change string, known bool) {
	of := r.Of(a)
	if of == nil || !judgedNow(*of) {
		return "", false
	}
	file, err := accepted.Open(acceptedPath(s.w))
	if err != nil {
		s.voice.unknown(err.Error())
		return "", false
	}
	host := check.PlainHost(s.operands.host)
	_, change, found := file.Compare(mappingOf(host, *of), addressesOf(r))
	return change, found && change == ""
}

// tellWarning gives the article's remedy where check holds it for safe without a
// look at the host key.
func (s *session) tellWarning(f check.Finding) {
	var lines []string
	file := ""
	for _, a := range f.Advice {
		if a.Code == check.AdviseHostsLine {
			lines, file = append(lines, a.Line), a.File
		}
	}
	if !s.voice.hints {
		text := f.Text
		if len(lines) > 0 {
			text += " (" + strings.Join(lines, "; ") + ")"
		}
		s.voice.warning(text)
		return
	}
	s.voice.warning(f.Text)
	if len(lines) > 0 {
		s.voice.hint("if you know this host, " + these(lines) + " in this machine's " + file + " " + settle(lines) + ":")
		for _, l := range lines {
			s.voice.hint("  " + l)
		}
	}
	host := check.PlainHost(s.operands.host)
	s.voice.hint("'rdnsproxy check " + host + "' tells more")
	if !f.Address.IsValid() {
		return
	}
	if len(lines) == 0 {
		s.voice.hint("'rdnsproxy hosts add " + host + "' weighs the host key before it writes a line")
	}
	s.voice.hint("'rdnsproxy accept " + host + "' silences this, without root")
}

func these(lines []string) string {
	if len(lines) == 1 {
		return "this line"
	}
	return "these lines"
}

func settle(lines []string) string {
	if len(lines) == 1 {
		return "settles it"
	}
	return "settle it"
}

// mappingText is the text of the finding that carries an address's verdict.
func mappingText(r *check.Result, a netip.Addr) string {
	for _, f := range r.About(a) {
		if strings.HasPrefix(string(f.Code), "mapping.") {
			return f.Text
		}
	}
	return a.String() + ": not judged in time"
}

// subject is how a line about an address begins.
func subject(host string, a netip.Addr) string {
	if host == a.String() {
		return host
	}
	return check.PlainHost(host) + " (" + safetext.Line(a.String()) + ")"
}

// failureWords is a remembered failure for people.
func failureWords(s memory.Status) string {
	var status resolve.Status
	if status.UnmarshalText([]byte(s)) != nil {
		return "the check was cut short"
	}
	return status.Words()
}

func ago(t time.Time) string { return time.Since(t).Round(time.Second).String() }
